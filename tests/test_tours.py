from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .browser_kept import BrowserCommon
from .common import PaygCommon


@tagged("post_install", "-at_install")
class TestTours(PaygCommon, BrowserCommon):
    """What people do in the browser, as the role that does it."""

    def test_crm_config_turn_on_see_the_preview_and_run(self):
        alone = self.make_unit(life_state="6") + self.make_unit()
        kept = self.make_unit() + self.make_unit(life_state="8")
        kept[0]._open_holding(self.customer)
        supervisor = self.user_of("supervisor")
        self.start_tour("/odoo", "payg_crm_config", login=supervisor.login)

        self.assertTrue(self.config.disable_by_default)
        run = self.env["payg.disable.run"].search([("company_id", "=", self.company.id)])
        self.assertRecordValues(run, [{"state": "requested", "user_id": supervisor.id, "origin": "person"}])
        self.assertFalse(any(alone.mapped("wanted")), "Nothing is switched before the worker takes up the run.")
        self.env.ref("payg_control_unit.ir_cron_work_runs").method_direct_trigger()
        self.env.invalidate_all()
        self.assertRecordValues(run, [{"state": "done", "disabled_count": 2, "command_count": 2}])
        self.assertEqual(set(alone.mapped("wanted")), {"disabled"})
        self.assertNotIn("disabled", kept.mapped("wanted"))

    def test_mark_erp_enable_sync_from_the_menu(self):
        one, other = self.make_tour_units(2)
        self.start_tour("/odoo", "payg_erp_sync_menu", login=self.user_of("supervisor").login)
        self.env.invalidate_all()
        self.assertRecordValues(one + other, [{"erp_sync": "do_not"}, {"erp_sync": "do"}])
        log = self.env["payg.erp.sync.log"].search([("unit_id", "in", (one + other).ids)])
        self.assertRecordValues(log, [{"unit_id": one.id, "erp_sync": "do_not", "reason": "Old hardware"}])

    def test_mark_erp_enable_sync_from_the_list_of_units(self):
        units = self.make_tour_units(2)
        others = self.make_units(2)
        self.start_tour("/odoo/control-units", "payg_erp_sync_units", login=self.user_of("supervisor").login)
        self.env.invalidate_all()
        self.assertEqual(set(units.mapped("erp_sync")), {"do_not"})
        self.assertEqual(set(others.mapped("erp_sync")), {"do"})

    def test_mark_erp_enable_sync_from_the_list_of_serial_numbers(self):
        units = self.make_tour_units(2)
        others = self.make_units(2)
        supervisor = self.user_of("supervisor")
        supervisor.group_ids += self.env.ref("stock.group_stock_user")
        self.start_tour("/odoo/lots", "payg_erp_sync_lots", login=supervisor.login)
        self.env.invalidate_all()
        self.assertEqual(set(units.mapped("erp_sync")), {"do_not"})
        self.assertEqual(set(others.mapped("erp_sync")), {"do"})

    def test_run_cron_in_scheduled_actions(self):
        unit = self.make_unit()
        self.turn_on()
        user = self.user_of("administrator")
        user.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        self.start_tour("/odoo?debug=1", "payg_scheduled_action", login=user.login)
        self.env.invalidate_all()
        self.assertRecordValues(unit, [{"wanted": "disabled", "wanted_origin": "rule", "command_state": "live"}])

    def test_the_form_of_a_unit_says_why_and_lets_nobody_edit_it(self):
        unit, _other = self.make_tour_units(2)
        self.turn_on()
        unit._open_holding(self.customer)
        self.start_tour("/odoo", "payg_unit_form", login=self.user_of("operator").login)


@tagged("post_install", "-at_install")
class TestShopTours(PaygCommon, BrowserCommon):
    """The day's work of a shop, by a shop manager who has no other right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()
        cls.unit, cls.other = cls.make_tour_units(2, reported_state="disabled")
        cls.shop_manager = cls.user_of("shop_manager")

    def tour(self, name, record, login=None):
        path = {"payg.assignment": "control-units-assignments", "payg.control.unit": "control-units"}[record._name]
        self.start_tour(f"/odoo/{path}/{record.id}", name, login=login or self.shop_manager.login)
        self.env.invalidate_all()

    def test_assign_stock(self):
        self.start_tour("/odoo", "payg_assign", login=self.shop_manager.login)
        self.env.invalidate_all()
        self.assertRecordValues(
            self.unit.assignment_id,
            [{"technician_id": self.technician.id, "customer_id": self.customer.id, "user_id": self.shop_manager.id}],
        )
        self.assertEqual(self.unit.wanted, "enabled")

    def test_record_an_installation(self):
        self.tour("payg_install", self.assign(self.unit))
        self.assertRecordValues(self.unit, [{"place": "customer", "customer_id": self.customer.id}])
        self.assertEqual(self.other.place, "shop")

    def test_an_installation_failed(self):
        self.tour("payg_fail", self.assign(self.unit))
        self.assertRecordValues(self.unit, [{"place": "shop", "wanted": "disabled"}])

    def test_swap(self):
        self.assign(self.unit)._record_installation(fields.Datetime.now())
        self.assign(self.other, kind="swap")
        self.tour("payg_swap", self.unit)
        self.assertRecordValues(self.unit | self.other, [{"place": "repair"}, {"place": "customer"}])
        self.assertEqual(self.other.customer_id, self.customer)
