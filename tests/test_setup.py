from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .browser_kept import BrowserCommon
from .common import ROLES, PaygCommon

LEADS = ("supervisor", "manager", "administrator")


class SetupCommon(PaygCommon):
    def setUp(self):
        super().setUp()
        self.administrator = self.user_of("administrator")

    def setup_of(self, user):
        return self.env["payg.setup"].with_user(user).with_context(allowed_company_ids=self.company.ids)

    def step(self, key, user=None):
        steps = self.setup_of(user or self.administrator).read_steps()["steps"]
        return next(step for step in steps if step["key"] == key)

    def connect(self, **vals):
        values = {"company_id": self.company.id, "base_url": "https://cloud.example.com/v1", "username": "erp"}
        return self.env["smart.solar.client"].create({**values, **vals})

    def first_screen(self, user):
        return self.env["payg.home"].with_user(user).with_context(allowed_company_ids=self.company.ids)._app_action()


@tagged("post_install", "-at_install")
class TestSetup(SetupCommon):
    def test_a_new_company_has_everything_before_it(self):
        steps = self.setup_of(self.administrator).read_steps()["steps"]
        self.assertEqual(
            [step["key"] for step in steps],
            ["connection", "test", "fleet", "reading", "days", "preview", "turn_on"],
        )
        self.assertFalse([step["key"] for step in steps if step["done"]])

    def test_the_connection_is_done_when_there_is_one_and_tested_when_it_answered(self):
        client = self.connect()
        self.assertTrue(self.step("connection")["done"])
        self.assertFalse(self.step("test")["done"])
        client.write({"permission": "TECHNICAL", "state": "ok"})
        tested = self.step("test")
        self.assertTrue(tested["done"])
        self.assertIn("FACTORY", tested["status"], "It says what the level forbids.")
        client._mark_stopped("The login was refused.")
        stopped = self.step("test")
        self.assertFalse(stopped["done"])
        self.assertEqual(stopped["status"], "The login was refused.")
        client.active = False
        self.assertFalse(self.step("connection")["done"])

    def test_the_fleet_is_there_when_units_have_an_imei(self):
        lot = self.env["stock.lot"].create({"name": "BB17-NO-IMEI", "product_id": self.product.id})
        self.assertFalse(self.step("fleet")["done"])
        lot.cu_imei = "861234500000001"
        unit = self.make_unit()
        unit._open_holding(self.customer)
        fleet = self.step("fleet")
        self.assertTrue(fleet["done"])
        self.assertEqual(fleet["status"], "Units: 2. With an IMEI: 2. With a customer: 1.")

    def test_the_reading_is_done_when_a_unit_was_read_and_none_failed(self):
        client = self.connect()
        self.make_unit(reported_at=False)
        self.assertFalse(self.step("reading")["done"])
        self.make_unit()
        self.assertTrue(self.step("reading")["done"])
        client.last_pull_error = "The login may not read the enable status: FACTORY is needed."
        reading = self.step("reading")
        self.assertFalse(reading["done"])
        self.assertEqual(reading["status"], client.last_pull_error)

    def test_config_and_preview_are_done_when_somebody_has_looked(self):
        setup = self.setup_of(self.user_of("supervisor"))
        self.assertEqual(setup.open_step("days")["res_model"], "payg.crm.config")
        self.assertTrue(self.step("days")["done"])
        self.assertFalse(self.step("preview")["done"])
        self.assertEqual(setup.open_step("preview")["res_model"], "payg.control.unit.verdict")
        self.assertTrue(self.step("preview")["done"])

    def test_the_preview_of_crm_config_counts_too_and_keeps_the_first_time(self):
        self.config.action_preview()
        self.assertTrue(self.step("preview")["done"])
        first = self.config.previewed_at = fields.Datetime.to_datetime("2026-01-01 08:00:00")
        self.config.action_preview()
        self.assertEqual(self.config.previewed_at, first)

    def test_another_companys_fleet_does_no_step_of_ours(self):
        self.connect()
        self.make_unit()
        other = self.env["res.company"].create({"name": "Light Elsewhere"})
        user = self.user_of("administrator", company_id=other.id, company_ids=[(6, 0, other.ids)])
        steps = self.env["payg.setup"].with_user(user).with_context(allowed_company_ids=other.ids).read_steps()
        self.assertEqual(steps["company"], other.name)
        self.assertFalse([step["key"] for step in steps["steps"] if step["done"]])

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------
    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_leads_are_guided(self):
        for role in ROLES:
            setup = self.setup_of(self.user_of(role))
            with self.subTest(role):
                self.assertEqual(setup._is_open(), role in LEADS)
                if role not in LEADS:
                    for refused in (setup.read_steps, setup.dismiss, lambda setup=setup: setup.open_step("turn_on")):
                        with self.assertRaises(AccessError):
                            refused()
        self.assertFalse(self.config.setup_dismissed)

    def test_a_supervisor_is_told_what_an_administrator_does(self):
        supervisor = self.user_of("supervisor")
        for key, allowed in (("connection", False), ("test", False), ("reading", True), ("turn_on", True)):
            with self.subTest(key):
                self.assertEqual(self.step(key, supervisor)["allowed"], allowed)
                self.assertTrue(self.step(key, self.administrator)["allowed"])
        self.assertEqual(self.step("connection", supervisor)["needs"], "PAYG Control Units / Administrator")
        for refused in ("connection", "no_such_step"):
            with self.assertRaises(AccessError):
                self.setup_of(supervisor).open_step(refused)

    def test_the_fleet_is_brought_in_by_those_who_keep_the_stock(self):
        self.assertFalse(self.step("fleet", self.user_of("supervisor"))["allowed"])
        self.administrator.group_ids += self.env.ref("stock.group_stock_user")
        setup = self.setup_of(self.administrator)
        self.assertEqual(setup.open_step("fleet")["res_model"], "stock.lot")
        ticked = self.env["product.template"].search([("cu_is_control_unit", "=", True)])
        self.env.cr.execute("UPDATE product_template SET cu_is_control_unit = FALSE")
        ticked.invalidate_recordset()
        self.assertEqual(setup.open_step("fleet")["res_model"], "product.template", "First of all the products.")

    # ------------------------------------------------------------------
    # The first screen
    # ------------------------------------------------------------------
    def test_it_is_the_first_screen_until_it_is_done(self):
        self.connect(permission="FACTORY", state="ok")
        self.make_unit()
        self.assertEqual(self.first_screen(self.administrator)["tag"], "payg_control_unit.setup")
        self.turn_on()
        self.assertEqual(self.first_screen(self.administrator)["tag"], "payg_control_unit.home")

    def test_it_is_the_first_screen_until_it_is_dismissed(self):
        setup = self.setup_of(self.user_of("supervisor"))
        setup.dismiss()
        self.assertEqual(self.first_screen(self.administrator)["tag"], "payg_control_unit.home")
        self.assertTrue(setup.read_steps()["dismissed"])
        setup.dismiss(False)
        self.assertEqual(self.first_screen(self.administrator)["tag"], "payg_control_unit.setup")

    def test_who_is_not_guided_begins_at_work(self):
        for role, tag in (("operator", "payg_control_unit.home"), ("shop_manager", "payg_control_unit.home")):
            self.assertEqual(self.first_screen(self.user_of(role))["tag"], tag)
        self.assertEqual(self.first_screen(self.user_of("technician"))["res_model"], "payg.assignment")


@tagged("post_install", "-at_install")
class TestEmptyScreens(PaygCommon):
    def test_every_screen_says_what_belongs_there_and_how_to_begin(self):
        ours = self.env["ir.model.data"].search(
            [("module", "=", "payg_control_unit"), ("model", "=", "ir.actions.act_window")]
        )
        actions = self.env["ir.actions.act_window"].browse(ours.mapped("res_id"))
        self.assertGreater(len(actions), 7)
        for action in actions.filtered(lambda action: action.target != "new"):
            with self.subTest(action.name):
                self.assertIn("o_view_nocontent_smiling_face", action.help or "")
                self.assertEqual((action.help or "").count("<p"), 2, "A title, and how to begin.")


@tagged("post_install", "-at_install")
class TestSetupTours(SetupCommon, BrowserCommon):
    def test_an_administrator_is_guided_and_comes_back(self):
        self.start_tour("/odoo", "payg_setup_administrator", login=self.administrator.login)
        self.assertTrue(self.env["smart.solar.client"].search([("company_id", "=", self.company.id)]))
        self.assertTrue(self.config.setup_dismissed)

    def test_a_supervisor_sees_who_does_what(self):
        self.make_unit()
        self.start_tour("/odoo", "payg_setup_supervisor", login=self.user_of("supervisor").login)
        self.assertTrue(self.config.looked_at)
