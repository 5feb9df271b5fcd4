import { registry } from "@web/core/registry";
import { at, choose, fill, find, inForm, openApp, openButton, openOperations, press, scan, state } from "./payg_tour_utils";

const taken = (serial) => ({
    trigger: `.modal .o_field_widget[name="unit_ids"] .o_tag:contains("${serial}")`,
});

const assign = () => [
    ...openOperations("payg_assign_wizard_menu"),
    ...scan("BB17-TOUR-1"),
    taken("BB17-TOUR-1"),
    ...scan("990000000000002"),
    taken("BB17-TOUR-2"),
    ...choose("technician_id", "Tariq Technician"),
    ...choose("customer_id", "Clara Customer"),
    ...press("Assign", "BB17-TOUR-1 and BB17-TOUR-2: assigned to Tariq Technician."),
];

const record = (serial) => [
    ...find("payg_assignment_menu", "Assignments", serial),
    ...openButton("Record installation"),
    ...press("Record", `${serial}: installed at Clara Customer.`),
    state("Done"),
];

const fail = (serial) => [
    ...find("payg_assignment_menu", "Assignments", serial),
    ...openButton("Installation failed"),
    {
        trigger: '.modal .o_field_widget[name="fail_reason"] .o_radio_item:contains("Customer not at home") input',
        run: "click",
    },
    ...press("Record", `${serial}: back in the shop.`),
    inForm("end_reason", "Customer not at home"),
];

const swap = (old, other) => [
    ...find("payg_control_unit_menu", "Control Units", old),
    ...openButton("Swap"),
    ...scan(other),
    {
        trigger: `.modal .o_field_widget[name="new_unit_id"] input:value("${other}")`,
    },
    {
        content: "To the repair",
        trigger: '.modal .o_field_widget[name="destination"] .o_radio_item:contains("Repair") input',
        run: "click",
    },
    ...chooseCondition("Defective"),
    fill("reason", "Does not charge"),
    ...press("Swap", `${old} swapped for ${other} at Clara Customer.`),
    inForm("place", "Repair"),
];

const chooseCondition = (label) => [
    {
        trigger: '.modal .o_field_widget[name="condition"] input',
        run: "click",
    },
    {
        trigger: `.o_select_menu_item:contains("${label}")`,
        run: "click",
    },
];

const takeBack = (serial) => [
    ...find("payg_control_unit_menu", "Control Units", serial),
    ...openButton("Return"),
    ...chooseCondition("Good"),
    fill("reason", "Moves to another town"),
    ...press("Take back", `${serial}: back in`),
    inForm("place", "Shop"),
];

registry.category("web_tour.tours").add("payg_working_day_shop_manager", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        at("Home"),
        ...assign(),
        ...record("BB17-TOUR-1"),
        ...fail("BB17-TOUR-2"),
        ...swap("BB17-TOUR-1", "BB17-TOUR-3"),
        ...takeBack("BB17-TOUR-3"),
    ],
});
