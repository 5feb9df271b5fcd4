from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .. import const

# Written by the addon alone: they change through the ledger and with the unit's custody.
OWN_FIELDS = {
    "state",
    "begun_at",
    "closed_at",
    "expiry",
    "cash_balance",
    "kept_seconds",
    "manual_seconds",
}
# What the ledger's rows are about: chosen when the account is opened.
FIXED_FIELDS = {"name", "partner_id", "company_id", "currency_id"}
TO_DO = "mail.mail_activity_data_todo"
SUPERVISOR = "payg_control_unit.payg_control_unit_group_supervisor"


class PaygAccount(models.Model):
    """What a customer pays for the light of one unit: a daily rate, the on-time bought, and the change left over.

    It may be opened before the installation (a down-payment): until then its on-time is kept as a duration, and begins
    to run with the installation. When the unit comes back, what is left is kept again. Its balances are written by the
    ledger alone (``payg.ontime.transaction``).
    """

    _name = "payg.account"
    _description = "PAYG Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    # An operator, who only reads it, notes what the customer said.
    _mail_post_access = "read"
    _order = "id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "partner_id", "unit_id"]

    name = fields.Char("Account Number", required=True, copy=False, default="/", index="trigram")
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True, readonly=False, required=True, precompute=True
    )
    unit_id = fields.Many2one(
        "payg.control.unit",
        "Control Unit",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Empty before the installation; a unit chosen before is the one with whose installation the days begin.",
    )
    daily_rate = fields.Monetary(required=True, tracking=True, help="What a day of on-time costs.")
    opened_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    # ------------------------------------------------------------------
    # Written by the ledger and with the unit's custody
    # ------------------------------------------------------------------
    state = fields.Selection(const.ACCOUNT_STATES, required=True, readonly=True, default="waiting", tracking=True)
    begun_at = fields.Datetime("Running Since", readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False)
    expiry = fields.Datetime(
        "Expires",
        readonly=True,
        copy=False,
        index=True,
        help="When its on-time is used up; empty while it does not run.",
    )
    kept_seconds = fields.Integer(
        "On-time Kept", readonly=True, copy=False, aggregator=None, help="On-time of an account that does not run."
    )
    cash_balance = fields.Monetary(readonly=True, copy=False, help="Money that has not bought a day yet.")
    manual_seconds = fields.Integer(
        "On-time by Hand",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Bonus, corrections and what was brought along together: so much may be removed by hand.",
    )
    transaction_ids = fields.One2many("payg.ontime.transaction", "account_id", "On-time Transactions", readonly=True)
    payment_ids = fields.One2many("account.payment", "cu_account_id", "Payments", readonly=True)

    _name_uniq = models.UniqueIndex("(company_id, name)", "This account number exists already in this company.")
    _unit_uniq = models.UniqueIndex(
        "(unit_id) WHERE state = 'running'", "This control unit has a running PAYG account already."
    )
    _rate_positive = models.Constraint("CHECK (daily_rate > 0)", "The daily rate must be more than nothing.")
    _running_has_expiry = models.Constraint(
        "CHECK ((state = 'running') = (expiry IS NOT NULL) AND (state <> 'running' OR unit_id IS NOT NULL))",
        "A running account has a control unit and an expiry.",
    )
    _manual_not_negative = models.Constraint(
        "CHECK (manual_seconds >= 0)", "Not more on-time can be removed than was added by hand."
    )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """A delivery address stands for its customer."""
        self.partner_id = self.partner_id._cu_person()

    @api.depends("company_id")
    def _compute_currency_id(self):
        for account in self.filtered(lambda account: not account.currency_id):
            account.currency_id = account.company_id.currency_id

    @api.depends("name", "unit_id")
    def _compute_display_name(self):
        for account in self:
            # sudo: who may read an account may read on it which unit it is for.
            serial = account.sudo().unit_id.name
            account.display_name = f"{account.name} ({serial})" if serial else account.name

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        """Open accounts. One whose unit is with its customer already begins at once."""
        customers = self.env["res.partner"].browse({vals["partner_id"] for vals in vals_list if vals.get("partner_id")})
        customers.fetch(["type", "parent_id"])  # all of them in one query
        accounts = super().create([self._opening_vals(vals) for vals in vals_list])
        accounts._begin_opened(dict(zip(accounts.ids, vals_list, strict=True)))
        return accounts

    @api.model
    def _opening_vals(self, vals):
        """What a caller may choose, of a delivery address the customer, and a number.

        An empty cell of an import chooses nothing.
        """
        kept = {name: value for name, value in vals.items() if name not in OWN_FIELDS | {"opened_at"}}
        if kept.get("partner_id"):
            kept["partner_id"] = self.env["res.partner"].browse(kept["partner_id"])._cu_person().id
        if not kept.get("currency_id"):
            kept.pop("currency_id", None)
        if (kept.get("name") or "/") == "/":
            company = self.env["res.company"].browse(kept.get("company_id")) or self.env.company
            kept["name"] = self.env["ir.sequence"].with_company(company).next_by_code("payg.account")
        return kept

    def write(self, vals):
        """
        :raise AccessError: what only the ledger writes, and the daily rate without being a supervisor
        :raise UserError: what the account is about
        """
        if not self.env.su:
            self._check_writable(vals)
        return super().write(vals)

    def _check_writable(self, vals):
        if own := OWN_FIELDS & vals.keys():
            raise AccessError(self.env._("Values that change through transactions only: %s.", ", ".join(sorted(own))))
        if FIXED_FIELDS & vals.keys():
            raise UserError(self.env._("Number, customer, company and currency of an account cannot be changed."))
        if "daily_rate" in vals and not self.env.user.has_group(SUPERVISOR):
            raise AccessError(self.env._("Only a supervisor changes the daily rate of an account."))
        if "unit_id" in vals and any(account.state != "waiting" for account in self):
            raise UserError(self.env._("The unit of this account changes with an installation, a swap or a return."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.sudo().transaction_ids:
            raise UserError(self.env._("An account with transactions cannot be deleted; it can be closed."))

    # ------------------------------------------------------------------
    # Beginning and closing by hand
    # ------------------------------------------------------------------
    def _begin_opened(self, _vals_by_account):
        """Begin now those of these new accounts whose unit is with its customer already.

        :param dict _vals_by_account: account id to what its creator said
        """
        for account in self.sudo():
            unit = account.unit_id
            if unit.customer_id == account.partner_id and not unit.account_id:
                account._begin(unit)

    def action_begin(self):
        """Begin a waiting account with the unit that was chosen on it, as of its installation.

        :raise UserError: no unit is chosen, or its customer is somebody else
        """
        self.ensure_one()
        self.check_access("write")
        unit = self.sudo().unit_id
        if self.state != "waiting" or not unit:
            raise UserError(self.env._("Choose the control unit with which this account begins."))
        if unit.customer_id != self.partner_id:
            raise UserError(
                self.env._(
                    "%(serial)s is not with %(customer)s: record its installation first.",
                    serial=unit.name,
                    customer=self.partner_id.display_name,
                )
            )
        self.sudo()._begin(unit, unit.holding_id.date_from)

    def action_close(self):
        """Close accounts for good; what is left on them stays visible.

        :raise AccessError: no supervisor
        """
        self._check_supervisor()
        self.sudo()._close()

    def action_reopen(self):
        """Let a closed account wait for an installation again.

        :raise AccessError: no supervisor
        """
        self._check_supervisor()
        self.sudo().filtered(lambda account: account.state == "closed").write({"state": "waiting", "closed_at": False})

    def _check_supervisor(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(SUPERVISOR):
            raise AccessError(self.env._("Only a supervisor may do this with a PAYG account."))

    # ------------------------------------------------------------------
    # Finding
    # ------------------------------------------------------------------
    @api.model
    def _search_display_name(self, operator, value):
        """People who type find accounts by customer and unit too; an import names one by its number alone.

        An import takes the first of several that have the name, and whose light a payment is for is never guessed.
        """
        if operator not in ("=", "in"):
            return super()._search_display_name(operator, value)
        names = [value] if isinstance(value, str) else [name for name in value or () if name]
        # As it is displayed: the number, and the serial number in brackets.
        return Domain("name", "in", [name.split(" (")[0] for name in names])

    @api.model
    def _open_domain(self):
        """Accounts that payments may still go to."""
        return Domain("state", "!=", "closed")

    def _ask_which_begins(self, unit):
        """Ask people which of these waiting accounts begins with the unit; once for each of them."""
        user = self.env["payg.crm.config"]._of(unit.company_id)._supervisor()
        for account in self:
            summary = self.env._("Does it begin with %s?", unit.name)
            if account.activity_search([TO_DO], additional_domain=[("summary", "=", summary)]):
                continue
            account.activity_schedule(
                TO_DO,
                summary=summary,
                user_id=user.id,
                note=self.env._(
                    "%(unit)s was installed at %(customer)s, who has several accounts that wait. Choose the unit on "
                    "one of them, and press Begin.",
                    unit=unit.name,
                    customer=account.partner_id.display_name,
                ),
            )
