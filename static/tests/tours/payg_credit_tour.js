import { registry } from "@web/core/registry";
import { choose, openAppMenu, searchFor, shownSeconds } from "./payg_tour_utils";

const tours = registry.category("web_tour.tours");
const ROOT = "payg_control_unit.payg_control_unit_menu_root";
const DAY = 24 * 60 * 60;
// How long a tour may take from one look to the next.
const PATIENCE = 120;

const OF_CUSTOMER = 'div[name="cu_credit"]';
const text = (field, within = OF_CUSTOMER) => `${within} .o_field_widget[name="${field}"]`;
const counting = (field, within) => `${text(field, within)} .o_payg_live_duration`;

/** What a balance showed when it was last looked at, in seconds. */
const seen = {};

const look = (name, selector) => ({
    content: `Look at ${name}`,
    trigger: selector,
    run() {
        seen[name] = shownSeconds(selector);
    },
});

/** It shows so many days more than when it was last looked at, less the time since then. */
const hasGrown = (name, selector, days) => ({
    content: `${name} has grown by ${days} days`,
    trigger: selector,
    run() {
        const grown = shownSeconds(selector) - seen[name];
        if (grown > days * DAY || grown < days * DAY - PATIENCE) {
            throw new Error(`${name}: ${seen[name]} s became ${shownSeconds(selector)} s`);
        }
    },
});

const countsDown = (selectors) => ({
    content: "It counts, second by second",
    trigger: selectors[0],
    async run() {
        const [before, began] = [selectors.map(shownSeconds), Date.now()];
        await new Promise((resolve) => setTimeout(resolve, 2500));
        const passed = Math.round((Date.now() - began) / 1000);
        for (const [index, selector] of selectors.entries()) {
            const counted = before[index] - shownSeconds(selector);
            if (Math.abs(counted - passed) > 1) {
                throw new Error(`${selector} counted ${counted} s in ${passed} s`);
            }
        }
    },
});

// ---------------------------------------------------------------------
// A payment is matched
// ---------------------------------------------------------------------
tours.add("payg_match", {
    steps: () => [
        look("Pulse Credit Balance", counting("cu_pulse_credit_text")),
        ...openAppMenu(ROOT, "payg_control_unit.account_payment_menu_unmatched"),
        {
            trigger: '.o_data_row:contains("QX77")',
        },
        ...searchFor("QX77"),
        {
            content: "Match",
            trigger: '.o_data_row:only-of-type:contains("QX77") button[name="action_cu_match"]',
            run: "click",
        },
        {
            content: "Nothing in it says whose it is",
            trigger: '.modal .o_field_widget[name="hint"]:contains("Nothing in the payment names an account.")',
        },
        ...choose("partner_id", "Clara Customer"),
        {
            content: "The customer's only account is proposed",
            trigger: '.modal .o_field_widget[name="account_id"] input:value(/BB17/)',
        },
        {
            trigger: '.modal-footer button[name="action_match"]',
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "It waits no more",
            trigger: ".o_list_view:not(:has(.o_data_row))",
        },
        ...openAppMenu(ROOT, "payg_control_unit.payg_account_menu"),
        {
            trigger: '.o_data_row .o_data_cell[name="partner_id"]:contains("Clara Customer")',
            run: "click",
        },
        hasGrown("Pulse Credit Balance", counting("balance_text", ".o_form_view"), 5),
        {
            content: "The statement says why",
            trigger: '.o_field_widget[name="transaction_ids"] .o_data_row:contains("Payment"):contains("QX77")',
        },
        {
            content: "On to the customer",
            trigger: '.o_field_widget[name="partner_id"] a.o_form_uri',
            run: "click",
        },
        hasGrown("Pulse Credit Balance", counting("cu_pulse_credit_text"), 5),
    ],
});

// ---------------------------------------------------------------------
// Both balances of a customer
// ---------------------------------------------------------------------
tours.add("payg_credit_scm", {
    steps: () => [
        {
            content: "The server keeps the credit: the unit has none to show",
            trigger: `${text("cu_unit_credit_text")}:contains(/^N\\/A$/)`,
        },
        {
            content: "so nothing is to be synced",
            trigger: `${OF_CUSTOMER}:not(:has(button[name="action_cu_sync_credit"]))`,
        },
        countsDown([counting("cu_pulse_credit_text")]),
    ],
});

tours.add("payg_credit_dcm", {
    steps: () => [
        {
            content: "The unit's own credit is known as of a moment",
            trigger: `${text("cu_unit_credit_text")} small:contains(/^as of [0-9]/)`,
        },
        countsDown([counting("cu_unit_credit_text"), counting("cu_pulse_credit_text")]),
        look("Unit Credit Balance", counting("cu_unit_credit_text")),
        look("Pulse Credit Balance", counting("cu_pulse_credit_text")),
        {
            content: "Sync now",
            trigger: 'button[name="action_cu_sync_credit"]',
            run: "click",
        },
        {
            trigger: '.o_notification:contains("The unit credit is being read.")',
        },
        {
            content: "It is on its way",
            trigger: `${text("cu_unit_credit_text")} .fa-spin`,
        },
        {
            content: "The answer comes by itself",
            trigger: `${text("cu_unit_credit_text")}:not(:has(.fa-spin))`,
        },
        hasGrown("Unit Credit Balance", counting("cu_unit_credit_text"), 10),
        hasGrown("Pulse Credit Balance", counting("cu_pulse_credit_text"), 10),
        countsDown([counting("cu_unit_credit_text"), counting("cu_pulse_credit_text")]),
    ],
});
