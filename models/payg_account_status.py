from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from ..duration import duration_text


class PaygAccount(models.Model):
    """How an account stands now: computed from its expiry, without a query a row."""

    _inherit = "payg.account"

    status = fields.Selection(
        const.ACCOUNT_STATUSES,
        compute="_compute_status",
        search="_search_status",
        help="Normal: on-time is left. Late: it ran out, no longer ago than Grace in CRM Config. Expired: longer ago.",
    )
    balance_seconds = fields.Integer(
        "Pulse Credit (s)", compute="_compute_balance", search="_search_balance_seconds", aggregator=None
    )
    balance_text = fields.Char(
        "Pulse Credit Balance",
        compute="_compute_balance",
        help="On-time until it expires, never below 0. Of an account that waits: what begins with the installation.",
    )
    late_seconds = fields.Integer("Ran Out Since (s)", compute="_compute_balance", aggregator=None)

    # ------------------------------------------------------------------
    # Pulse Credit Balance
    # ------------------------------------------------------------------
    @api.depends("expiry", "kept_seconds")
    @api.depends_context("lang")
    def _compute_balance(self):
        now = fields.Datetime.now()
        for account in self:
            left = int((account.expiry - now).total_seconds()) if account.expiry else account.kept_seconds
            account.balance_seconds = max(0, left)
            account.late_seconds = max(0, -left) if account.expiry else 0
            account.balance_text = duration_text(self.env, account.balance_seconds)

    @api.model
    def _balance_seconds_sql(self, alias):
        """`balance_seconds` of a row, as SQL."""
        return SQL(
            "GREATEST(0, COALESCE(floor(EXTRACT(EPOCH FROM %(expiry)s - %(now)s)), %(kept)s))",
            expiry=SQL.identifier(alias, "expiry"),
            kept=SQL.identifier(alias, "kept_seconds"),
            now=fields.Datetime.now(),
        )

    def _search_balance_seconds(self, operator, value):
        operators = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "in": "IN"}
        if operator not in operators:
            return NotImplemented
        self.flush_model(["expiry", "kept_seconds"])
        if operator == "in":
            value = tuple(map(int, value)) or (None,)
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "%s %s %s", self._balance_seconds_sql(alias), SQL(operators[operator]), value
            )
        )

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name in ("balance_seconds", "balance_text"):
            self.flush_model(["expiry", "kept_seconds"])
            return SQL("%s %s %s", self._balance_seconds_sql(alias), direction, nulls)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    # ------------------------------------------------------------------
    # Status
    # ------------------------------------------------------------------
    @api.depends("state", "expiry", "company_id")
    def _compute_status(self):
        now = fields.Datetime.now()
        grace = self.env["payg.crm.config"]._grace_by_company(self.company_id)
        for account in self:
            account.status = account._status(now, grace.get(account.company_id.id, timedelta()))

    def _status(self, now, grace):
        if self.state != "running":
            return self.state
        if self.expiry > now:
            return "normal"
        return "late" if now - self.expiry < grace else "expired"

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model(["state", "expiry", "company_id"])
        self.env["payg.crm.config"].flush_model(["company_id", "grace_days"])
        status = SQL(
            """CASE WHEN account.state <> 'running' THEN account.state
                    WHEN account.expiry > %(now)s THEN 'normal'
                    WHEN account.expiry > %(now)s - make_interval(hours => 24 * COALESCE(config.grace_days, 0))
                    THEN 'late' ELSE 'expired' END""",
            now=fields.Datetime.now(),
        )
        query = SQL(
            """(SELECT account.id FROM payg_account account
             LEFT JOIN payg_crm_config config ON config.company_id = account.company_id WHERE %s IN %s)""",
            status,
            tuple(filter(None, value)) or (None,),  # every account has one: none is without
        )
        return Domain.custom(to_sql=lambda _model, alias, _query: SQL("%s IN %s", SQL.identifier(alias, "id"), query))

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_payments(self):
        """The payments of this account."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.account_payment_action_payg")
        return {**action, "domain": [("cu_account_id", "=", self.id)], "context": {}}

    def action_credit_over_time(self):
        """The graph of the accounts' credit, day by day."""
        action = self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.payg_credit_day_action")
        return {**action, "domain": [("account_id", "in", self.ids)]}
