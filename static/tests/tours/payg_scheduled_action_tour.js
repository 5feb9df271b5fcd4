import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { searchFor } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_scheduled_action", {
    url: "/odoo?debug=1",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Settings",
            trigger: '.o_app[data-menu-xmlid="base.menu_administration"]',
            run: "click",
        },
        {
            content: "Open Technical",
            trigger: '.o_menu_sections [data-menu-xmlid="base.menu_custom"]',
            run: "click",
        },
        {
            content: "Scheduled Actions",
            trigger: '.o-dropdown--menu [data-menu-xmlid="base.menu_ir_cron_act"]',
            run: "click",
        },
        {
            trigger: '.o_list_view .o_data_cell[name="nextcall"]',
        },
        ...searchFor("Disable not assigned CUs"),
        {
            content: "Open it",
            trigger: '.o_data_row:only-of-type .o_data_cell:contains("Disable not assigned CUs")',
            run: "click",
        },
        {
            content: "It says when it runs next",
            trigger: '.o_form_label:contains("Next execution date")',
        },
        {
            content: "There is no other button to run it",
            trigger: '.o_form_view:not(:has(button[name="method_direct_trigger"]))',
        },
        {
            content: "Run Cron",
            trigger: 'button[name="action_cu_run_cron"]:contains("Run Cron")',
            run: "click",
        },
        {
            content: "The run that it made is done",
            trigger: '.o_breadcrumb:contains("Runs"), .o_last_breadcrumb_item:contains("Runs")',
        },
        {
            trigger: '.o_data_row:has([name="state"]:contains("Done"))',
        },
    ],
});
