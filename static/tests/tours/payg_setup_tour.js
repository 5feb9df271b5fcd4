import { registry } from "@web/core/registry";
import { openApp } from "./payg_tour_utils";

registry.category("web_tour.tours").add("payg_setup_administrator", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        {
            content: "The app begins with Getting Started",
            trigger: '.o_payg_setup .lead:contains("0 of 7")',
        },
        {
            content: "The first step is the connection",
            trigger: '.o_payg_next[data-step="connection"] button.btn-primary',
            run: "click",
        },
        {
            trigger: '.o_form_view .o_field_widget[name="base_url"] input',
            run: "edit https://cloud.example.com/v1",
        },
        {
            trigger: '.o_field_widget[name="username"] input',
            run: "edit erp@example.com",
        },
        {
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            content: "Back to the steps",
            trigger: '.breadcrumb-item a:contains("Getting Started"), .o_back_button',
            run: "click",
        },
        {
            trigger: '.o_payg_done[data-step="connection"] .o_payg_status:contains("https://cloud.example.com/v1")',
        },
        {
            content: "The next one is its test",
            trigger: '.o_payg_next[data-step="test"]',
        },
        {
            content: "Enough for today",
            trigger: ".o_payg_dismiss",
            run: "click",
        },
        {
            trigger: ".o_payg_home",
        },
        ...openApp(),
        {
            content: "From now on the app begins with Home",
            trigger: ".o_payg_home .o_payg_tile",
        },
    ],
});

registry.category("web_tour.tours").add("payg_setup_supervisor", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        {
            content: "The connection is for an administrator",
            trigger: '[data-step="connection"]:not(:has(button)) .o_payg_needs:contains("Administrator")',
        },
        {
            content: "The fleet is there",
            trigger: '.o_payg_done[data-step="fleet"] .o_payg_status:contains("Units: 1.")',
        },
        {
            content: "Days with Technician is for supervisors too",
            trigger: '[data-step="days"] button',
            run: "click",
        },
        {
            trigger: '.o_form_view .o_field_widget[name="days_with_technician"]',
        },
    ],
});
