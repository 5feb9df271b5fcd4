import threading
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tests.common import release_test_lock

from .browser_kept import BrowserCommon
from .credit_sync_common import DAY, CreditSyncCommon
from .test_match import MatchCommon

READ_CREDIT = "payg_control_unit.ir_cron_read_credit"


@tagged("post_install", "-at_install")
class TestMatchTour(MatchCommon, BrowserCommon):
    # A session of the past has expired.
    clock_stands = False

    def test_an_operator_matches_a_payment_and_sees_the_balance_grow(self):
        self.payment(20, self.account)
        payment = self.payment(53, cu_transaction_number="QX77")
        self.payment(10, cu_transaction_number="QX78")
        self.start_tour(f"/odoo/res.partner/{self.customer.id}", "payg_match", login=self.operator.login)
        self.env.invalidate_all()
        self.assertRecordValues(payment, [{"cu_account_id": self.account.id, "partner_id": self.customer.id}])
        self.assertRecordValues(
            self.last_row(self.account), [{"days": 5, "user_id": self.operator.id, "cash_after": 3}]
        )

    def test_the_unit_credit_of_an_scm_customer_is_not_available(self):
        self.payment(20, self.account)
        shop_manager = self.user_of("shop_manager")
        self.start_tour(f"/odoo/res.partner/{self.customer.id}", "payg_credit_scm", login=shop_manager.login)


@tagged("post_install", "-at_install")
class TestDeviceCreditTour(CreditSyncCommon, BrowserCommon):
    def run_cron(self, xmlid):
        """As it is in other tests; the cursors of this one are a test's already."""
        self.env.ref(f"payg_control_unit.{xmlid}").method_direct_trigger()
        self.env.invalidate_all()

    @contextmanager
    def worker(self):
        """A worker that reads credit when somebody wishes it: not at once, as workers do."""
        ended, failed = threading.Event(), []

        def work():
            try:
                while not ended.wait(0.5):
                    if self.is_wished() and not ended.wait(2):
                        with self.registry.cursor() as cr:
                            api.Environment(cr, SUPERUSER_ID, {}).ref(READ_CREDIT).method_direct_trigger()
            except Exception as error:  # told by the test's own thread
                failed.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            with release_test_lock():
                thread.join()
        self.assertFalse(failed)

    def is_wished(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT 1 FROM payg_control_unit WHERE credit_wish_at IS NOT NULL")
            return bool(cr.rowcount)

    def test_both_balances_of_a_dcm_customer_count_and_are_synced_now(self):
        unit = self.make_dcm_unit(balance=10 * DAY)
        self.deliver(unit)
        account = self.env["payg.account"].create(
            {"partner_id": self.customer.id, "daily_rate": 10.0, "unit_id": unit.id}
        )
        self.read_credit()
        self.assertEqual(account.expiry, unit.unit_credit_until)
        # Somebody else gives it ten days more, and it connects.
        self.fleet.clock.advance(1)
        self.fleet.ledger.add(self.solar(unit), 10 * DAY, "payment", "foreign", self.fleet.clock.now())
        self.fleet.connect(unit.imei)
        self.simulator.calls.clear()
        operator = self.user_of("operator")
        with self.worker():
            self.start_tour(f"/odoo/res.partner/{self.customer.id}", "payg_credit_dcm", login=operator.login)
        self.env.invalidate_all()
        self.assertTrue(self.calls("balances"), "It was read from the simulator.")
        self.assertEqual(account.expiry, unit.unit_credit_until)
        self.assertEqual(self.left(unit), 20 * DAY - 1)
