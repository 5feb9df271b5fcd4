import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useLookAgain } from "@payg_control_unit/progress/look_again";

/** What somebody should look at, in numbers, the fleet by its states, and the last weeks. A click opens what is behind. */
export class PaygHome extends Component {
    static template = "payg_control_unit.Home";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ tiles: [], graphs: [], trends: [], guided: false, asOf: "" });
        onWillStart(() => this.load());
        useLookAgain(() => this.lookAgain(), { isBusy: () => this.isBusy });
    }

    async load() {
        const home = await this.orm.call("payg.home", "read_home");
        Object.assign(this.state, {
            tiles: home.tiles,
            graphs: home.graphs.map((graph) => this.graph(graph)),
            guided: home.guided,
            asOf: this.moment(home.as_of),
        });
        this.state.tiles.filter((tile) => tile.lazy).forEach((tile) => this.loadTile(tile));
        this.loadTrends();
    }

    /** Whether a tile tells of work that goes on. */
    get isBusy() {
        return this.state.tiles.some((tile) => tile.busy);
    }

    /** The tiles that tell of work, as long as there is any; when it is done, all of the numbers. */
    async lookAgain() {
        await Promise.all(this.state.tiles.filter((tile) => tile.busy).map((tile) => this.loadTile(tile)));
        if (!this.isBusy) {
            await this.load();
        }
    }

    /** What takes long to count is asked for when everything else is there already. */
    async loadTile(tile) {
        Object.assign(tile, await this.orm.call("payg.home", "read_tile", [tile.key]));
    }

    async loadTrends() {
        const trends = await this.orm.call("payg.home", "read_trends");
        this.state.trends = trends.map((trend) => this.trend(trend));
    }

    moment(value) {
        return toLocaleDateTimeString(deserializeDateTime(value));
    }

    number(value) {
        return formatInteger(value);
    }

    /** The words of a tile that counts nothing. */
    text(tile) {
        return tile.moment ? this.moment(tile.moment) : tile.text;
    }

    /** What is said below the number of a tile. */
    since(tile) {
        return tile.since ? _t("The oldest since %s", this.moment(tile.since)) : tile.hint;
    }

    /** What is drawn as bars: the fleet by its states, below it the last weeks. */
    get shown() {
        return [this.state.graphs, this.state.trends].filter((sections) => sections.length);
    }

    /** A graph, in the words and the lengths of the screen. */
    graph(graph) {
        return {
            ...graph,
            open: "open_bar",
            note: `(${this.number(graph.total)})`,
            empty: _t("No unit yet."),
            bars: this.bars(graph.bars, "count", (bar) => [this.number(bar.count), this.percent(graph, bar)]),
        };
    }

    /** A trend, likewise. */
    trend(trend) {
        return {
            ...trend,
            open: "open_trend",
            note: _t("by week of assignment (of how many)"),
            empty: _t("No installation was recorded in the last weeks."),
            bars: this.bars(
                trend.bars,
                "amount",
                (bar) => [this.amount(trend, bar), `(${this.number(bar.count)})`],
                trend.form === "percent" ? 100 : undefined
            ),
        };
    }

    /** Bars with what is written beside them; the whole width is what the longest has, or what is given. */
    bars(bars, measure, words, whole = Math.max(...bars.map((bar) => bar[measure]))) {
        return bars.map((bar) => {
            const [figure, aside] = words(bar);
            return { ...bar, figure, aside, width: whole ? (100 * bar[measure]) / whole : 0 };
        });
    }

    percent(graph, bar) {
        const share = (100 * bar.count) / graph.total;
        return share < 1 ? "<1 %" : `${Math.round(share)} %`;
    }

    /** The figure of a week, in its unit. */
    amount(trend, bar) {
        if (trend.form === "percent") {
            return `${Math.round(bar.amount)} %`;
        }
        return _t("%s h", formatFloat(bar.amount, { digits: [16, 1] }));
    }

    async openTile(tile) {
        this.action.doAction(await this.orm.call("payg.home", "open_tile", [tile.key]));
    }

    async openBar(section, bar) {
        this.action.doAction(await this.orm.call("payg.home", section.open, [section.key, bar.value]));
    }

    openSetup() {
        this.action.doAction("payg_control_unit.payg_setup_action");
    }
}

registry.category("actions").add("payg_control_unit.home", PaygHome);
