import { registry } from "@web/core/registry";
import { openCrmMenu } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_crm_config", {
    url: "/odoo",
    steps: () => [
        ...openCrmMenu("crm.crm_menu_config", "payg_control_unit.payg_crm_config_menu"),
        {
            content: "CRM Config has the tab Control unit",
            trigger: '.o_notebook .nav-link:contains("Control unit")',
        },
        {
            content: "There is a next execution date",
            trigger: '.o_form_label:contains("Next execution date")',
        },
        {
            content: "The feature is off: nothing to run",
            trigger: '.o_form_view:not(:has(button[name="action_run_cron"]))',
        },
        {
            content: "Turn on Disable by default",
            trigger: '.o_field_widget[name="disable_by_default"] input',
            run: "click",
        },
        {
            content: "Before saving it says how many units it will switch off",
            trigger: '.alert .o_field_widget[name="preview_disable_count"]:contains("2")',
        },
        {
            content: "of how many that are on",
            trigger: '.alert .o_field_widget[name="preview_enabled_count"]:contains("4")',
        },
        {
            content: "and how many homes nobody knows of",
            trigger: '.alert .o_field_widget[name="monitored_without_customer_count"]:contains("1")',
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "It is on now, and the warning is gone",
            trigger: '.o_form_view:has(.o_field_widget[name="enabled_at"]):not(:has(.alert[name="turning_on"]))',
        },
        {
            content: "Run Cron",
            trigger: 'button[name="action_run_cron"]',
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The run was asked for",
            trigger: '.o_form_view .o_statusbar_status .o_arrow_button_current:contains("Requested")',
        },
        {
            content: "by hand",
            trigger: '.o_field_widget[name="origin"]:contains("By hand")',
        },
    ],
});
