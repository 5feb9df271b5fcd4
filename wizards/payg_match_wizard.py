from odoo import api, fields, models
from odoo.fields import Domain


class PaygMatchWizard(models.TransientModel):
    """Give a payment its customer and its PAYG account."""

    _name = "payg.match.wizard"
    _description = "Match"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, ondelete="cascade")
    date = fields.Date(related="payment_id.date")
    amount = fields.Monetary(related="payment_id.amount")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    memo = fields.Char(related="payment_id.memo")
    transaction_number = fields.Char(related="payment_id.cu_transaction_number")
    sender_phone = fields.Char(related="payment_id.cu_sender_phone")
    state = fields.Selection(related="payment_id.state")
    company_id = fields.Many2one(related="payment_id.company_id")
    partner_id = fields.Many2one(
        "res.partner", "Customer", compute="_compute_partner_id", store=True, readonly=False, precompute=True
    )
    candidate_ids = fields.Many2many("payg.account", compute="_compute_candidate_ids")
    account_id = fields.Many2one(
        "payg.account",
        "PAYG Account",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        domain="[('company_id', '=', company_id), ('state', '!=', 'closed'), "
        "'|', (not partner_id, '=', True), ('id', 'in', candidate_ids)]",
    )
    daily_rate = fields.Monetary(related="account_id.daily_rate", currency_field="account_currency_id")
    account_currency_id = fields.Many2one(related="account_id.currency_id", string="Account Currency")
    hint = fields.Char(compute="_compute_candidate_ids")

    @api.depends("payment_id")
    def _compute_partner_id(self):
        for wizard in self:
            customers = wizard.payment_id.partner_id or wizard._named().partner_id
            wizard.partner_id = customers if len(customers) == 1 else False

    @api.depends("payment_id", "partner_id")
    def _compute_candidate_ids(self):
        """The accounts that it is about: those of the customer, else those that the payment names."""
        for wizard in self:
            named = wizard._named()
            partners = wizard.partner_id | wizard.partner_id.commercial_partner_id
            wizard.candidate_ids = wizard._accounts_of(partners) if partners else named
            wizard.hint = wizard._hint_text(named & wizard.candidate_ids._origin)

    @api.depends("partner_id", "candidate_ids")
    def _compute_account_id(self):
        """Propose what the payment names, or the only account of its customer; several are left to be chosen from."""
        for wizard in self:
            candidates = wizard.candidate_ids._origin
            accounts = wizard._named() & candidates or (candidates if wizard.partner_id else candidates.browse())
            wizard.account_id = accounts if len(accounts) == 1 else False

    def _named(self):
        """The open accounts that memo or reference name."""
        # sudo: only the words of a payment that the user reads here anyway.
        payment = self.payment_id.sudo()
        named = payment._cu_accounts_named(payment._cu_words()) if payment else {}
        return self.env["payg.account"].union(*(accounts.sudo(False) for accounts in named.values()))

    def _accounts_of(self, partners):
        accounts = self.env["payg.account"]
        theirs = Domain("partner_id", "in", partners.ids) & Domain("company_id", "=", self.company_id.id)
        return accounts.search(accounts._open_domain() & theirs)

    def _hint_text(self, named):
        if len(named) == 1:
            return self.env._("Its reference names %s.", named.display_name)
        if named:
            return self.env._("Its reference names several accounts: choose.")
        if self.partner_id and len(self.candidate_ids) > 1:
            return self.env._("The customer has several accounts, and no reference says which: choose.")
        if self.partner_id and not self.candidate_ids:
            return self.env._("This customer has no open PAYG account.")
        return self.env._("Nothing in the payment names an account.")

    def action_match(self):
        """Match; who may is checked again by the payment."""
        self.ensure_one()
        self.payment_id._cu_match(self.account_id)
        return {"type": "ir.actions.act_window_close"}
