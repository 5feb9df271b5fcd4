from odoo import api, fields, models
from odoo.tools import SQL, formatLang

from .. import const
from ..clock import utc_now


class SmartSolarClient(models.Model):
    """What a connection is at work on, while it is: readings, and commands that wait to be sent."""

    _inherit = "smart.solar.client"

    pull_total = fields.Integer("Units to Read", compute="_compute_pull_total", help="As many as the last time.")
    waiting_count = fields.Integer("Commands to Be Sent", compute="_compute_at_work")
    credit_due_count = fields.Integer("Unit Credits to Be Read", compute="_compute_at_work")
    at_work = fields.Boolean(compute="_compute_at_work")

    @api.depends("last_pull_count")
    def _compute_pull_total(self):
        for client in self:
            client.pull_total = client.last_pull_count or self.env["payg.control.unit"].search_count(
                [("company_id", "=", client.company_id.id), ("imei", "!=", False)]
            )

    @api.depends("state", "pull_began_at")
    def _compute_at_work(self):
        for client in self:
            works = client.active and client.state != "stopped" and client.id
            client.waiting_count = works and client._count_waiting()
            client.credit_due_count = works and client._count_due_credit()
            client.at_work = works and bool(client.pull_began_at or client.waiting_count or client.credit_due_count)

    def _count_waiting(self):
        return self.env["smart.solar.command"].search_count(
            [("company_id", "=", self.company_id.id), ("state", "in", const.LIVE_STATES)]
        )

    def _count_due_credit(self):
        units = self.env["payg.control.unit"]
        units.flush_model()
        # SQL: what the next readings take, by their own condition.
        overdue = SQL("(u.credit_due_at IS NULL OR u.credit_due_at <= %s)", utc_now())
        due = units._due_sql(self.company_id, overdue)
        [[count]] = self.env.execute_query(SQL("SELECT count(*) FROM (%s) AS due", due))
        return count

    def _work_words(self):
        """What it is at work on, for people; empty when nothing is."""
        if not self.at_work:
            return ""
        if self.pull_began_at:
            done, total = (formatLang(self.env, count, digits=0) for count in (self.pull_count, self.pull_total))
            return self.env._("Units read: %(done)s of %(total)s", done=done, total=total)
        if self.waiting_count:
            return self.env._("Commands to be sent: %s", formatLang(self.env, self.waiting_count, digits=0))
        return self.env._("Unit credits to be read: %s", formatLang(self.env, self.credit_due_count, digits=0))
