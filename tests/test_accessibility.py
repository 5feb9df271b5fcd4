import json
import os
from pathlib import Path

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import PaygCommon

# dev/test fetches axe-core and names it here; empty when it could not be had.
AXE = "PAYG_AXE"
SCRIPT = Path(__file__).parent / "browser" / "accessibility.js"
LOADER = """
const load = (name) => new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), {src: `/payg_test/${name}`});
    script.onload = done;
    script.onerror = () => failed(new Error(`${name} was not loaded`));
    document.head.append(script);
});
load("axe.js").then(() => load("judge.js")).then(() => judge(%s)).catch((error) => console.error(error.message));
"""
# What is ours in a form of Odoo's: the prefix of our fields, buttons, pages and groups there.
OURS = '[name^="cu_"], [name^="action_cu"], [id^="cu_"], [name^="payg"]'
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# What Odoo's own web client draws, which no view of ours can change: where, and the rules that it breaks there.
ODOO_OWN = [
    # The search bar: its roles and attributes, its magnifying glass, the handles of its facets.
    {
        "selector": ".o_searchview",
        "rules": ["aria-allowed-attr", "aria-command-name", "aria-required-parent", "aria-roles", "role-img-alt"],
    },
    # The headers of a notebook: the tabs are not directly in their tablist.
    {"selector": ".o_notebook_headers", "rules": ["aria-required-parent"]},
    # The button of the optional columns, and the boxes that select the rows of a list, have no name.
    {"selector": ".o_optional_columns_dropdown", "rules": ["button-name"]},
    {"selector": ".o_list_record_selector", "rules": ["label"]},
    # Odoo's colors of its badge widget: white on its green, blue and red.
    {"selector": ".badge.rounded-pill", "rules": ["color-contrast"]},
    # The heads of a pivot table's measures.
    {"selector": ".o_pivot_measure_row", "rules": ["color-contrast"]},
    # The chatter, with its icons and pictures of people.
    {
        "selector": ".o-mail-Chatter, .o-mail-ChatterContainer",
        "rules": ["role-img-alt", "image-alt", "color-contrast", "aria-prohibited-attr"],
    },
    # The word between the values of a search facet, and the box that shows a boolean in a list.
    {"selector": ".o_facet_values_sep", "rules": ["color-contrast"]},
    {"selector": ".o_field_boolean", "rules": ["label"]},
    {"selector": ".o-mail-Avatar, .o_avatar", "rules": ["image-alt"]},
    # A dialog has its title, and does not say so.
    {"selector": ".modal", "rules": ["aria-dialog-name"]},
    # The tags of several records.
    {"selector": ".o_tag", "rules": ["aria-allowed-attr"]},
]


@tagged("post_install", "-at_install")
class TestAccessibility(PaygCommon, HttpCase):
    """Every screen of ours, as somebody who sees it, judged by axe-core: nothing serious, nothing in the console."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_records()

    @classmethod
    def make_records(cls):
        """Something on every screen."""
        cls.turn_on()
        held, failed, accepted, refused, free = cls.make_units(5, life_state="6", hardware_type="BB17SMART_v2")
        held._open_holding(cls.customer)
        failed.write({"command_state": "failed", "wanted": "disabled", "wanted_reason": "Retired"})
        accepted._want("disabled", "person", "Lost", user=cls.env.user)
        refused.erp_sync = "do_not"
        free.reported_state = "disabled"
        cls.env["payg.assignment"].create(
            {"unit_id": free.id, "technician_id": cls.technician.id, "customer_id": cls.customer.id}
        )
        run = cls.env["payg.disable.run"].create({"config_id": cls.config.id, "origin": "person", "state": "waiting"})
        run.line_ids = [Command.create({"verdict": "disable", "count": 2})]
        cls.env["payg.erp.sync.log"].create(
            {"unit_id": refused.id, "company_id": cls.company.id, "erp_sync": "do_not", "reason": "Old hardware"}
        )
        cls.env["smart.solar.client"].create(
            {"company_id": cls.company.id, "base_url": "https://cloud.example.com/v1", "username": "erp"}
        )
        cls.env["payg.account"].create({"partner_id": cls.customer.id, "daily_rate": 10})

    # ------------------------------------------------------------------
    # The screens
    # ------------------------------------------------------------------
    def screens_of(self, user):
        """Every view of every action of ours that the user may open, with a record in each form."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "payg_control_unit"), ("model", "=", "ir.actions.act_window")]
        )
        screens = []
        for xmlid in sorted(data.mapped("complete_name")):
            action = self.env["ir.actions.actions"].with_user(user)._for_xml_id(xmlid)
            records = self.env[action["res_model"]].with_user(user)
            records = records.with_context(allowed_company_ids=self.company.ids)
            if records.has_access("read") and action["target"] != "new":
                screens += self.views_of(action, records.search([], limit=1))
        return screens

    def views_of(self, action, record):
        for view, kind in action["views"]:
            if kind == "form" and not record:
                continue
            yield self.screen(f"{action['name']} {kind}", {**action, "views": [(view, kind)], "res_id": record.id})

    def screen(self, label, action, **options):
        if isinstance(action, dict):
            action = {key: value for key, value in action.items() if key not in ("path", "help")}
        return {"label": label, "action": action, **options}

    def odoos_form(self, record):
        """A form of Odoo's own, judged where it shows fields and buttons of ours."""
        action = {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
        return self.screen(f"{record._description} form", action, ours=OURS)

    def wizard(self, model, **context):
        action = {
            "type": "ir.actions.act_window",
            "name": model,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }
        return self.screen(model, action, dialog=True)

    def judge(self, user, screens):
        path = os.environ.get(AXE)
        if path is None:
            self.skipTest(f"{AXE} names no axe.min.js: dev/test fetches it")
        self.assertTrue(path, "axe-core could not be fetched, see above.")
        self.serve("axe.js", Path(path))
        self.serve("judge.js", SCRIPT)
        asked = ", ".join(json.dumps(one, default=str) for one in (screens, RULES, ODOO_OWN))
        ready = "odoo.isReady && !!odoo.__WOWL_DEBUG__"
        self.browser_js("/odoo/control-units-home", LOADER % asked, ready=ready, login=user.login, timeout=240)

    def serve(self, name, file):
        """Have the page find a script under /payg_test/."""
        vals = {"name": name, "url": f"/payg_test/{name}", "raw": file.read_bytes(), "mimetype": "text/javascript"}
        self.env["ir.attachment"].create({**vals, "type": "binary", "public": True})

    # ------------------------------------------------------------------
    # Who looks
    # ------------------------------------------------------------------
    def test_every_screen_of_an_administrator(self):
        user = self.user_of("administrator")
        screens = self.screens_of(user)
        self.assertGreater(len(screens), 20)
        screens += [
            self.screen("Home", "payg_control_unit.payg_home_action"),
            self.screen("Getting Started", "payg_control_unit.payg_setup_action"),
            self.screen("CRM Config", "payg_control_unit.payg_crm_config_action"),
        ]
        self.judge(user, screens)

    def test_the_wizards_of_a_supervisor(self):
        unit = self.make_unit()
        self.judge(
            self.user_of("supervisor"),
            [
                self.wizard("payg.switch.wizard", default_unit_ids=unit.ids, default_wanted="disabled"),
                self.wizard("payg.erp.sync.wizard", active_model=unit._name, active_ids=unit.ids),
            ],
        )

    def test_what_odoos_own_records_show_of_ours(self):
        user = self.user_of("administrator")
        user.group_ids += (
            self.env.ref("stock.group_stock_manager")
            + self.env.ref("sales_team.group_sale_manager")
            + self.env.ref("base.group_partner_manager")
        )
        lead = self.env["crm.lead"].create({"name": "A home", "partner_id": self.customer.id})
        unit = self.Unit.search([("customer_id", "=", self.customer.id)], limit=1)
        records = (unit.lot_id, self.customer, self.technician, lead, self.product.product_tmpl_id)
        self.judge(user, [self.odoos_form(record) for record in records])
