from datetime import timedelta
from operator import eq, ge, gt, le, lt, ne

from lxml import etree

from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

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

    def test_the_search_of_contacts_finds_them_by_serial_number_and_imei(self):
        unit = self.make_unit()
        unit._open_holding(self.customer)
        user = self.user_of("operator")
        partners = self.env["res.partner"].with_user(user).with_context(allowed_company_ids=self.company.ids)
        arch = etree.fromstring(partners.get_view(self.env.ref("base.view_res_partner_filter").id, "search")["arch"])
        [field] = arch.xpath("//field[@name='cu_unit_ids']")
        for typed in (unit.name, unit.imei, unit.name.lower()):
            self.assertEqual(partners.search(safe_eval(field.get("filter_domain"), {"self": typed})), self.customer)

    def test_a_unit_is_found_by_its_customers_phone_however_it_is_written(self):
        kept = ("+254 700 123 456", "0700-123456", "+254711123456", "+228 90 65 43 21", False)
        units = self.make_units(len(kept))
        for unit, phone in zip(units, kept, strict=True):
            unit._open_holding(self.env["res.partner"].create({"name": "Amina", "phone": phone}))
        user = self.user_of("operator")
        mine = self.env["payg.control.unit"].with_user(user).with_context(allowed_company_ids=self.company.ids)
        arch = etree.fromstring(
            mine.get_view(self.env.ref("payg_control_unit.payg_control_unit_view_search").id)["arch"]
        )
        [field] = arch.xpath('//field[@string="Customer\'s phone"]')
        for typed, found in (
            ("0700 123 456", units[:2]),
            ("+254700123456", units[:2]),
            ("00254 700-123-456", units[:2]),
            ("123 456", units[:3]),
            ("90654321", units[3]),
            ("0722 123 456", mine),
        ):
            with self.subTest(typed):
                domain = safe_eval(field.get("filter_domain"), {"self": typed})
                self.assertEqual(mine.search([*domain, ("id", "in", units.ids)], order="id"), found)

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

    def test_a_filter_finds_what_the_list_shows(self):
        """Of several accounts and units the first counts, and whoever has none is found where nothing is set."""
        none, one, two = self.env["res.partner"].create({"name": "Amina"}), *(self.make_customer(days=5) for _ in "ab")
        self.make_unit(
            dcm=True, unit_credit_until=self.now + timedelta(days=1), unit_credit_as_of=self.now - timedelta(days=30)
        )._open_holding(two)
        self.make_unit()._open_holding(none)
        two.cu_account_ids._add_by_hand("bonus", 3 * DAY, "Test")
        unit = self.make_unit()
        unit._open_holding(two)
        self.env["payg.account"].create({"partner_id": two.id, "daily_rate": 10.0, "unit_id": unit.id})
        waiting = self.env["res.partner"].create({"name": "Amina"})
        self.env["payg.account"].create({"partner_id": waiting.id, "daily_rate": 10.0})
        partners = none | one | two | waiting
        compare = {"<": lt, ">": gt, "<=": le, ">=": ge, "=": eq, "!=": ne}
        for name, moments in (
            ("cu_credit_until", [self.now - timedelta(days=1), self.now + timedelta(days=2)]),
            ("cu_unit_credit_until", [self.now + timedelta(days=2), self.now + timedelta(days=7)]),
            ("cu_unit_credit_stale", []),
            ("cu_pulse_credit_seconds", [DAY]),
        ):
            domains = [[(name, operator, moment)] for moment in moments for operator in ("<", ">", "<=", ">=")]
            if name != "cu_pulse_credit_seconds":
                domains += [[(name, "=", False)], [(name, "!=", False)]]
            shown = {partner: partner[name] for partner in partners}
            if name == "cu_pulse_credit_seconds":
                shown[none] = False  # no account is no credit of 0
            for [(_name, operator, value)] in domains:
                with self.subTest(name, operator=operator, value=value):
                    agree = partners.filtered(
                        lambda partner, operator=operator, value=value, shown=shown: (
                            (value is False or shown[partner] is not False) and compare[operator](shown[partner], value)
                        )
                    )
                    found = partners.search([("id", "in", partners.ids), (name, operator, value)])
                    self.assertEqual(set(found), set(agree))

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
