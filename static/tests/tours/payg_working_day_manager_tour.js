import { registry } from "@web/core/registry";
import { at, openApp, openRow, state } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_working_day_manager", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        {
            content: "A run waits",
            trigger: '.o_payg_tile[data-tile="waiting_runs"] .o_payg_number:contains(/^1$/)',
            run: "click",
        },
        {
            trigger: '.o_searchview_facet:contains("Waiting for a manager")',
        },
        ...openRow("Waits for a manager"),
        {
            content: "How many it would switch off",
            trigger: '.alert:contains("This run waits for a Call Center Manager") [name="disable_count"]:contains("25")',
        },
        {
            content: "First look",
            trigger: 'button[name="action_preview"]',
            run: "click",
        },
        at("Preview"),
        {
            trigger: '.o_group_header:contains("Disable (25)")',
        },
        {
            trigger: '.o_group_header:contains("With customer (1)")',
        },
        {
            content: "Back",
            trigger: '.o_back_button a:contains("Disable not assigned CUs")',
            run: "click",
        },
        {
            content: "Run anyway",
            trigger: 'button[name="action_run_anyway"]',
            run: "click",
        },
        {
            content: "Yes, I have looked",
            trigger: '.modal:contains("Have you looked at the preview?") .modal-footer .btn-primary',
            run: "click",
        },
        state("Requested"),
        {
            content: "Who said so is kept",
            trigger: '.o_field_widget[name="approved_by_id"]',
        },
    ],
});
