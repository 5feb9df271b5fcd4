from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command

from .common import PaygCommon

NOW = datetime(2026, 3, 2, 12)
SECOND = timedelta(seconds=1)
DAYS = timedelta(days=1)
DAY = 24 * 60 * 60


class CreditCommon(PaygCommon):
    """The company of `PaygCommon` with what payments need: three accounts and a mobile-money journal, without a chart.

    The clock stands still at `NOW`; `tick` moves it.
    """

    clock_stands = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Account = cls.env["payg.account"]
        cls.Transaction = cls.env["payg.ontime.transaction"]
        cls.Payment = cls.env["account.payment"]
        cls.receivable = cls._ledger_account("101100", "asset_receivable", reconcile=True)
        cls.outstanding = cls._ledger_account("101200", "asset_current", reconcile=True)
        cls.bank = cls._ledger_account("101300", "asset_cash")
        cls.env["ir.default"].set(
            "res.partner", "property_account_receivable_id", cls.receivable.id, company_id=cls.company.id
        )
        payable = cls._ledger_account("201100", "liability_payable", reconcile=True)
        cls.env["ir.default"].set("res.partner", "property_account_payable_id", payable.id, company_id=cls.company.id)
        cls.journal = cls.make_journal("LIGHT")

    def setUp(self):
        super().setUp()
        if self.clock_stands:
            freezer = freeze_time(NOW)
            self.clock = freezer.start()
            self.addCleanup(freezer.stop)

    def tick(self, moment=None, **delta):
        """Move the clock to a moment, or on by a duration."""
        self.clock.move_to(moment or datetime.now() + timedelta(**delta))
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Makers
    # ------------------------------------------------------------------
    @classmethod
    def _ledger_account(cls, code, kind, **vals):
        return cls.env["account.account"].create(
            {
                "name": kind,
                "code": code,
                "account_type": kind,
                "company_ids": [Command.set(cls.company.ids)],
                **vals,
            }
        )

    @classmethod
    def make_journal(cls, code, **vals):
        journal = cls.env["account.journal"].create(
            {
                "name": code,
                "code": code,
                "type": "bank",
                "company_id": cls.company.id,
                "default_account_id": cls.bank.id,
                "cu_is_payg": True,
                **vals,
            }
        )
        lines = journal.inbound_payment_method_line_ids + journal.outbound_payment_method_line_ids
        lines.payment_account_id = cls.outstanding
        return journal

    def make_account(self, rate=10.0, running=True, **vals):
        """An account of the customer: running on an installed unit, or waiting for one."""
        account = self.Account.create({"partner_id": self.customer.id, "daily_rate": rate, **vals})
        if running:
            unit = self.make_unit()
            unit._open_holding(account.partner_id)
            unit._account_begins(account.partner_id, fields.Datetime.now())
            if account.state != "running":
                account.sudo()._begin(unit)
        return account

    def payment(self, amount, account=None, post=True, **vals):
        """A customer's payment, posted unless it is said otherwise."""
        payment = self.Payment.create(
            {
                "amount": amount,
                "journal_id": self.journal.id,
                "partner_id": account.partner_id.id if account else False,
                "cu_account_id": account.id if account else False,
                "payment_type": "inbound",
                "partner_type": "customer",
                "date": fields.Date.today(),
                **vals,
            }
        )
        if post:
            payment.action_post()
        return payment

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------
    def assert_balance(self, account, days=None, cash=None):
        """What the account has: days of on-time from now (float), money."""
        self.env.flush_all()
        if days is not None:
            self.assertEqual(account.expiry, fields.Datetime.now() + days * DAYS)
        if cash is not None:
            self.assertEqual(account.currency_id.compare_amounts(account.cash_balance, cash), 0)
        self.assertFalse(account._differences())

    def kinds(self, account):
        return account.transaction_ids.sorted("id").mapped("kind")

    def last_row(self, account):
        return self.Transaction.search([("account_id", "=", account.id)], limit=1)
