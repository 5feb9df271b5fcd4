from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from .. import const

MIN_DAYS_WITH_TECHNICIAN = 4
# More than anybody means: no date is so far away that it cannot be computed.
MAX_DAYS = 3650
# Fewer units than these never brake.
BRAKE_MINIMUM = 20
ENFORCE_OWN_FIELDS = {"enforced_since", "enforce_waits", "enforce_approved_by_id", "enforce_approved_at"}
# Written by the addon alone.
OWN_FIELDS = {"company_id", "enabled_at", "deadlines_asked_until", "accounts_checked_until", *ENFORCE_OWN_FIELDS}


class PaygCrmConfig(models.Model):
    """*CRM Config*: a company's settings, which call center people change without being system administrators."""

    _name = "payg.crm.config"
    _description = "CRM Config"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")

    # ------------------------------------------------------------------
    # Tab Control unit
    # ------------------------------------------------------------------
    # pylint: disable=attribute-string-redundant
    # The labels are those of the page that asked for them, letter for letter: Odoo would write "Disable By Default".
    disable_by_default = fields.Boolean(
        "Disable by default",
        tracking=True,
        help="If activated, the scheduled action “Disable not assigned CUs” runs once a week.",
    )
    enabled_at = fields.Datetime("On Since", readonly=True)
    days_with_technician = fields.Integer(
        "Days with Technician",
        default=5,
        required=True,
        tracking=True,
        help="After assign stock is done, the control unit will be enabled for so many days of 24 hours.",
    )
    brake_share = fields.Float(
        "Brake Above (%)",
        default=20.0,
        required=True,
        tracking=True,
        help="A run that would switch off more than this share of the company's units that are on, and at least "
        "20 of them, waits for a manager.",
    )
    deadlines_asked_until = fields.Datetime(readonly=True, help="Up to when reached deadlines have asked the rule.")

    next_execution_date = fields.Datetime("Next execution date", compute="_compute_next_execution_date")
    run_ids = fields.One2many("payg.disable.run", "config_id", "Runs", readonly=True)
    last_run_id = fields.Many2one("payg.disable.run", "Last Run", compute="_compute_last_run_id")
    last_run_at_work = fields.Boolean(compute="_compute_last_run_id")
    last_run_total_count = fields.Integer("To Go Through", compute="_compute_last_run_id")
    last_run_processed_count = fields.Integer("Gone Through", compute="_compute_last_run_id")
    preview_disable_count = fields.Integer(
        "Would Be Switched Off", compute="_compute_preview", help="Units that are on, and that the rule does not keep."
    )
    preview_enabled_count = fields.Integer("Units On", compute="_compute_preview")
    monitored_without_customer_count = fields.Integer(
        "Monitored Without Customer",
        compute="_compute_preview",
        help="SMART Solar calls them MONITORED, but no customer holds them here: somebody may be living with them.",
    )

    _company_uniq = models.Constraint("UNIQUE (company_id)", "A company has one CRM Config.")

    @api.constrains("days_with_technician")
    def _check_days_with_technician(self):
        for config in self:
            if config.days_with_technician < MIN_DAYS_WITH_TECHNICIAN:
                raise ValidationError(
                    self.env._(
                        "Days with Technician: at least %s. A unit assigned on Friday may have its installation "
                        "recorded on Monday only, and must stay on until then.",
                        MIN_DAYS_WITH_TECHNICIAN,
                    )
                )
            if config.days_with_technician > MAX_DAYS:
                raise ValidationError(self.env._("Days with Technician: at most %s.", MAX_DAYS))

    @api.constrains("brake_share")
    def _check_brake_share(self):
        if any(not 0 <= config.brake_share <= 100 for config in self):
            raise ValidationError(self.env._("The share of the brake is between 0 and 100 %."))

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------
    @api.depends("company_id")
    def _compute_display_name(self):
        for config in self:
            config.display_name = self.env._("CRM Config: %s", config.company_id.name)

    def _compute_next_execution_date(self):
        cron = self._weekly_cron()
        for config in self:
            config.next_execution_date = cron.active and cron.nextcall

    @api.depends("run_ids.state", "run_ids.processed_count")
    def _compute_last_run_id(self):
        for config in self:
            run = config.last_run_id = config.run_ids[:1]
            config.last_run_at_work = run._is_unfinished()
            config.last_run_total_count = run.total_count
            config.last_run_processed_count = run.processed_count

    def _compute_preview(self):
        for config in self:
            figures = config._preview_figures()
            config.preview_disable_count = figures["to_switch"]
            config.preview_enabled_count = figures["enabled"]
            config.monitored_without_customer_count = figures["monitored_alone"]

    def _brakes(self, doomed, lit):
        """Whether switching off so many units waits for a manager.

        :param int doomed: units that are on and would be switched off
        :param int lit: units of the company that are on
        """
        return bool(lit) and doomed >= BRAKE_MINIMUM and 100.0 * doomed > self.brake_share * lit

    def _preview_figures(self):
        """What the rule would do in the company if the feature were on: counts of units.

        :return: dict of ``to_switch`` (on, and to be switched off), ``enabled`` (on), ``monitored_alone`` (MONITORED
            in SMART Solar and without a customer here)
        """
        unit = self.env["payg.control.unit"].sudo()
        unit.flush_model()
        query = SQL(
            """SELECT count(*) FILTER (WHERE on_now AND verdict = 'disable') AS to_switch,
                      count(*) FILTER (WHERE on_now) AS enabled,
                      count(*) FILTER (WHERE monitored AND holding_id IS NULL) AS monitored_alone
                 FROM (SELECT %(verdict)s AS verdict, u.reported_state IN %(on_states)s AS on_now,
                              u.life_state = %(monitored)s AS monitored, u.holding_id
                         FROM payg_control_unit u WHERE u.company_id = %(company)s) AS fleet""",
            verdict=unit._verdict_sql("u", SQL("TRUE"), fields.Datetime.now()),
            on_states=const.ON_STATES,
            monitored=const.LIFE_MONITORED,
            company=self.company_id.id or None,
        )
        return self.env.execute_query_dict(query)[0]

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    def write(self, vals):
        """
        :raise AccessError: what the addon itself keeps, and what makes it a company's own
        """
        if not self.env.su and OWN_FIELDS & vals.keys():
            raise AccessError(self.env._("Settings that cannot be written: %s.", ", ".join(OWN_FIELDS & vals.keys())))
        turned = self.filtered(lambda c: c.disable_by_default != vals.get("disable_by_default", c.disable_by_default))
        other_days = self.filtered(
            lambda c: c.days_with_technician != vals.get("days_with_technician", c.days_with_technician)
        )
        res = super().write(vals)
        if turned:
            turned._turned(vals["disable_by_default"])
        for config in other_days:
            config._days_changed()
        return res

    def _turned(self, on):
        """Keep since when the feature is on. Deadlines of before are left to a run, which has a preview and a brake."""
        since = fields.Datetime.now() if on else False
        self.sudo().write({"enabled_at": since, "deadlines_asked_until": since})
        self.env["payg.control.unit"].invalidate_model(["verdict", "why"])

    def _days_changed(self):
        assignments = self.env["payg.assignment"].sudo()
        overdue = assignments._recompute_deadlines(self.company_id, self.days_with_technician)
        overdue._ask_rule(self.env._("Days with Technician changed to %s", self.days_with_technician))

    # ------------------------------------------------------------------
    # Access for the addon's own methods
    # ------------------------------------------------------------------
    @api.model
    def _of(self, company):
        """The configuration of a company, as superuser; made where it is missing."""
        config = self.sudo().search([("company_id", "=", company.id)], limit=1)
        return config or self.sudo().create({"company_id": company.id})

    @api.model
    def _make_missing(self):
        """One for each company that has none, at installation."""
        for company in self.env["res.company"].sudo().search([]):  # pylint: disable=no-search-all
            self._of(company)

    @api.model
    def _weekly_cron(self):
        return self.env.ref("payg_control_unit.ir_cron_disable_not_assigned").sudo()

    def _last_due(self):
        """When the weekly run was due last (UTC): a week before its next date, or that date once it has passed."""
        cron = self._weekly_cron()
        if cron.nextcall <= fields.Datetime.now():
            return cron.nextcall
        return cron.nextcall - relativedelta(**{cron.interval_type: cron.interval_number})

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    @api.model
    def action_open(self):
        """The menu *CRM Config*: the current company's one record."""
        return {
            "name": self.env._("CRM Config"),
            "type": "ir.actions.act_window",
            "res_model": "payg.crm.config",
            "res_id": self._of(self.env.company).id,
            "view_mode": "form",
            "path": "crm-config",
            "target": "current",
        }

    def action_run_cron(self):
        """*Run Cron*: run “Disable not assigned CUs” now, for this company only.

        :raise UserError: the feature is off
        """
        self.ensure_one()
        self.check_access("write")
        run = self.env["payg.disable.run"].sudo()._request(self, "person", user=self.env.user)
        return run._action_open()

    def action_preview(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.payg_control_unit_verdict_action")
        return {**action, "domain": [("company_id", "=", self.company_id.id)]}

    def action_runs(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.payg_disable_run_action")
        return {**action, "domain": [("company_id", "=", self.company_id.id)]}
