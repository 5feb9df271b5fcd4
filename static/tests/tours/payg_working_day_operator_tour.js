import { registry } from "@web/core/registry";
import { at, find, inForm, openApp, openOperations, openRow } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_working_day_operator", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        at("Home"),
        {
            content: "“My light is off”, says somebody who calls: by the phone number",
            trigger: '.o_payg_tile[data-tile="failed_commands"]',
        },
        ...openOperations("payg_control_unit_menu"),
        at("Control Units"),
        {
            trigger: ".o_searchview_input",
            run: "edit 700 000 123",
        },
        {
            trigger: '.o_searchview_autocomplete .o-dropdown-item:contains("Customer\'s phone")',
            run: "click",
        },
        ...openRow("Clara Customer"),
        {
            content: "What to tell her",
            trigger: '[name="diagnosis"] .o_field_widget[name="diagnosis"]:contains("The payment is on its way")',
        },
        {
            content: "and what to do",
            trigger: '.o_field_widget[name="diagnosis_action"]:contains("where there is mobile signal")',
        },
        {
            content: "What she paid for",
            trigger: '.o_field_widget[name="pulse_credit_text"] .o_payg_live_duration:contains(/^9 d 23 h/)',
        },
        inForm("unit_credit_text", "Unknown"),
        {
            content: "An operator switches nothing",
            trigger: '.o_form_view:not(:has(button[name="action_switch_on"], button[name="action_switch_off"]))',
        },
        {
            content: "Sync now",
            trigger: 'button[name="action_sync_credit"]',
            run: "click",
        },
        {
            trigger: '.o_notification:contains("The unit credit is being read.")',
        },
        {
            trigger: '.o_field_widget[name="unit_credit_text"] [title="Being read"]',
        },
        {
            content: "The next one reads the serial number on the unit",
            trigger: ".o_form_view",
        },
        ...find("payg_control_unit_menu", "Control Units", "BB17-TOUR-2"),
        inForm("diagnosis", "switched off"),
    ],
});
