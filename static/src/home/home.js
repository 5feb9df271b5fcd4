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
            graphs: home.graphs,
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
        this.state.trends = await this.orm.call("payg.home", "read_trends");
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

    /** The share of a bar, which is the longest of its graph at 100. */
    share(graph, bar) {
        return (100 * bar.count) / Math.max(...graph.bars.map((other) => other.count));
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

    /** The length of a week's bar, of at most 100. */
    length(trend, bar) {
        const longest = trend.form === "percent" ? 100 : Math.max(...trend.bars.map((other) => other.amount));
        return longest ? (100 * bar.amount) / longest : 0;
    }

    async openTile(tile) {
        this.action.doAction(await this.orm.call("payg.home", "open_tile", [tile.key]));
    }

    async openBar(graph, bar) {
        this.action.doAction(await this.orm.call("payg.home", "open_bar", [graph.key, bar.value]));
    }

    async openTrend(trend, bar) {
        this.action.doAction(await this.orm.call("payg.home", "open_trend", [trend.key, bar.value]));
    }

    openSetup() {
        this.action.doAction("payg_control_unit.payg_setup_action");
    }
}

registry.category("actions").add("payg_control_unit.home", PaygHome);
