"""Events on locked accounts, booked one after the other and written together."""

from contextlib import contextmanager

from odoo import fields
from odoo.exceptions import UserError

from .. import credit


class Booking:
    """The rows that some events make on some accounts; `save` writes them and the accounts' balances.

    Made by ``payg.account._booking()``, which locks the accounts. Events of one account build on each other.
    """

    def __init__(self, accounts):
        self.accounts = accounts
        self.at = fields.Datetime.now()
        self._balances = {account.id: account._balance() for account in accounts}
        self._minimums = {}
        self._stacks = None
        self._rows = []
        self._changed = {}

    # ------------------------------------------------------------------ money

    def receive(self, account, kind, units, **vals):
        """Money comes in: an integer of minor units of the account's currency, positive."""
        rate = account._to_minor(account.daily_rate)
        with self._telling(account):
            change = credit.receive(self._balances[account.id], units, rate, self.at, self._minimum(account))
        self._add(account, kind, change, units, rate, **vals)

    def take_back(self, account, kind, units, **vals):
        """Money goes out again: an integer of minor units, positive."""
        change = credit.take_back(self._balances[account.id], units, self._stack(account))
        self._add(account, kind, change, -units, **vals)

    def held(self, account):
        """What the account has of the customer's money: cash balance and the cost of the days bought."""
        return self._balances[account.id].cash + sum(rate * days for rate, days in self._stack(account))

    def _minimum(self, account):
        company = account.company_id
        if company.id not in self._minimums:
            config = account.env["payg.crm.config"]._of(company)
            self._minimums[company.id] = config.minimum_payment_time
        return self._minimums[company.id]

    def _stack(self, account):
        """The days bought and not taken back; read for all accounts at once, the first time one is asked for."""
        if self._stacks is None:
            self._stacks = {key: credit.bought(entries) for key, entries in self.accounts._entries().items()}
            for row in self._rows:
                credit.push(self._stacks[row["account_id"]], row["entry"])
        return self._stacks[account.id]

    # ------------------------------------------------------------------ on-time

    def by_hand(self, account, kind, seconds, reason):
        with self._telling(account):
            change = credit.by_hand(self._balances[account.id], seconds, self.at)
        self._add(account, kind, change, reason=reason)
        self._change(account, manual_seconds=account.manual_seconds + seconds)

    def align(self, account, expiry, reason):
        self._add(account, "alignment", credit.align(self._balances[account.id], expiry), reason=reason)

    def bring_along(self, account, units, expiry, reason):
        """What an account that is new here has elsewhere; it runs since this moment, or waits."""
        change = credit.bring_along(self._balances[account.id], units, expiry)
        self._add(account, "opening", change, units, reason=reason)
        # A wrong one is corrected by hand.
        self._change(account, manual_seconds=max(0, change.seconds))

    def begin(self, account, unit, date, reason):
        change = credit.begin(self._balances[account.id], date)
        self._add(account, "begin", change, at=date, reason=reason, unit_id=unit.id)
        self._change(account, state="running", unit_id=unit.id, begun_at=date)

    def pause(self, account, date, state, reason):
        change = credit.pause(self._balances[account.id], date)
        self._add(account, "pause", change, at=date, reason=reason)
        self._change(account, state=state, unit_id=False)

    @contextmanager
    def _telling(self, account):
        """Say in words that an account would have more on-time than anybody pays for: an amount or a rate is wrong."""
        try:
            yield
        except credit.TooLong as error:
            raise UserError(
                account.env._(
                    "%(account)s would have more than %(years)s years of on-time: check the amount and the daily rate.",
                    account=account.name,
                    years=credit.LONGEST // (365 * credit.DAY),
                )
            ) from error

    # ------------------------------------------------------------------ rows

    def _add(self, account, kind, change, units=0, rate=0, at=None, **vals):
        """Keep the row of an event and what the account has after it."""
        money = account._from_minor
        after = change.after
        entry = credit.Entry(kind, at or self.at, units, rate, change.days, change.seconds)
        if self._stacks is not None:
            credit.push(self._stacks[account.id], entry)
        self._rows.append(
            {
                "entry": entry,
                "account_id": account.id,
                "company_id": account.company_id.id,
                "unit_id": account.unit_id.id,
                "kind": kind,
                "at": entry.at,
                "user_id": account.env.uid,
                "account_amount": money(units),
                "account_currency_id": account.currency_id.id,
                "rate": money(rate),
                "days": change.days,
                "value": money(change.value),
                "seconds": change.seconds,
                "cash_before": money(change.before.cash),
                "cash_after": money(after.cash),
                "expiry_before": change.before.expiry,
                "expiry_after": after.expiry,
                "kept_before": change.before.kept,
                "kept_after": after.kept,
                **vals,
            }
        )
        self._balances[account.id] = after
        self._change(account, cash_balance=money(after.cash), expiry=after.expiry or False, kept_seconds=after.kept)

    def _change(self, account, **vals):
        self._changed.setdefault(account.id, {}).update(vals)

    def save(self):
        """Write what was booked since the last time.

        :return: the new transactions
        """
        rows = [{name: value for name, value in row.items() if name != "entry"} for row in self._rows]
        changed, self._rows, self._changed = self._changed, [], {}
        return self.accounts._booked(rows, changed)
