import { registry } from "@web/core/registry";
import { markDoNot, nameUnit, openCrmMenu, searchFor } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_erp_sync_menu", {
    url: "/odoo",
    steps: () => [
        ...openCrmMenu("payg_control_unit.payg_erp_sync_wizard_menu"),
        ...nameUnit("BB17-TOUR-1"),
        ...markDoNot("Old hardware", 1),
    ],
});

const selectAllAndMark = (reason) => [
    {
        content: "Only the two of the tour are listed",
        trigger: ".o_list_table:has(.o_data_row:nth-child(2)):not(:has(.o_data_row:nth-child(3), .o_group_header))",
    },
    {
        content: "Select all of the page",
        trigger: "thead .o_list_record_selector input",
        run: "click",
    },
    {
        trigger: '.o_selection_box:contains("2")',
    },
    {
        content: "Open the Action menu",
        trigger: '.o_cp_action_menus .dropdown-toggle:contains("Actions")',
        run: "click",
    },
    {
        content: "Mark ERP Enable Sync",
        trigger: '.o-dropdown--menu .o-dropdown-item:contains("Mark ERP Enable Sync")',
        run: "click",
    },
    {
        content: "The selected ones, or the whole list",
        trigger: '.modal .o_field_widget[name="scope"] .o_radio_item:contains("The whole filtered list") input',
        run: "click",
    },
    {
        content: "Two units",
        trigger: '.modal .o_field_widget[name="unit_count"]:contains("2")',
    },
    ...markDoNot(reason, 2),
];

registry.category("web_tour.tours").add("payg_erp_sync_units", {
    steps: () => [
        ...searchFor("BB17-TOUR"),
        ...selectAllAndMark("Found in the list"),
    ],
});

registry.category("web_tour.tours").add("payg_erp_sync_lots", {
    steps: () => [
        {
            content: "No groups",
            trigger: ".o_searchview_facet .o_facet_remove",
            run: "click",
        },
        {
            trigger: ".o_searchview:not(:has(.o_searchview_facet))",
        },
        ...searchFor("BB17-TOUR"),
        ...selectAllAndMark("Found by serial number"),
    ],
});
