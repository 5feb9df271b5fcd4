"""The arithmetic of a PAYG account: what each event does to its cash balance and its on-time.

Money is an integer of minor units, on-time an integer of seconds, a moment a naive UTC datetime. Money buys whole days
at the daily rate, the rest stays cash balance; so at any time

    money in - money out = sum of (days bought - days taken back) x their rate + cash balance
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = 24 * 60 * 60
# More on-time than anybody pays for: what would give it is a wrong amount or a wrong rate.
LONGEST = 50 * 365 * DAY
# Rows that money made: their on-time is the days that it bought, or that were taken back for it.
MONEY_KINDS = ("payment", "refund", "reversal")


class TooLong(ValueError):
    """An account would have more than `LONGEST` of on-time."""


@dataclass(frozen=True)
class Balance:
    """What an account has. While it runs, its on-time ends at `expiry`; before that and after, it is kept."""

    cash: int = 0  # minor units
    expiry: datetime | None = None  # None: it does not run
    kept: int = 0  # seconds, of one that does not run

    def ran_out(self, at):
        """Whether no on-time is left at a moment; one that does not run cannot run out."""
        return self.expiry is not None and self.expiry <= at

    def left(self, at):
        """Seconds of on-time left at a moment, never below 0."""
        seconds = self.kept if self.expiry is None else int((self.expiry - at).total_seconds())
        return max(0, seconds)

    def plus(self, cash=0, seconds=0, at=None):
        """This balance with more or less; on-time added to an account that ran out begins at `at`.

        :raise TooLong: more on-time than anybody pays for
        """
        if seconds > 0 and seconds + self.left(at) > LONGEST:
            raise TooLong
        if self.expiry is None:
            return Balance(self.cash + cash, None, self.kept + seconds)
        begin = max(at, self.expiry) if seconds > 0 else self.expiry
        return Balance(self.cash + cash, begin + timedelta(seconds=seconds), self.kept)


@dataclass(frozen=True)
class Change:
    """What one event does."""

    before: Balance
    after: Balance
    days: int = 0  # bought, or taken back (negative)
    value: int = 0  # what these days cost, in minor units, with their sign
    seconds: int = 0  # of on-time added or removed


@dataclass(frozen=True)
class Entry:
    """A row of the ledger: only what cannot be derived from the rows before it."""

    kind: str
    at: datetime
    amount: int = 0  # minor units, negative when it is taken off
    rate: int = 0  # minor units a day
    days: int = 0
    seconds: int = 0


# ----------------------------------------------------------------------
# Money
# ----------------------------------------------------------------------
def receive(balance, amount, rate, at, minimum=0):
    """Money comes in: it buys whole days, the rest stays cash balance.

    :param int amount: positive
    :param int rate: of a day, positive
    :param int minimum: seconds; an account that has run out buys no less than this
    :raise TooLong: it buys more on-time than anybody pays for
    """
    days = max(0, (balance.cash + amount) // rate)
    if balance.ran_out(at) and days * DAY < minimum:
        days = 0
    after = balance.plus(amount - days * rate, days * DAY, at)
    return Change(balance, after, days, days * rate, days * DAY)


def take_back(balance, amount, stack):
    """Money goes out again: it comes off the cash balance, then of the days bought last, until that is not negative.

    The expiry may lie in the past then. The cash balance stays negative only when no bought day is left.

    :param int amount: positive
    :param stack: ``(rate, days)`` of the days that were bought and not taken back, oldest first; see `bought`
    """
    cash, days = balance.cash - amount, 0
    for rate, left in reversed(stack):
        if cash >= 0:
            break
        taken = min(left, -(cash // rate))
        cash += taken * rate
        days += taken
    value = cash - (balance.cash - amount)
    after = balance.plus(cash - balance.cash, -days * DAY)
    return Change(balance, after, -days, -value, -days * DAY)


# ----------------------------------------------------------------------
# On-time without money
# ----------------------------------------------------------------------
def by_hand(balance, seconds, at):
    """A bonus, or a correction, which may be negative."""
    return Change(balance, balance.plus(seconds=seconds, at=at), seconds=seconds)


def align(balance, expiry):
    """The unit's own credit ends at another moment: it is right."""
    seconds = int((expiry - balance.expiry).total_seconds())
    return Change(balance, Balance(balance.cash, expiry, balance.kept), seconds=seconds)


def begin(balance, at):
    """The unit is installed: the on-time kept so far runs from `at`."""
    return Change(balance, Balance(balance.cash, at + timedelta(seconds=balance.kept)))


def pause(balance, at):
    """The unit came back: what is left at `at` is kept."""
    return Change(balance, Balance(balance.cash, None, balance.left(at)))


def bring_along(balance, cash, expiry=None):
    """What an account has elsewhere already: money, and on-time that ends at `expiry`, in the past perhaps.

    Without an expiry it does not run. One that runs has begun this moment: nothing is left of it.
    """
    at = balance.expiry
    seconds = int((expiry - at).total_seconds()) if expiry else 0
    return Change(balance, balance.plus(cash, seconds, at), seconds=seconds)


# ----------------------------------------------------------------------
# The ledger once more
# ----------------------------------------------------------------------
def bought(entries):
    """The days that were bought and not taken back.

    :param entries: rows of one account, oldest first, each with ``rate`` and ``days``
    :return: list of ``(rate, days)``, oldest first
    """
    stack = []
    for entry in entries:
        push(stack, entry)
    return stack


def push(stack, entry):
    """Put a row's days on the stack of what was bought, or take them off it.

    :return: what these days cost, in minor units, with their sign
    """
    if entry.days > 0:
        stack.append((entry.rate, entry.days))
    value, left = max(0, entry.days) * entry.rate, max(0, -entry.days)
    while left and stack:
        rate, days = stack.pop()
        taken = min(left, days)
        left, value = left - taken, value - taken * rate
        if days > taken:
            stack.append((rate, days - taken))
    return value


def recompute(entries):
    """What an account must have, from its rows alone, oldest first."""
    balance, stack = Balance(), []
    for entry in entries:
        cash = entry.amount - push(stack, entry)
        balance = _then(balance, entry).plus(cash)
    return balance


def _then(balance, entry):
    """The balance after the row's on-time."""
    if entry.kind == "begin":
        return begin(balance, entry.at).after
    if entry.kind == "pause":
        return pause(balance, entry.at).after
    if entry.kind == "alignment":
        return Balance(balance.cash, balance.expiry + timedelta(seconds=entry.seconds), balance.kept)
    seconds = entry.days * DAY if entry.kind in MONEY_KINDS else entry.seconds
    return balance.plus(seconds=seconds, at=entry.at)
