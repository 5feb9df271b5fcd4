import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatDateTime } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";
import { LiveDuration } from "@payg_control_unit/duration/live_duration";
import { loadAgain, useLookAgain } from "@payg_control_unit/progress/look_again";

// While a person waits for a reading, for a minute.
const EVERY = 2000;
const TIMES = 30;

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
        const isBusy = () => Boolean(this.value("syncing"));
        useLookAgain(() => loadAgain(this.props.record), { every: EVERY, times: TIMES, isBusy });
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
