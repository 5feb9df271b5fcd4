from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import PaygCommon

DAY = 24 * 60 * 60
BOTH = ("name", "cu_pulse_credit_text", "cu_credit_until", "cu_unit_credit_text", "cu_unit_credit_until",
        "cu_unit_credit_known", "cu_unit_credit_as_of", "cu_unit_credit_stale", "cu_credit_pending_text",
        "cu_unit_credit_syncing")  # fmt: skip


@tagged("post_install", "-at_install")
class TestCreditOfCustomers(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()

    def make_customer(self, days=5, **vals):
        """A customer with a DCM unit that has so many days left."""
        customer = self.env["res.partner"].create({"name": "Amina"})
        until = self.now + timedelta(days=days)
        unit = self.make_unit(dcm=True, unit_credit_until=until, unit_credit_as_of=self.now, **vals)
        self.env["payg.account"].create({"partner_id": customer.id, "daily_rate": 10.0})
        unit._open_holding(customer)
        return customer

    def test_a_customer_shows_the_credit_of_the_unit(self):
        customer = self.make_customer(days=5)
        self.assertTrue(customer.cu_unit_credit_text.startswith(("4 days", "5 days")))
        self.assertEqual(customer.cu_credit_unit_id, customer.cu_unit_ids)
        self.assertTrue(customer.cu_diagnosis and customer.cu_diagnosis_action and customer.cu_is_dcm)

    def test_of_several_units_the_one_that_goes_dark_first(self):
        customer = self.make_customer(days=5)
        first = self.make_unit(dcm=True, unit_credit_until=self.now + timedelta(days=1), unit_credit_as_of=self.now)
        scm = self.make_unit()
        (first | scm)._open_holding(customer)
        self.assertEqual(customer.cu_credit_unit_id, first)

    def test_scm_is_not_available_and_no_unit_is_nothing(self):
        customer = self.env["res.partner"].create({"name": "Amina"})
        self.assertFalse(customer.cu_unit_credit_text)
        self.make_unit()._open_holding(customer)
        self.assertEqual(customer.cu_unit_credit_text, "N/A")
        self.assertFalse(customer.cu_is_dcm)

    def test_customers_are_sorted_and_filtered_by_both(self):
        late, soon, old = (self.make_customer(days=days) for days in (9, 1, 4))
        old.cu_unit_ids.unit_credit_as_of = self.now - timedelta(days=30)
        domain = [("id", "in", (late + soon + old).ids)]
        partners = self.env["res.partner"]
        self.assertEqual(partners.search(domain, order="cu_unit_credit_text"), soon + old + late)
        self.assertEqual(partners.search(domain, order="cu_unit_credit_until desc"), late + old + soon)
        until = self.now + timedelta(days=2)
        self.assertEqual(partners.search([*domain, ("cu_unit_credit_until", "<", until)]), soon)
        self.assertEqual(partners.search([*domain, ("cu_unit_credit_stale", "=", True)]), old)
        for model, name in (("res.partner", "cu_unit_credit_text"), ("payg.control.unit", "unit_credit_text")):
            self.assertTrue(self.env[model].fields_get([name], ["sortable"])[name]["sortable"])

    def test_a_list_of_customers_costs_at_most_four_queries_more_whatever_its_length(self):
        customers = self.env["res.partner"].union(*[self.make_customer() for _customer in range(80)])
        operator = self.user_of("operator")

        def count(partners, names):
            self.env.flush_all()
            self.env.invalidate_all()
            spec = {name: {} for name in names}
            mine = partners.with_user(operator)
            mine.search([("id", "in", mine.ids)], limit=1)  # access rules are cached
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            mine.web_search_read([("id", "in", mine.ids)], spec)
            return self.env.cr.sql_log_count - before

        count(customers, BOTH)
        plain = count(customers, ["name"])
        self.assertEqual(count(customers[:2], BOTH), count(customers, BOTH))
        self.assertLessEqual(count(customers, BOTH) - plain, 4)
