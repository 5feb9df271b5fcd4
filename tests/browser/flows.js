/* The main flows of the app, by the keyboard alone. Each function is called by a test of its own. */
const field = (name, inside = ".modal ") => `${inside}.o_field_widget[name="${name}"] input`;
const gone = () => until(() => !document.querySelector(".modal"), "the dialog to be gone");
const opened = () => until(() => document.querySelector(".modal .o_form_view"), "the dialog");
const suggestion = (text) =>
    [...document.querySelectorAll(".o-autocomplete--dropdown-item, .o_select_menu_item")].some((item) =>
        item.textContent.includes(text)
    );

/** Whether that proposal is the one which Enter takes. */
const isActive = (text) => {
    const active = document.querySelector(".o-autocomplete--dropdown-item .ui-state-active, .o_select_menu_item.focus");
    return Boolean(active?.textContent.includes(text));
};

/** Fill a field of the dialog, and take what it proposes. */
async function choose(name, text) {
    await tabTo(field(name));
    await type(text);
    await until(() => suggestion(text), `${text} to be proposed`);
    await quiet();
    for (let time = 0; !isActive(text); time++) {
        if (time === 10) {
            throw new Error(`${text} is not reached among what is proposed`);
        }
        await key("ArrowDown");
    }
    await key("Enter");
}

async function fill(name, text) {
    await tabTo(field(name));
    await type(text);
}

/** Type a code as a scanner does. */
async function scan(code) {
    await tabTo(field("scan"));
    await type(code);
    await key("Enter");
    await quiet();
}

/** Press the button of the dialog that does it. */
async function submit() {
    await quiet();
    await key("Alt+q");
    await gone();
}

/** From the search of a list to its first row, and into it. */
async function openFirstRow() {
    await reach("ArrowDown", ".o_data_row td, .o_data_row td *");
    await key("Enter");
    await until(() => document.querySelector(".o_form_view .o_form_sheet"), "the form");
    await quiet();
}

/** Press a button of the form by its letter, or by Tab and Enter. */
async function pressButton(selector, hotkey) {
    await until(() => document.querySelector(selector), selector);
    if (hotkey) {
        await quiet();
        await key(hotkey);
    } else {
        await tabTo(selector);
        await key("Enter");
    }
}

const button = (label) =>
    [...document.querySelectorAll(".o_statusbar_buttons button")].find((one) => one.textContent.trim() === label);

/** The same, of a button that has only its label. */
async function pressLabelled(label) {
    await until(() => button(label), label);
    button(label).dataset.wanted = "";
    await pressButton("button[data-wanted]");
    await opened();
}

async function pressHotkey(hotkey) {
    await until(() => document.querySelector(".o_statusbar_buttons button"), "the buttons");
    await quiet();
    await key(hotkey);
    await opened();
}

window.flows = {
    async assign(serial, technician, customer) {
        await tabTo('.o_menu_sections [data-menu-xmlid="payg_control_unit.payg_control_unit_menu_root"]');
        await key("Enter");
        await reach("ArrowDown", '[data-menu-xmlid="payg_control_unit.payg_assign_wizard_menu"]');
        await key("Enter");
        await opened();
        await scan(serial);
        await choose("technician_id", technician);
        await choose("customer_id", customer);
        await submit();
    },

    async record() {
        await openFirstRow();
        await pressHotkey("Alt+r");
        await submit();
    },

    async fail() {
        await openFirstRow();
        await pressHotkey("Alt+f");
        await tabTo('.modal .o_field_widget[name="fail_reason"] input');
        await key("Space");
        await submit();
    },

    async swap(serial, condition, reason) {
        await openFirstRow();
        await pressHotkey("Alt+s");
        await scan(serial);
        await choose("condition", condition);
        await fill("reason", reason);
        await submit();
    },

    async takeBack(condition, reason) {
        await pressLabelled("Return");
        await choose("condition", condition);
        await fill("reason", reason);
        await submit();
    },

    async switchOff(reason) {
        await pressHotkey("Alt+f");
        await fill("reason", reason);
        await submit();
    },

    async mark(reason) {
        await reach("ArrowDown", ".o_data_row td, .o_data_row td *");
        await reach("Tab", ".o_data_row .o_list_record_selector, .o_data_row .o_list_record_selector *", 3);
        await key("Space");
        await until(() => document.querySelector(".o_cp_action_menus"), "the Action menu");
        await quiet();
        await key("Alt+u");
        await until(() => document.querySelector(".o-dropdown--menu"), "its entries");
        const entry = [...document.querySelectorAll(".o-dropdown--menu .o-dropdown-item")].find(
            (item) => item.textContent.trim() === "Mark ERP Enable Sync"
        );
        entry.dataset.wanted = "";
        await reach("ArrowDown", "[data-wanted]");
        await key("Enter");
        await opened();
        await tabTo('.modal .o_field_widget[name="erp_sync"] input');
        await key("ArrowDown");
        await fill("reason", reason);
        await submit();
    },

    async match(account) {
        await openFirstRow();
        await pressLabelled("Match");
        await choose("account_id", account);
        await submit();
    },

    async runCron() {
        await until(() => document.querySelector('button[name="action_run_cron"]'), "Run Cron");
        await quiet();
        await key("Alt+r");
        await until(() => document.querySelector(".modal .btn-primary"), "the question");
        await quiet();
        await key("Alt+q");
        await gone();
        await until(() => document.querySelector('.o_form_view .o_field_widget[name="origin"]'), "the run");
    },

    /** Everything of ours on a screen is reached, and shows it. */
    async reachAll(selector) {
        await until(() => document.querySelector(selector), selector);
        return missedIn(selector);
    },

    async reachAllOfDialog(selector) {
        await tabTo('.o_menu_sections [data-menu-xmlid="payg_control_unit.payg_control_unit_menu_root"]');
        await key("Enter");
        await reach("ArrowDown", '[data-menu-xmlid="payg_control_unit.payg_assign_wizard_menu"]');
        await key("Enter");
        await opened();
        return missedIn(selector);
    },
};
