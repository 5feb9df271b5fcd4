from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .. import const
from ..clock import utc_now
from ..transaction import lock_rows

# Whether the unit has acknowledged is looked up first after this; later, after as long as it has waited already.
FIRST_LOOK, LAST_LOOK = timedelta(minutes=5), timedelta(hours=6)


class SmartSolarCommand(models.Model):
    """Commands of credit: they change what a DCM unit holds, once each and in their order."""

    _inherit = "smart.solar.command"

    value = fields.Integer("Seconds", readonly=True, aggregator=None, help="Added to the unit's credit, or removed.")
    account_id = fields.Many2one("payg.account", "PAYG Account", readonly=True, index="btree_not_null")
    ontime_id = fields.Many2one(
        "payg.ontime.transaction", "On-time Transaction", readonly=True, help="The on-time that it carries to the unit."
    )
    maybe_sent = fields.Boolean("May Have Arrived", readonly=True, help="A call was made whose answer was lost.")
    acknowledged_at = fields.Datetime("Acknowledged", readonly=True, help="When the unit carried it out.")
    final_balance = fields.Integer(
        "Final Balance (s)", readonly=True, aggregator=None, help="What the unit had left when it carried out a zero."
    )
    held_until = fields.Datetime(
        readonly=True, help="When Pulse said that the credit would end, as the unit was swapped out with this zero."
    )
    settled = fields.Boolean(readonly=True, help="The final balance was compared with what Pulse held.")

    _value_of_kind = models.Constraint(
        """CHECK (CASE kind WHEN 'payment' THEN value > 0 WHEN 'bad_payment' THEN value < 0
                            ELSE COALESCE(value, 0) = 0 END)""",
        "A payment adds seconds, a bad payment removes some, and any other command has none.",
    )
    _ontime_uniq = models.UniqueIndex(
        "(ontime_id) WHERE ontime_id IS NOT NULL", "This on-time was sent to the unit already."
    )
    _transaction_uniq = models.UniqueIndex(
        "(transaction_id) WHERE kind IN ('payment', 'bad_payment', 'zero', 'force_reset')",
        "This id was used for another command of credit.",
    )
    _credit_idx = models.Index(
        """(unit_id, id) WHERE kind IN ('payment', 'bad_payment', 'zero', 'force_reset')
                           AND state IN ('queued', 'sending', 'retry', 'accepted', 'rejected')"""
    )

    # ------------------------------------------------------------------
    # Whose turn it is
    # ------------------------------------------------------------------
    @api.model
    def _turn_sql(self, alias):
        """Whether a command may be sent now: boolean SQL, true for whatever is not about credit.

        Credit commands of a unit go one after the other, and none while SMART Solar waits for the unit to carry out a
        zero, but for a reset, which helps when that is for ever. Whatever runs at the same time can only end what is in
        the way, so an old snapshot errs on the safe side.
        """
        return SQL(
            """(%(c)s.kind NOT IN %(credit)s OR (
                 NOT EXISTS (
                     SELECT FROM smart_solar_command e
                      WHERE e.unit_id = %(c)s.unit_id AND e.kind IN %(credit)s
                        AND e.state IN ('queued', 'sending', 'retry', 'accepted', 'rejected')
                        AND ((e.state IN %(live)s AND e.id < %(c)s.id)
                             OR (e.state = 'accepted' AND e.kind = 'zero' AND %(c)s.kind <> 'force_reset')))
                 AND ((%(c)s.kind = 'zero' AND NOT COALESCE(%(c)s.maybe_sent, FALSE)) OR EXISTS (
                     SELECT FROM payg_control_unit t WHERE t.id = %(c)s.unit_id AND %(creditable)s))))""",
            c=SQL.identifier(alias),
            credit=const.CREDIT_KINDS,
            live=const.LIVE_STATES,
            creditable=self.env["payg.control.unit"]._creditable_sql("t"),
        )

    # ------------------------------------------------------------------
    # What became of them
    # ------------------------------------------------------------------
    def _follow_credit(self, recorded):
        """Let the units show what is on its way, and be looked after until they acknowledge.

        :param list recorded: of Recorded, of credit commands
        """
        if not recorded:
            return
        resets = {row.unit_id: row.at for row in recorded if row.kind == "force_reset" and row.state == "confirmed"}
        if resets:
            self._cleared(resets)
        units = self.env["payg.control.unit"].browse([row.unit_id for row in recorded])
        units._refresh_credit_pending()
        accepted = {row.unit_id for row in recorded if row.state == "accepted"}
        units.browse(accepted)._read_credit_by(utc_now() + FIRST_LOOK)

    def _cleared(self, moments):
        """Units that were reset have nothing, and whatever was on its way to them is void.

        :param dict moments: unit id to when (UTC, naive)
        """
        # SQL: called while answers are recorded, on locked units.
        columns = (list(moments), list(moments.values()))
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_command c SET state = 'superseded', failure_type = 'void', ended_at = r.at
                     FROM unnest(%s::int[], %s::timestamp[]) AS r(id, at)
                    WHERE c.unit_id = r.id AND c.kind IN %s AND c.state IN ('accepted', 'rejected') AND c.id < (
                          SELECT max(f.id) FROM smart_solar_command f
                           WHERE f.unit_id = r.id AND f.kind = 'force_reset' AND f.state = 'confirmed')""",
                *columns,
                const.CREDIT_KINDS,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_command c SET acknowledged_at = c.accepted_at
                    WHERE c.unit_id = ANY(%s) AND c.kind = 'force_reset' AND c.state = 'confirmed'
                      AND c.acknowledged_at IS NULL""",
                columns[0],
            )
        )
        units = self.env["payg.control.unit"]
        units._write_nothing_left(*columns)
        self.env.cr.execute(
            SQL(
                """UPDATE payg_control_unit SET command_state = NULL, command_since = %s
                    WHERE id = ANY(%s) AND wanted = 'disabled' AND command_state IS NOT NULL""",
                utc_now(),
                columns[0],
            )
        )

    # ------------------------------------------------------------------
    # Failed ones
    # ------------------------------------------------------------------
    def _retry_credit(self):
        """Send failed payments and bad payments again: the same commands, with the same ids."""
        failed = self.filtered(lambda command: command.state == "rejected" and command.kind in const.VALUE_KINDS)
        lock_rows(failed.unit_id)
        failed.write({"state": "queued", "failure_type": False, "failure_message": False, "attempts": 0,
                      "next_try_at": False, "ended_at": False})  # fmt: skip
        failed.flush_recordset()
        failed.unit_id._refresh_credit_pending()
        if failed:
            self.env["payg.control.unit"]._wake_dispatcher()
        return failed

    def action_give_up(self):
        """An administrator does not want these failed commands of credit any more: the unit's own credit is right.

        :raise AccessError: not an administrator
        :raise UserError: one of them has not failed
        """
        self.check_access("read")
        if not self.env.user.has_group("payg_control_unit.payg_control_unit_group_administrator"):
            raise AccessError(self.env._("Only an administrator gives up a command of credit."))
        commands = self.sudo()
        if any(command.state != "rejected" or command.kind not in const.VALUE_KINDS for command in commands):
            raise UserError(self.env._("Only failed payments and bad payments can be given up."))
        lock_rows(commands.unit_id)
        commands.write({"state": "superseded", "ended_at": fields.Datetime.now()})
        commands.flush_recordset()
        commands.unit_id._refresh_credit_pending()
