import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatInteger } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/** How much of something is done, as a bar and in numbers. The option `total` names the field with the whole. */
export class ProgressField extends Component {
    static template = "payg_control_unit.ProgressField";
    static props = {
        ...standardFieldProps,
        total: String,
    };

    get done() {
        return this.props.record.data[this.props.name];
    }

    /** Never less than what is done: of a reading the whole is known from the last time only. */
    get total() {
        return Math.max(this.props.record.data[this.props.total], this.done);
    }

    get label() {
        return this.props.record.fields[this.props.name].string;
    }

    get text() {
        return _t("%(done)s of %(total)s", { done: formatInteger(this.done), total: formatInteger(this.total) });
    }
}

export const progressField = {
    component: ProgressField,
    displayName: _t("Progress"),
    supportedTypes: ["integer"],
    supportedOptions: [{ label: _t("Field with the whole"), name: "total", type: "field", availableTypes: ["integer"] }],
    fieldDependencies: ({ options }) => [{ name: options.total, type: "integer", readonly: true }],
    extractProps: ({ options }) => ({ total: options.total }),
};

registry.category("fields").add("payg_progress", progressField);
