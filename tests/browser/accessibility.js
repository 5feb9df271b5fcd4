/*
 * Opens screens one after the other and has axe-core judge each. Runs in the page, after axe-core, as
 * judge(screens, rules, ignored, known): screens are {label, action, dialog, ours}, where `action` is what the action
 * service takes, and `ours` a selector of what is judged of it (all, without one); ignored are {selector, rules}; known
 * are the looks that were found to be right, and need no other judgement. Returns what is wrong, in lines, and leaves
 * the looks that are right now.
 */
const scopeOf = (screen) => (screen.dialog ? ".modal" : ".o_action_manager");

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

/** What axe-core would see; of numbers, that are other ones for other people, only which are the same. */
async function lookOf(screen) {
    const part = document.querySelector(scopeOf(screen));
    const filled = [...part.querySelectorAll("input, textarea, select")].map((one) => (one.value ? "x" : "-"));
    const numbers = {};
    const html = part.outerHTML.replace(/(style|class)="[^"]*"|\d+/g, (found, styled) =>
        styled ? found : (numbers[found] ??= Object.keys(numbers).length)
    );
    const seen = new TextEncoder().encode(`${screen.ours} ${filled.join("")} ${html}`);
    const digest = await crypto.subtle.digest("SHA-256", seen);
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16)).join(".");
}

/** What is wrong on the screen, a line a node; nodes that are ignored for a rule are left out. */
async function violations(screen, rules, ignored) {
    const found = await axe.run(scopeOf(screen), {
        preload: false,
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
    const letters = {};
    for (const element of document.querySelectorAll(`${scopeOf(screen)} [data-hotkey]`)) {
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

window.judge = async function (screens, rules, ignored, known) {
    const lines = [];
    const looks = new Set(known);
    for (const screen of screens) {
        await open(screen);
        const look = await lookOf(screen);
        const wrong = looks.has(look) ? [] : await violations(screen, rules, ignored);
        if (!wrong.length) {
            looks.add(look);
        }
        lines.push(...wrong, ...sharedLetters(screen), ...tooWide(screen));
        if (screen.dialog) {
            await close();
        }
    }
    window.left = [...looks];
    return lines;
};
