import { registry } from "@web/core/registry";
import { openApp, openOperations, searchFor } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_unit_form", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...openOperations("payg_control_unit_menu"),
        {
            trigger: '.o_list_view .o_data_cell[name="imei"]',
        },
        ...searchFor("990000000000001"),
        {
            content: "Nobody adds a unit by hand",
            trigger: ".o_list_view:not(:has(.o_list_button_add))",
        },
        {
            trigger: '.o_data_row .o_data_cell[name="name"]:contains("BB17-TOUR-1")',
            run: "click",
        },
        {
            content: "Why? has a verdict",
            trigger: '.alert[name="why"] .o_field_badge[name="verdict"]:contains("With customer")',
        },
        {
            content: "in a sentence",
            trigger: '.alert[name="why"] .o_field_widget[name="why"]:contains("It is with the customer Clara Customer")',
        },
        {
            content: "What it is, as reported",
            trigger: '.oe_title .o_field_widget[name="status_text"]:contains("On")',
        },
        {
            content: "No state can be edited",
            trigger: ".o_form_view .o_form_sheet:not(:has(select, input:enabled:not([type=search]), textarea))",
        },
        {
            content: "An operator does not switch",
            trigger: '.o_form_view:not(:has(button[name="action_switch_off"]))',
        },
        {
            content: "Who had it",
            trigger: '.nav-link[name="holdings"]',
            run: "click",
        },
        {
            trigger: '.tab-pane.active .o_data_row:contains("Clara Customer")',
        },
    ],
});
