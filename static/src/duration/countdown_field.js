import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";
import { LiveDuration } from "./live_duration";

/** A date and time as the time that is left until then, counting; always read only. */
export class CountdownField extends Component {
    static template = "payg_control_unit.CountdownField";
    static components = { LiveDuration };
    static props = {
        ...standardFieldProps,
        withSeconds: { type: Boolean, optional: true },
        stopsAtZero: { type: Boolean, optional: true },
    };

    get until() {
        return this.props.record.data[this.props.name];
    }
}

export const countdownField = {
    component: CountdownField,
    displayName: _t("Countdown"),
    supportedTypes: ["datetime"],
    supportedOptions: [
        { label: _t("With seconds"), name: "with_seconds", type: "boolean" },
        { label: _t("Stops at zero"), name: "stops_at_zero", type: "boolean" },
    ],
    extractProps: ({ options }) => ({
        withSeconds: Boolean(options.with_seconds),
        stopsAtZero: Boolean(options.stops_at_zero),
    }),
};

registry.category("fields").add("payg_countdown", countdownField);
