import { registry } from "@web/core/registry";
import {
    at,
    fill,
    find,
    inForm,
    markDoNot,
    nameUnit,
    openApp,
    openButton,
    openCrmMenu,
    openOperations,
    openRow,
    press,
} from "./payg_tour_utils";

/** A unit that is on and with nobody: from the tile to the list behind it, and off. */
const switchOff = (serial) => [
    {
        trigger: '.o_payg_tile[data-tile="on_with_nobody"] .o_payg_number:contains(/^1$/)',
        run: "click",
    },
    {
        trigger: '.o_searchview_facet:contains("On without a customer")',
    },
    ...openRow(serial),
    {
        content: "Switch it off",
        trigger: 'button[name="action_switch_off"]',
        run: "click",
    },
    fill("reason", "Not where it should be"),
    {
        trigger: '.modal-footer button[name="action_switch"]',
        run: "click",
    },
    {
        trigger: "body:not(:has(.modal))",
    },
    inForm("status_text", "switching off (being sent since"),
];

const preview = () => [
    ...openOperations("payg_control_unit_verdict_menu"),
    at("Preview"),
    {
        content: "It says what is kept, and what is on its way",
        trigger: '.o_group_header:contains("Switching off (1)")',
    },
    {
        trigger: '.o_group_header:contains("With technician (1)")',
    },
];

const extend = (serial) => [
    ...find("payg_assignment_menu", "Assignments", serial),
    ...openButton("Extend deadline"),
    fill("reason", "The road is flooded"),
    ...press("Extend", `${serial}: on until`),
    {
        trigger: '.o_field_widget[name="open_until"] .o_payg_live_duration:contains(/^5 d 23 h/)',
    },
];

registry.category("web_tour.tours").add("payg_working_day_supervisor", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...switchOff("BB17-TOUR-1"),
        ...preview(),
        ...extend("BB17-TOUR-2"),
        ...openCrmMenu("payg_control_unit.payg_erp_sync_wizard_menu"),
        ...nameUnit("BB17-TOUR-3"),
        ...markDoNot("Old hardware", 1),
    ],
});
