from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .. import const
from ..clock import utc_now

# What the command of the current wish leaves on its unit; a command that stays live changes nothing there.
_UNIT_STATES = {"accepted": "accepted", "rejected": "failed", "superseded": None}


class Ruling(NamedTuple):
    """What a command becomes. `attempts`: as counted from now on."""

    id: int
    state: str
    failure_type: str | None
    message: str | None
    at: datetime
    attempts: int
    next_try_at: datetime | None = None


class Recorded(NamedTuple):
    """A command as recorded. `current`: it is (still) for what is wanted of the unit."""

    unit_id: int
    state: str
    failure_type: str | None
    at: datetime
    switching: bool
    current: bool
    kind: str


class SmartSolarCommand(models.Model):
    """Recording what became of claimed commands, on them and on their units."""

    _inherit = "smart.solar.command"

    @api.model
    def _record(self, claims, rulings):
        """Record rulings on commands that are still being sent under the claim that took them.

        To be called in a READ COMMITTED transaction. A command whose lease ended meanwhile belongs to somebody else
        and stays as it is.

        :param dict claims: command id to claim
        :param list rulings: of Ruling
        :return: how many were recorded
        """
        if not rulings:
            return 0
        self._lock_units([ruling.id for ruling in rulings])
        recorded = self._write_rulings(claims, rulings)
        self._mark_units([row for row in recorded if row.switching and row.current])
        self._mark_unknown([row.unit_id for row in recorded if row.failure_type == "unknown_unit"])
        self._follow_wishes([row.unit_id for row in recorded if row.switching and not row.current])
        self._follow_credit([row for row in recorded if row.kind in const.CREDIT_KINDS])
        self.invalidate_model()
        self.env["payg.control.unit"].invalidate_model()
        return len(recorded)

    def _lock_units(self, ids):
        # SQL: units before commands, and in order, as everybody locks them: a wish that is being changed is waited for.
        self.env.cr.execute(
            SQL(
                """SELECT id FROM payg_control_unit
                    WHERE id = ANY(ARRAY(SELECT unit_id FROM smart_solar_command WHERE id = ANY(%s)))
                 ORDER BY id FOR NO KEY UPDATE""",
                ids,
            )
        )

    def _write_rulings(self, claims, rulings):
        """Compare and set. What would wait for another try, but is not wanted any more, ends here.

        Not so a command of credit that may have arrived: only its answer tells.
        """
        # SQL: hundreds of different rows in one statement.
        rows = self.env.execute_query(
            SQL(
                """UPDATE smart_solar_command c
                      SET state = s.state,
                          failure_type = CASE WHEN s.state = a.state THEN a.failure_type ELSE 'newer_wish' END,
                          failure_message = a.message, attempts = a.attempts, next_try_at = a.next_try_at,
                          claim = NULL, lease_until = NULL, maybe_sent = s.maybe_sent,
                          accepted_at = CASE WHEN s.state IN ('accepted', 'confirmed') THEN a.at ELSE c.accepted_at END,
                          ended_at = CASE WHEN s.state IN ('rejected', 'superseded', 'confirmed') OR s.over
                                          THEN a.at END
                     FROM %(rulings)s a
                     JOIN smart_solar_command o ON o.id = a.id
                     JOIN payg_control_unit u ON u.id = o.unit_id
               CROSS JOIN LATERAL (SELECT o.kind IN %(switching)s AS switching, o.kind IN %(credit)s AS credit,
                                          o.kind NOT IN %(switching)s OR o.version = u.wanted_version AS current) k
               CROSS JOIN LATERAL (SELECT COALESCE(o.maybe_sent, FALSE)
                                          OR COALESCE(a.failure_type IN ('unavailable', 'exhausted'), FALSE)
                                          AS maybe_sent) m
               CROSS JOIN LATERAL (SELECT CASE WHEN a.state IN ('queued', 'retry') AND NOT k.current
                                                    AND NOT (k.credit AND m.maybe_sent)
                                               THEN 'superseded' ELSE a.state END AS state, m.maybe_sent,
                                          NOT (k.switching AND k.current) AND NOT k.credit
                                          AND a.state = 'accepted' AS over) s
                    WHERE c.id = a.id AND c.state = 'sending' AND c.claim = a.claim
                RETURNING c.unit_id, c.state, c.failure_type, a.at, k.switching, k.current, o.kind""",
                rulings=self._rulings_sql(claims, rulings),
                switching=const.SWITCHING_KINDS,
                credit=const.CREDIT_KINDS,
            )
        )
        return [Recorded(*row) for row in rows]

    @api.model
    def _rulings_sql(self, claims, rulings):
        """The rulings as rows, each with the claim under which it was made."""
        ids, states, failures, messages, moments, attempts, tries = map(list, zip(*rulings, strict=True))
        return SQL(
            """(SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::timestamp[], %s::int[],
                                     %s::timestamp[], %s::text[])
                  AS t(id, state, failure_type, message, at, attempts, next_try_at, claim))""",
            ids,
            states,
            failures,
            messages,
            moments,
            attempts,
            tries,
            [claims[ruling.id] for ruling in rulings],
        )

    def _mark_units(self, recorded):
        """Let the units show what became of the command of their current wish."""
        ended = [row for row in recorded if row.state in _UNIT_STATES]
        if not ended:
            return
        # SQL: hundreds of different rows in one statement.
        self.env.cr.execute(
            SQL(
                """UPDATE payg_control_unit u SET command_state = a.state, command_since = a.at
                     FROM unnest(%s::int[], %s::text[], %s::timestamp[]) AS a(id, state, at) WHERE u.id = a.id""",
                [row.unit_id for row in ended],
                [_UNIT_STATES[row.state] for row in ended],
                [row.at for row in ended],
            )
        )

    def _mark_unknown(self, unit_ids):
        if unit_ids:
            self.env.cr.execute(
                SQL("UPDATE payg_control_unit SET unknown_since = %s WHERE id = ANY(%s)", utc_now(), unit_ids)
            )

    @api.model
    def _follow_wishes(self, unit_ids):
        """Make the commands of units whose wish changed while an older command was on its way."""
        if not unit_ids:
            return
        # The unit counts as having something on its way: the older command may have had its effect, so even what is
        # reported as wanted must be sent.
        self.env.cr.execute(SQL("UPDATE payg_control_unit SET command_state = 'live' WHERE id = ANY(%s)", unit_ids))
        units = self.env["payg.control.unit"].browse(unit_ids)
        units.invalidate_recordset(["command_state"])
        units._enqueue_wanted()
