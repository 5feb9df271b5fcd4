import { registry } from "@web/core/registry";
import { choose, fill, inForm, openApp, openButton, openOperations, press, scan, state } from "./payg_tour_utils";

const tours = registry.category("web_tour.tours");

tours.add("payg_assign", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...openOperations("payg_assign_wizard_menu"),
        {
            content: "The cursor waits for a scan",
            trigger: '.modal .o_field_widget[name="scan"] input:focus',
        },
        ...scan("NO-SUCH"),
        {
            content: "What cannot be used stays, with the reason",
            trigger: '.modal .o_field_widget[name="scan_error"]:contains("No control unit has the serial number or IMEI NO-SUCH.")',
        },
        ...scan("BB17-TOUR-1"),
        {
            trigger: '.modal .o_field_widget[name="unit_ids"] .o_tag:contains("BB17-TOUR-1")',
        },
        {
            content: "The field is empty again, the error gone",
            trigger: '.modal:not(:has(.o_field_widget[name="scan_error"])) .o_field_widget[name="scan"] input:value(/^$/)',
        },
        ...choose("technician_id", "Tariq Technician"),
        ...choose("customer_id", "Clara Customer"),
        {
            content: "What will happen, in a sentence",
            trigger: '.modal .o_field_widget[name="summary"]:contains("BB17-TOUR-1 will go from")',
        },
        ...press("Assign", "BB17-TOUR-1: assigned to Tariq Technician."),
    ],
});

tours.add("payg_install", {
    steps: () => [
        {
            content: "The form counts down",
            trigger: '.o_field_widget[name="open_until"] .o_payg_live_duration:contains(/^4 d 23 h/)',
        },
        ...openButton("Record installation"),
        {
            trigger: '.modal .o_field_widget[name="customer_id"] input:value("Clara Customer")',
        },
        ...scan("990000000000002"),
        {
            content: "Another unit was installed",
            trigger: '.modal .o_field_widget[name="summary"]:contains("BB17-TOUR-1, which was assigned, goes back")',
        },
        ...scan("BB17-TOUR-1"),
        {
            content: "No, the assigned one",
            trigger: '.modal .o_field_widget[name="summary"]:contains("BB17-TOUR-1 is with Clara Customer from")',
        },
        ...press("Record", "BB17-TOUR-1: installed at Clara Customer."),
        state("Done"),
        {
            content: "Nothing is left to do here",
            trigger: '.o_form_view:not(:has(.o_statusbar_buttons button:contains("Record installation")))',
        },
    ],
});

tours.add("payg_fail", {
    steps: () => [
        ...openButton("Installation failed"),
        {
            trigger: '.modal .o_field_widget[name="fail_reason"] .o_radio_item:contains("Other") input',
            run: "click",
        },
        {
            content: "Another reason is said in words",
            trigger: '.modal .o_required_modifier[name="text"] input',
            run: "edit The roof is too weak",
        },
        ...press("Record", "BB17-TOUR-1: back in the shop."),
        inForm("end_reason", "The roof is too weak"),
    ],
});

tours.add("payg_swap", {
    steps: () => [
        ...openButton("Swap"),
        {
            content: "The unit that was assigned for it is filled in",
            trigger: '.modal .o_field_widget[name="new_unit_id"] input:value("BB17-TOUR-2")',
        },
        {
            trigger: '.modal .o_field_widget[name="destination"] .o_radio_item:contains("Repair") input',
            run: "click",
        },
        {
            trigger: '.modal .o_field_widget[name="condition"] input',
            run: "click",
        },
        {
            trigger: '.o_select_menu_item:contains("Defective")',
            run: "click",
        },
        fill("reason", "Does not charge"),
        {
            trigger: '.modal .o_field_widget[name="summary"]:contains("BB17-TOUR-2 takes the place of BB17-TOUR-1")',
        },
        ...press("Swap", "BB17-TOUR-1 swapped for BB17-TOUR-2 at Clara Customer."),
        inForm("place", "Repair"),
        {
            content: "The step is kept",
            trigger: '.nav-link[name="custody_steps"]',
            run: "click",
        },
        {
            trigger: '.tab-pane.active .o_data_row:contains("Swapped out"):contains("Defective"):contains("Does not charge")',
        },
        {
            trigger: '.nav-link[name="holdings"]',
            run: "click",
        },
        {
            trigger: '.tab-pane.active .o_data_row:contains("Clara Customer"):contains("Swapped out")',
        },
    ],
});
