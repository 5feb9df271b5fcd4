from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .. import const
from ..clock import utc_now
from .smart_solar_command_credit import FIRST_LOOK, LAST_LOOK

# Every DCM unit is read at least so often.
WEEKLY = timedelta(days=7)
# A unit whose credit a reading did not know is asked for again after this, doubling up to a week.
ABSENT_AGAIN = timedelta(hours=1)


class Named(NamedTuple):
    """The units that balances name, by id; the others are those of them for which something may follow."""

    all: list
    new: list  # keep their own credit only now
    paying: list  # have an account
    off: list  # are wanted disabled


def _moments(column):
    """An array of moments as one text: the driver would take longer to quote each of them than the database to read."""
    return f"{{{','.join(['NULL' if moment is None else moment.isoformat() for moment in column])}}}"


class PaygControlUnit(models.Model):
    """What SMART Solar knows of the credit of DCM units, written on them."""

    _inherit = "payg.control.unit"

    @api.model
    def _write_balances(self, company, began, balances):
        """Write a batch of balances on the DCM units of a company, never over what is newer.

        To be called in a READ COMMITTED transaction.

        :param datetime began: when the batch's first request began (UTC, naive)
        :param list balances: of Balance
        :return: Named
        """
        if not balances:
            return Named([], [], [], [])
        latest = {}
        for row in balances:
            known = latest.get(row.imei)
            if known is None or (row.modified_at or began) >= (known.modified_at or began):
                latest[row.imei] = row
        self.flush_model()
        rows = self._update_balances(company, began, latest.values())
        self.invalidate_model(flush=False)
        return Named([row[0] for row in rows], *([row[0] for row in rows if row[flag]] for flag in (1, 2, 3)))

    def _update_balances(self, company, began, balances):
        """One statement a batch; it says too when each unit is read next."""
        # SQL: a hundred thousand rows at a time. A clock ahead of ours must not make later readings look old: nothing
        # is newer than the reading that brought it. A unit with nothing left ran out when it said so, at the latest.
        imeis, seconds, ends, told, _numbers = zip(*balances, strict=True)
        return self.env.execute_query(
            SQL(
                """WITH hit AS (
                    SELECT u.id, r.balance, told.at AS as_of,
                           date_trunc('second', CASE WHEN r.balance = 0 THEN LEAST(r.ends, told.at)
                               ELSE COALESCE(r.ends, told.at + r.balance * interval '1 second') END) AS until,
                           (u.unit_credit_as_of IS NULL OR u.unit_credit_as_of <= told.at)
                           AND (u.unit_credit_read_at IS NULL OR u.unit_credit_read_at <= %(began)s) AS newer
                      FROM unnest(%(imeis)s::text[], %(seconds)s::int[], %(ends)s::timestamp[], %(told)s::timestamp[])
                           AS r(imei, balance, ends, modified)
                CROSS JOIN LATERAL (SELECT LEAST(COALESCE(r.modified, %(began)s), %(began)s) AS at) told
                      JOIN payg_control_unit u ON u.imei = r.imei AND u.company_id = %(company)s AND u.dcm
                  ORDER BY u.id FOR NO KEY UPDATE OF u)
                UPDATE payg_control_unit u
                   SET unit_credit_balance = CASE WHEN newer THEN hit.balance ELSE u.unit_credit_balance END,
                       unit_credit_until = CASE WHEN newer THEN hit.until ELSE u.unit_credit_until END,
                       unit_credit_as_of = CASE WHEN newer THEN hit.as_of ELSE u.unit_credit_as_of END,
                       unit_credit_read_at = CASE WHEN newer THEN %(began)s ELSE u.unit_credit_read_at END,
                       credit_misses = 0, credit_wish_at = NULL, credit_due_at = %(next)s,
                       credit_read_for = %(read_for)s
                  FROM hit WHERE u.id = hit.id
             RETURNING u.id, u.credit_to_level, u.account_id IS NOT NULL, u.wanted = 'disabled'""",
                imeis=list(imeis),
                seconds=list(seconds),
                ends=_moments(ends),
                told=_moments(told),
                began=began,
                company=company.id,
                next=self._next_reading_sql(began),
                read_for=self._read_for_sql(began),
            )
        )

    def _next_reading_sql(self, began):
        """When the unit ``u`` is read again: in a week, or sooner while it has commands to acknowledge."""
        return SQL(
            """LEAST(%(weekly)s, CASE WHEN u.credit_pending_count > 0 OR u.command_state = 'accepted' THEN (
                   SELECT %(began)s + LEAST(%(last)s, GREATEST(%(first)s, %(began)s - min(c.accepted_at)))
                     FROM smart_solar_command c
                    WHERE c.unit_id = u.id AND c.kind IN %(credit)s AND c.state = 'accepted') END)""",
            weekly=began + WEEKLY,
            began=began,
            first=FIRST_LOOK,
            last=LAST_LOOK,
            credit=const.CREDIT_KINDS,
        )

    def _note_absent(self, began):
        """A reading did not know the credit of these units: it changes nothing, and they are asked for later."""
        if not self.ids:
            return
        # SQL: set-wise; each absence in a row doubles the wait.
        self.env.cr.execute(
            SQL(
                """UPDATE payg_control_unit u
                      SET credit_misses = COALESCE(credit_misses, 0) + 1, credit_wish_at = NULL,
                          credit_read_for = %(read_for)s,
                          credit_due_at = LEAST(%(next)s, %(began)s + LEAST(%(weekly)s,
                              %(again)s * (2 ^ LEAST(COALESCE(credit_misses, 0), 20))))
                    WHERE id = ANY(%(ids)s)""",
                next=self._next_reading_sql(began),
                read_for=self._read_for_sql(began),
                began=began,
                weekly=WEEKLY,
                again=ABSENT_AGAIN,
                ids=list(self.ids),
            )
        )
        self.invalidate_model(flush=False)

    # ------------------------------------------------------------------
    # Which are due
    # ------------------------------------------------------------------
    @api.model
    def _due_credit(self, company, limit):
        """The units whose credit is to be read: those that people wait for first.

        They stay due until the reading is kept. Nobody else takes them meanwhile: Odoo runs a scheduled action once at
        a time, and a balance that is read twice is the same one.

        :return: list of (id, IMEI)
        """
        now = utc_now()
        self.env.flush_all()
        # SQL: each part stops at the limit on its own index, so that a batch costs the same however many are due.
        return self.env.execute_query(
            SQL(
                "SELECT id, imei FROM (%s) due ORDER BY credit_wish_at, id LIMIT %s",
                SQL(" UNION ").join(SQL("(%s LIMIT %s)", part, limit) for part in self._due_parts(company, now)),
                limit,
            )
        )

    def _due_parts(self, company, now):
        """The units that are due: those that people wait for, were never read, were read long ago, run out soon."""
        near, overdue = self.env["payg.account"]._near_expiry_sql(company, now), SQL("u.credit_due_at <= %s", now)
        wished = SQL("u.credit_wish_at IS NOT NULL AND %s", overdue)
        return (
            SQL("%s ORDER BY u.credit_wish_at", self._due_sql(company, wished)),
            self._due_sql(company, SQL("u.credit_due_at IS NULL")),
            SQL("%s ORDER BY u.credit_due_at", self._due_sql(company, overdue)),
            self._due_sql(company, SQL("u.id IN (%s)", near)),
        )

    @api.model
    def _due_sql(self, company, due):
        """The units of a company that can be read and are due.

        :param SQL due: boolean, on the unit's own row ``u``
        """
        return SQL(
            """SELECT u.id, u.imei, u.credit_wish_at FROM payg_control_unit u
                WHERE u.company_id = %s AND u.dcm AND %s AND %s""",
            company.id,
            self._addressable_sql("u"),
            due,
        )

    def _postpone_credit(self, moment):
        """These units could not be read: they are due again at a moment."""
        if self.ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE payg_control_unit u SET credit_due_at = %s, credit_read_for = %s WHERE id = ANY(%s)",
                    moment,
                    self._read_for_sql(utc_now()),
                    list(self.ids),
                )
            )
            self.invalidate_model(flush=False)

    @api.model
    def _read_for_sql(self, began):
        """Before which expiry of its account the unit ``u`` is read now: each is a reason once."""
        return SQL(
            """COALESCE((SELECT a.expiry FROM payg_account a WHERE a.id = u.account_id AND a.expiry <= %s),
                        u.credit_read_for)""",
            began + const.SYNC_BEFORE_EXPIRY,
        )

    # ------------------------------------------------------------------
    # What differs from what is wanted
    # ------------------------------------------------------------------
    @api.model
    def _reconcile_credit(self, unit_ids, began):
        """Take the credit of units that are wanted disabled and have some again; for the rule, while it says so.

        :param datetime began: when the reading began (UTC, naive): only what it told counts
        """
        if not unit_ids:
            return
        company = self.browse(unit_ids[:1]).company_id
        # SQL: set-wise, on the unit's own row, and on the zero that may be on its way to it.
        rows = self.env.execute_query(
            SQL(
                """SELECT u.id FROM payg_control_unit u
                    WHERE u.id = ANY(%(ids)s) AND u.dcm AND u.wanted = 'disabled' AND u.unit_credit_read_at = %(began)s
                      AND u.wanted_at < %(began)s AND COALESCE(u.command_state, '') <> 'failed'
                      AND NOT %(off)s AND %(sendable)s AND %(still)s
                      AND NOT EXISTS (SELECT FROM smart_solar_command c
                                       WHERE c.unit_id = u.id AND c.kind = 'zero' AND c.state IN %(open)s)""",
                ids=list(unit_ids),
                began=began,
                off=self._device_off_sql("u", utc_now()),
                sendable=self._sendable_sql("u"),
                still=self.env["smart.solar.client"]._still_wanted_sql(company),
                open=const.UNACKNOWLEDGED_STATES,
            )
        )
        self.browse([row[0] for row in rows])._enqueue_wanted()
