import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { browser } from "@web/core/browser/browser";
import { formatDateTime } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, onWillUnmount, useEffect } from "@odoo/owl";
import { LiveDuration } from "@payg_control_unit/duration/live_duration";

// While a person waits for a reading, the record is looked at again so often, and not for ever.
const LOOK_AGAIN = 2000;
const LOOKS = 30;

/** Which other fields of the record the options name, and their types. */
const TYPES = {
    until: "datetime",
    live: "boolean",
    as_of: "datetime",
    stale: "boolean",
    pending: "char",
    syncing: "boolean",
};

/**
 * A credit balance: a text from the server, which counts down on the screen where the moment is known at which it ends.
 *
 * Options name the fields with that moment (`until`), whether it runs (`live`), as of when it is known (`as_of`), whether
 * that is long ago (`stale`), what is on its way (`pending`) and whether it is being read (`syncing`).
 */
export class CreditField extends Component {
    static template = "payg_control_unit.CreditField";
    static components = { LiveDuration };
    static props = {
        ...standardFieldProps,
        names: Object,
        compact: { type: Boolean, optional: true },
    };

    setup() {
        this.looks = 0;
        useEffect(
            (syncing) => {
                if (syncing) {
                    this.timer = browser.setInterval(() => this.lookAgain(), LOOK_AGAIN);
                    return () => browser.clearInterval(this.timer);
                }
            },
            () => [this.value("syncing")]
        );
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    async lookAgain() {
        this.looks += 1;
        if (this.looks > LOOKS) {
            browser.clearInterval(this.timer);
        } else if (!this.props.record.dirty) {
            await this.props.record.load();
        }
    }

    value(option) {
        const name = this.props.names[option];
        return name ? this.props.record.data[name] : undefined;
    }

    get text() {
        return this.props.record.data[this.props.name] || "";
    }

    /** The moment at which it ends, while it runs. */
    get until() {
        const runs = this.props.names.live ? this.value("live") : true;
        return runs ? this.value("until") : false;
    }

    get asOf() {
        const moment = this.value("as_of");
        return moment && this.until ? _t("as of %s", formatDateTime(moment, { showSeconds: false })) : "";
    }

    get pending() {
        const text = this.value("pending");
        return text ? _t("%s on its way", text) : "";
    }

    get hint() {
        return [this.asOf, this.pending].filter(Boolean).join(" · ");
    }
}

export const creditField = {
    component: CreditField,
    displayName: _t("Credit balance"),
    supportedTypes: ["char"],
    fieldDependencies: ({ options }) =>
        Object.entries(TYPES)
            .filter(([option]) => options[option])
            .map(([option, type]) => ({ name: options[option], type, readonly: true })),
    extractProps: ({ options }) => ({ names: options, compact: Boolean(options.compact) }),
};

registry.category("fields").add("payg_credit", creditField);
