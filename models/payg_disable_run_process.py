import logging
from time import monotonic

from psycopg2.errors import LockNotAvailable

from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL

from .. import const
from ..clock import utc_now
from ..transaction import CONCURRENCY, end_transaction, fresh_transaction, transact
from .payg_disable_run import BRAKE_MINIMUM

_logger = logging.getLogger(__name__)

# Ids a transaction. Smaller: people who assign stock wait less; larger: each chunk's own cost weighs less.
CHUNK = 5_000
# Chunks between two notes of progress.
TELL_EVERY = 10
# How long a run waits in all for units' rows that somebody else holds (s). What is still held is left for the next.
PATIENCE = 30
SHORTEST_WAIT = 10  # ms


class PaygDisableRun(models.Model):
    """How a run works: local SQL alone, in chunks that test the unit's own row. Sending is the dispatcher's."""

    _inherit = "payg.disable.run"

    def _process(self):
        """Classify, brake or switch off; an error is kept on the run, and the next company goes on."""
        self.ensure_one()
        try:
            now = fields.Datetime.now()
            self._begin(now)
            if not self._brake():
                self._switch_off_all(now)
                self._finish("done")
        except Exception as error:  # pylint: disable=broad-except
            # The scheduled action must live: five failures would deactivate it silently. Logged, and shown on the run.
            _logger.exception("The run %s of Disable not assigned CUs failed", self.id)
            self.env.cr.rollback()
            self._finish("failed", str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)

    def _begin(self, now):
        """Count the fleet by verdict; a run that crashed begins again here."""
        self.line_ids.unlink()
        rows = self._count_by_verdict(now)
        order = [key for key, _label in const.VERDICTS]
        self.write(
            {
                "state": "running",
                "started_at": self.started_at or utc_now(),
                "line_ids": [
                    Command.create({"verdict": verdict, "count": count, "sequence": order.index(verdict)})
                    for verdict, count, _on in rows
                ],
                "enabled_count": sum(on for _verdict, _count, on in rows),
                "disable_count": sum(on for verdict, _count, on in rows if verdict == "disable"),
            }
        )
        fresh_transaction(self.env)

    def _count_by_verdict(self, now):
        # SQL: one scan of the company's fleet; an ORM group by the computed verdict would be the same twice.
        return self.env.execute_query(
            SQL(
                """SELECT verdict, count(*), count(*) FILTER (WHERE on_now)
                     FROM (SELECT %(verdict)s AS verdict, u.reported_state IN %(on_states)s AS on_now
                             FROM payg_control_unit u WHERE u.company_id = %(company)s) AS fleet
                 GROUP BY verdict""",
                verdict=self._verdict(now),
                on_states=const.ON_STATES,
                company=self.company_id.id,
            )
        )

    def _verdict(self, now):
        feature = SQL("%s", self.config_id.disable_by_default)
        return self.env["payg.control.unit"]._verdict_sql("u", feature, now)

    def _brake(self):
        """Stop for a manager when the run would switch off too much; whether it stopped."""
        too_many = self.disable_count >= BRAKE_MINIMUM and self.share > self.config_id.brake_share
        if not too_many or self.approved_by_id:
            return False
        self.write({"state": "waiting", "braked": True})
        self._tell_managers()
        end_transaction(self.env)
        return True

    def _tell_managers(self):
        """One activity on CRM Config, however many runs wait."""
        config = self.config_id
        group = self.env.ref("payg_control_unit.payg_control_unit_group_manager")
        manager = group.all_user_ids.filtered(lambda u: u.active and config.company_id in u.company_ids)[:1]
        if manager and not config.activity_search(["mail.mail_activity_data_todo"], user_id=manager.id):
            config.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=manager.id,
                summary=self.env._(
                    "Disable not assigned CUs waits: it would switch off %(count)s of %(enabled)s units that are on",
                    count=self.disable_count,
                    enabled=self.enabled_count,
                ),
            )

    def _finish(self, state, error=False):
        self.write(
            {
                "state": state,
                "finished_at": utc_now(),
                "command_count": self.env["smart.solar.command"].search_count([("run_id", "=", self.id)]),
                "error": error or self.error,
            }
        )
        if self.command_count:
            self.env["payg.control.unit"]._wake_dispatcher()
        end_transaction(self.env)

    # ------------------------------------------------------------------
    # Switching off, in chunks
    # ------------------------------------------------------------------
    def _switch_off_all(self, now):
        """Two passes over the company's units: the first skips rows that somebody holds, the last waits for them."""
        for patience in (0, PATIENCE):
            ends = monotonic() + patience
            for number, chunk in enumerate(self._chunks(now)):
                wait = patience and max(SHORTEST_WAIT, int((ends - monotonic()) * 1000))
                if not self._try_chunk(now, chunk, wait):
                    self.error = self.env._("Some units were held by others all the time: the next run takes them.")
                if number % TELL_EVERY == 0:
                    self._tell_progress()

    def _tell_progress(self):
        """Have what is queued so far sent, and say that the work goes on.

        Odoo takes a scheduled action for broken that is killed again and again without progress.
        """
        self.env["payg.control.unit"]._wake_dispatcher()
        self.env["ir.cron"]._commit_progress(1)

    def _chunks(self, now):
        """The numbers of the chunks, each of CHUNK ids, with units that the rule does not keep."""
        # SQL: one scan, so that nobody waits for chunks in which there is nothing to do.
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT u.id / %(size)s FROM payg_control_unit u
                    WHERE u.company_id = %(company)s AND %(verdict)s = 'disable' ORDER BY 1""",
                size=CHUNK,
                company=self.company_id.id,
                verdict=self._verdict(now),
            )
        )
        return [row[0] for row in rows]

    def _try_chunk(self, now, chunk, wait):
        """Switch off a chunk in a transaction of its own.

        :param int wait: how long for a row that somebody holds (ms); 0 skips it
        :return: whether others let us
        """
        try:
            transact(self.env, lambda: self._switch_off_chunk(now, chunk, wait))
        except (LockNotAvailable, *CONCURRENCY):
            self.env.cr.rollback()
            return False
        return True

    def _switch_off_chunk(self, now, chunk, wait):
        """Want the chunk's units disabled that the rule does not keep, and make their commands."""
        # SQL: a chunk that a crash of the server loses is left for the run to do again; whatever commits later, as
        # the dispatcher, makes it durable with itself. People's commits need not queue behind hundreds of ours.
        self.env.cr.execute("SET LOCAL synchronous_commit = off")
        units = self._lock_chunk(now, chunk, wait)
        changed = units._want("disabled", "rule", self.env._("Disable not assigned CUs"), self.user_id, run=self)
        if changed:
            self.disabled_count += len(changed)

    def _lock_chunk(self, now, chunk, wait):
        """Lock the chunk's units that the rule does not keep, judged as they are once locked."""
        # SQL: PostgreSQL tests the condition again on the newest version of each row that it locks, and only on that
        # row: the verdict reads nothing else. NO KEY: foreign keys to the unit stay free.
        if wait:
            self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", wait))
        self.env.cr.execute(
            SQL(
                """SELECT u.id FROM payg_control_unit u
                    WHERE u.id >= %(start)s AND u.id < %(end)s AND u.company_id = %(company)s
                      AND %(verdict)s = 'disable'
                 ORDER BY u.id FOR NO KEY UPDATE %(skip)s""",
                company=self.company_id.id,
                start=chunk * CHUNK,
                end=(chunk + 1) * CHUNK,
                verdict=self._verdict(now),
                skip=SQL() if wait else SQL("SKIP LOCKED"),
            ),
            log_exceptions=False,
        )
        return self.env["payg.control.unit"].browse([row[0] for row in self.env.cr.fetchall()])
