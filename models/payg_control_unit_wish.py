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
        # SQL: a version that grows in the same statement that decides whether the wish is new; each row written once.
        changed, _queued = self._change_and_queue(
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
                           OR (u.command_state IS NULL AND u.reported_state IS DISTINCT FROM %(wanted)s))""",
                wanted=wanted,
                origin=origin,
                reason=reason,
                user=(user or self.env.user).id,
                now=fields.Datetime.now(),
                ids=list(self.ids),
                to_send=self._to_send_sql("u", SQL("%s", wanted)),
            ),
            run,
            hurry=origin != "rule",
        )
        return changed

    # ------------------------------------------------------------------
    # Commands for what is wanted
    # ------------------------------------------------------------------
    @api.model
    def _to_send_sql(self, alias, wanted):
        """Whether what is ``wanted`` may and needs to be sent (boolean SQL on the unit's own row).

        What is reported as wanted, with nothing on its way, needs nothing. A DCM unit is switched by its credit: it
        needs a command to be enabled only if it was disabled, and one to be switched off only if credit is left.
        """
        return SQL(
            """(%(sendable)s AND CASE
                    WHEN %(u)s.dcm AND %(wanted)s = 'enabled'
                    THEN COALESCE(%(u)s.reported_state IN ('disabled', 'pending_disabled'), FALSE)
                    WHEN %(u)s.dcm THEN NOT %(device_off)s
                    ELSE NOT (%(u)s.command_state IS NULL
                              AND %(u)s.reported_state IS NOT DISTINCT FROM %(wanted)s) END)""",
            sendable=self._sendable_sql(alias),
            device_off=self._device_off_sql(alias, fields.Datetime.now()),
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
        # SQL: set-wise, on the row's own state, so that it holds between concurrent writers.
        _changed, queued = self._change_and_queue(
            SQL(
                """UPDATE payg_control_unit u
                      SET command_state = CASE WHEN %(to_send)s THEN 'live' END, command_since = %(now)s
                    WHERE u.id = ANY(%(ids)s) AND u.wanted IS NOT NULL""",
                to_send=self._to_send_sql("u", SQL("u.wanted")),
                now=fields.Datetime.now(),
                ids=list(self.ids),
            )
        )
        return queued

    def _change_and_queue(self, update, run=None, hurry=True):
        """Change any number of units, and make the commands of those whose row says ``live`` then: one statement.

        Under READ COMMITTED the units must be locked already: a statement that first waits for a row does not see the
        command that whoever held it has made.

        :param SQL update: an UPDATE of ``payg_control_unit u``, without its RETURNING
        :param bool hurry: somebody waits for it. Else the dispatcher looks by itself, within a minute: to wake it takes
            a new connection to the database, which each transfer of stock would pay for.
        :return: the units that changed, and those of them that have a new command
        """
        self.env["payg.control.unit"].flush_model()
        self.env["smart.solar.command"].flush_model()
        # SQL: set-wise, and what is queued is what has just been changed.
        [[changed, queued]] = self.env.execute_query(
            SQL(
                """WITH changed AS (
                       %(update)s
                    RETURNING u.id, u.company_id, u.wanted, u.wanted_version, u.wanted_origin, u.wanted_user_id,
                              u.wanted_reason, u.command_state, u.dcm),
                   superseded AS (%(supersede)s RETURNING id),
                   queued AS (%(queue)s RETURNING unit_id)
                   SELECT ARRAY(SELECT id FROM changed), ARRAY(SELECT unit_id FROM queued)""",
                update=update,
                supersede=self._supersede_sql(),
                queue=self._queue_sql(run),
            )
        )
        self.env["payg.control.unit"].invalidate_model()
        self.env["smart.solar.command"].invalidate_model()
        if queued and hurry:
            self._wake_dispatcher()
        return self.browse(changed), self.browse(queued)

    @api.model
    def _supersede_sql(self):
        """An UPDATE that ends the queued and retrying switching commands of ``changed`` units' older wishes."""
        # SQL: the dispatcher locks commands before units. What it holds this moment counts as being sent: skip it,
        # rather than wait for each other. LATERAL makes PostgreSQL look into the index for each unit, few of which
        # have such a command, and never read all commands. A zero that may have arrived goes on: its answer tells.
        return SQL(
            """UPDATE smart_solar_command SET state = 'superseded', ended_at = %s
                WHERE id = ANY(ARRAY(
                    SELECT waiting.id
                      FROM changed
                CROSS JOIN LATERAL (SELECT c.id FROM smart_solar_command c
                                     WHERE c.unit_id = changed.id AND c.kind IN %s
                                       AND c.state IN ('queued', 'retry') AND c.version <> changed.wanted_version
                                       AND NOT (c.kind = 'zero' AND COALESCE(c.maybe_sent, FALSE))
                                       FOR NO KEY UPDATE SKIP LOCKED) waiting))""",
            fields.Datetime.now(),
            const.SWITCHING_KINDS,
        )

    @api.model
    def _queue_sql(self, run):
        """An INSERT of the switching commands of those ``changed`` units that need one, after ``superseded``."""
        # SQL: the partial unique index decides, among any number of writers, that one switching command a unit is live.
        # What counts `superseded` has it done before the first row is inserted: its rows leave that index.
        return SQL(
            """INSERT INTO smart_solar_command
                      (unit_id, company_id, kind, version, transaction_id, state, origin, user_id, reason,
                       run_id, priority, attempts, created_at)
               SELECT id, company_id,
                      CASE WHEN wanted = 'enabled' THEN 'enable' WHEN dcm THEN 'zero' ELSE 'disable' END,
                      wanted_version, gen_random_uuid()::text, 'queued', wanted_origin, wanted_user_id,
                      wanted_reason, %s, %s, 0, %s
                 FROM changed
                WHERE command_state = 'live' AND (SELECT count(*) FROM superseded) >= 0
                   ON CONFLICT DO NOTHING""",
            run.id if run else None,
            const.PRIORITY_MASS if run else const.PRIORITY_PERSON,
            fields.Datetime.now(),
        )

    @api.model
    def _wake_dispatcher(self):
        """Have the scheduled action send what is due as soon as this transaction commits."""
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
    @api.depends_context("lang", "tz")
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
