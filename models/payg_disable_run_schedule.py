from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..transaction import fresh_transaction
from .payg_disable_run import UNFINISHED

# First key of the session-level advisory locks, one a company: a run is worked on by one worker.
LOCK_SPACE = 1_885_434_727
MISSED_GRACE = timedelta(hours=1)


class PaygDisableRun(models.Model):
    """When runs come about: every week, when asked for, after a crash or a missed week; and deadlines in between."""

    _inherit = "payg.disable.run"

    # ------------------------------------------------------------------
    # Scheduled actions
    # ------------------------------------------------------------------
    @api.model
    def _cron_disable_not_assigned(self):
        """The weekly scheduled action: a run in every company whose feature is on, each time it is called."""
        for config in self._configs_on():
            self._request(config, "schedule")
        self._work()

    @api.model
    def _cron_work(self):
        """Every few minutes and when woken: deadlines reached, runs asked for, crashed or missed."""
        fresh_transaction(self.env)
        self._ask_for_deadlines()
        self._request_missed()
        self._work()

    @api.model
    def _configs_on(self):
        return self.env["payg.crm.config"].search([("disable_by_default", "=", True)])

    @api.model
    def _ask_for_deadlines(self):
        """Ask the rule, once, for the units whose deadline was reached since it was asked last."""
        now = fields.Datetime.now()
        for config in self._configs_on():
            asked = config.deadlines_asked_until or config.enabled_at or now
            units = self.env["payg.control.unit"].search(
                [
                    ("company_id", "=", config.company_id.id),
                    ("assignment_id", "!=", False),
                    ("kept_until", ">", asked),
                    ("kept_until", "<=", now),
                ]
            )
            units = units.with_context(**config.company_id.partner_id._cu_words())
            units._ask_rule(units.env._("Days with Technician are over"), now)
            config.deadlines_asked_until = now

    @api.model
    def _request_missed(self):
        """Catch up a weekly run whose date passed while the feature was on, and that never came about."""
        if not self.env["payg.crm.config"]._weekly_cron().active:
            return
        for config in self._configs_on():
            due = config._last_due()
            if due > fields.Datetime.now() - MISSED_GRACE or not config.enabled_at or config.enabled_at > due:
                continue
            if not self.search_count([("config_id", "=", config.id), ("requested_at", ">=", due)], limit=1):
                self._request(config, "catch_up")

    @api.model
    def _work(self):
        """Work on every unfinished run. What fails in one company ends nothing in another."""
        for run in self.search([("state", "in", UNFINISHED)], order="id"):
            with self._exclusive(run) as mine:
                if mine:
                    asked = run.user_id.partner_id or run.company_id.partner_id
                    run.with_context(**asked._cu_words())._process()

    @contextmanager
    def _exclusive(self, run):
        """Whether this worker alone works in the run's company; session-level, so that commits keep it."""
        fresh_transaction(self.env)
        key = (LOCK_SPACE, run.config_id.id)
        [[mine]] = self.env.execute_query(SQL("SELECT pg_try_advisory_lock(%s, %s)", *key))
        try:
            yield mine and run.exists() and run.state in UNFINISHED
        finally:
            if mine:
                self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", *key))
