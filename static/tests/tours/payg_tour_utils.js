import { stepUtils } from "@web_tour/tour_utils";

/** Open our app from the apps menu, then a menu in its bar, then perhaps an entry below it. */
export function openAppMenu(menu, entry) {
    return openMenu("payg_control_unit.payg_app_menu", menu, entry);
}

/** The same in CRM. */
export function openCrmMenu(menu, entry) {
    return openMenu("crm.crm_menu_root", menu, entry);
}

function openMenu(app, menu, entry) {
    const steps = [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: `.o_app[data-menu-xmlid="${app}"]`,
            run: "click",
        },
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

/** Choose a record in a many2one field of the wizard that is open. */
export function choose(field, text) {
    return [
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

/** Fill the wizard *Mark ERP Enable Sync* and press *Mark*. */
export function markDoNot(reason) {
    return [
        {
            content: "Choose DO NOT",
            trigger: '.modal .o_field_widget[name="erp_sync"] .o_radio_item:contains("DO NOT") input',
            run: "click",
        },
        {
            content: "Say why",
            trigger: '.modal .o_field_widget[name="reason"] input',
            run: `edit ${reason}`,
        },
        {
            content: "Mark",
            trigger: '.modal button[name="action_mark"]',
            run: "click",
        },
    ];
}
