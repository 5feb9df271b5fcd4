from odoo import models


class AccountMove(models.Model):
    """The journal entry of a payment: posted, reversed or reset on its own, it decides whether the payment counts."""

    _inherit = "account.move"

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        payments = self.sudo()._cu_payments()
        if not payments:
            return super().write(vals)
        with payments._cu_settling() as pending:
            pending.update(payments.ids)
            return super().write(vals)

    def _cu_payments(self):
        """The payments whose entries these are, or whose entries these reverse."""
        return (self | self.reversed_entry_id).origin_payment_id
