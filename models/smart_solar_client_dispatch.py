import logging
from datetime import timedelta
from time import monotonic

from odoo import api, models

from ..clock import utc_now
from ..transaction import end_transaction, transact
from .smart_solar_shift import Shift

_logger = logging.getLogger(__name__)

# Well under the 60 s of CPU and the 120 s of wall clock after which Odoo kills a scheduled action's worker.
_SECONDS = 45
# What is due later is left to the scheduled action's own period.
_PERIOD = timedelta(minutes=5)


class SmartSolarClient(models.Model):
    """The dispatcher: sends the commands that are due."""

    _inherit = "smart.solar.client"

    @api.model
    def _cron_dispatch(self):
        """Send what is due on every connection, and come back when more is."""
        ends = monotonic() + _SECONDS
        clients = self.search([("active", "=", True)])
        sent = {}
        for left, client in zip(range(len(clients), 0, -1), clients, strict=True):
            # What one connection does not need is shared among the others.
            sent[client] = client._safely("Sending commands", client._dispatch, (ends - monotonic()) / left)
        transact(self.env, lambda: [client._wake_again(count) for client, count in sent.items()])

    def _dispatch(self, seconds=_SECONDS):
        """Send the due commands of this connection for at most some seconds. Ends transactions.

        Any number of workers may run it at once, on any number of hosts.

        :return: how many commands were answered or ended
        """
        self.ensure_one()
        mode = transact(self.env, self._prepare_dispatch)
        if mode == "closed":
            return 0
        with self._wire() as wire:
            return self._work(wire, seconds, probing=mode == "probe")

    def _prepare_dispatch(self):
        """Take back what killed workers left, and see whether there is something to do and somebody to talk to."""
        commands = self.env["smart.solar.command"]
        commands._recover_leases(self.company_id)
        return self._gate() if self.active and commands._has_due(self.company_id) else "closed"

    def _work(self, wire, seconds, probing):
        if not self._ensure_login(wire) or not transact(self.env, self._check_permission):
            return 0
        shift = Shift(self, wire, seconds, probing)
        # What was read for it opened a transaction.
        end_transaction(self.env)
        count = shift.run()
        transact(self.env, lambda: self._end_shift(shift))
        _logger.info("SMART Solar connection %s: %s", self.id, shift.counts or "nothing was due")
        return count

    def _check_permission(self):
        """Stop the connection when its login cannot switch units: each call would only be refused."""
        if not self._may("TECHNICAL"):
            self._stop_for_permission()
        return self.state != "stopped"

    def _stop_for_permission(self):
        self._mark_stopped(
            self.env._("The login's permission level %s cannot switch units: TECHNICAL is needed.", self.permission)
        )

    def _end_shift(self, shift):
        """Keep what the shift learned about the connection."""
        if self._login_key() != shift.login_key:
            return
        if shift.counts.get("authentication"):
            self._mark_stopped(shift.error or "")
        elif not self._may("TECHNICAL"):
            self._stop_for_permission()
        elif shift.pause:
            self._mark_paused(shift.pause.retry_after, shift.pause.message)
        elif shift.courier.broken:
            self._mark_failures(max(shift.courier.streak, self.breaker_failures), shift.error)
        elif shift.heard and not shift.courier.streak:
            self._mark_ok()
        elif shift.error:
            self._mark_failures(shift.courier.streak, shift.error)

    def _wake_again(self, count):
        """Come back at once while work is left and gets done, otherwise when the next try is due."""
        due = self.env["smart.solar.command"]._next_due(self.company_id)
        ready = self._ready_at()
        if not due or not ready:
            return
        now = utc_now()
        moment = max(due, ready)
        cron = self.env.ref("payg_control_unit.ir_cron_dispatch")
        if moment <= now and count:
            cron._trigger()
        elif now < moment < now + _PERIOD:
            cron._trigger(at=moment)
