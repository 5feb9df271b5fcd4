import logging
import math
from datetime import timedelta
from functools import partial

from markupsafe import escape

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .. import smart_solar
from ..clock import utc_now
from ..transaction import end_transaction, transact
from .smart_solar_client import STATES

_logger = logging.getLogger(__name__)

_ACTIVITY = "mail.mail_activity_data_warning"
_PAUSE_DEFAULT, _PAUSE_MIN, _PAUSE_MAX = 60, 1, 900
# SMART Solar's permission levels, each with all that the ones before it may.
LEVELS = ("OVERVIEW", "TECHNICAL", "ADMIN", "FACTORY", "SYSTEM")


class SmartSolarClient(models.Model):
    """Whether a connection works: paused, broken, stopped or well, known to all workers, told to people once."""

    _inherit = "smart.solar.client"

    state = fields.Selection(STATES, default="new", required=True, readonly=True, copy=False)
    paused_until = fields.Datetime(readonly=True, copy=False, help="SMART Solar asked us to slow down until then.")
    breaker_until = fields.Datetime("Waits Until", readonly=True, copy=False, help="Then one call tries again.")
    breaker_step = fields.Integer(readonly=True, copy=False, aggregator=None, help="Waits in a row without an answer.")
    failure_count = fields.Integer(readonly=True, copy=False, aggregator=None, help="Calls in a row without an answer.")
    last_error = fields.Char(readonly=True, copy=False)
    last_ok_at = fields.Datetime("Last Answer", readonly=True, copy=False)

    # ------------------------------------------------------------------
    # May we talk?
    # ------------------------------------------------------------------
    def _gate(self):
        """Whether SMART Solar may be called: ``open``, ``closed``, or ``probe`` for one call that tries again.

        Among any number of workers one gets the probe. To be called in a transaction of its own.
        """
        self.ensure_one()
        self.invalidate_recordset()
        now = utc_now()
        if self.state == "stopped" or (self.paused_until and self.paused_until > now):
            return "closed"
        if self.state != "broken":
            return "open"
        # SQL: taking the probe and seeing that it is free is one step.
        taken = self.env.execute_query(
            SQL(
                """UPDATE smart_solar_client SET breaker_until = %s
                    WHERE id = %s AND state = 'broken' AND (breaker_until IS NULL OR breaker_until <= %s)
                RETURNING id""",
                now + timedelta(seconds=self._slowest_answer()),
                self.id,
                now,
            )
        )
        return "probe" if taken else "closed"

    def _ready_at(self):
        """From when on SMART Solar may be called again (UTC, naive); None when only a person can say."""
        self.ensure_one()
        if self.state == "stopped":
            return None
        waits = [self.paused_until, self.breaker_until if self.state == "broken" else False]
        return max([utc_now(), *filter(None, waits)])

    def _may(self, level):
        """Whether the login's permission reaches `level`; unknown levels are left for SMART Solar to judge."""
        return self.permission not in LEVELS or LEVELS.index(self.permission) >= LEVELS.index(level)

    def _safely(self, doing, work, seconds):
        """Work on this connection. Its trouble must not keep the others from theirs.

        :param str doing: for the log
        :param work: the method, called with how long it may take (seconds)
        :return: what it returns; None when it failed
        """
        try:
            return work(seconds)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("%s on SMART Solar connection %s failed", doing, self.id)
            return None

    # ------------------------------------------------------------------
    # Logging in
    # ------------------------------------------------------------------
    def _login_key(self):
        """What a login was made with: an answer to another one must not be kept."""
        # sudo: compared, not shown.
        client = self.sudo()
        return client.active, client.base_url, client.username, client.password

    def _ensure_login(self, wire):
        """Log in unless a token is shared already, and keep what the login may do. No transaction is left open.

        :return: whether calls can be made
        """
        key = self._login_key()
        known = bool(wire.token and self.permission)
        end_transaction(self.env)
        if known:
            return True
        try:
            login = wire.login()
        except smart_solar.SmartSolarError as error:
            transact(self.env, partial(self._mark_error, error, key))
            return False
        transact(self.env, lambda: self._keep_login(login, key))
        return True

    def _keep_login(self, login, key):
        """Share the token and what the login may do, unless the login was changed meanwhile."""
        if self._login_key() != key:
            return
        # sudo: the token is for administrators to see and for everybody's commands to use.
        self.sudo().write(
            {
                "token": login.token,
                "token_saved_at": utc_now(),
                "entity_id": login.entity_id,
                "permission": login.permission,
                "visibility": login.visibility,
            }
        )

    def _keep_token(self, wire, key):
        """Share the token that a call had to renew, unless the login was changed meanwhile."""
        client = self.sudo()
        if wire.token and wire.token != client.token and self._login_key() == key:
            client.write({"token": wire.token, "token_saved_at": utc_now()})

    # ------------------------------------------------------------------
    # What happened
    # ------------------------------------------------------------------
    def _mark_error(self, error, key):
        """Keep that a call failed, unless it was made with another login than the present one.

        :param SmartSolarError error: decides whether the connection stops, pauses or counts a failure
        """
        if self._login_key() != key:
            return
        if isinstance(error, smart_solar.Authentication):
            self._mark_stopped(error.detail)
        elif isinstance(error, smart_solar.Throttled):
            self._mark_paused(error.retry_after, error.detail)
        elif isinstance(error, smart_solar.Unavailable):
            self._mark_failures(self.failure_count + 1, error.detail)

    def _mark_ok(self):
        """An answer came: whatever made us wait is over, except what another worker was just told."""
        now = utc_now()
        vals = {"breaker_until": False, "breaker_step": 0, "failure_count": 0, "last_ok_at": now}
        if self.state != "stopped" and not (self.paused_until and self.paused_until > now):
            vals.update(state="ok", paused_until=False, last_error=False)
        self.write(vals)
        self._settle_activity()

    def _mark_stopped(self, message):
        """Nothing is called any more until a person resumes the connection or changes its login."""
        _logger.info("SMART Solar connection %s stopped: %s", self.id, message)
        self.write({"state": "stopped", "last_error": message})
        self._settle_activity()

    def _mark_paused(self, seconds, message):
        """Wait as SMART Solar asks, between 1 s and 15 min.

        :param seconds: as asked; None when not said
        :return: until when (UTC, naive)
        """
        asked = seconds if seconds is not None and math.isfinite(seconds) else _PAUSE_DEFAULT
        until = utc_now() + timedelta(seconds=min(max(asked, _PAUSE_MIN), _PAUSE_MAX))
        self.write({"state": "paused", "paused_until": until, "last_error": message})
        return until

    def _mark_failures(self, count, message):
        """Keep how many calls in a row had no answer; with too many of them, wait before trying again."""
        self.write({"failure_count": count, "last_error": message})
        if self.state == "broken" or count >= self.breaker_failures:
            self._break()

    def _break(self):
        """Wait: `breaker_seconds` at first, twice as long each time, up to `breaker_max_seconds`."""
        wait = min(self.breaker_seconds * 2 ** min(self.breaker_step, 30), self.breaker_max_seconds)
        _logger.info("SMART Solar connection %s is not reached, next try in %s s", self.id, wait)
        self.write(
            {
                "state": "broken",
                "breaker_until": utc_now() + timedelta(seconds=wait),
                "breaker_step": self.breaker_step + 1,
            }
        )
        self._settle_activity()

    # ------------------------------------------------------------------
    # Telling the administrator: one activity, however much fails
    # ------------------------------------------------------------------
    def _settle_activity(self):
        """Open the one activity while something is wrong, close it when nothing is any more."""
        for client in self:
            trouble = client._trouble()
            opened = client.activity_search([_ACTIVITY])
            if trouble and not opened:
                client.activity_schedule(
                    _ACTIVITY,
                    summary=self.env._("SMART Solar connection"),
                    note=escape(trouble),
                    user_id=client._responsible().id,
                )
            elif opened and not trouble:
                opened.action_feedback(feedback=self.env._("It works again."))

    def _trouble(self):
        """What is wrong, for people; empty when nothing is."""
        if self.state == "stopped":
            return self.env._("Stopped: %s Nothing is sent until somebody resumes it.", self.last_error or "")
        if self.state == "broken":
            return self.env._("SMART Solar is not reached: %s", self.last_error or "")
        return self.last_pull_error or ""

    def _responsible(self):
        """The administrator who gets the activity."""
        users = self.company_id._cu_users("administrator")
        return users.sorted("id")[-1:] or self.env.ref("base.user_admin")

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def _check_administrator(self):
        self.check_access("write")
        if not self.env.user.has_group("payg_control_unit.payg_control_unit_group_administrator"):
            raise AccessError(self.env._("Only an administrator manages the SMART Solar connection."))

    def action_resume(self):
        """Try again now: log in anew, then send and read.

        :raise AccessError: not an administrator
        """
        self._check_administrator()
        self.write(self._prepare_logged_out_vals())
        self._settle_activity()
        self._wake()

    def _wake(self):
        """Have the scheduled actions send and read as soon as this transaction commits."""
        for name in ("dispatch", "pull"):
            # sudo: scheduled actions are the system administrator's; waking ours is part of the button.
            self.env.ref(f"payg_control_unit.ir_cron_{name}").sudo()._trigger()
