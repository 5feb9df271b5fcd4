/*
 * Opens screens one after the other and has axe-core judge each. Runs in the page, after axe-core, as
 * judge(screens, rules, ignored): screens are {label, action, dialog, ours}, where `action` is what the action service
 * takes, and `ours` a selector of what is judged of it (all, without one); ignored are {selector, rules}. Returns what
 * is wrong, in lines.
 */
async function open(screen) {
    const { action } = odoo.__WOWL_DEBUG__.root.env.services;
    await action.doAction(screen.action, { clearBreadcrumbs: !screen.dialog });
    await until(
        () => document.querySelector(screen.dialog ? ".modal .o_form_view" : ".o_action_manager .o_action .o_content"),
        screen.label
    );
    await quiet();
}

async function close() {
    for (const button of document.querySelectorAll(".modal-header .btn-close")) {
        button.click();
    }
    await until(() => !document.querySelector(".modal"), "the dialog to be gone");
}

/** What is wrong on the screen, a line a node; nodes that are ignored for a rule are left out. */
async function violations(screen, rules, ignored) {
    const scope = screen.dialog ? ".modal" : ".o_action_manager";
    const found = await axe.run(scope, {
        resultTypes: ["violations"],
        runOnly: { type: "tag", values: rules },
    });
    const lines = [];
    for (const { id, impact, help, nodes } of found.violations) {
        if (!["serious", "critical"].includes(impact)) {
            continue;
        }
        for (const { target, html } of nodes) {
            const node = document.querySelector(target.join(" "));
            const odoos = ignored.some((one) => one.rules.includes(id) && node.closest(one.selector));
            if (!odoos && (!screen.ours || node.closest(screen.ours))) {
                lines.push(`${screen.label}: ${id} (${help}): ${target.join(" ")}: ${html.slice(0, 200)}`);
            }
        }
    }
    return lines;
}

/** Letters that two buttons of ours answer to, of which only the first ever gets it. */
function sharedLetters(screen) {
    const scope = screen.dialog ? ".modal" : ".o_action_manager";
    const letters = {};
    for (const element of document.querySelectorAll(`${scope} [data-hotkey]`)) {
        if (element.offsetParent) {
            (letters[element.dataset.hotkey] ??= []).push(element);
        }
    }
    return Object.entries(letters)
        .filter(([, all]) => all.length > 1 && all.some((one) => one.closest(".o_statusbar_buttons, .modal-footer")))
        .map(([letter, all]) => `${screen.label}: Alt+${letter} is ${all.map((one) => one.textContent.trim()).join(" and ")}`);
}

/** A screen that is wider than a phone is read through a keyhole. */
function tooWide(screen) {
    const page = document.documentElement;
    const width = `${page.scrollWidth} px on a screen of ${page.clientWidth} px`;
    return page.scrollWidth > page.clientWidth ? [`${screen.label}: is ${width} wide`] : [];
}

window.judge = async function (screens, rules, ignored) {
    const lines = [];
    for (const screen of screens) {
        await open(screen);
        lines.push(...(await violations(screen, rules, ignored)), ...sharedLetters(screen), ...tooWide(screen));
        if (screen.dialog) {
            await close();
        }
    }
    return lines;
};
