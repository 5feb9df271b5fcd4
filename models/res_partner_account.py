from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const

_CREDIT_FIELDS = ("cu_pulse_credit_seconds", "cu_pulse_credit_text", "cu_credit_until")


class ResPartner(models.Model):
    _inherit = "res.partner"

    cu_account_ids = fields.One2many("payg.account", "partner_id", "PAYG Accounts", groups=const.PAYMENT_GROUPS)
    cu_account_count = fields.Integer("PAYG Account Count", compute="_compute_cu_accounts", groups=const.PAYMENT_GROUPS)
    cu_next_account_id = fields.Many2one(
        "payg.account",
        "Account Next to Expire",
        compute="_compute_cu_accounts",
        groups=const.PAYMENT_GROUPS,
        help="Of the customer's accounts the one whose light goes out first.",
    )
    cu_credit_until = fields.Datetime(
        "Pulse Credit Until",
        compute="_compute_cu_accounts",
        search="_search_cu_credit_until",
        groups=const.PAYMENT_GROUPS,
    )
    cu_pulse_credit_seconds = fields.Integer(
        "Pulse Credit (s)",
        compute="_compute_cu_accounts",
        search="_search_cu_pulse_credit_seconds",
        aggregator=None,
        groups=const.PAYMENT_GROUPS,
    )
    cu_pulse_credit_text = fields.Char(
        "Pulse Credit Balance", compute="_compute_cu_accounts", groups=const.PAYMENT_GROUPS
    )

    @api.depends("cu_account_ids.state", "cu_account_ids.expiry", "cu_account_ids.kept_seconds")
    def _compute_cu_accounts(self):
        """One query for all of them: how many accounts, and the open one that expires first."""
        accounts = self.env["payg.account"].search(
            [("partner_id", "in", self._origin.ids)], order="expiry NULLS LAST, id"
        )
        first = {}
        counts = Counter(account.partner_id.id for account in accounts)
        for account in accounts.filtered(lambda account: account.state != "closed"):
            first.setdefault(account.partner_id.id, account)
        for partner in self:
            account = first.get(partner._origin.id, accounts.browse())
            partner.cu_account_count = counts[partner._origin.id]
            partner.cu_next_account_id = account
            partner.cu_credit_until = account.expiry
            partner.cu_pulse_credit_seconds = account.balance_seconds
            partner.cu_pulse_credit_text = account.balance_text

    # ------------------------------------------------------------------
    # Searching and sorting
    # ------------------------------------------------------------------
    def _search_cu_credit_until(self, operator, value):
        found = self._search_cu_next_account("expiry", operator, value)
        if operator == "in" and False in value:
            # Whoever has no account shows no moment either.
            found |= ~Domain("cu_account_ids", "any", self._cu_next_accounts())
        return found

    def _search_cu_pulse_credit_seconds(self, operator, value):
        return self._search_cu_next_account("balance_seconds", operator, value)

    def _search_cu_next_account(self, name, operator, value):
        """Whoever's account that is shown, of several, has such a value."""
        if operator not in ("in", "<", "<=", ">", ">="):
            return NotImplemented
        return Domain("cu_account_ids", "any", self._cu_next_accounts() & Domain(name, operator, value))

    def _cu_next_accounts(self):
        """Of each customer the account that is shown, as in `_compute_cu_accounts`: a domain of accounts."""
        self.env["payg.account"].flush_model(["partner_id", "company_id", "state", "expiry"])
        # SQL: the first of each, in one sort; of the companies that the user looks at.
        first = SQL(
            """(SELECT DISTINCT ON (account.partner_id) account.id FROM payg_account account
                 WHERE account.state <> 'closed' AND account.company_id = ANY(%s)
              ORDER BY account.partner_id, account.expiry NULLS LAST, account.id)""",
            self.env.companies.ids,
        )
        return Domain("id", "in", first)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name not in _CREDIT_FIELDS:
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        self.env["payg.account"].flush_model(["expiry", "partner_id", "company_id"])
        # SQL: the first expiry of each, in one sort; of the companies that the user looks at.
        return SQL(
            """(SELECT min(account.expiry) FROM payg_account account
                 WHERE account.partner_id = %s AND account.company_id = ANY(%s)) %s %s""",
            SQL.identifier(alias, "id"),
            self.env.companies.ids,
            direction,
            nulls,
        )

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_cu_accounts(self):
        """The customer's PAYG accounts."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.payg_account_action")
        return {
            **action,
            "domain": [("partner_id", "=", self.id)],
            "context": {"default_partner_id": self.id},
        }
