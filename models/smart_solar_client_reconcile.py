from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .. import const
from ..clock import utc_now
from ..transaction import transact

_CHUNK = 5000
# Each request to connect costs an SMS.
_POKES_MAX = 5

# What contradicts a wish. A state that waits for the unit (pending) does not, nor does a unit that never started. A DCM
# unit is switched off by its credit, which this reading does not tell.
_OPPOSITE = SQL(
    """((u.wanted = 'disabled' AND NOT COALESCE(u.dcm, FALSE) AND u.reported_state IN ('enabled', 'pending_enabled'))
     OR (u.wanted = 'enabled' AND u.reported_state IN ('disabled', 'pending_disabled')))"""
)
# Only a reading that began after a command was accepted says something about it.
_READ_SINCE = SQL("u.reported_at > u.command_since")


class SmartSolarClient(models.Model):
    """Comparing what is reported with what is wanted, after a reading."""

    _inherit = "smart.solar.client"

    def _reconcile(self):
        """Confirm, contradict, send again what differs, and ask units to connect. Ends transactions.

        Chunks in the order of the key, each in READ COMMITTED, each testing the unit's own row only: what somebody
        holds this moment is left to the next time.
        """
        self.ensure_one()
        for condition, treat in (
            (self._confirmed_sql(), self._confirm),
            (self._contradicted_sql(), self._contradict),
            (self._differing_sql(), self._send_again),
            (self._overdue_sql(), self._poke),
        ):
            self._in_chunks(condition, treat)

    def _in_chunks(self, condition, treat):
        last = 0
        while last is not None:
            last = transact(self.env, lambda last=last: self._treat_chunk(condition, treat, last))

    def _treat_chunk(self, condition, treat, last):
        """Treat the next units that meet a condition.

        :return: the id to go on from, None after the last chunk
        """
        self.env["payg.control.unit"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT u.id FROM payg_control_unit u
                    WHERE u.id > %s AND u.company_id = %s AND %s
                 ORDER BY u.id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                last,
                self.company_id.id,
                condition,
                _CHUNK,
            )
        )
        ids = [row[0] for row in rows]
        if ids:
            treat(ids)
            self.env["payg.control.unit"].invalidate_model()
            self.env["smart.solar.command"].invalidate_model()
        return ids[-1] if len(ids) == _CHUNK else None

    # ------------------------------------------------------------------
    # Which
    # ------------------------------------------------------------------
    def _confirmed_sql(self):
        """Reported as wanted after the command was accepted, or after it failed for us."""
        return SQL(
            "u.command_state IN ('accepted', 'failed') AND u.reported_state = u.wanted AND %s",
            _READ_SINCE,
        )

    def _contradicted_sql(self):
        return SQL("u.command_state = 'accepted' AND %s AND %s", _OPPOSITE, _READ_SINCE)

    def _differing_sql(self):
        """Differs with nothing on its way, and may and should be sent.

        A wish of the rule is sent again only while the rule still says so.
        """
        return SQL(
            """u.command_state IS NULL AND u.wanted IS NOT NULL AND (%s OR u.reported_state = 'init')
               AND u.reported_at > u.wanted_at AND (u.command_since IS NULL OR %s) AND %s AND %s""",
            _OPPOSITE,
            _READ_SINCE,
            self.env["payg.control.unit"]._sendable_sql("u"),
            self._still_wanted_sql(),
        )

    def _overdue_sql(self):
        return SQL(
            """u.command_state = 'accepted' AND u.command_since < %s AND u.reported_state <> u.wanted
               AND NOT %s AND %s AND %s""",
            utc_now() - timedelta(hours=self.poke_after_hours),
            _OPPOSITE,
            _READ_SINCE,
            self.env["payg.control.unit"]._sendable_sql("u"),
        )

    def _still_wanted_sql(self, company=None):
        """Whether the wish still stands: a person's always, the rule's while its verdict switches off."""
        self.env["payg.crm.config"].flush_model(["company_id", "disable_by_default"])
        # The company's switch is the same for all its units, so it is asked once and not in the chunks.
        company = company or self.company_id
        config = self.env["payg.crm.config"].sudo().search([("company_id", "=", company.id)], limit=1)
        feature = SQL("%s", bool(config.disable_by_default))
        verdict = self.env["payg.control.unit"]._verdict_sql("u", feature, utc_now())
        return SQL("(u.wanted_origin <> 'rule' OR u.wanted <> 'disabled' OR %s IN %s)", verdict, const.VERDICTS_OFF)

    # ------------------------------------------------------------------
    # What to do
    # ------------------------------------------------------------------
    def _confirm(self, ids):
        self._end_accepted(ids, "confirmed", None)
        self._clear_flight(ids)

    def _contradict(self, ids):
        """SMART Solar reports the opposite of what it accepted: another user, or a late effect. Send it again."""
        self._end_accepted(ids, "superseded", "contradicted")
        self._clear_flight(ids)
        rows = self.env.execute_query(
            SQL(
                "SELECT u.id FROM payg_control_unit u WHERE u.id = ANY(%s) AND %s AND %s",
                ids,
                self.env["payg.control.unit"]._sendable_sql("u"),
                self._still_wanted_sql(),
            )
        )
        self._send_again([row[0] for row in rows])

    def _send_again(self, ids):
        units = self.env["payg.control.unit"].browse(ids)._enqueue_wanted()
        # SQL: thousands of rows. Nobody waits for them at the moment, and people's commands must not wait for them.
        self.env.cr.execute(
            SQL(
                "UPDATE smart_solar_command SET priority = %s WHERE unit_id = ANY(%s) AND state = 'queued'",
                const.PRIORITY_MASS,
                units.ids,
            )
        )

    def _end_accepted(self, ids, state, failure_type):
        """End the accepted commands of the current wish of these units."""
        # SQL: thousands of rows; the units are locked by the chunk.
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_command c SET state = %s, failure_type = %s, ended_at = %s
                     FROM payg_control_unit u
                    WHERE u.id = ANY(%s) AND c.unit_id = u.id AND c.version = u.wanted_version
                      AND c.state = 'accepted' AND c.kind <> 'zero'""",
                state,
                failure_type,
                utc_now(),
                ids,
            )
        )

    def _clear_flight(self, ids):
        self.env.cr.execute(
            SQL(
                "UPDATE payg_control_unit SET command_state = NULL, command_since = %s WHERE id = ANY(%s)",
                utc_now(),
                ids,
            )
        )
        self.env["payg.control.unit"].invalidate_model()

    def _poke(self, ids):
        """Ask units to connect whose command was accepted long ago: once in a while, and not for ever."""
        # SQL: one INSERT for all, which looks at what was asked before.
        made = self.env.execute_query(
            SQL(
                """INSERT INTO smart_solar_command (unit_id, company_id, kind, version, transaction_id, state, origin,
                                                    user_id, reason, priority, attempts, created_at)
                   SELECT u.id, u.company_id, 'force_connection', u.wanted_version, gen_random_uuid()::text, 'queued',
                          u.wanted_origin, u.wanted_user_id, %(reason)s, %(priority)s, 0, %(now)s
                     FROM payg_control_unit u
                    WHERE u.id = ANY(%(ids)s) AND (
                          SELECT count(*) < %(most)s AND COALESCE(max(c.created_at) < %(before)s, TRUE)
                            FROM smart_solar_command c
                           WHERE c.unit_id = u.id AND c.kind = 'force_connection' AND c.version = u.wanted_version)
                RETURNING id""",
                reason=self.env._("Accepted, but the unit did not connect"),
                priority=const.PRIORITY_MASS,
                now=utc_now(),
                ids=ids,
                most=_POKES_MAX,
                before=utc_now() - timedelta(hours=self.poke_after_hours),
            )
        )
        if made:
            self.env["payg.control.unit"]._wake_dispatcher()
