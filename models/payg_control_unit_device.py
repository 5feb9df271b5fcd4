import uuid
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .. import const
from ..credit import device
from ..transaction import lock_rows


class Gift(NamedTuple):
    """Seconds for a unit, negative to take some away, and what they are for."""

    unit_id: int
    seconds: int
    reason: str
    account_id: int | bool = False
    ontime_id: int | bool = False


class PaygControlUnit(models.Model):
    """Giving credit to DCM units, and taking it away: always by commands, never more than is there."""

    _inherit = "payg.control.unit"

    @api.model
    def _creditable_sql(self, alias):
        """Whether SMART Solar takes commands of credit for the unit (boolean SQL on its own row)."""
        return SQL("(%s.dcm AND %s)", SQL.identifier(alias), self._addressable_sql(alias))

    # ------------------------------------------------------------------
    # What a unit will have
    # ------------------------------------------------------------------
    def _credit_histories(self):
        """What these units told, and their commands since, as the arithmetic takes them.

        :return: dict of unit id to (``device.Told`` or None, list of ``device.Sent``)
        """
        self.env["smart.solar.command"].flush_model()
        histories = {unit.id: (unit._told(), []) for unit in self}
        # SQL: what was refused or void had no effect; the rest in the order in which it was or will be sent.
        rows = self.env.execute_query(
            SQL(
                """SELECT unit_id, kind, COALESCE(value, 0), acknowledged_at FROM smart_solar_command
                    WHERE unit_id = ANY(%s) AND kind IN %s AND state NOT IN ('rejected', 'superseded') ORDER BY id""",
                list(self.ids),
                const.CREDIT_KINDS,
            )
        )
        for unit_id, *sent in rows:
            histories[unit_id][1].append(device.Sent(*sent))
        return histories

    def _told(self):
        return device.Told(self.unit_credit_until, self.unit_credit_as_of) if self.unit_credit_until else None

    # ------------------------------------------------------------------
    # Giving
    # ------------------------------------------------------------------
    def _give_credit(self, gifts):
        """Make the commands that carry credit to these units, in the order given.

        More than may be removed is not asked for: SMART Solar would refuse it, and the unit ends at 0 either way.

        :param list gifts: of Gift
        :return: the commands
        """
        units = self.sudo().filtered("dcm")
        lock_rows(units)
        histories = units._credit_histories()
        now, vals_list = fields.Datetime.now(), []
        for gift in gifts:
            if gift.unit_id not in histories:
                continue
            told, commands = histories[gift.unit_id]
            value = device.to_send(gift.seconds, told, commands, now)
            if value:
                kind = "payment" if value > 0 else "bad_payment"
                commands.append(device.Sent(kind, value))
                vals_list.append({**self._prepare_credit_vals(gift), "kind": kind, "value": value})
        return units._queue_credit(vals_list)

    def _prepare_credit_vals(self, gift):
        return {
            "unit_id": gift.unit_id,
            "company_id": self.browse(gift.unit_id).sudo().company_id.id,
            "transaction_id": str(uuid.uuid4()),
            "origin": "credit",
            "user_id": self.env.user.id,
            "reason": gift.reason,
            "account_id": gift.account_id,
            "ontime_id": gift.ontime_id,
        }

    def _queue_credit(self, vals_list):
        """Queue commands of credit of these locked units, and let people's not wait behind mass ones."""
        commands = self.env["smart.solar.command"].sudo().create(vals_list)
        if not commands:
            return commands
        commands.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_command SET priority = %s
                    WHERE unit_id = ANY(%s) AND kind IN %s AND state IN ('queued', 'retry') AND priority > %s""",
                const.PRIORITY_PERSON,
                commands.unit_id.ids,
                const.CREDIT_KINDS,
                const.PRIORITY_PERSON,
            )
        )
        commands.unit_id._refresh_credit_pending()
        self._wake_dispatcher()
        return commands

    def _level_credit(self, moments, reason):
        """Let units run out of credit at these moments: each gets the difference from what it will have.

        :param dict moments: unit to when (UTC, naive)
        :param str reason: for people
        """
        now = fields.Datetime.now()
        units = self.sudo().filtered("dcm")
        if not units:
            return
        lock_rows(units)
        gifts = []
        for unit_id, (told, commands) in units._credit_histories().items():
            unit = units.browse(unit_id)
            left = max(0, int((moments[unit] - now).total_seconds()))
            difference = left - device.expected(told, commands, now)
            if abs(difference) > device.TOLERANCE:
                gifts.append(Gift(unit_id, difference, reason, unit.account_id.id))
        units._give_credit(gifts)

    # ------------------------------------------------------------------
    # What the rows say of it
    # ------------------------------------------------------------------
    def _refresh_credit_pending(self):
        """Write on these units what of their credit is on its way and what failed."""
        if not self.ids:
            return
        self.env["smart.solar.command"].flush_model()
        # SQL: set-wise, on the units of a batch. What comes before a zero on its way counts for nothing any more.
        self.env.cr.execute(
            SQL(
                """UPDATE payg_control_unit u
                      SET credit_pending_count = p.count, credit_pending_seconds = p.seconds,
                          credit_failed_count = p.failed
                     FROM (SELECT asked.id,
                                  count(*) FILTER (WHERE c.state IN %(open)s) AS count,
                                  COALESCE(sum(c.value) FILTER (
                                      WHERE c.state IN %(open)s AND c.id > COALESCE(z.id, 0)), 0) AS seconds,
                                  count(*) FILTER (WHERE c.state = 'rejected') AS failed
                             FROM unnest(%(ids)s::int[]) AS asked(id)
                        LEFT JOIN LATERAL (SELECT max(id) AS id FROM smart_solar_command
                                            WHERE unit_id = asked.id AND kind IN ('zero', 'force_reset')
                                              AND state IN %(open)s) z ON TRUE
                        LEFT JOIN smart_solar_command c
                               ON c.unit_id = asked.id AND c.kind IN %(value_kinds)s
                              AND c.state IN ('queued', 'sending', 'retry', 'accepted', 'rejected')
                         GROUP BY asked.id) p
                    WHERE u.id = p.id""",
                open=const.UNACKNOWLEDGED_STATES,
                value_kinds=const.VALUE_KINDS,
                ids=list(self.ids),
            )
        )
        self.env["payg.control.unit"].invalidate_model(flush=False)

    def _read_credit_by(self, moment):
        """Have the credit of these units read at a moment at the latest."""
        if self.ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE payg_control_unit SET credit_due_at = %s WHERE id = ANY(%s) AND credit_due_at > %s",
                    moment,
                    list(self.ids),
                    moment,
                )
            )
            self.env["payg.control.unit"].invalidate_model(flush=False)

    @api.model
    def _write_nothing_left(self, ids, moments):
        """Units have no credit since these moments, unless they told something newer."""
        self.env.cr.execute(
            SQL(
                """UPDATE payg_control_unit u
                      SET unit_credit_balance = 0, unit_credit_until = date_trunc('second', r.at),
                          unit_credit_as_of = r.at
                     FROM unnest(%s::int[], %s::timestamp[]) AS r(id, at)
                    WHERE u.id = r.id AND (u.unit_credit_as_of IS NULL OR u.unit_credit_as_of <= r.at)""",
                list(ids),
                list(moments),
            )
        )
        self.env["payg.control.unit"].invalidate_model(flush=False)

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_force_reset(self):
        """Give up on a unit that cannot answer any more: SMART Solar takes its credit for 0, whatever waits is void.

        :raise AccessError: not an administrator
        :raise UserError: a unit that holds no credit of its own, or of which SMART Solar cannot be told
        """
        self.check_access("read")
        if not self.env.user.has_group("payg_control_unit.payg_control_unit_group_administrator"):
            raise AccessError(self.env._("Only an administrator resets the credit of a unit."))
        units = self.sudo()
        if units._addressable().filtered("dcm") != units:
            raise UserError(self.env._("Only units that hold their own credit (DCM) and that SMART Solar knows."))
        lock_rows(units)
        units._void_waiting_credit()
        units._queue_credit(
            [
                {
                    **self._prepare_credit_vals(Gift(unit.id, 0, self.env._("Reset by hand"))),
                    "kind": "force_reset",
                    "origin": "person",
                }
                for unit in units
            ]
        )

    def _void_waiting_credit(self):
        """What waits to be sent to these units is void: a reset would make it so."""
        self.env["smart.solar.command"].flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_command SET state = 'superseded', failure_type = 'void', ended_at = %s
                    WHERE id = ANY(ARRAY(
                          SELECT id FROM smart_solar_command
                           WHERE unit_id = ANY(%s) AND kind IN %s AND state IN ('queued', 'retry')
                             FOR NO KEY UPDATE SKIP LOCKED))""",
                fields.Datetime.now(),
                list(self.ids),
                const.CREDIT_KINDS,
            )
        )
        self.env["smart.solar.command"].invalidate_model()

    def action_retry(self):
        """Send failed commands again: of credit the same ones, of switching as a new wish."""
        self._check_may_switch()
        failed = self.sudo().command_ids.filtered(lambda command: command.state == "rejected")
        retried = failed._retry_credit()
        rest = self.filtered(lambda unit: unit.command_state == "failed" and not unit.unknown_since)
        if rest or not retried:
            return super(PaygControlUnit, rest or self).action_retry()
        return None
