from datetime import timedelta

from odoo import models


class PaygControlUnit(models.Model):
    """The account goes with the custody: it begins with an installation, moves with a swap, and ends with a return."""

    _inherit = "payg.control.unit"

    def _want_for(self, customer):
        """With the customer: the account that waits for it begins. Without credit there is no light, where enforced."""
        waits = [("partner_id", "=", customer.id), ("state", "=", "waiting")]
        if self.env["payg.account"].sudo().search(waits, limit=1):
            for unit in self:
                unit._account_begins(customer, unit.holding_id.date_from)
        return super(PaygControlUnit, self - self._without_light())._want_for(customer)

    def _close_holding(self, move=None, date=None, ended="returned"):
        """No longer with the customer: the account keeps what is left, or is closed after a repossession."""
        paying = self.filtered(lambda unit: unit.holding_id and unit.account_id)
        res = super()._close_holding(move, date, ended)
        if ended == "repossessed":
            paying._account_closes(date)
        else:
            paying._account_pauses(date)
        return res

    def _reopen_holding(self, move):
        """The return was undone: the account runs again, as if it had never stopped."""
        reopened = super()._reopen_holding(move)
        if reopened:
            self._account_begins(self.customer_id, self._stopped_at())
        return reopened

    def _stopped_at(self):
        """When the on-time of the waiting account that this unit had last was stopped; nothing if there is none."""
        rows = self.env["payg.ontime.transaction"].sudo()
        last = rows.search([("unit_id", "=", self.id), ("kind", "=", "pause")], order="id desc", limit=1)
        if last.account_id.state != "waiting":
            return None
        # Its on-time may have ended before: then it has run out as before.
        return last.expiry_before - timedelta(seconds=last.kept_after)

    def _swap(self, new, *args, **kwargs):
        """The account is with the new unit before the old one comes back."""
        self._account_follows(new)
        return super()._swap(new, *args, **kwargs)

    def _correct_serial(self, real, *args, **kwargs):
        self._account_follows(real)
        return super()._correct_serial(real, *args, **kwargs)
