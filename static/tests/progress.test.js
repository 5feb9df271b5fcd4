import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-dom";
import { contains, defineModels, fields, MockServer, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

const THREE_SECONDS = 3000;
const BAR = ".o_payg_progress";

class Run extends models.Model {
    name = fields.Char();
    done = fields.Integer();
    total = fields.Integer();
    _records = [{ id: 1, done: 400, total: 1000 }];
}
defineModels([Run]);
defineMailModels();

const mountRun = () =>
    mountView({
        type: "form",
        resModel: "run",
        resId: 1,
        arch: `<form>
            <field name="name"/>
            <field name="done" widget="payg_progress" options="{'total': 'total'}" readonly="1"/>
            <div invisible="done == total"><widget name="payg_look_again"/></div>
        </form>`,
    });

/** Work goes on while nobody looks. */
const goOn = (done) => MockServer.env["run"].write([1], { done });

const waitForALook = async () => {
    await advanceTime(THREE_SECONDS);
    await animationFrame();
};

test("a bar says how much of the whole is done, to eyes and to screen readers", async () => {
    await mountRun();
    expect(BAR).toHaveText("400 of 1,000");
    expect(`${BAR} progress`).toHaveAttribute("max", "1000");
    expect(`${BAR} progress`).toHaveAttribute("value", "400");
    expect(`${BAR} progress`).toHaveAttribute("aria-label", "Done");
});

test("more than was expected is the whole", async () => {
    Run._records[0].done = 1200;
    await mountRun();
    expect(BAR).toHaveText("1,200 of 1,200");
});

test("the form goes on by itself until the work is done, and then no more", async () => {
    let looks = 0;
    onRpc("run", "web_read", () => {
        looks += 1;
    });
    await mountRun();
    expect(".o_payg_look_again").toHaveText("This page goes on by itself.");
    goOn(700);
    await waitForALook();
    expect(BAR).toHaveText("700 of 1,000");
    goOn(1000);
    await waitForALook();
    expect(BAR).toHaveText("1,000 of 1,000");
    expect(".o_payg_look_again").toHaveCount(0);
    const before = looks;
    await advanceTime(10 * THREE_SECONDS);
    expect(looks).toBe(before);
});

test("what somebody is typing is not overwritten", async () => {
    await mountRun();
    await contains('[name="name"] input').edit("Mine");
    goOn(700);
    await waitForALook();
    expect('[name="name"] input').toHaveValue("Mine");
    expect(BAR).toHaveText("400 of 1,000");
});
