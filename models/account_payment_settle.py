from odoo import models
from odoo.exceptions import UserError

from .. import const
from ..credit import to_minor
from ..vocabulary import labels


class AccountPayment(models.Model):
    """What counts is compared with what was counted: the difference is reversed, and booked."""

    _inherit = "account.payment"

    def _cu_settle(self):
        """Let the ledger have exactly one unreversed transaction of each of these payments that counts.

        Asking it twice books once: it compares, on locked accounts. Runs as superuser.

        :raise UserError: a payment counts for a closed account, or refunds more than the account has
        """
        payments = self.exists()
        wanted = payments.filtered(lambda payment: payment._cu_counts())
        accounts = payments._cu_counted().account_id | wanted.cu_account_id
        if not accounts:
            return
        booking = accounts._booking()
        counted = payments._cu_counted()
        keys = {payment.id: payment._cu_key() for payment in wanted}
        wrong = counted.filtered(lambda row: row._payment_key() != keys.get(row.payment_id.id))
        if wrong:
            self._cu_book_reversals(booking, wrong)
        right = (counted - wrong).payment_id
        (wanted - right)._cu_book(booking)

    def _cu_counted(self):
        """The unreversed transactions of these payments."""
        return self.env["payg.ontime.transaction"].search(
            [("payment_id", "in", self.ids), ("kind", "in", const.PAYMENT_KINDS), ("reversal_id", "=", False)],
            order="id",
        )

    def _cu_reverse(self, reason):
        """Reverse what these payments made, whatever their state."""
        rows = self._cu_counted()
        if rows:
            booking = rows.account_id._booking()
            self._cu_book_reversals(booking, self._cu_counted(), reason)

    # ------------------------------------------------------------------
    # Whether it counts
    # ------------------------------------------------------------------
    def _cu_counts(self):
        return (
            bool(self.cu_account_id and self.partner_id and self.amount)
            and self.state in const.COUNTED_STATES
            and self._cu_is_booked()
        )

    def _cu_is_booked(self):
        """Whether its journal entry is posted and not reversed; a payment need not have one."""
        if not self.move_id and not self.outstanding_account_id:
            return True
        return self.move_id.state == "posted" and not self._cu_is_reversed()

    def _cu_is_reversed(self):
        """Whether the whole of its journal entry was reversed by posted ones."""
        reversals = self.move_id.reversal_move_ids.filtered(lambda move: move.state == "posted")
        if not reversals:
            return False
        currency = self.company_id.currency_id
        total = sum(abs(move.amount_total_signed) for move in reversals)
        return currency.compare_amounts(total, abs(self.move_id.amount_total_signed)) >= 0

    def _cu_key(self):
        """What its transaction must agree with."""
        kind = "payment" if self.payment_type == "inbound" else "refund"
        units = to_minor(self.amount, self.currency_id.decimal_places)
        return (kind, self.cu_account_id.id, self.currency_id.id, units, self.date)

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------
    def _cu_book_reversals(self, booking, rows, reason=None):
        """Reverse transactions: the latest first, as they were piled up."""
        for row in rows.sorted("id", reverse=True):
            amount = row.account_id._to_minor(row.account_amount)
            vals = {
                **row._payment_vals(),
                "amount": -row.amount,
                "reversed_id": row.id,
                "reason": reason or row.payment_id._cu_why_not(),
            }
            if amount > 0:
                booking.take_back(row.account_id, "reversal", amount, **vals)
            else:
                booking.receive(row.account_id, "reversal", -amount, **vals)
        booking.save()

    def _cu_why_not(self):
        """Why a payment that counted does not count, or not as it did, for people."""
        states = labels(self, "state")
        if self.state not in const.COUNTED_STATES:
            return self.env._("Payment: %s", states.get(self.state, self.state))
        if not self.cu_account_id or not self.partner_id:
            return self.env._("Payment unmatched")
        if not self._cu_is_booked():
            return self.env._("Journal entry of the payment reversed or not posted")
        return self.env._("Payment changed")

    def _cu_book(self, booking):
        """Count these payments, in their order."""
        rates = {}
        for payment in self.sorted("id"):
            account = payment.cu_account_id
            if account.state == "closed":
                raise UserError(
                    self.env._(
                        "%(account)s is closed: the payment %(payment)s cannot go to it.",
                        account=account.name,
                        payment=payment._cu_label(),
                    )
                )
            amount = payment._cu_account_units(rates)
            if payment.payment_type == "inbound":
                booking.receive(account, "payment", amount, **payment._cu_row_vals())
            else:
                payment._cu_check_refund(booking, amount)
                booking.take_back(account, "refund", amount, **payment._cu_row_vals())
        if self:
            booking.save()

    def _cu_check_refund(self, booking, amount):
        if amount > booking.held(self.cu_account_id):
            raise UserError(
                self.env._("%(account)s: more would be refunded than was paid to it.", account=self.cu_account_id.name)
            )

    def _cu_account_units(self, rates):
        """The amount in minor units of the account's currency, converted at the payment's date.

        :param dict rates: conversion rates that were asked for already
        """
        currency, target = self.currency_id, self.cu_account_id.currency_id
        if currency == target:
            return to_minor(self.amount, target.decimal_places)
        key = (currency, target, self.company_id, self.date)
        if key not in rates:
            rates[key] = currency._get_conversion_rate(*key)
        return to_minor(target.round(self.amount * rates[key]), target.decimal_places)

    def _cu_row_vals(self):
        sign = 1 if self.payment_type == "inbound" else -1
        return {
            "payment_id": self.id,
            "payment_date": self.date,
            "amount": sign * self.amount,
            "currency_id": self.currency_id.id,
            "transaction_number": self.cu_transaction_number,
            "reason": self.memo,
        }

    def _cu_label(self):
        """How people know the payment."""
        return self.cu_transaction_number or self.name or self.memo or str(self.id)


class PaygOntimeTransaction(models.Model):
    _inherit = "payg.ontime.transaction"

    def _payment_key(self):
        """What it counted, to be compared with what its payment is now."""
        units = to_minor(abs(self.amount), self.currency_id.decimal_places)
        return (self.kind, self.account_id.id, self.currency_id.id, units, self.payment_date)

    def _payment_vals(self):
        """The payment's values, for the row that reverses this one."""
        return {
            "payment_id": self.payment_id.id,
            "payment_date": self.payment_date,
            "currency_id": self.currency_id.id,
            "transaction_number": self.transaction_number,
        }
