/*
 * A person at the keyboard: each key is pressed by the browser itself, which the test has dispatch it (see
 * `browser_common.py`), so that what the page makes of it is what it makes of a real one.
 */
const NOBODY = "nothing has the focus";

/** Press a key, and see it released. */
async function press(name) {
    const released = new Promise((done) => window.addEventListener("keyup", done, { capture: true, once: true }));
    console.info(`press a key: ${name}`);
    await Promise.race([
        released,
        pause(PATIENCE).then(() => {
            throw new Error(`the key ${name} never came`);
        }),
    ]);
}

/** The same, and let the page draw what it makes of it. */
async function key(name) {
    await press(name);
    await frame();
    await frame();
}

async function type(text) {
    for (const character of text) {
        await press(character === " " ? "Space" : character);
    }
    await frame();
}

const focused = () => document.activeElement?.outerHTML.slice(0, 120) ?? NOBODY;

/** Press a key until what is meant has the focus: within a person's patience, and never with the mouse. */
async function reach(name, selector, times = 80) {
    await until(() => document.querySelector(selector), selector);
    await quiet();
    for (let time = 0; !document.activeElement?.matches(selector); time++) {
        if (time === times) {
            throw new Error(`${times} × ${name} did not reach ${selector}; the focus is on ${focused()}`);
        }
        await key(name);
    }
}

const tabTo = (selector) => reach("Tab", selector);

/** The look of an element by which its focus can be told. */
function look(element) {
    const { outline, boxShadow, backgroundColor, borderColor, textDecoration, color } = getComputedStyle(element);
    return JSON.stringify({ outline, boxShadow, backgroundColor, borderColor, textDecoration, color });
}

/** Tab through everything in a part of the screen; what is missed, or does not show that it has the focus. */
async function missedIn(selector) {
    const part = document.querySelector(selector);
    const controls = [...part.querySelectorAll("button, a[href], input, select, textarea")];
    document.activeElement.blur();
    await quiet();
    const before = new Map(controls.map((control) => [control, look(control)]));
    const complaints = [];
    const missed = new Set(controls);
    for (let time = 0; missed.size && time < 3 * controls.length + 40; time++) {
        await key("Tab");
        const control = document.activeElement;
        if (missed.delete(control)) {
            await quiet();
            if (look(control) === before.get(control)) {
                complaints.push(`has the focus and does not show it: ${focused()}`);
            }
        }
    }
    return [...complaints, ...[...missed].map((control) => `not reached by Tab: ${control.outerHTML.slice(0, 120)}`)];
}
