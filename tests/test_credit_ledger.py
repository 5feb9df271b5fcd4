from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from hypothesis import event, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from .. import credit
from ..credit import DAY, Balance, Entry

NOW = datetime(2026, 3, 2, 12)
SECOND = timedelta(seconds=1)
DAYS = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestLedgerArithmetic(BaseCase):
    """Plain numbers: money in cents, on-time in seconds."""

    def test_money_buys_whole_days_and_the_rest_stays_cash(self):
        change = credit.receive(Balance(30, NOW), 250, 100, NOW)
        self.assertEqual((change.days, change.value, change.after), (2, 200, Balance(80, NOW + 2 * DAYS)))

    def test_days_are_added_to_what_is_left_and_begin_now_when_nothing_is(self):
        for expiry, begin in ((NOW + DAYS, NOW + DAYS), (NOW + SECOND, NOW + SECOND), (NOW, NOW), (NOW - DAYS, NOW)):
            with self.subTest(expiry=expiry):
                self.assertEqual(credit.receive(Balance(0, expiry), 100, 100, NOW).after.expiry, begin + DAYS)

    def test_money_that_buys_nothing_leaves_the_expiry_alone(self):
        past = NOW - 5 * DAYS
        self.assertEqual(credit.receive(Balance(0, past), 99, 100, NOW).after, Balance(99, past))

    def test_less_than_the_minimum_payment_time_stays_cash_once_it_ran_out(self):
        for minimum, days in ((DAY - 1, 1), (DAY, 1), (DAY + 1, 0)):
            for expiry, ran_out in ((NOW - SECOND, True), (NOW, True), (NOW + SECOND, False), (None, False)):
                with self.subTest(minimum=minimum, expiry=expiry):
                    change = credit.receive(Balance(0, expiry), 150, 100, NOW, minimum)
                    self.assertEqual(change.days, days if ran_out else 1)
        saved = credit.receive(Balance(150, NOW), 60, 100, NOW, 2 * DAY)
        self.assertEqual((saved.days, saved.after), (2, Balance(10, NOW + 2 * DAYS)))

    def test_a_reversal_takes_cash_first_then_the_latest_days_at_their_rate(self):
        stack = [(100, 3), (40, 2)]
        for amount, days, cash in ((20, 0, 5), (25, 0, 0), (26, -1, 39), (65, -1, 0), (66, -2, 39), (106, -3, 99)):
            with self.subTest(amount=amount):
                change = credit.take_back(Balance(25, NOW), amount, stack)
                self.assertEqual((change.days, change.after.cash), (days, cash))
                self.assertEqual(change.after.expiry, NOW + days * DAYS)
                self.assertEqual(change.after.cash - 25, -amount - change.value)

    def test_when_no_day_is_left_the_cash_balance_is_owed(self):
        change = credit.take_back(Balance(5, NOW), 110, [(100, 1)])
        self.assertEqual((change.days, change.after.cash), (-1, -5))
        self.assertEqual(credit.receive(change.after, 4, 1, NOW).days, 0)

    def test_days_of_an_account_that_does_not_run_are_kept_and_begin_with_the_installation(self):
        kept = credit.receive(Balance(), 350, 100, NOW).after
        self.assertEqual(kept, Balance(50, None, 3 * DAY))
        begun = credit.begin(kept, NOW + 7 * DAYS).after
        self.assertEqual(begun, Balance(50, NOW + 10 * DAYS, 0))
        self.assertEqual(credit.pause(begun, NOW + 8 * DAYS).after, Balance(50, None, 2 * DAY))
        self.assertEqual(credit.pause(begun, NOW + 11 * DAYS).after, Balance(50, None, 0))

    def test_what_is_brought_along_ends_when_it_is_said_and_its_money_waits(self):
        for seconds in (-5 * DAY, -1, 0, 1, 5 * DAY):
            expiry = NOW + timedelta(seconds=seconds)
            change = credit.bring_along(Balance(0, NOW), 250, expiry)
            self.assertEqual((change.seconds, change.days, change.after), (seconds, 0, Balance(250, expiry)))
        self.assertEqual(credit.bring_along(Balance(), 250).after, Balance(250))

    def test_money_that_was_brought_along_is_taken_back_with_what_it_bought(self):
        opened = [Entry("begin", NOW), Entry("opening", NOW, 250, seconds=5 * DAY)]
        change = credit.receive(credit.recompute(opened), 50, 100, NOW)
        self.assertEqual((change.days, change.after), (3, Balance(0, NOW + 8 * DAYS)))
        entries = [*opened, Entry("payment", NOW, 50, 100, 3)]
        back = credit.take_back(change.after, 50, credit.bought(entries))
        self.assertEqual((back.days, back.after), (-1, Balance(50, NOW + 7 * DAYS)))

    def test_more_than_anybody_pays_for_is_refused(self):
        longest = credit.LONGEST // DAY
        for expiry, days in ((None, longest), (NOW - DAYS, longest), (NOW + DAYS, longest - 1)):
            balance = Balance(0, expiry)
            self.assertEqual(credit.receive(balance, days, 1, NOW).days, days)
            for refused in (days + 1, 10**15):
                with self.assertRaises(credit.TooLong):
                    credit.receive(balance, refused, 1, NOW)

    def test_what_is_left_is_never_below_nothing(self):
        for expiry, left in ((NOW + SECOND, 1), (NOW, 0), (NOW - SECOND, 0)):
            self.assertEqual(Balance(0, expiry).left(NOW), left)

    def test_money_is_read_and_written_to_the_last_minor_unit(self):
        for places in (0, 2, 3):
            for units in (0, 1, -1, 29, 115, 999_999_999_999):
                self.assertEqual(credit.to_minor(credit.from_minor(units, places), places), units)
        self.assertEqual(credit.to_minor(0.1 + 0.2, 2), 30)
        self.assertEqual(credit.to_minor(1.15, 2), 115)


# ----------------------------------------------------------------------
# Histories
# ----------------------------------------------------------------------
STEP = st.one_of(
    st.tuples(st.just("pay"), st.integers(1, 5_000)),
    st.tuples(st.just("pay"), st.integers(1, 10**9)),
    st.tuples(st.just("reverse"), st.integers(0, 30)),
    st.tuples(st.just("hand"), st.integers(-5 * DAY, 5 * DAY)),
    st.tuples(st.just("set_rate"), st.integers(1, 3_000)),
    st.tuples(st.just("set_minimum"), st.integers(0, 4 * DAY)),
    st.tuples(st.just("move_clock"), st.integers(-3 * DAY, 20 * DAY)),
    st.tuples(st.just("align"), st.integers(-10 * DAY, 10 * DAY)),
    st.tuples(st.just("begin"), st.just(0)),
)
# What an account that is imported brings along: money, and on-time that ended or will end; or it waits.
OPENING = st.none() | st.tuples(st.integers(0, 5_000), st.none() | st.integers(-20 * DAY, 20 * DAY))


class Oracle:
    """The same rules told again, with fractions and lots of days, and no shared line."""

    def __init__(self):
        self.money, self.cash, self.days = Fraction(0), Fraction(0), []
        self.end, self.kept = None, 0

    def add(self, seconds, now):
        if self.end is None:
            self.kept += seconds
        else:
            self.end = (max(self.end, now) if seconds > 0 else self.end) + seconds

    def pay(self, amount, rate, now, minimum):
        self.money += amount
        self.cash += amount
        count = max(0, int(self.cash / rate) if self.cash > 0 else 0)
        if self.end is not None and self.end <= now and count * DAY < minimum:
            return
        self.cash -= Fraction(count) * rate
        self.days.append([Fraction(rate), count])
        if count:
            self.add(count * DAY, now)

    def undo(self, amount, now):
        self.money -= amount
        self.cash -= amount
        while self.cash < 0 and any(count for _rate, count in self.days):
            lot = next(lot for lot in reversed(self.days) if lot[1])
            count = min(lot[1], ceil(-self.cash / lot[0]))
            lot[1] -= count
            self.cash += count * lot[0]
            self.add(-count * DAY, now)


class History:
    """An account whose steps are done twice: by the arithmetic, and by the oracle."""

    def __init__(self):
        self.clock, self.rate, self.minimum, self.manual = NOW, 700, 0, 0
        self.balance, self.entries, self.payments = Balance(), [], []
        self.oracle = Oracle()

    @property
    def now(self):
        return int((self.clock - NOW).total_seconds())

    def keep(self, kind, change, amount=0):
        """Keep the row; whether it begins where the last one ended."""
        self.entries.append(Entry(kind, self.clock, amount, self.rate, change.days, change.seconds))
        before, self.balance = self.balance, change.after
        return change.before == before

    def pay(self, amount):
        try:
            change = credit.receive(self.balance, amount, self.rate, self.clock, self.minimum)
        except credit.TooLong:
            event("refused")
            return True
        self.oracle.pay(amount, self.rate, self.now, self.minimum)
        self.payments.append(amount)
        return self.keep("payment", change, amount)

    def reverse(self, number):
        if not self.payments:
            return True
        amount = self.payments.pop(number % len(self.payments))
        change = credit.take_back(self.balance, amount, credit.bought(self.entries))
        self.oracle.undo(amount, self.now)
        event("reversed, days taken back" if change.days else "reversed")
        return self.keep("reversal", change, -amount)

    def open(self, cash, seconds):
        self.oracle.money += cash
        self.oracle.cash += cash
        if seconds is None:
            return self.keep("opening", credit.bring_along(self.balance, cash), cash)
        self.oracle.end = self.now + seconds
        self.keep("begin", credit.begin(self.balance, self.clock))
        expiry = self.clock + timedelta(seconds=seconds)
        return self.keep("opening", credit.bring_along(self.balance, cash, expiry), cash)

    def hand(self, seconds):
        if not seconds or self.manual + seconds < 0:
            return True
        self.manual += seconds
        self.oracle.add(seconds, self.now)
        return self.keep("correction", credit.by_hand(self.balance, seconds, self.clock))

    def align(self, seconds):
        if self.balance.expiry is None:
            return True
        self.oracle.end = self.now + seconds
        return self.keep("alignment", credit.align(self.balance, self.clock + timedelta(seconds=seconds)))

    def begin(self, _value):
        if self.balance.expiry is not None:
            return self.pause(None)
        self.oracle.end, self.oracle.kept = self.now + self.oracle.kept, 0
        return self.keep("begin", credit.begin(self.balance, self.clock))

    def pause(self, _value):
        self.oracle.kept, self.oracle.end = max(0, self.oracle.end - self.now), None
        return self.keep("pause", credit.pause(self.balance, self.clock))

    def set_rate(self, rate):
        self.rate = rate
        return True

    def set_minimum(self, seconds):
        self.minimum = seconds
        return True

    def move_clock(self, seconds):
        self.clock += timedelta(seconds=seconds)
        return True


@tagged("post_install", "-at_install")
class TestLedgerHistories(BaseCase):
    """Random histories, against an oracle that keeps every lot of days."""

    def test_money_is_conserved_and_the_ledger_gives_the_balance(self):
        reached = set()

        @settings(max_examples=400, deadline=None, derandomize=True)
        @given(OPENING, st.lists(STEP, max_size=40))
        def check(opening, steps):
            history = History()
            if opening:
                self.assertTrue(history.open(*opening))
                self._agree(history.balance, history.oracle, history.entries)
            for name, value in steps:
                self.assertTrue(getattr(history, name)(value))
                self._agree(history.balance, history.oracle, history.entries)
            reached.update(entry.kind for entry in history.entries)
            reached.update("days taken back" for entry in history.entries if entry.days < 0)

        check()
        # The histories really go everywhere.
        kinds = {"payment", "reversal", "correction", "alignment", "begin", "pause", "opening"}
        self.assertEqual(reached, {*kinds, "days taken back"})

    def _agree(self, balance, oracle, entries):
        self.assertEqual(balance.cash, oracle.cash)
        self.assertGreaterEqual(balance.cash, 0)
        self.assertEqual(balance.kept, oracle.kept)
        expiry = oracle.end if oracle.end is None else NOW + timedelta(seconds=oracle.end)
        self.assertEqual(balance.expiry, expiry)
        self.assertEqual(credit.recompute(entries), balance)
        held = sum(Fraction(rate) * days for rate, days in credit.bought(entries))
        self.assertEqual(sum(entry.amount for entry in entries), held + balance.cash)
        self.assertEqual(oracle.money, held + balance.cash)
