import { stepUtils } from "@web_tour/tour_utils";

const APP = "payg_control_unit.payg_app_menu";

/** Open our app from the apps menu: it begins with the first screen of the user's role. */
export const openApp = () => openMenu(APP);

/** Open our app from the apps menu, then a menu in its bar, then perhaps an entry below it. */
export const openAppMenu = (menu, entry) => [...openMenu(APP), ...openEntry(menu, entry)];

/** The same in CRM. */
export const openCrmMenu = (menu, entry) => [...openMenu("crm.crm_menu_root"), ...openEntry(menu, entry)];

/** Open an entry of *Operations*, in our app that is open already. */
export const openOperations = (entry) =>
    openEntry("payg_control_unit.payg_control_unit_menu_root", `payg_control_unit.${entry}`);

function openMenu(app) {
    return [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: `.o_app[data-menu-xmlid="${app}"]`,
            run: "click",
        },
    ];
}

/** Open a menu in the bar of the app that is open, then perhaps an entry below it. */
export function openEntry(menu, entry) {
    const steps = [
        {
            content: "Open the menu",
            trigger: `.o_menu_sections [data-menu-xmlid="${menu}"]`,
            run: "click",
        },
    ];
    if (entry) {
        steps.push({
            content: "Open the entry below it",
            trigger: `.o-dropdown--menu [data-menu-xmlid="${entry}"]`,
            run: "click",
        });
    }
    return steps;
}

/** Search the list that is shown for a text. */
export function searchFor(text) {
    return [
        {
            content: "Type what to look for",
            trigger: ".o_searchview_input",
            run: `edit ${text}`,
        },
        {
            trigger: ".o_searchview_input",
            run: "press Enter",
        },
        {
            trigger: `.o_searchview_facet:contains("${text}")`,
        },
    ];
}

const IN_SECONDS = { d: 86400, h: 3600, min: 60, s: 1 };

/** The seconds of a duration as it is shown, such as “4 d 23 h 59 min 10 s”. */
export function shownSeconds(selector) {
    const text = document.querySelector(selector).textContent.trim();
    const parts = text.split(/ (?=[0-9])/).map((part) => part.split(" "));
    if (!parts.every(([number, unit]) => Number(number) >= 0 && unit in IN_SECONDS)) {
        throw new Error(`“${text}” is no duration`);
    }
    return parts.reduce((sum, [number, unit]) => sum + Number(number) * IN_SECONDS[unit], 0);
}

/** The screen of this title is there. */
export const at = (title) => ({
    trigger: `.o_last_breadcrumb_item:contains("${title}")`,
});

/** Open the only row that is left in the list, which has this text. */
export const openRow = (text) => [
    {
        content: `Open the row of ${text}`,
        trigger: `.o_list_table:not(:has(.o_data_row:nth-child(2), .o_group_header)) .o_data_cell:contains("${text}")`,
        run: "click",
    },
    {
        trigger: ".o_form_view",
    },
];

/** Open an entry of *Operations*, whose list has this title, and there the record of this name. */
export const find = (entry, title, name) => [
    ...openOperations(entry),
    at(title),
    ...searchFor(name),
    ...openRow(name),
];

/** Choose a record in a many2one field of the wizard that is open. */
export const choose = (field, text) => [
    {
        content: `Type ${text} into ${field}`,
        trigger: `.modal .o_field_widget[name="${field}"] input`,
        run: `edit ${text}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item:not(:has(.o_loading)):contains("${text}")`,
        run: "click",
    },
];

/** Fill a text field of the wizard that is open. */
export const fill = (field, text) => ({
    content: `Type ${text} into ${field}`,
    trigger: `.modal .o_field_widget[name="${field}"] input`,
    run: `edit ${text}`,
});

/** Type or scan a code, which a scanner ends with Enter. */
export const scan = (code) => [
    fill("scan", code),
    {
        trigger: '.modal .o_field_widget[name="scan"] input',
        run: "press Enter",
    },
];

/** Press a button of the wizard, which tells what was done, and closes. */
export const press = (button, told) => [
    {
        content: `Press ${button}`,
        trigger: `.modal-footer button:contains("${button}")`,
        run: "click",
    },
    {
        trigger: `.o_notification:contains("${told}")`,
    },
    {
        trigger: "body:not(:has(.modal))",
    },
];

/** Press a button of the form, which opens its wizard. */
export const openButton = (label) => [
    {
        content: label,
        trigger: `.o_statusbar_buttons button:contains("${label}")`,
        run: "click",
    },
    {
        trigger: `.modal .modal-title:contains("${label}")`,
    },
];

/** A field of the form says something. */
export const inForm = (field, text) => ({
    content: `${field} says ${text}`,
    trigger: `.o_form_view .o_field_widget[name="${field}"]:contains("${text}")`,
});

/** The status bar of the form stands at a state. */
export const state = (label) => ({
    trigger: `.o_statusbar_status .o_arrow_button_current:contains("${label}")`,
});

/** Name a unit in the wizard *Mark ERP Enable Sync*. */
export const nameUnit = (serial) => [
    ...choose("unit_ids", serial),
    {
        content: "One unit",
        trigger: '.modal .o_field_widget[name="unit_count"]:contains("1")',
    },
];

/** Fill the wizard *Mark ERP Enable Sync* and press *Mark*, which tells how many units it was. */
export const markDoNot = (reason, count) => [
    {
        content: "Choose DO NOT",
        trigger: '.modal .o_field_widget[name="erp_sync"] .o_radio_item:contains("DO NOT") input',
        run: "click",
    },
    fill("reason", reason),
    ...press("Mark", `Marked DO NOT: ${count}.`),
];
