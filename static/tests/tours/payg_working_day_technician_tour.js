import { registry } from "@web/core/registry";
import { at, openApp, openOperations, searchFor } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_working_day_technician", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        {
            content: "The app begins with my units, and how long each stays on",
            trigger: '.o_kanban_record:contains("BB17-TOUR-1") .o_payg_live_duration:contains(/^4 d 23 h/)',
        },
        {
            trigger: '.o_kanban_record:contains("BB17-TOUR-2")',
        },
        ...searchFor("BB17-TOUR-2"),
        {
            content: "Where does this one go?",
            trigger: '.o_kanban_renderer:not(:has(:contains("BB17-TOUR-1"))) .o_kanban_record:contains("Clara Customer")',
            run: "click",
        },
        {
            content: "A technician reads, and does nothing here",
            trigger: ".o_form_view:not(:has(.o_statusbar_buttons button))",
        },
        ...openOperations("payg_control_unit_menu"),
        at("Control Units"),
        {
            content: "What others have is not listed",
            trigger: '.o_list_view:not(:has(.o_data_row:nth-child(3))) .o_data_row:contains("BB17-TOUR-2")',
        },
    ],
});
