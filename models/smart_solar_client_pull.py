import logging
from datetime import timedelta
from functools import partial
from time import monotonic, sleep

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .. import smart_solar
from ..clock import utc_now
from ..transaction import transact

_logger = logging.getLogger(__name__)

# Under the limits at which Odoo kills a scheduled action's worker; the rest is read in the next slice.
_SECONDS = 40
# A reading that was cut off longer ago begins anew.
_RESUME_WITHIN = timedelta(hours=1)
_TRIES, _TRY_AGAIN_AFTER = 3, 0.5
# A server that sends one page for ever would keep us reading for ever.
_SAME_PAGES = 3


class SmartSolarClient(models.Model):
    """Reading the reported states of all units, page by page."""

    _inherit = "smart.solar.client"

    last_pull_at = fields.Datetime("Last Reading", readonly=True, copy=False)
    last_pull_count = fields.Integer("Units Read", readonly=True, copy=False, aggregator=None)
    last_pull_message = fields.Char("Last Reading in Words", readonly=True, copy=False)
    last_pull_error = fields.Char("Last Reading Failed", readonly=True, copy=False)
    pull_began_at = fields.Datetime(readonly=True, copy=False, help="When the reading under way began.")
    pull_page = fields.Integer("Pages Read", readonly=True, copy=False, aggregator=None)
    pull_count = fields.Integer("Units Read so far", readonly=True, copy=False, aggregator=None)
    pull_unknown = fields.Integer("IMEIs without a Unit", readonly=True, copy=False, aggregator=None)
    pull_bad = fields.Integer("Rows Not Understood", readonly=True, copy=False, aggregator=None)

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------
    def action_pull_now(self):
        """Have the states read as soon as a worker is free, from the first page.

        :raise AccessError: neither a supervisor nor a manager
        """
        self.check_access("read")
        if not self.env.user.has_group("payg_control_unit.payg_control_unit_group_supervisor"):
            raise AccessError(self.env._("Only a Call Center Supervisor or Manager has the states read."))
        # sudo: scheduled actions are the system administrator's; waking this one is what the button is for.
        self.env.ref("payg_control_unit.ir_cron_pull").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": self.env._("The states are being read.")},
        }

    @api.model
    def _cron_pull(self):
        """Read the states on every connection, a slice of time each; come back for the rest."""
        clients = self.search([("active", "=", True)])
        unfinished = clients.filtered(lambda it: it._safely("Reading states", it._pull, _SECONDS / len(clients)))
        if unfinished:
            self.env.ref("payg_control_unit.ir_cron_pull")._trigger()

    def _pull(self, seconds=_SECONDS):
        """Read pages for at most some seconds, going on where a slice before stopped. Ends transactions.

        :return: whether pages are left to read
        """
        self.ensure_one()
        mode = transact(self.env, self._gate)
        if mode == "closed":
            return False
        with self._wire() as wire:
            if not self._ensure_login(wire):
                return False
            unfinished = self._pull_pages(wire, seconds)
        self._reconcile()
        return unfinished

    # ------------------------------------------------------------------
    # Page by page
    # ------------------------------------------------------------------
    def _pull_pages(self, wire, seconds):
        ends = monotonic() + seconds
        key, company, since, page, size = transact(self.env, self._begin_pull)
        before, same = None, 0
        while monotonic() < ends:
            began, rows, error = self._read_page(wire, page, size)
            same = same + 1 if rows and rows == before else 0
            if error or not rows or same >= _SAME_PAGES:
                transact(self.env, lambda error=error, same=same: self._end_pull(wire, key, error, same))
                return False
            statuses, bad = smart_solar.parse_enable_status(rows)
            keep = partial(self._keep_page, company, since, began, statuses, bad)
            if not transact(self.env, keep):
                return False
            page, before = page + 1, rows
        transact(self.env, lambda: self._keep_token(wire, key))
        return True

    def _begin_pull(self):
        """Go on with a reading that was cut off a short while ago, or begin one.

        :return: the login's key, the company, when the reading began, the first page to read, the size of pages
        """
        began = self.pull_began_at
        if not began or began < utc_now() - _RESUME_WITHIN:
            began = utc_now()
            self.write({"pull_began_at": began, "pull_page": 0, "pull_count": 0, "pull_unknown": 0, "pull_bad": 0})
        return self._login_key(), self.company_id, began, self.pull_page + 1, self.page_size

    def _read_page(self, wire, page, size):
        """Read one page, trying again a few times: one lost answer need not cost the whole reading.

        :return: when the request began (UTC, naive), the rows, and the error that kept us from reading them
        """
        for left in reversed(range(_TRIES)):
            began = utc_now()
            try:
                return began, wire.enable_status_page(page, size), None
            except smart_solar.Throttled as error:
                return began, None, error
            except smart_solar.Unavailable as error:
                if not left:
                    return began, None, error
            except smart_solar.SmartSolarError as error:
                return began, None, error
            sleep(_TRY_AGAIN_AFTER * 2 ** (_TRIES - 1 - left))

    def _keep_page(self, company, since, began, statuses, bad):
        """Write what a page says of our units, and how far the reading is.

        :return: whether to go on; not when the connection was archived or given another login meanwhile
        """
        matched, unknown = self.env["payg.control.unit"]._write_reported(company, began, statuses)
        if bad:
            _logger.info("SMART Solar connection %s: rows not understood: %s", self.id, bad[:3])
        # SQL: for each of a thousand pages, and only while this is the reading under way.
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_client
                      SET pull_page = pull_page + 1, pull_count = pull_count + %s,
                          pull_unknown = pull_unknown + %s, pull_bad = pull_bad + %s
                    WHERE id = %s AND active AND pull_began_at = %s""",
                matched,
                unknown,
                len(bad),
                self.id,
                since,
            )
        )
        going_on = bool(self.env.cr.rowcount)
        self.invalidate_recordset(flush=False)
        if not going_on:
            self.env.cr.rollback()
        return going_on

    # ------------------------------------------------------------------
    # At the end
    # ------------------------------------------------------------------
    def _end_pull(self, wire, key, error, same):
        """Keep how the reading ended. Whatever it did not say changes nothing."""
        if self._login_key() != key:
            return
        self._keep_token(wire, key)
        trouble = self._pull_trouble(error, same)
        self.write(
            {
                "last_pull_at": utc_now(),
                "last_pull_count": self.pull_count,
                "last_pull_message": self._pull_words(),
                "last_pull_error": trouble,
                "pull_began_at": False,
            }
        )
        if error and not isinstance(error, smart_solar.Rejected):
            self._mark_error(error, key)
        else:
            # Also a refusal is an answer.
            self._mark_ok()
        self._settle_activity()

    def _pull_words(self):
        """What the reading brought, in one line."""
        words = [self.env._("Units read: %s", self.pull_count)]
        if self.pull_bad:
            words.append(self.env._("Rows not understood: %s", self.pull_bad))
        if self.pull_unknown:
            words.append(self.env._("IMEIs without a control unit here: %s", self.pull_unknown))
        return ", ".join(words)

    def _pull_trouble(self, error, same):
        """Why the reading is not to be relied on as a whole, or False."""
        if isinstance(error, smart_solar.Forbidden):
            return self.env._("The login may not read the enable status: FACTORY is needed.")
        if error:
            return self.env._("Stopped at page %(page)s: %(error)s", page=self.pull_page + 1, error=error.detail)
        if same:
            return self.env._("SMART Solar sends the same page again and again.")
        if not self.pull_page and self.env["payg.control.unit"].search_count(
            [("company_id", "=", self.company_id.id), ("imei", "!=", False)], limit=1
        ):
            return self.env._("SMART Solar sent no unit at all, though there are some.")
        return False
