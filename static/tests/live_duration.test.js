import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, mockDate, test } from "@odoo/hoot";
import { advanceFrame, advanceTime, animationFrame, freezeTime, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { Component, useState, xml } from "@odoo/owl";
import {
    allowTranslations,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    mountWithCleanup,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { clock } from "@payg_control_unit/duration/clock";
import { formatDuration } from "@payg_control_unit/duration/format_duration";
import { LiveDuration } from "@payg_control_unit/duration/live_duration";

const { DateTime } = luxon;
const SHOWN = ".o_payg_live_duration";

class Assignment extends models.Model {
    deadline = fields.Datetime();
    _records = [
        { id: 1, deadline: "2026-03-11 12:00:00" },
        { id: 2, deadline: "2026-03-06 11:00:00" },
        { id: 3, deadline: false },
    ];
}
defineModels([Assignment]);
defineMailModels();

class Page extends Component {
    static components = { LiveDuration };
    static props = [];
    static template = xml`
        <LiveDuration t-foreach="state.moments" t-as="until" t-key="until_index" until="until"
                      withSeconds="state.withSeconds" stopsAtZero="state.stopsAtZero"/>`;
    setup() {
        this.state = useState(this.constructor.shown);
    }
}

async function mountPage(moments, options = {}) {
    Page.shown = { moments: moments.map((iso) => DateTime.fromISO(iso)), ...options };
    return mountWithCleanup(Page, { noMainContainer: true });
}

test("durations begin with the largest unit that is not zero", () => {
    allowTranslations();
    const texts = [0, 1, 59, 60, 3_599, 3_600, 86_399, 86_400, 432_000].map((seconds) =>
        formatDuration(seconds)
    );
    expect(texts).toEqual([
        "0 s",
        "1 s",
        "59 s",
        "1 min",
        "59 min",
        "1 h 0 min",
        "23 h 59 min",
        "1 d 0 h 0 min",
        "5 d 0 h 0 min",
    ]);
    expect(formatDuration(90_061, { withSeconds: true })).toBe("1 d 1 h 1 min 1 s");
});

/** Whether the characters of an element's text are drawn one after the other from left to right. */
function isDrawnFromLeftToRight(element) {
    const [node, range] = [element.firstChild, document.createRange()];
    const lefts = [...node.data].map((_character, index) => {
        range.setStart(node, index);
        range.setEnd(node, index + 1);
        return range.getBoundingClientRect().left;
    });
    return lefts.every((left, index) => !index || left >= lefts[index - 1]);
}

test("on a page from right to left each number stays before its unit", async () => {
    class FromRightToLeft extends Component {
        static components = { LiveDuration };
        static props = [];
        static template = xml`<div dir="rtl"><span class="plain">4 d 23 h</span> <LiveDuration until="until"/></div>`;
        until = DateTime.now().plus({ days: 5 });
    }
    await mountWithCleanup(FromRightToLeft, { noMainContainer: true });
    expect(isDrawnFromLeftToRight(queryFirst(".plain"))).toBe(false);
    expect(isDrawnFromLeftToRight(queryFirst(SHOWN))).toBe(true);
});

test("it counts down to the moment, and from it on it is overdue", async () => {
    const page = await mountPage([], { withSeconds: true });
    freezeTime();
    mockDate("2026-03-06 12:00:00", +0);
    page.state.moments = [DateTime.now().plus({ milliseconds: 2500 })];
    await advanceFrame(2);
    expect(queryAllTexts(SHOWN)).toEqual(["3 s"]);
    for (const text of ["2 s", "1 s", "0 s overdue", "1 s overdue"]) {
        await advanceTime(1000);
        await advanceFrame(2);
        expect(queryAllTexts(SHOWN)).toEqual([text]);
    }
    expect(SHOWN).toHaveClass("text-danger");
});

test("what is used up stops at zero", async () => {
    mockDate("2026-03-06 12:00:00", +0);
    await mountPage(["2026-03-06T12:00:01"], { stopsAtZero: true, withSeconds: true });
    await advanceTime(3000);
    await animationFrame();
    expect(queryAllTexts(SHOWN)).toEqual(["0 s"]);
});

test("all of a page share one timer, which stops with the last of them", async () => {
    mockDate("2026-03-06 12:00:00", +0);
    let waits = 0;
    patchWithCleanup(clock, {
        wait() {
            waits += 1;
            return super.wait();
        },
        stop() {
            expect.step("stop");
            return super.stop();
        },
    });
    const page = await mountPage(Array(200).fill("2026-03-08T12:00:00"));
    expect(SHOWN).toHaveCount(200);
    expect(waits).toBe(1);
    await advanceTime(10_000);
    expect(waits).toBeWithin(10, 20); // and not 200 a second; a timer may be a little early
    page.state.moments.pop();
    await animationFrame();
    expect.verifySteps([]);
    page.state.moments = [];
    await animationFrame();
    expect.verifySteps(["stop"]);
    waits = 0;
    await advanceTime(5000);
    expect(waits).toBe(0);
});

test("what does not change is not drawn again", async () => {
    mockDate("2026-03-06 12:00:00.500", +0);
    patchWithCleanup(LiveDuration.prototype, {
        render() {
            expect.step("drawn");
            return super.render(...arguments);
        },
    });
    await mountPage(["2026-03-06T14:00:30"]);
    for (const [seconds, steps] of [
        [30, []],
        [1, ["drawn"]],
        [59, []],
        [1, ["drawn"]],
    ]) {
        await advanceTime(1000 * seconds);
        expect.verifySteps(steps);
    }
    await animationFrame();
    expect(queryAllTexts(SHOWN)).toEqual(["1 h 58 min"]);
});

test("a deadline in a list and in a form", async () => {
    mockDate("2026-03-06 12:30:30", +0);
    await mountView({
        type: "list",
        resModel: "assignment",
        arch: `<list><field name="deadline" widget="payg_countdown"/></list>`,
    });
    expect(queryAllTexts(".o_data_cell")).toEqual(["4 d 23 h 29 min", "1 h 30 min overdue", ""]);
    await mountView({
        type: "form",
        resModel: "assignment",
        resId: 1,
        arch: `<form><field name="deadline" widget="payg_countdown" options="{'with_seconds': True}"/></form>`,
    });
    expect(`.o_form_view ${SHOWN}`).toHaveText("4 d 23 h 29 min 30 s");
});

test("a form that turns to another record shows the time of that one", async () => {
    mockDate("2026-03-06 12:30:30", +0);
    await mountView({
        type: "form",
        resModel: "assignment",
        resIds: [1, 2, 3],
        resId: 1,
        arch: `<form><field name="deadline" widget="payg_countdown"/></form>`,
    });
    for (const texts of [["1 h 30 min overdue"], []]) {
        await contains(".o_pager_next").click();
        expect(queryAllTexts(SHOWN)).toEqual(texts);
    }
});
