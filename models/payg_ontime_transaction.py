from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import const
from ..duration import duration_text, moment_text, signed_duration_text
from ..vocabulary import labels


class PaygOntimeTransaction(models.Model):
    """The ledger of the PAYG accounts: what each event did to cash balance and on-time. It is only ever added to."""

    _name = "payg.ontime.transaction"
    _description = "On-time Transaction"
    _order = "id desc"
    _log_access = False
    _rec_name = "kind"

    account_id = fields.Many2one("payg.account", "PAYG Account", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    unit_id = fields.Many2one(
        "payg.control.unit",
        "Control Unit",
        index="btree_not_null",
        ondelete="restrict",
        help="The unit that the account was for then.",
    )
    kind = fields.Selection(const.ONTIME_KINDS, required=True)
    at = fields.Datetime("When", required=True)
    user_id = fields.Many2one("res.users", "Who", required=True, ondelete="restrict")
    reason = fields.Char()

    # ------------------------------------------------------------------
    # Money: positive when it comes in
    # ------------------------------------------------------------------
    amount = fields.Monetary(help="In the currency of the payment.")
    currency_id = fields.Many2one("res.currency", "Payment Currency", ondelete="restrict")
    account_amount = fields.Monetary("Amount in Account Currency", currency_field="account_currency_id")
    account_currency_id = fields.Many2one("res.currency", required=True, ondelete="restrict")
    rate = fields.Monetary("Daily Rate", currency_field="account_currency_id", aggregator=None)
    days = fields.Integer(help="Whole days bought, or taken back.")
    value = fields.Monetary("Days' Value", currency_field="account_currency_id", help="What these days cost.")
    cash_before = fields.Monetary("Cash Balance Before", currency_field="account_currency_id", aggregator=None)
    cash_after = fields.Monetary("Cash Balance After", currency_field="account_currency_id", aggregator=None)

    # ------------------------------------------------------------------
    # On-time
    # ------------------------------------------------------------------
    seconds = fields.Integer("On-time (s)", help="Seconds added, or removed.")
    expiry_before = fields.Datetime()
    expiry_after = fields.Datetime()
    kept_before = fields.Integer("Kept Before (s)", aggregator=None)
    kept_after = fields.Integer("Kept After (s)", aggregator=None)

    seconds_text = fields.Char("On-time", compute="_compute_texts")
    credit_after_text = fields.Char("Pulse Credit After", compute="_compute_texts", help="On-time left right after it.")

    # ------------------------------------------------------------------
    # Where it comes from
    # ------------------------------------------------------------------
    # The number of a payment that was deleted stays readable here.
    payment_id = fields.Many2one("account.payment", index="btree_not_null", ondelete="set null")
    payment_date = fields.Date()
    transaction_number = fields.Char()
    reversed_id = fields.Many2one("payg.ontime.transaction", "Reverses", ondelete="restrict")
    reversal_id = fields.Many2one("payg.ontime.transaction", "Reversed By", index="btree_not_null", ondelete="restrict")

    _account_idx = models.Index("(account_id, id)")
    _payment_uniq = models.UniqueIndex(
        "(payment_id) WHERE kind IN ('payment', 'refund') AND reversal_id IS NULL",
        "This payment has been counted already.",
    )
    _reversed_uniq = models.UniqueIndex(
        "(reversed_id) WHERE reversed_id IS NOT NULL", "This transaction has been reversed already."
    )
    _reversal_of = models.Constraint(
        "CHECK ((kind = 'reversal') = (reversed_id IS NOT NULL))", "A reversal names what it reverses."
    )

    @api.depends("kind", "at")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = labels(self, "kind")
        for row in self:
            at = moment_text(self.env, row.at) if row.at else ""
            row.display_name = f"{kinds.get(row.kind, '')} {at}".strip()

    @api.depends("seconds", "at", "expiry_after", "kept_after")
    @api.depends_context("lang")
    def _compute_texts(self):
        for row in self:
            row.seconds_text = row.seconds and signed_duration_text(self.env, row.seconds)
            left = (row.expiry_after - row.at).total_seconds() if row.expiry_after else row.kept_after
            row.credit_after_text = duration_text(self.env, left)

    # ------------------------------------------------------------------
    # CRUD: added by the booking of an event, never changed, never removed
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("On-time transactions are made by payments and by the steps of people only."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("On-time transactions are never changed; a reversal or a correction is added."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("On-time transactions are never deleted; a reversal or a correction is added."))

    def _mark_reversed(self):
        """Let what these reversals reverse say so. The one thing that is ever added to a row."""
        self.flush_model()
        # SQL: the rows refuse any write of the ORM, from whomever.
        self.env.cr.execute(
            """UPDATE payg_ontime_transaction reversed SET reversal_id = reversal.id
                 FROM payg_ontime_transaction reversal
                WHERE reversal.id = ANY(%s) AND reversed.id = reversal.reversed_id""",
            [list(self.ids)],
        )
        self.invalidate_model(["reversal_id"])
