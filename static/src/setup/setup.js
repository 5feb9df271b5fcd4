import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** The way from an installed addon to a working rule: each step, whether it is done, and where to do it. */
export class PaygSetup extends Component {
    static template = "payg_control_unit.Setup";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ company: "", dismissed: false, steps: [] });
        onWillStart(() => this.load());
    }

    async load() {
        Object.assign(this.state, await this.orm.call("payg.setup", "read_steps"));
    }

    get done() {
        return this.state.steps.filter((step) => step.done).length;
    }

    get ready() {
        return this.done === this.state.steps.length;
    }

    /** The first step that is left is the one to do now. */
    isNext(step) {
        return step === this.state.steps.find((other) => !other.done);
    }

    async open(step) {
        this.action.doAction(await this.orm.call("payg.setup", "open_step", [step.key]));
    }

    async dismiss(dismissed) {
        await this.orm.call("payg.setup", "dismiss", [dismissed]);
        if (dismissed) {
            this.goHome();
        } else {
            await this.load();
        }
    }

    goHome() {
        this.action.doAction("payg_control_unit.payg_home_action", { clearBreadcrumbs: true });
    }
}

registry.category("actions").add("payg_control_unit.setup", PaygSetup);
