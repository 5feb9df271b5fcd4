from odoo.tests import tagged

from .browser_common import KeyboardCommon
from .common import PaygCommon
from .credit_common import CreditCommon

ASSIGNMENTS, UNITS = "/odoo/control-units-assignments", "/odoo/control-units"


@tagged("post_install", "-at_install")
class TestKeyboard(PaygCommon, KeyboardCommon):
    """The main flows by real keys alone: what somebody can do who cannot use a mouse, or has a scanner in the hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on(setup_dismissed=True)
        cls.unit, cls.other = cls.make_tour_units(2, reported_state="disabled")
        cls.shop_manager = cls.user_of("shop_manager")

    def install(self, unit):
        self.assign(unit)._record_installation(unit.assignment_id.assigned_at)

    # ------------------------------------------------------------------
    # The shop
    # ------------------------------------------------------------------
    def test_assign_stock(self):
        arguments = (self.unit.name, "Tariq", "Clara")
        self.by_keyboard(self.shop_manager, "/odoo/control-units-home", "assign", *arguments)
        self.assertRecordValues(
            self.unit.assignment_id, [{"technician_id": self.technician.id, "customer_id": self.customer.id}]
        )

    def test_record_an_installation(self):
        self.assign(self.unit)
        self.by_keyboard(self.shop_manager, ASSIGNMENTS, "record")
        self.assertRecordValues(self.unit, [{"place": "customer", "customer_id": self.customer.id}])

    def test_an_installation_failed(self):
        assignment = self.assign(self.unit)
        self.by_keyboard(self.shop_manager, ASSIGNMENTS, "fail")
        self.assertRecordValues(assignment, [{"state": "cancelled", "fail_reason": "not_home"}])

    def test_swap(self):
        self.install(self.unit)
        self.by_keyboard(self.shop_manager, UNITS, "swap", self.other.name, "Defective", "dark")
        self.assertRecordValues(self.unit + self.other, [{"place": "shop"}, {"place": "customer"}])
        self.assertRecordValues(self.unit.custody_step_ids[:1], [{"condition": "defective", "reason": "dark"}])

    def test_return(self):
        self.install(self.unit)
        self.by_keyboard(self.shop_manager, f"{UNITS}/{self.unit.id}", "takeBack", "Good", "moves away")
        self.assertRecordValues(self.unit, [{"place": "shop", "wanted": "disabled"}])

    # ------------------------------------------------------------------
    # The call center
    # ------------------------------------------------------------------
    def test_switch_by_hand(self):
        self.unit.reported_state = "enabled"
        self.by_keyboard(self.user_of("supervisor"), f"{UNITS}/{self.unit.id}", "switchOff", "stolen")
        self.assertRecordValues(self.unit, [{"wanted": "disabled", "wanted_reason": "stolen"}])

    def test_mark_erp_enable_sync(self):
        self.by_keyboard(self.user_of("supervisor"), UNITS, "mark", "old")
        self.assertEqual((self.unit + self.other).mapped("erp_sync"), ["do_not", "do"])

    def test_run_cron(self):
        before = self.env["payg.disable.run"].search([])
        self.by_keyboard(self.user_of("supervisor"), "/odoo/crm-config", "runCron")
        self.assertEqual((self.env["payg.disable.run"].search([]) - before).state, "requested")

    # ------------------------------------------------------------------
    # Screens of our own making
    # ------------------------------------------------------------------
    def test_everything_on_home_is_reached_and_shows_that_it_has_the_focus(self):
        self.by_keyboard(self.user_of("supervisor"), "/odoo/control-units-home", "reachAll", ".o_payg_home .o_content")

    def test_every_step_of_getting_started_is_reached(self):
        self.config.setup_dismissed = False
        path = "/odoo/control-units-setup"
        self.by_keyboard(self.user_of("administrator"), path, "reachAll", ".o_payg_setup .o_content")

    def test_the_camera_is_reached_beside_what_is_typed(self):
        scan = '.modal .o_field_widget[name="scan"]'
        self.by_keyboard(self.shop_manager, "/odoo/control-units-home", "reachAllOfDialog", scan)


@tagged("post_install", "-at_install")
class TestKeyboardPayment(CreditCommon, KeyboardCommon):
    # The browser's clock goes on.
    clock_stands = False

    def test_match_a_payment(self):
        account = self.make_account()
        payment = self.payment(50, cu_transaction_number="MP1")
        path = "/odoo/unmatched-payments"
        self.by_keyboard(self.user_of("operator"), path, "match", account.name)
        self.assertEqual(payment.cu_account_id, account)
