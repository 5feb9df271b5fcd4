from datetime import timedelta

from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import PaygCommon
from .test_roles import ACCESS_LOGGERS

BOOK = "payg_control_unit.mail_activity_book_installation"
RECORD = "payg_control_unit.mail_activity_record_installation"


@tagged("post_install", "-at_install")
class TestInstallationStatus(PaygCommon):
    """The status and the next activity of a lead follow what becomes of its stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit, cls.other = cls.make_units(2, reported_state="disabled")
        cls.shop_manager = cls.user_of("shop_manager", tz="Africa/Kigali")
        cls.lead = cls.env["crm.lead"].create(
            {"name": "A home system", "type": "opportunity", "partner_id": cls.customer.id, "user_id": False}
        )

    def assign_lead(self, unit=None):
        assignment = self.assign(unit or self.unit, lead_id=self.lead.id)
        assignment.user_id = self.shop_manager
        self.lead.activity_ids.user_id = self.shop_manager
        return assignment

    def assert_lead(self, status, *activities):
        self.assertEqual(self.lead.cu_installation_status, status)
        found = self.lead.activity_ids.activity_type_id
        self.assertEqual(found.ids, [self.env.ref(xmlid).id for xmlid in activities])
        self.assertEqual(len(self.lead.activity_ids), len(activities))

    def test_a_lead_has_no_status_before_somebody_books(self):
        self.assert_lead(False)

    def test_booked_assigned_installed(self):
        self.lead.with_user(self.shop_manager).action_cu_book_installation()
        self.assert_lead("book", BOOK)
        assignment = self.assign_lead()
        self.assert_lead("booked", RECORD)
        assignment._record_installation(fields.Datetime.now())
        self.assert_lead("installed")
        self.assertIn("Installed at Clara Customer", str(self.lead.message_ids.mapped("body")))

    def test_leads_are_found_by_the_serial_number_and_imei_of_what_is_taken_or_installed_there(self):
        self.assign_lead()
        self.other._open_holding(self.customer)
        leads = self.env["crm.lead"].with_user(self.shop_manager)
        for xmlid in ("crm.view_crm_case_opportunities_filter", "crm.view_crm_case_leads_filter"):
            arch = etree.fromstring(leads.get_view(self.env.ref(xmlid).id, "search")["arch"])
            [field] = arch.xpath("//field[@name='cu_unit_ids']")
            for typed in (self.unit.name, self.unit.imei, self.other.name.lower(), self.other.imei):
                self.assertEqual(leads.search(safe_eval(field.get("filter_domain"), {"self": typed})), self.lead)
            self.assertFalse(leads.search(safe_eval(field.get("filter_domain"), {"self": "no such serial"})))

    def test_a_failed_or_cancelled_installation_is_booked_again(self):
        self.assign_lead()._record_failure("not_home")
        self.assert_lead("book", BOOK)
        self.assertEqual(self.lead.activity_ids.user_id, self.shop_manager)
        self.assertIn("Customer not at home", str(self.lead.message_ids.mapped("body")))
        self.assign_lead(self.other).action_cancel()
        self.assert_lead("book", BOOK)

    def test_another_unit_than_the_assigned_one_is_an_installation_too(self):
        self.assign_lead()._record_installation(fields.Datetime.now(), unit=self.other)
        self.assert_lead("installed")

    def test_a_delivery_from_the_van_is_an_installation_too(self):
        assignment = self.assign_lead()
        self.transfer(self.unit, assignment.van_id, self.customers, self.customer)
        self.assert_lead("installed")

    def test_a_reassigned_unit_stays_booked_with_one_activity(self):
        second = self.env["res.partner"].create({"name": "Tess", "cu_is_technician": True})
        assignment = self.assign_lead()
        activity = self.lead.activity_ids
        assignment._reassign(second, "On leave")
        self.assert_lead("booked", RECORD)
        self.assertEqual(self.lead.activity_ids, activity)

    def test_the_activity_is_due_on_the_day_of_the_deadline_where_the_shop_is(self):
        # 22:30 UTC is past midnight in Kigali.
        with freeze_time("2026-03-06 22:30:00"):
            assignment = (
                self.env["payg.assignment"]
                .with_user(self.shop_manager)
                .create({"unit_id": self.unit.id, "technician_id": self.technician.id, "lead_id": self.lead.id})
            )
        self.assertEqual(str(self.lead.activity_ids.date_deadline), "2026-03-12")
        with freeze_time("2026-03-07 12:00:00"):
            assignment._extend(assignment.deadline + timedelta(days=2), "Rain")
            self.assertEqual(str(self.lead.activity_ids.date_deadline), "2026-03-14")

    def test_changed_days_with_technician_move_the_day(self):
        with freeze_time("2026-03-06 12:00:00"):
            self.assign_lead()
            self.config.days_with_technician = 8
        self.assertEqual(str(self.lead.activity_ids.date_deadline), "2026-03-14")

    def test_the_next_step_is_for_whom_it_concerns(self):
        salesman = self.user_of("operator")
        activity_type = self.env.ref(BOOK)
        with self.subTest("the company's only shop manager"):
            self.lead.user_id = salesman
            self.assertEqual(self.lead._cu_responsible(BOOK), self.shop_manager)
        default = self.user_of("shop_manager")
        with self.subTest("the salesperson, when there are two"):
            self.assertEqual(self.lead._cu_responsible(BOOK), salesman)
        with self.subTest("whoever takes the step, when nobody else is known"):
            self.lead.user_id = False
            self.assertEqual(self.lead._cu_responsible(BOOK), self.env.user)
        with self.subTest("the shop manager who takes the step"):
            self.assertEqual(self.lead.with_user(default).sudo()._cu_responsible(BOOK), default)
        with self.subTest("the default user of the activity"):
            activity_type.default_user_id = default
            self.assertEqual(self.lead._cu_responsible(BOOK), default)
        with self.subTest("whoever assigned"):
            self.assign_lead()
            self.assertEqual(self.lead._cu_responsible(BOOK), self.shop_manager)
        with self.subTest("but not when they left"):
            self.shop_manager.active = False
            self.assertEqual(self.lead._cu_responsible(BOOK), default)

    def test_what_is_booked_is_not_booked_twice(self):
        self.assign_lead()
        with self.assertRaisesRegex(UserError, "booked already"):
            self.lead.with_user(self.shop_manager).action_cu_book_installation()

    @mute_logger(*ACCESS_LOGGERS)
    def test_who_books_an_installation(self):
        for role in ("shop_manager", "operator", "supervisor"):
            with self.subTest(role):
                self.lead.cu_installation_status = False
                self.lead.with_user(self.user_of(role)).action_cu_book_installation()
                self.assertEqual(self.lead.cu_installation_status, "book")
        with self.assertRaises(AccessError):
            self.lead.with_user(self.user_of("technician")).action_cu_book_installation()

    def test_a_lead_entered_twice_is_merged_with_its_installation(self):
        double = self.lead.copy({"name": "The same once more", "user_id": False})
        assignment = self.assign_lead()
        double.action_cu_book_installation()
        merged = (double | self.lead)._merge_opportunity(auto_unlink=True)
        other = (double | self.lead) - merged
        self.assertFalse(other.exists())
        self.assertEqual(assignment.lead_id, merged)
        self.lead = merged
        self.assert_lead("booked", RECORD)
        assignment._record_installation(fields.Datetime.now())
        self.assert_lead("installed")

    def test_a_merged_lead_keeps_that_an_installation_was_booked(self):
        double = self.lead.copy({"name": "The same once more", "user_id": False})
        double.action_cu_book_installation()
        self.lead._merge_dependences(double)
        double.unlink()
        self.assert_lead("book", BOOK)
