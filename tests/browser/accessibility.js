/*
 * Opens screens one after the other and has axe-core judge each. Runs in the page, after axe-core, as
 * judge(screens, rules, ignored): screens are {label, action, dialog, ours}, where `action` is what the action service
 * takes, and `ours` a selector of what is judged of it (all, without one); ignored are {selector, rules}. Logs what is
 * wrong as an error, and "test successful" when nothing is.
 */
const PATIENCE = 20000;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function until(condition, what) {
    const deadline = Date.now() + PATIENCE;
    while (!condition()) {
        if (Date.now() > deadline) {
            throw new Error(`waited for ${what}`);
        }
        await pause(50);
    }
}

/** Nothing is loading, and nothing moves: colors in the middle of a transition say nothing. */
async function quiet() {
    await until(() => !document.querySelector(".o_blockUI, .o_loading_indicator"), "the screen to be loaded");
    await document.fonts.ready;
    await pause(150);
    await until(() => document.getAnimations().every((animation) => animation.playState !== "running"), "quiet");
}

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

window.judge = async function (screens, rules, ignored) {
    const lines = [];
    for (const screen of screens) {
        await open(screen);
        lines.push(...(await violations(screen, rules, ignored)));
        if (screen.dialog) {
            await close();
        }
    }
    if (lines.length) {
        console.error(`${lines.length} violations:\n${lines.join("\n")}`);
    } else {
        console.log("test successful");
    }
};
