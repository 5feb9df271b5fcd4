from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .. import const


class PaygControlUnit(models.Model):
    """What is wanted of a unit becomes a command; what is wanted and not reported is the truth work is made from."""

    _inherit = "payg.control.unit"

    status_text = fields.Char("Status", compute="_compute_status_text")

    # ------------------------------------------------------------------
    # Wanting
    # ------------------------------------------------------------------
    def _want(self, wanted, origin, reason, user=None, run=None):
        """Want these units enabled or disabled, and make the commands where one may be sent.

        A wish is new when it wants something else, when its command failed or came to nothing, or when a person takes
        over what the rule wanted. Nothing else changes a unit, so asking twice changes it once.

        :param str wanted: ``enabled`` or ``disabled``
        :param str origin: ``rule``, ``person`` or ``credit``
        :param str reason: for people
        :param user: who, the current user by default
        :param run: the ``payg.disable.run`` that asks
        :return: the units of which something new is wanted
        """
        if not self.ids:
            return self
        self.env["payg.control.unit"].flush_model()
        changed = self.browse(self._write_wish(wanted, origin, reason, user or self.env.user))
        changed._make_commands(run=run)
        return changed

    def _write_wish(self, wanted, origin, reason, user):
        """One UPDATE for any number of units.

        :return: the ids of those that changed
        """
        # SQL: a version that grows in the same statement that decides whether the wish is new; each row written once.
        rows = self.env.execute_query(
            SQL(
                """UPDATE payg_control_unit u
                      SET wanted = %(wanted)s, wanted_version = COALESCE(u.wanted_version, 0) + 1,
                          wanted_origin = %(origin)s, wanted_reason = %(reason)s, wanted_user_id = %(user)s,
                          wanted_at = %(now)s, command_since = %(now)s,
                          command_state = CASE WHEN %(to_send)s THEN 'live' END
                    WHERE u.id = ANY(%(ids)s)
                      AND (u.wanted IS DISTINCT FROM %(wanted)s
                           OR u.command_state = 'failed'
                           OR (%(origin)s <> 'rule' AND u.wanted_origin = 'rule')
                           OR (u.command_state IS NULL AND u.reported_state IS DISTINCT FROM %(wanted)s))
                RETURNING u.id""",
                wanted=wanted,
                origin=origin,
                reason=reason,
                user=user.id,
                now=fields.Datetime.now(),
                ids=list(self.ids),
                to_send=self._to_send_sql("u", SQL("%s", wanted)),
            )
        )
        self.invalidate_model()
        return [row[0] for row in rows]

    # ------------------------------------------------------------------
    # Commands for what is wanted
    # ------------------------------------------------------------------
    @api.model
    def _to_send_sql(self, alias, wanted):
        """Whether what is ``wanted`` may and needs to be sent (boolean SQL on the unit's own row).

        What is reported as wanted, with nothing on its way, needs nothing.
        """
        return SQL(
            """(%(sendable)s AND NOT (%(u)s.command_state IS NULL
                                      AND %(u)s.reported_state IS NOT DISTINCT FROM %(wanted)s))""",
            sendable=self._sendable_sql(alias),
            u=SQL.identifier(alias),
            wanted=wanted,
        )

    def _enqueue_wanted(self):
        """Make a command once more for what is wanted of these units, where one may and needs to be sent.

        For whoever records an answer to an older wish, and for what a reading contradicted. While an older command is
        being sent none is made: its answer comes here again.

        :return: the units that have a new command
        """
        if not self.ids:
            return self
        self.env["payg.control.unit"].flush_model()
        # SQL: set-wise, on the row's own state, so that it holds between concurrent writers.
        self.env.cr.execute(
            SQL(
                """UPDATE payg_control_unit u
                      SET command_state = CASE WHEN %(to_send)s THEN 'live' END, command_since = %(now)s
                    WHERE u.id = ANY(%(ids)s) AND u.wanted IS NOT NULL""",
                to_send=self._to_send_sql("u", SQL("u.wanted")),
                now=fields.Datetime.now(),
                ids=list(self.ids),
            )
        )
        self.invalidate_model()
        return self._make_commands()

    def _make_commands(self, run=None):
        """Insert the commands of these units whose row says ``live``, and wake the dispatcher.

        A run wakes it itself, now and then: each time opens a connection.

        :return: the units that have a new command
        """
        if not self.ids:
            return self
        self.env["smart.solar.command"].flush_model()
        self._supersede_waiting()
        queued = self.browse(self._insert_commands(run))
        self.env["smart.solar.command"].invalidate_model()
        if queued and not run:
            self._wake_dispatcher()
        return queued

    def _supersede_waiting(self):
        """End the queued and retrying switching commands of these units' older wishes."""
        waiting = self._with_waiting_command()
        if not waiting:
            return
        # SQL: the dispatcher locks commands before units. What it holds this moment counts as being sent: skip it,
        # rather than wait for each other.
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_command SET state = 'superseded', ended_at = %(now)s
                    WHERE id = ANY(ARRAY(
                        SELECT c.id FROM smart_solar_command c JOIN payg_control_unit u ON u.id = c.unit_id
                         WHERE c.unit_id = ANY(%(ids)s) AND c.kind IN ('enable', 'disable')
                           AND c.state IN ('queued', 'retry') AND c.version <> u.wanted_version
                           FOR NO KEY UPDATE OF c SKIP LOCKED))""",
                now=fields.Datetime.now(),
                ids=waiting,
            )
        )

    def _with_waiting_command(self):
        """The ids of those of these units that have a queued or retrying switching command: few of many."""
        # SQL: OFFSET 0 makes PostgreSQL look into the index for each unit, and never read all commands for a few.
        rows = self.env.execute_query(
            SQL(
                """SELECT asked.id FROM unnest(%s::int[]) AS asked(id)
                CROSS JOIN LATERAL (SELECT FROM smart_solar_command c
                                     WHERE c.unit_id = asked.id AND c.kind IN ('enable', 'disable')
                                       AND c.state IN ('queued', 'retry') OFFSET 0) waiting""",
                list(self.ids),
            )
        )
        return [row[0] for row in rows]

    def _insert_commands(self, run=None):
        """One INSERT for any number of units.

        :return: the ids of the units that got a command
        """
        # SQL: the partial unique index decides, among any number of writers, that one switching command a unit is live.
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO smart_solar_command
                          (unit_id, company_id, kind, version, transaction_id, state, origin, user_id, reason,
                           run_id, priority, attempts, created_at)
                   SELECT u.id, u.company_id, CASE u.wanted WHEN 'enabled' THEN 'enable' ELSE 'disable' END,
                          u.wanted_version, gen_random_uuid()::text, 'queued', u.wanted_origin, u.wanted_user_id,
                          u.wanted_reason, %(run)s, %(priority)s, 0, %(now)s
                     FROM payg_control_unit u
                    WHERE u.id = ANY(%(ids)s) AND u.command_state = 'live'
                       ON CONFLICT DO NOTHING
                RETURNING unit_id""",
                run=run.id if run else None,
                priority=const.PRIORITY_MASS if run else const.PRIORITY_PERSON,
                now=fields.Datetime.now(),
                ids=list(self.ids),
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _wake_dispatcher(self):
        """Wake the scheduled action that sends as soon as this transaction commits."""
        self.env.ref("payg_control_unit.ir_cron_dispatch").sudo()._trigger()

    def action_retry(self):
        """Send the failed command of these units again: a new wish for the same, by the current user.

        :raise AccessError: neither a supervisor nor a manager
        :raise UserError: none of them has a failed command, or SMART Solar does not know them
        """
        self._check_may_switch()
        failed = self.filtered(lambda unit: unit.command_state == "failed" and not unit.unknown_since)
        if not failed:
            raise UserError(self.env._("No command of the selected units can be retried."))
        for wanted in ("enabled", "disabled"):
            units = failed.filtered(lambda unit, wanted=wanted: unit.wanted == wanted)
            units.sudo()._want(wanted, "person", self.env._("Retried by hand"), user=self.env.user)

    def _check_may_switch(self):
        self.check_access("read")
        if not self.env.user.has_group("payg_control_unit.payg_control_unit_group_supervisor"):
            raise AccessError(self.env._("Only a Call Center Supervisor or Manager switches units by hand."))

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------
    @api.depends("wanted", "reported_state", "reported_at", "command_state", "command_since", "erp_sync", "imei", "dcm")
    def _compute_status_text(self):
        for unit in self:
            unit.status_text = unit._status_sentence()

    def _status_sentence(self):
        """What the unit is, as reported, and what is under way. Never *off* before SMART Solar said so."""
        return " · ".join(filter(None, [self._reported_words(), self._flight_words()]))

    def _reported_words(self):
        words = {
            "enabled": self.env._("On (read %s)", self._at(self.reported_at)),
            "disabled": self.env._("Off (read %s)", self._at(self.reported_at)),
            "pending_enabled": self.env._("Will be on when it connects (read %s)", self._at(self.reported_at)),
            "pending_disabled": self.env._("Still on until it connects (read %s)", self._at(self.reported_at)),
            "init": self.env._("Not started yet (read %s)", self._at(self.reported_at)),
        }
        return words.get(self.reported_state) or self.env._("Not read yet")

    def _flight_words(self):
        if not self.wanted:
            return ""
        doing = self.env._("switching on") if self.wanted == "enabled" else self.env._("switching off")
        since = self._at(self.command_since)
        if self.command_state == "accepted":
            return self.env._("%(doing)s (accepted %(since)s, waits for the unit to connect)", doing=doing, since=since)
        if self.command_state == "live":
            return self.env._("%(doing)s (being sent since %(since)s)", doing=doing, since=since)
        if self.command_state == "failed":
            return self.env._("%(doing)s failed %(since)s", doing=doing, since=since)
        if self.erp_sync == "do_not" and self.wanted != self.reported_state:
            return self.env._("%s is wanted, but “Enable Status sync by ERP” is DO NOT", doing)
        return ""
