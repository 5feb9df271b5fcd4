import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, useEffect } from "@odoo/owl";

// Half an hour: who wants to see more of it opens the page again.
const EVERY = 3000;
const TIMES = 600;

/**
 * Look again while something is at work, and somebody looks; one look at a time, and not for ever.
 *
 * @param {() => Promise<void>} look
 * @param {Object} [options]
 * @param {number} [options.every] milliseconds
 * @param {number} [options.times] after which it is given up
 * @param {() => boolean} [options.isBusy] asked when the component is drawn; as long as it is there, without
 */
export function useLookAgain(look, { every = EVERY, times = TIMES, isBusy = () => true } = {}) {
    useEffect(
        (busy) => {
            if (!busy) {
                return;
            }
            let left = times;
            let looking = false;
            const timer = browser.setInterval(async () => {
                if (looking || document.hidden) {
                    return;
                }
                if (!left) {
                    browser.clearInterval(timer);
                    return;
                }
                left -= 1;
                looking = true;
                try {
                    await look();
                } finally {
                    looking = false;
                }
            }, every);
            return () => browser.clearInterval(timer);
        },
        () => [isBusy()]
    );
}

/** Load a record again, unless somebody is changing it. */
export async function loadAgain(record) {
    if (!record.dirty) {
        await record.load();
    }
}

/** A form that goes on by itself, and says so: to be shown only while what it tells of is at work. */
export class LookAgain extends Component {
    static template = "payg_control_unit.LookAgain";
    static props = { ...standardWidgetProps };

    setup() {
        useLookAgain(() => loadAgain(this.props.record));
    }
}

registry.category("view_widgets").add("payg_look_again", { component: LookAgain });
