import uuid
from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .. import const
from ..clock import utc_now

# A command of the rule is sent while the rule says so. An *already off* may be an old reading: switching off what is
# off does no harm, and taking it for granted could leave a unit on.
_VERDICTS_SENT = (*const.VERDICTS_OFF, "already_off")


class Claimed(NamedTuple):
    """A command that this dispatcher holds until its lease ends. `flaw`: why it must not be sent, or None."""

    id: int
    kind: str
    imei: str
    attempts: int
    flaw: str | None
    value: int | None = None
    transaction_id: str | None = None
    maybe_sent: bool = False


class SmartSolarCommand(models.Model):
    """Taking up commands for sending, safely among any number of dispatchers."""

    _inherit = "smart.solar.command"

    @api.model
    def _claim(self, company, limit, lease_seconds):
        """Take up to `limit` commands for sending: people's before mass ones, the oldest first.

        To be called in a READ COMMITTED transaction that is committed before anything is sent.

        :param int lease_seconds: after that anybody may take them again
        :return: the claim's key, and a list of Claimed
        """
        claim = uuid.uuid4().hex
        ids = self._take(company, limit, claim, utc_now(), lease_seconds)
        return claim, self._check_claimed(ids) if ids else []

    def _take(self, company, limit, claim, now, lease_seconds):
        # SQL: SKIP LOCKED lets dispatchers pass each other; ANY(ARRAY(...)) makes PostgreSQL use the key.
        rows = self.env.execute_query(
            SQL(
                """UPDATE smart_solar_command
                      SET state = 'sending', claim = %(claim)s, lease_until = %(until)s, sent_at = %(now)s
                    WHERE id = ANY(ARRAY(
                        SELECT c.id FROM smart_solar_command c
                         WHERE company_id = %(company)s AND state IN ('queued', 'retry')
                           AND (next_try_at IS NULL OR next_try_at <= %(now)s) AND %(turn)s
                      ORDER BY priority, id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED))
                RETURNING id""",
                claim=claim,
                until=now + timedelta(seconds=lease_seconds),
                now=now,
                company=company.id,
                turn=self._turn_sql("c"),
                limit=limit,
            )
        )
        return [row[0] for row in rows]

    def _check_claimed(self, ids):
        """The claimed commands with what speaks against sending each; a statement of its own sees the newest wish."""
        unit = self.env["payg.control.unit"]
        feature = SQL(
            "COALESCE((SELECT f.disable_by_default FROM payg_crm_config f WHERE f.company_id = u.company_id), FALSE)"
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id, c.kind, u.imei, c.attempts,
                          CASE WHEN c.kind IN %(credit)s AND (c.kind <> 'zero' OR COALESCE(c.maybe_sent, FALSE))
                                    THEN CASE WHEN NOT %(creditable)s THEN 'unready' END
                               WHEN c.version <> u.wanted_version THEN 'newer_wish'
                               WHEN NOT %(sendable)s THEN 'not_sendable'
                               WHEN c.kind = 'force_connection' AND u.command_state IS DISTINCT FROM 'accepted'
                                    THEN 'moot'
                               WHEN (c.kind = 'zero') <> COALESCE(u.dcm AND u.wanted = 'disabled', FALSE)
                                    AND c.kind <> 'force_connection' THEN 'not_sendable'
                               WHEN c.kind IN ('disable', 'zero') AND c.origin = 'rule' AND %(verdict)s NOT IN %(off)s
                                    THEN 'kept'
                          END, c.value, c.transaction_id, COALESCE(c.maybe_sent, FALSE)
                     FROM smart_solar_command c JOIN payg_control_unit u ON u.id = c.unit_id
                    WHERE c.id = ANY(%(ids)s) ORDER BY c.priority, c.id""",
                credit=const.CREDIT_KINDS,
                creditable=unit._creditable_sql("u"),
                sendable=unit._sendable_sql("u"),
                verdict=unit._verdict_sql("u", feature, utc_now()),
                off=_VERDICTS_SENT,
                ids=ids,
            )
        )
        return [Claimed(*row) for row in rows]

    @api.model
    def _recover_leases(self, company):
        """Make the commands sendable again whose dispatcher was killed before it recorded an answer.

        The attempt is not counted: being killed says nothing about the command, which may have arrived or not.

        :return: how many there were
        """
        # SQL: among other dispatchers that do the same.
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_command
                      SET state = 'retry', failure_type = 'lost', maybe_sent = TRUE, claim = NULL, lease_until = NULL,
                          next_try_at = NULL
                    WHERE id = ANY(ARRAY(
                        SELECT id FROM smart_solar_command
                         WHERE state = 'sending' AND lease_until < %(now)s AND company_id = %(company)s
                           FOR NO KEY UPDATE SKIP LOCKED))""",
                now=utc_now(),
                company=company.id,
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _has_due(self, company):
        """Whether a command of the company could be sent now."""
        return bool(
            self.env.execute_query(
                SQL(
                    """SELECT 1 FROM smart_solar_command c
                        WHERE company_id = %s AND state IN ('queued', 'retry')
                          AND (next_try_at IS NULL OR next_try_at <= %s) AND %s LIMIT 1""",
                    company.id,
                    utc_now(),
                    self._turn_sql("c"),
                )
            )
        )

    @api.model
    def _next_due(self, company):
        """When the next command of the company may be sent (UTC, naive), or None without a waiting one."""
        query = SQL(
            """SELECT min(COALESCE(next_try_at, created_at)) FROM smart_solar_command c
                WHERE company_id = %s AND state IN ('queued', 'retry') AND %s""",
            company.id,
            self._turn_sql("c"),
        )
        return self.env.execute_query(query)[0][0]
