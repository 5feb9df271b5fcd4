import { _t } from "@web/core/l10n/translation";
import { Component, onWillRender } from "@odoo/owl";
import { useEachSecond } from "./clock";
import { formatDuration } from "./format_duration";

const { DateTime } = luxon;
const SOON = 24 * 60 * 60;

/**
 * The time that is left until a moment, counting on the screen; past it, by how much it is over.
 *
 * It is drawn again only when its text changes. The clock is the browser's.
 */
export class LiveDuration extends Component {
    static template = "payg_control_unit.LiveDuration";
    static props = {
        until: DateTime,
        withSeconds: { type: Boolean, optional: true },
        // For what is used up, such as a credit: nothing is left, rather than overdue.
        stopsAtZero: { type: Boolean, optional: true },
    };

    setup() {
        onWillRender(() => {
            this.text = this.inWords;
        });
        useEachSecond(() => {
            const text = this.inWords;
            if (this.text !== text) {
                this.text = text;
                this.render();
            }
        });
    }

    /** Whole seconds until the moment; 0 or less when it has come. */
    get left() {
        return Math.ceil((this.props.until.toMillis() - Date.now()) / 1000);
    }

    get inWords() {
        const { stopsAtZero, withSeconds } = this.props;
        const overdue = this.left <= 0 && !stopsAtZero;
        const seconds = overdue ? -this.left : Math.max(this.left, 0);
        const duration = formatDuration(seconds, { withSeconds });
        return overdue ? _t("%s overdue", duration) : duration;
    }

    get look() {
        if (this.left <= 0) {
            return "text-danger";
        }
        return this.left <= SOON ? "text-warning-emphasis" : "";
    }

    get moment() {
        return this.props.until.toLocaleString(DateTime.DATETIME_MED);
    }
}
