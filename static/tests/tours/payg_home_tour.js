import { registry } from "@web/core/registry";
import { openAppMenu } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_home", {
    url: "/odoo",
    steps: () => [
        ...openAppMenu("payg_control_unit.payg_home_menu"),
        {
            content: "Two units are on and with nobody",
            trigger: '.o_payg_tile.o_payg_danger[data-tile="on_with_nobody"] .o_payg_number:contains(/^2$/)',
        },
        {
            content: "Nothing is overdue",
            trigger: '.o_payg_tile.o_payg_success[data-tile="overdue_custody"] .o_payg_number:contains(/^0$/)',
        },
        {
            content: "What takes longer is counted too",
            trigger: '.o_payg_tile[data-tile="mismatches"] .o_payg_number:contains(/^[0-9]+$/)',
        },
        {
            content: "The feature is off",
            trigger: '.o_payg_tile[data-tile="next_run"] .o_payg_text:contains("Off")',
        },
        {
            content: "Look at the failed ones, by the keyboard",
            trigger: '.o_payg_tile[data-tile="failed_commands"]',
            async run(helpers) {
                helpers.anchor.focus();
                await helpers.press("Enter");
            },
        },
        {
            content: "The list has the filter of the tile",
            trigger: '.o_searchview_facet:contains("Failed commands")',
        },
        {
            trigger: ".o_list_view .o_data_row:only-of-type",
        },
        {
            content: "Back",
            trigger: '.o_breadcrumb .o_back_button, .breadcrumb-item:contains("Home")',
            run: "click",
        },
        {
            content: "A bar opens its units",
            trigger: '.o_payg_graph[data-graph="reported_state"] .o_payg_bar[data-value="disabled"]',
            run: "click",
        },
        {
            trigger: '.o_breadcrumb:contains("Enable Status: Disabled")',
        },
        {
            trigger: ".o_list_view .o_data_row:nth-of-type(3)",
        },
        {
            content: "Back",
            trigger: '.o_breadcrumb .o_back_button, .breadcrumb-item:contains("Home")',
            run: "click",
        },
        {
            content: "The week in which something was recorded, and how long it took",
            trigger: '.o_payg_graph[data-graph="time_to_record"] .o_payg_bar_count:contains("5.0 h")',
        },
        {
            content: "What a week's figure is made of",
            trigger: '.o_payg_graph[data-graph="recorded_in_time"] .o_payg_bar:contains("100 %")',
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:only-of-type",
        },
    ],
});

registry.category("web_tour.tours").add("payg_home_phone", {
    url: "/odoo/control-units-home",
    steps: () => [
        {
            trigger: '.o_payg_tile[data-tile="on_with_nobody"]',
            run() {
                const page = document.documentElement;
                if (page.clientWidth > 500 || page.scrollWidth > page.clientWidth) {
                    throw new Error(`The page is ${page.scrollWidth} px wide on a screen of ${page.clientWidth} px`);
                }
                const content = document.querySelector(".o_payg_home .o_content");
                if (content.scrollWidth > content.clientWidth) {
                    throw new Error("Home is wider than the screen");
                }
            },
        },
        {
            content: "Open the list behind it",
            trigger: '.o_payg_tile[data-tile="on_with_nobody"]',
            run: "click",
        },
        {
            trigger: ".o_kanban_view .o_kanban_record, .o_list_view .o_data_row",
        },
    ],
});
