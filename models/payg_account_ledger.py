from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..credit import Balance, Entry, from_minor, to_minor
from ..duration import duration_text
from ..transaction import lock_rows
from .booking import Booking

BALANCE_FIELDS = ["cash_balance", "expiry", "kept_seconds", "manual_seconds", "state", "unit_id", "daily_rate"]


class PaygAccount(models.Model):
    """The account and its ledger: what happens is booked on a locked row, in one place."""

    _inherit = "payg.account"

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------
    def _lock(self):
        """Hold the rows of these accounts, and read them again."""
        lock_rows(self)
        self.invalidate_recordset(BALANCE_FIELDS, flush=False)

    def _booking(self):
        """Lock these accounts and begin to book on them; see `Booking`."""
        accounts = self.sudo()
        accounts._lock()
        return Booking(accounts)

    def _booked(self, rows, vals_by_account):
        """Write the rows of a booking and what they make of the accounts. Called once for each batch.

        :param list rows: values of ``payg.ontime.transaction``
        :param dict vals_by_account: account id to values
        :return: the new transactions
        """
        transactions = self.env["payg.ontime.transaction"].create(rows)
        reversals = transactions.filtered("reversed_id")
        if reversals:
            reversals._mark_reversed()
        for account_id, vals in vals_by_account.items():
            self.browse(account_id).write(vals)
        return transactions

    # ------------------------------------------------------------------
    # Money and balances as the arithmetic wants them
    # ------------------------------------------------------------------
    def _to_minor(self, amount):
        return to_minor(amount, self.currency_id.decimal_places)

    def _from_minor(self, units):
        return from_minor(units, self.currency_id.decimal_places)

    def _balance(self):
        """The account's balance: ``credit.Balance``."""
        return Balance(self._to_minor(self.cash_balance), self.expiry or None, self.kept_seconds)

    def _entries(self):
        """The rows of these accounts as the arithmetic reads them.

        :return: dict of account id to list of ``credit.Entry``, oldest first
        """
        rows = self.env["payg.ontime.transaction"]
        rows.flush_model()
        query = SQL(
            """SELECT row.account_id, row.kind, row.at, row.account_amount, row.rate, row.days, row.seconds,
                      currency.decimal_places
                 FROM payg_ontime_transaction row
                 JOIN res_currency currency ON currency.id = row.account_currency_id
                WHERE row.account_id = ANY(%s) ORDER BY row.id""",
            list(self.ids),
        )
        entries = {account_id: [] for account_id in self.ids}
        # SQL: plain rows without a cache; a check reads the ledger of thousands of accounts.
        for account_id, kind, at, amount, rate, days, seconds, places in self.env.execute_query(query):
            money = [to_minor(value or 0, places) for value in (amount, rate)]
            entries[account_id].append(Entry(kind, at, *money, days or 0, seconds or 0))
        return entries

    # ------------------------------------------------------------------
    # On-time without money
    # ------------------------------------------------------------------
    def _add_by_hand(self, kind, seconds, reason):
        """Add or remove on-time by hand: who may is checked by the caller.

        :param str kind: ``bonus`` or ``correction``
        :param int seconds: may be negative for a correction
        :raise UserError: nothing, no reason, a negative bonus, or more removed than was added by hand
        """
        if not seconds or not (reason or "").strip():
            raise UserError(self.env._("On-time given by hand needs a duration and a reason."))
        if kind == "bonus" and seconds < 0:
            raise UserError(self.env._("A bonus adds on-time; a correction may remove what was added by hand."))
        booking = self._booking()
        for account in booking.accounts:
            if account.manual_seconds + seconds < 0:
                raise UserError(
                    self.env._(
                        "%(account)s: not more can be removed than was added by hand (%(added)s).",
                        account=account.name,
                        added=duration_text(self.env, account.manual_seconds),
                    )
                )
            booking.by_hand(account, kind, seconds, reason.strip())
        return booking.save()

    def _align(self, expiry, reason):
        """Let running accounts expire when their units do: the unit's own credit is right.

        :param datetime expiry: when the unit's credit ends (UTC, naive, whole seconds)
        :param str reason: which reading, for people
        :return: the transactions; none where it agrees already
        :raise UserError: an account that does not run
        """
        booking = self._booking()
        for account in booking.accounts:
            if account.state != "running":
                raise UserError(self.env._("%s does not run: it cannot be aligned.", account.name))
            if account.expiry != expiry:
                booking.align(account, expiry, reason)
        return booking.save()

    # ------------------------------------------------------------------
    # With the unit's custody
    # ------------------------------------------------------------------
    def _begin(self, unit, date=None):
        """The unit is installed: the on-time of this waiting account runs from there.

        :param unit: ``payg.control.unit``
        :param datetime date: of the installation (UTC), now by default
        """
        self.ensure_one()
        booking = self._booking()
        account, unit = booking.accounts, unit.sudo()
        if account.state != "waiting":
            raise UserError(self.env._("%s does not wait for an installation.", account.name))
        if unit.account_id:
            raise UserError(
                self.env._("%(unit)s has the account %(account)s.", unit=unit.name, account=unit.account_id.name)
            )
        date = (date or fields.Datetime.now()).replace(microsecond=0)
        booking.begin(account, unit, date, self.env._("Installed: %s", unit.name))
        booking.save()
        unit.account_id = account

    def _pause(self, date=None, state="waiting", reason=None):
        """The units came back: what is left on these running accounts is kept.

        :param datetime date: since when (UTC), now by default
        :param str state: ``waiting`` for another installation, or ``closed``
        """
        booking = self._booking()
        running = booking.accounts.filtered(lambda account: account.state == "running")
        date = (date or fields.Datetime.now()).replace(microsecond=0)
        units = running.unit_id
        for account in running:
            told = reason or self.env._("Returned: %s", account.unit_id.name)
            booking.pause(account, account._used_until(date), state, told)
        booking.save()
        units.account_id = False

    def _used_until(self, date):
        """The moment whose on-time is what a running account has left when its unit came back at a date.

        Told late, that is a later one: what was bought since then does not bring along the time before it began, nor
        that in which nothing was left.

        :param datetime date: UTC
        """
        self.ensure_one()
        date = max(date, self.begun_at)
        later = [("account_id", "=", self.id), ("at", ">", date), ("seconds", ">", 0), ("kind", "!=", "alignment")]
        rows = self.transaction_ids.search(later) if date < fields.Datetime.now() else self.transaction_ids.browse()
        anew = rows.filtered(lambda row: row.expiry_before and row.expiry_before < row.at)
        return date + sum((row.at - max(date, row.expiry_before) for row in anew), timedelta())

    def _close(self, date=None, reason=None):
        """Close these accounts for good: no payment goes to them any more."""
        self._pause(date, "closed", reason or self.env._("Account closed"))
        self.write({"state": "closed", "closed_at": date or fields.Datetime.now()})
