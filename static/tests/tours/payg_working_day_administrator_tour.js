import { registry } from "@web/core/registry";
import { at, fill, find, inForm, openApp, openButton, openEntry, openRow, state } from "./payg_tour_utils";

const tours = registry.category("web_tour.tours");

const test = () => ({
    content: "Test connection",
    trigger: 'button[name="action_test_connection"]',
    run: "click",
});

const correctLogin = () => [
    {
        trigger: '.o_payg_tile.o_payg_danger[data-tile="connection"] .o_payg_text:contains("Stopped")',
        run: "click",
    },
    ...openRow("Simulator"),
    {
        trigger: '.alert:contains("This connection is stopped")',
    },
    test(),
    {
        content: "Why it stopped",
        trigger: '.modal .modal-body:contains("Reached, but the login is refused")',
    },
    {
        trigger: ".modal-footer .btn-primary",
        run: "click",
    },
    {
        trigger: '.o_field_widget[name="password"] input',
        run: "edit simulator",
    },
    {
        trigger: ".o_form_button_save:enabled",
        run: "click",
    },
    {
        trigger: ".o_form_saved",
    },
    {
        trigger: '.o_form_view:not(:has(.alert:contains("This connection is stopped")))',
    },
    test(),
    {
        trigger: '.o_notification:contains("permission level FACTORY")',
    },
    state("Working"),
];

const correctImei = (serial, imei) => [
    ...find("payg_control_unit_menu", "Control Units", serial),
    ...openButton("Correct IMEI"),
    fill("cu_imei", imei),
    {
        trigger: ".modal-footer .o_form_button_save",
        run: "click",
    },
    {
        trigger: "body:not(:has(.modal))",
    },
    inForm("imei", imei),
];

tours.add("payg_working_day_administrator", {
    url: "/odoo",
    steps: () => [...openApp(), ...correctLogin(), ...correctImei("BB17-TOUR-2", "990000000000099")],
});

tours.add("payg_working_day_administrator_resumes", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...openEntry("payg_control_unit.payg_app_config_menu", "payg_control_unit.payg_app_smart_solar_client_menu"),
        at("SMART Solar connection"),
        ...openRow("Simulator"),
        {
            trigger: '.alert:contains("SMART Solar asked us to wait")',
        },
        {
            content: "They say that it is over: resume",
            trigger: 'button[name="action_resume"]',
            run: "click",
        },
        state("Not used yet"),
    ],
});
