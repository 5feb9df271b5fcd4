from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import formatLang

from .. import const
from ..duration import moment_text

UNFINISHED = ("requested", "running")


class PaygDisableRun(models.Model):
    """A run of *Disable not assigned CUs* in one company: what it saw, what it did, who asked and who approved."""

    _name = "payg.disable.run"
    _description = "Run of Disable not assigned CUs"
    _order = "id desc"

    config_id = fields.Many2one("payg.crm.config", "CRM Config", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="config_id.company_id", store=True, index=True)
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("running", "Running"),
            ("waiting", "Waits for a manager"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="requested",
        readonly=True,
    )
    origin = fields.Selection(
        [("schedule", "Scheduled"), ("person", "By hand"), ("catch_up", "Caught up")], required=True, readonly=True
    )
    user_id = fields.Many2one("res.users", "Asked By", readonly=True)
    requested_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    started_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True)
    duration = fields.Float("Duration (s)", compute="_compute_duration", help="Seconds from start to end.")
    line_ids = fields.One2many("payg.disable.run.line", "run_id", "Counts by Verdict", readonly=True)
    disable_count = fields.Integer(
        "To Switch Off", readonly=True, help="Units that are on and that the rule does not keep."
    )
    enabled_count = fields.Integer("Units On", readonly=True, help="Units on in the company when the run began.")
    share = fields.Float("Share (%)", compute="_compute_share", help="To switch off, of the units that are on.")
    total_count = fields.Integer("To Go Through", readonly=True, help="Units that the rule does not keep, on or off.")
    processed_count = fields.Integer("Gone Through", readonly=True, help="Those that the run is done with so far.")
    disabled_count = fields.Integer("Wanted Off", readonly=True, help="Units that this run wanted disabled.")
    command_count = fields.Integer("Commands Made", readonly=True)
    sent_count = fields.Integer("Commands Sent", compute="_compute_sent_count", help="Sent, or ended without it.")
    command_ids = fields.One2many("smart.solar.command", "run_id", "Commands", readonly=True)
    braked = fields.Boolean(readonly=True)
    approved_by_id = fields.Many2one("res.users", "Run Anyway By", readonly=True)
    approved_at = fields.Datetime("Run Anyway At", readonly=True)
    error = fields.Char("Remark", readonly=True)

    @api.depends("origin", "requested_at", "company_id")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "Disable not assigned CUs, %(company)s, %(when)s",
                company=run.company_id.name or "",
                when=moment_text(self.env, run.requested_at) if run.requested_at else "",
            )

    @api.depends("started_at", "finished_at")
    def _compute_duration(self):
        for run in self:
            ended = run.started_at and run.finished_at
            run.duration = (run.finished_at - run.started_at).total_seconds() if ended else 0.0

    @api.depends("disable_count", "enabled_count")
    def _compute_share(self):
        for run in self:
            run.share = 100.0 * run.disable_count / run.enabled_count if run.enabled_count else 0.0

    @api.depends("command_count")
    def _compute_sent_count(self):
        for run in self:
            waiting = run.command_count and self.env["smart.solar.command"].search_count(
                [("run_id", "in", run.ids), ("state", "in", const.LIVE_STATES)]
            )
            run.sent_count = run.command_count - waiting

    def _is_unfinished(self):
        return self.state in UNFINISHED

    def _work_words(self):
        """How far an unfinished run is."""
        if not self.total_count:
            return self.env._("The run looks at the units")
        done, total = (formatLang(self.env, count, digits=0) for count in (self.processed_count, self.total_count))
        return self.env._("Units gone through: %(done)s of %(total)s", done=done, total=total)

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------
    @api.model
    def _request(self, config, origin, user=None):
        """Ask for a run; a worker starts it at once. An unfinished one of the company is that one.

        :param str origin: ``schedule``, ``person`` or ``catch_up``
        :raise UserError: the feature is off in the company
        """
        if not config.disable_by_default:
            raise UserError(self.env._("“Disable by default” is off: turn it on first."))
        run = self.search([("config_id", "=", config.id), ("state", "in", UNFINISHED)], limit=1)
        if not run:
            self.search([("config_id", "=", config.id), ("state", "=", "waiting")])._cancel()
            run = self.create({"config_id": config.id, "origin": origin, "user_id": user.id if user else False})
        self._wake_worker()
        return run

    @api.model
    def _wake_worker(self):
        self.env.ref("payg_control_unit.ir_cron_work_runs").sudo()._trigger()

    def _cancel(self):
        self.write({"state": "cancelled", "finished_at": fields.Datetime.now()})

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_run_anyway(self):
        """A manager has seen the preview and says: run anyway.

        :raise AccessError: no manager
        :raise UserError: the run does not wait
        """
        self._check_manager_of_waiting()
        approval = {"approved_by_id": self.env.user.id, "approved_at": fields.Datetime.now()}
        # It starts anew: how long people thought about it is no part of its duration.
        self.sudo().write({"state": "requested", "started_at": False, **approval})
        self._wake_worker()

    def action_cancel(self):
        """A manager does not want the waiting run.

        :raise AccessError: no manager
        :raise UserError: the run does not wait
        """
        self._check_manager_of_waiting()
        self.sudo()._cancel()

    def _check_manager_of_waiting(self):
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("payg_control_unit.payg_control_unit_group_manager"):
            raise AccessError(self.env._("Only a Call Center Manager decides on a run that waits."))
        if self.state != "waiting":
            raise UserError(self.env._("This run does not wait for a decision."))

    def action_preview(self):
        return self.config_id.action_preview()

    def action_commands(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.smart_solar_command_action")
        return {**action, "domain": [("run_id", "=", self.id)], "context": {}}

    def _action_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "payg.disable.run",
            "res_id": self.id,
            "view_mode": "form",
        }


class PaygDisableRunLine(models.Model):
    _name = "payg.disable.run.line"
    _description = "Count of a Verdict in a Run"
    _order = "run_id, sequence, id"

    run_id = fields.Many2one("payg.disable.run", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id")
    sequence = fields.Integer()
    verdict = fields.Selection(const.VERDICTS, required=True)
    count = fields.Integer("Units")
