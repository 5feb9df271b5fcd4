from odoo import api, fields, models

from .. import const
from ..vocabulary import labels

# Why a command did not do what it was for. The first ones end it without a call.
FAILURE_TYPES = [
    ("newer_wish", "Something else is wanted now"),
    ("kept", "The rule keeps the unit now"),
    ("not_sendable", "Nothing may be sent to the unit"),
    ("moot", "No longer needed"),
    ("contradicted", "SMART Solar reports the opposite"),
    ("lost", "The answer was lost"),
    ("unavailable", "SMART Solar did not answer"),
    ("throttled", "SMART Solar asked to slow down"),
    ("exhausted", "Too many attempts"),
    ("rejected", "Refused by SMART Solar"),
    ("forbidden", "Not permitted to this login"),
    ("unknown_unit", "Unknown to SMART Solar"),
    ("void", "Void: all credit was cleared after it"),
    ("neutralized", "Cut off: this database is a copy"),
]


class SmartSolarCommand(models.Model):
    """One call to SMART Solar about one unit, from being asked for to being seen to have worked.

    queued → sending → accepted → confirmed; or retry, rejected, superseded. Written by set-based SQL only, hence no
    log columns: 200,000 of them are made in a minute.
    """

    _name = "smart.solar.command"
    _description = "SMART Solar Command"
    _order = "id desc"
    _log_access = False
    _rec_name = "transaction_id"

    unit_id = fields.Many2one("payg.control.unit", "Control Unit", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(const.COMMAND_KINDS, required=True, readonly=True)
    version = fields.Integer(
        readonly=True, aggregator=None, help="The version of what was wanted of the unit that this command is for."
    )
    transaction_id = fields.Char(required=True, readonly=True, help="Stays the same on every retry.")
    state = fields.Selection(const.COMMAND_STATES, required=True, readonly=True, default="queued")
    failure_type = fields.Selection(FAILURE_TYPES, readonly=True)
    failure_message = fields.Char(readonly=True)
    origin = fields.Selection(const.ORIGINS, "Asked By", readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    reason = fields.Char(readonly=True)
    run_id = fields.Many2one("payg.disable.run", readonly=True, ondelete="set null")
    priority = fields.Integer(readonly=True, default=const.PRIORITY_PERSON, aggregator=None, help="0 goes first.")
    attempts = fields.Integer(readonly=True, default=0, aggregator=None, help="Calls that were made and counted.")
    next_try_at = fields.Datetime("Next Try", readonly=True)
    lease_until = fields.Datetime(readonly=True, help="Whoever sends it must have recorded the answer by then.")
    claim = fields.Char(readonly=True, help="Who is sending it.")
    created_at = fields.Datetime("Created", readonly=True, default=fields.Datetime.now)
    sent_at = fields.Datetime("Sent", readonly=True, help="When it was last taken up for sending.")
    accepted_at = fields.Datetime("Accepted", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)

    _live_uniq = models.UniqueIndex(
        "(unit_id) WHERE kind IN ('enable', 'disable', 'zero') AND state IN ('queued', 'sending', 'retry')",
        "A switching command to this unit is on its way already.",
    )
    _claim_idx = models.Index("(company_id, priority, id) WHERE state IN ('queued', 'retry')")
    _lease_idx = models.Index("(lease_until) WHERE state = 'sending'")
    _unit_idx = models.Index("(unit_id, id)")
    _run_idx = models.Index("(run_id) WHERE run_id IS NOT NULL")

    @api.depends("unit_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = labels(self, "kind")
        for command in self:
            command.display_name = f"{kinds.get(command.kind, '')} {command.unit_id.display_name or ''}".strip()

    def action_retry(self):
        """Send the failed commands of these commands' units again.

        :raise AccessError: the user may not switch units by hand
        :raise UserError: no command of them has failed
        """
        return self.unit_id.action_retry()
