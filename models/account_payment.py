import re
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .. import const
from ..phone import told_digits

# What decides whether a payment counts, to which account, and how much.
WATCHED = frozenset(
    ("state", "payment_type", "partner_id", "cu_account_id", "amount", "currency_id", "date", "move_id", "company_id")
)
# Where a transaction keeps the payments that are being changed.
SETTLING = "payg_control_unit.settling"


def _duplicate_number(env, diagnostics):
    """The message on a transaction number that is there already, with the number if the database names it."""
    detail = diagnostics.message_detail if diagnostics else ""
    found = re.search(r"=\([^,]*, [^,]*, (.*)\) ", detail or "")
    if not found:
        return env._("A payment with this transaction number exists already in this journal.")
    return env._("A payment with the transaction number %s exists already in this journal.", found.group(1))


class AccountPayment(models.Model):
    """A payment to a PAYG account, and every door through which it begins or stops to count.

    It counts while it has its customer and its account, is ``in_process`` or ``paid``, and its journal entry, if it
    has one, is posted and not reversed. Its state is written by many: buttons, the journal entry, reconciliation, the
    creation of a payment that is posted already. So nobody calls the ledger from a button: whatever writes one of the
    fields that decide it ends here, and what counts is then compared with what was counted.
    """

    _inherit = "account.payment"

    cu_account_id = fields.Many2one(
        "payg.account",
        "PAYG Account",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=const.PAYMENT_GROUPS,
        help="The account whose on-time this payment buys.",
    )
    cu_transaction_number = fields.Char(
        "Transaction Number",
        copy=False,
        index="btree_not_null",
        groups=const.PAYMENT_GROUPS,
        help="The mobile-money operator's number. Never twice in one journal.",
    )
    cu_sender_phone = fields.Char("Sender's Phone", copy=False, index="trigram", groups=const.PAYMENT_GROUPS)
    cu_sender = fields.Char(
        "Sender",
        store=False,
        search="_search_cu_sender",
        groups=const.PAYMENT_GROUPS,
        help="For searching: a whole number is found with the country's prefix or without, however it was kept.",
    )
    cu_transaction_ids = fields.One2many(
        "payg.ontime.transaction", "payment_id", "On-time Transactions", readonly=True, groups=const.PAYMENT_GROUPS
    )

    _cu_transaction_number_uniq = models.UniqueIndex(
        "(company_id, journal_id, cu_transaction_number) WHERE cu_transaction_number IS NOT NULL",
        _duplicate_number,
    )
    _cu_unmatched_idx = models.Index(
        "(journal_id, company_id) WHERE payment_type = 'inbound' AND (cu_account_id IS NULL OR partner_id IS NULL)"
    )

    @api.constrains("cu_account_id", "partner_id", "company_id")
    def _check_cu_account(self):
        # sudo: whoever works with payments, the account is the customer's own.
        for payment in self.sudo().filtered("cu_account_id"):
            account, partner = payment.cu_account_id, payment.partner_id
            if partner and account.partner_id not in (partner, partner.commercial_partner_id):
                raise ValidationError(
                    self.env._(
                        "%(account)s is the account of %(owner)s, not of %(customer)s.",
                        account=account.name,
                        owner=account.partner_id.display_name,
                        customer=partner.display_name,
                    )
                )
            if account.company_id != payment.company_id:
                raise ValidationError(self.env._("%s is an account of another company.", account.name))

    # ------------------------------------------------------------------
    # The doors
    # ------------------------------------------------------------------
    @contextmanager
    def _cu_settling(self):
        """Collect the payments that a piece of work changes, and settle them once at its end.

        Core writes the state of a batch payment by payment, within the write of the batch: inner doors join in.

        :return: context manager of the set of ids to add to
        """
        pending = self.env.cr.cache.get(SETTLING)
        if pending is not None:
            yield pending
            return
        pending = self.env.cr.cache[SETTLING] = set()
        try:
            yield pending
        finally:
            self.env.cr.cache.pop(SETTLING, None)
        if pending:
            # sudo: what a payment buys is decided by the payment, whoever posts it. The user stays who it was.
            self.env["account.payment"].sudo().browse(sorted(pending))._cu_settle()

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._cu_clean(vals) for vals in vals_list]
        with self._cu_settling() as pending:
            payments = super().create(vals_list)
            pending.update(payment.id for payment in payments if payment.state in const.COUNTED_STATES)
        return payments

    def write(self, vals):
        vals = self._cu_clean(vals)
        if WATCHED.isdisjoint(vals):
            return super().write(vals)
        with self._cu_settling() as pending:
            pending.update(self.ids)
            return super().write(vals)

    def unlink(self):
        with self._cu_settling():
            # Before it is gone: its row in the ledger must still find it.
            self.sudo()._cu_reverse(self.env._("Payment deleted"))
            return super().unlink()

    @api.model
    def _search_cu_sender(self, operator, value):
        return Domain("cu_sender_phone", operator, told_digits(operator, value) or value)

    @api.model
    def _cu_clean(self, vals):
        """The values with transaction number and phone as they are compared: without blanks around or in them."""
        vals = dict(vals)
        if vals.get("cu_transaction_number") is not None:
            vals["cu_transaction_number"] = (vals["cu_transaction_number"] or "").strip() or False
        if vals.get("cu_sender_phone"):
            vals["cu_sender_phone"] = re.sub(r"[^\d+]", "", vals["cu_sender_phone"])
        return vals
