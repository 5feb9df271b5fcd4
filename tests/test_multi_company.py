from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PaygCommon


@tagged("post_install", "-at_install")
class TestMultiCompany(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Second Sun"})
        cls.other_config = cls.env["payg.crm.config"]._of(cls.other)
        cls.other_warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.other.id)], limit=1)
        cls.env.user.company_ids += cls.other

    def test_each_company_has_its_own_settings(self):
        mine, theirs = self.make_unit(), self.make_unit(stocked=False, company_id=self.other.id)
        self.put_in_stock(theirs, self.other_warehouse.lot_stock_id)
        self.turn_on()
        self.assertEqual((mine | theirs).mapped("verdict"), ["disable", "feature_off"])
        self.other_config.days_with_technician = 9
        days = [self.assign(unit) for unit in (mine, theirs)]
        self.assertEqual([(a.deadline - a.assigned_at).days for a in days], [5, 9])

    def test_the_weekly_run_keeps_to_the_companies_whose_feature_is_on(self):
        mine, theirs = self.make_unit(), self.make_unit(company_id=self.other.id)
        self.turn_on(brake_share=100)
        self.run_weekly()
        self.assertEqual((mine | theirs).mapped("wanted"), ["disabled", False])
        self.assertFalse(self.env["payg.disable.run"].search([("company_id", "=", self.other.id)]))

    def test_a_serial_received_by_a_company_is_that_companys_wherever_the_user_works(self):
        self.env = self.env(context={**self.env.context, "allowed_company_ids": [self.company.id, self.other.id]})
        self.assertEqual(self.env.company, self.company)
        units = self.receive(self.other_warehouse, ("OTHER-1", "353000000000001"))
        self.assertEqual(units.company_id, self.other)

    def test_a_lot_that_is_given_to_another_company_takes_its_unit_with_it(self):
        unit = self.make_unit(stocked=False)
        unit.lot_id.company_id = self.other
        self.assertEqual(unit.company_id, self.other)

    def test_units_of_another_company_are_out_of_reach(self):
        theirs = self.make_unit(company_id=self.other.id)
        supervisor = self.user_of("supervisor")
        unit = theirs.with_user(supervisor)
        self.assertFalse(unit.search([("id", "=", theirs.id)]))
        with self.assertRaises(AccessError):
            unit.read(["imei"])
        with self.assertRaises(AccessError):
            unit.action_retry()
        with self.assertRaises(AccessError):
            self.env["payg.switch.wizard"].with_user(supervisor).create(
                {"unit_ids": [Command.set(theirs.ids)], "wanted": "enabled", "reason": "x"}
            ).action_switch()
        with self.assertRaises(AccessError):
            self.env["payg.assignment"].with_user(self.user_of("shop_manager")).create(
                {"unit_id": theirs.id, "technician_id": self.technician.id}
            )
        self.assertFalse(theirs.wanted)

    def test_custody_steps_of_another_company_are_out_of_reach(self):
        theirs = self.make_unit(company_id=self.other.id)
        theirs._log_step(kind="moved")
        step = theirs.custody_step_ids
        self.assertTrue(step)
        self.assertFalse(step.with_user(self.user_of("operator")).search([("id", "=", step.id)]))

    def test_the_preview_shows_the_own_companies_only(self):
        theirs = self.make_unit(company_id=self.other.id)
        rows = self.env["payg.control.unit.verdict"].with_user(self.user_of("operator")).search([])
        self.assertNotIn(theirs, rows.sudo().unit_id)

    def test_a_lead_shows_the_customers_units_of_the_own_companies_only(self):
        mine, theirs = self.make_unit(), self.make_unit(company_id=self.other.id)
        (mine | theirs)._open_holding(self.customer)
        lead = self.env["crm.lead"].create({"name": "More light", "partner_id": self.customer.id})
        operator = self.user_of("operator")
        shown = lead.with_user(operator).web_read({"cu_unit_ids": {"fields": {"name": {}}}})
        self.assertEqual([unit["id"] for unit in shown[0]["cu_unit_ids"]], mine.ids)
