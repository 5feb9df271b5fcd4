from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..credit import to_minor
from .credit_common import CreditCommon

# Reaches every kind of row, whatever is generated besides.
EACH_STEP = [("pay", 3_000), ("refund", 500), ("bonus", 100), ("correct", 50), ("leave", 0), ("back", 0)]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 60_000)),
        st.tuples(st.just("pay_twice"), st.integers(1, 60_000)),
        st.tuples(st.just("leave"), st.integers(0, 5)),
        st.tuples(st.just("back"), st.integers(0, 5)),
        st.tuples(st.just("refund"), st.integers(1, 20_000)),
        st.tuples(st.just("rate"), st.integers(50, 3_000)),
        st.tuples(st.just("bonus"), st.integers(1, 5 * 86400)),
        st.tuples(st.just("correct"), st.integers(1, 86400)),
        st.tuples(st.just("clock"), st.integers(-86400, 10 * 86400)),
        st.tuples(st.just("retry"), st.just(0)),
    ),
    min_size=4,
    max_size=9,
)
# Each is a door out; what comes back, comes back by posting.
DOORS = ("action_draft", "action_cancel", "action_reject")


class CurrencyCommon(CreditCommon):
    @classmethod
    def make_currency(cls, name, rounding, rates=()):
        """A currency; `rates` are (date, units of it for one of the company's)."""
        currency = cls.env["res.currency"].create({"name": name, "symbol": name, "rounding": rounding})
        cls.env["res.currency.rate"].create(
            [
                {"name": date, "rate": rate, "currency_id": currency.id, "company_id": cls.company.id}
                for date, rate in rates
            ]
        )
        return currency

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currencies = {
            0: cls.make_currency("XX0", 1.0, [("2026-01-01", 20.0), ("2026-03-01", 25.0)]),
            2: cls.make_currency("XX2", 0.01, [("2026-01-01", 3.0)]),
            3: cls.make_currency("XX3", 0.001, [("2026-01-01", 7.0)]),
        }


@tagged("post_install", "-at_install")
class TestCurrency(CurrencyCommon):
    def test_a_payment_is_converted_at_its_date(self):
        account = self.make_account(rate=100, currency_id=self.currencies[0].id)
        self.payment(10, account, date="2026-02-01")
        self.payment(10, account, date="2026-03-02")
        rows = account.transaction_ids.filtered("payment_id").sorted("id")
        self.assertEqual(rows.mapped("account_amount"), [200, 250])
        self.assertEqual(rows.mapped("amount"), [10, 10])
        self.assert_balance(account, days=4, cash=50)

    def test_what_was_converted_is_taken_back_to_the_last_unit_after_rates_changed(self):
        account = self.make_account(rate=100, currency_id=self.currencies[0].id)
        payment = self.payment(10.01, account)
        self.currencies[0].rate_ids.rate = 1
        payment.action_cancel()
        self.assert_balance(account, days=0, cash=0)

    def test_currencies_with_no_two_and_three_decimals_keep_their_last_unit(self):
        for places, currency in self.currencies.items():
            with self.subTest(places=places):
                unit = 10**-places
                account = self.make_account(rate=3 * unit, currency_id=currency.id)
                journal = self.make_journal(f"J{places}", currency_id=currency.id)
                for _ in range(7):
                    self.payment(unit, account, journal_id=journal.id, currency_id=currency.id)
                self.assert_balance(account, days=2, cash=unit)


@tagged("post_install", "-at_install")
class TestCreditHistories(CurrencyCommon):
    """Real payments through their doors, in currencies of 0, 2 and 3 decimals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journals = {
            places: cls.make_journal(f"H{places}", currency_id=currency.id)
            for places, currency in cls.currencies.items()
        }

    def test_money_is_conserved_and_the_ledger_is_the_account(self):
        reached = set()

        # Every example has an account of its own, and is rolled back.
        @settings(max_examples=25, deadline=None, database=None)
        @given(st.sampled_from((0, 2, 3)), STEPS)
        @example(2, EACH_STEP)
        def check(places, steps):
            savepoint = self.cr.savepoint(flush=False)
            self._history(places, steps, reached)
            savepoint.rollback()
            self.env.invalidate_all()
            self.tick("2026-03-02 12:00:00")

        check()
        self.assertEqual(reached, {"begin", "payment", "reversal", "refund", "bonus", "correction"})

    def _history(self, places, steps, reached):
        self.places = places
        self.account = self.make_account(rate=self._money(700), currency_id=self.currencies[places].id)
        self.payments = self.Payment.browse()
        self._do_bonus(86400)
        for name, value in steps:
            getattr(self, f"_do_{name}")(value)
            self.env.flush_all()
            self._agree()
        reached.update(self.account.transaction_ids.mapped("kind"))

    def _money(self, units):
        return units / 10**self.places

    def _units(self, amount):
        return to_minor(amount, self.places)

    def _agree(self):
        self.assertFalse(self.account._differences())
        counting = self.payments.exists().filtered(lambda payment: payment.state in ("in_process", "paid"))
        money_in = sum(
            self._units(payment.amount) * (1 if payment.payment_type == "inbound" else -1) for payment in counting
        )
        # Days at their rate, told from the ledger's plain columns: bought, less what was taken back.
        rows = self.account.transaction_ids
        held = sum(self._units(row.value) for row in rows)
        bought = sum(self._units(row.rate) * row.days for row in rows if row.days > 0)
        self.assertEqual(bought, sum(self._units(row.value) for row in rows if row.days > 0))
        self.assertEqual(money_in, held + self._units(self.account.cash_balance))
        unreversed = rows.filtered(lambda row: row.kind in ("payment", "refund") and not row.reversal_id)
        self.assertEqual(unreversed.payment_id, counting)
        self.assertEqual(len(unreversed), len(counting))

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------
    def _pay(self, units, **vals):
        payment = self.payment(
            self._money(units),
            self.account,
            journal_id=self.journals[self.places].id,
            currency_id=self.currencies[self.places].id,
            **vals,
        )
        self.payments += payment
        return payment

    def _do_pay(self, units):
        self._pay(units)

    def _do_pay_twice(self, units):
        payment = self._pay(units)
        payment.action_post()
        payment.state = "paid"

    def _do_refund(self, units):
        """As much of it as is there, given back."""
        there = self.account._booking().held(self.account)
        if there > 0:
            self._pay(min(units, there), payment_type="outbound")

    def _do_leave(self, number):
        counting = self.payments.filtered(lambda payment: payment.state in ("in_process", "paid"))
        if counting:
            getattr(counting[number % len(counting)], DOORS[number % len(DOORS)])()

    def _do_back(self, number):
        gone = self.payments.filtered(lambda payment: payment.state not in ("in_process", "paid"))
        if not gone:
            return
        payment = gone[number % len(gone)]
        # A refund may be more than what is left by now.
        with suppress(UserError), self.cr.savepoint():
            if payment.state != "draft":
                payment.action_draft()
            payment.action_post()
        self.env.invalidate_all()

    def _do_rate(self, units):
        self.account.daily_rate = self._money(units)

    def _do_bonus(self, seconds):
        self.account._add_by_hand("bonus", seconds, "Because")

    def _do_correct(self, seconds):
        if self.account.manual_seconds:
            self.account._add_by_hand("correction", -min(seconds, self.account.manual_seconds), "Because")

    def _do_clock(self, seconds):
        self.env.flush_all()
        self.tick(seconds=seconds)

    def _do_retry(self, _value):
        self.payments._cu_settle()
        self.payments.filtered(lambda payment: payment.state == "in_process").action_post()
