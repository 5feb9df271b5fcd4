import time

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .connections_common import ConnectionsCommon
from .credit_common import CreditCommon

# In the order in which their foreign keys let them go.
TABLES = (
    "payg_ontime_transaction",
    "account_partial_reconcile",
    "account_move_line",
    "account_payment",
    "account_move",
    "payg_account",
)


@tagged("post_install", "-at_install")
class TestCreditLocking(ConnectionsCommon):
    """Real connections and real commits: payments to one account at the same moment."""

    def setUp(self):
        super().setUp()
        with self.person() as env:
            self._make(env)
        self.addCleanup(self._remove)

    def _make(self, env):
        """A company with a journal, an account that runs, and two draft payments to it."""

        class Maker(CreditCommon):
            company = env["res.company"].create({"name": f"Locking credit {time.time()}"})

        Maker.env = env(context={**env.context, "allowed_company_ids": [Maker.company.id]})
        Maker.receivable = Maker._ledger_account("101100", "asset_receivable", reconcile=True)
        Maker.outstanding = Maker._ledger_account("101200", "asset_current", reconcile=True)
        Maker.bank = Maker._ledger_account("101300", "asset_cash")
        journal = Maker.make_journal("LOCK")
        env = Maker.env
        customer = env["res.partner"].create(
            {"name": "Locking customer", "property_account_receivable_id": Maker.receivable.id}
        )
        account = env["payg.account"].create({"partner_id": customer.id, "daily_rate": 10})
        payments = env["account.payment"].create(
            [
                {
                    "amount": amount,
                    "journal_id": journal.id,
                    "partner_id": customer.id,
                    "cu_account_id": account.id,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                }
                for amount in (25, 17)
            ]
        )
        self.company_id, self.account_id, self.payment_ids = Maker.company.id, account.id, payments.ids

    def _remove(self):
        with self.registry.cursor() as cr:
            cr.execute("UPDATE account_payment SET move_id = NULL WHERE company_id = %s", [self.company_id])
            cr.execute("UPDATE account_move SET origin_payment_id = NULL WHERE company_id = %s", [self.company_id])
        self._delete(TABLES, self.company_id)

    def _post(self, env, number):
        env = env(context={**env.context, "allowed_company_ids": [self.company_id]})
        env["account.payment"].browse(self.payment_ids[number]).action_post()
        env.flush_all()

    def _account(self, env):
        account = env["payg.account"].browse(self.account_id)
        counted = account.transaction_ids.filtered(lambda row: row.kind == "payment").payment_id.ids
        return counted, account.kept_seconds, account.cash_balance, account._differences()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_payments_posted_at_the_same_moment_are_both_counted_once(self):
        with self.registry.cursor() as cr:
            self._post(api.Environment(cr, SUPERUSER_ID, {}), 0)
            other = self._in_thread(lambda env: retrying(lambda: self._post(env, 1), env))
            self._wait_until_somebody_waits()
            cr.commit()  # pylint: disable=invalid-commit
        other.join(30)
        with self.person() as env:
            counted, kept, cash, differences = self._account(env)
        self.assertEqual(sorted(counted), sorted(self.payment_ids))
        # 25 buy two days and leave 5, 17 more make 22: two days, and 2 are left.
        self.assertEqual((kept, cash, differences), (4 * 86400, 2, {}))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_payment_posted_twice_at_the_same_moment_is_counted_once(self):
        with self.registry.cursor() as cr:
            self._post(api.Environment(cr, SUPERUSER_ID, {}), 0)
            other = self._in_thread(lambda env: retrying(lambda: self._post(env, 0), env))
            self._wait_until_somebody_waits()
            cr.commit()  # pylint: disable=invalid-commit
        other.join(30)
        with self.person() as env:
            self.assertEqual(self._account(env), (self.payment_ids[:1], 2 * 86400, 5, {}))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_bonus_and_a_payment_at_the_same_moment_both_stay(self):
        with self.registry.cursor() as cr:
            account = api.Environment(cr, SUPERUSER_ID, {})["payg.account"].browse(self.account_id)
            account._add_by_hand("bonus", 3600, "Because")
            account.env.flush_all()
            other = self._in_thread(lambda env: retrying(lambda: self._post(env, 0), env))
            self._wait_until_somebody_waits()
            cr.commit()  # pylint: disable=invalid-commit
        other.join(30)
        with self.person() as env:
            self.assertEqual(self._account(env), (self.payment_ids[:1], 2 * 86400 + 3600, 5, {}))
