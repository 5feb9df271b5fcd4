import logging
from functools import partial
from time import monotonic, sleep

from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL, split_every

from .. import const
from ..clock import utc_now
from ..pace import spread_out
from ..transaction import CONCURRENCY, end_transaction, fresh_transaction, transact

_logger = logging.getLogger(__name__)

# Units a transaction. Smaller: people who assign stock wait less; larger: each chunk's own cost weighs less.
CHUNK = 1_000
# Over how long a run spreads its chunks while others are at work, and the longest pause between two (s).
SPREAD, LONGEST_PAUSE = 30, 0.5
# Seconds between two notes of progress.
TELL_EVERY = 1
# How long a run comes back for units whose rows somebody else holds, and how often (s). What is still held then is
# left for the next run.
PATIENCE, COME_BACK = 30, 0.1


class PaygDisableRun(models.Model):
    """How a run works: local SQL alone, in chunks that test the unit's own row. Sending is the dispatcher's."""

    _inherit = "payg.disable.run"

    def _process(self):
        """Classify, brake or switch off; an error is kept on the run, and the next company goes on."""
        self.ensure_one()
        try:
            now = fields.Datetime.now()
            ids = self._begin(now)
            if not self._brake():
                self._switch_off_all(ids, now)
                self._finish("done")
        except Exception as error:  # pylint: disable=broad-except
            # The scheduled action must live: five failures would deactivate it silently. Logged, and shown on the run.
            _logger.exception("The run %s of Disable not assigned CUs failed", self.id)
            self.env.cr.rollback()
            self._finish("failed", str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)

    def _begin(self, now):
        """Count the fleet, and see to it that a crash does not lose that; a run that crashed begins again here.

        :return: the ids of the units that the rule does not keep, in order
        """
        doomed = self._count(now)
        fresh_transaction(self.env)
        return doomed

    def _count(self, now):
        """Keep how many units have each verdict; the ids of those that the rule does not keep, in order."""
        self.line_ids.unlink()
        rows = self._count_by_verdict(now)
        doomed = sorted(unit for _verdict, _count, _on, ids in rows for unit in ids or ())
        order = [key for key, _label in const.VERDICTS]
        self.write(
            {
                "state": "running",
                "started_at": self.started_at or utc_now(),
                "line_ids": [
                    Command.create({"verdict": verdict, "count": count, "sequence": order.index(verdict)})
                    for verdict, count, _on, _ids in rows
                ],
                "enabled_count": sum(on for _verdict, _count, on, _ids in rows),
                "disable_count": sum(on for _verdict, _count, on, ids in rows if ids),
                "total_count": len(doomed),
                "processed_count": 0,
            }
        )
        return doomed

    def _count_by_verdict(self, now):
        """Rows of a verdict, how many units have it, how many of them are on, and the ids of those to switch off."""
        # SQL: one scan of the company's fleet; an ORM group by the computed verdict would be the same twice. OFFSET 0
        # hides the expression, of which PostgreSQL would expect a group a unit, and sort the fleet.
        return self.env.execute_query(
            SQL(
                """SELECT verdict, count(*), count(*) FILTER (WHERE on_now),
                          array_agg(id) FILTER (WHERE verdict = 'disable')
                     FROM (SELECT u.id, %(verdict)s AS verdict, u.reported_state IN %(on_states)s AS on_now
                             FROM payg_control_unit u WHERE u.company_id = %(company)s OFFSET 0) AS fleet
                 GROUP BY verdict""",
                verdict=self._verdict(now),
                on_states=const.ON_STATES,
                company=self.company_id.id,
            )
        )

    def _verdict(self, now):
        # Asked anew by each statement, once: who turns the feature off stops a run.
        feature = SQL("(SELECT f.disable_by_default FROM payg_crm_config f WHERE f.id = %s)", self.config_id.id)
        return self.env["payg.control.unit"]._verdict_sql("u", feature, now)

    def _brake(self):
        """Stop for a manager when the run would switch off too much; whether it stopped."""
        if self.approved_by_id or not self.config_id._brakes(self.disable_count, self.enabled_count):
            return False
        self.write({"state": "waiting", "braked": True})
        self._tell_managers()
        end_transaction(self.env)
        return True

    def _tell_managers(self):
        """One activity on CRM Config, however many runs wait."""
        config = self.config_id
        manager = config.company_id._cu_users("manager")[:1]
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
    def _switch_off_all(self, ids, now):
        """Switch off what nobody holds, then come back for the rest: nobody waits for us while we wait for somebody."""
        doomed = SQL("(u.company_id = %s AND %s = 'disable')", self.company_id.id, self._verdict(now))
        # Read once: each commit empties the caches.
        work = partial(self._switch_off_chunk, doomed, self.user_id)
        left = self._in_chunks(ids, work)
        ends = monotonic() + PATIENCE
        while left and monotonic() < ends:
            sleep(COME_BACK)
            left = self._in_chunks(self._still(doomed, left), work)
        if left:
            self.error = self.env._("Some units were held by others all the time: the next run takes them.")

    def _in_chunks(self, ids, work):
        """Do `work` with these units, chunk by chunk, each in a transaction of its own.

        :param work: takes ids, and returns those of the units that it was done with
        :return: the ids of the others
        """
        left, told = [], monotonic()
        for chunk in spread_out(self.env, list(split_every(CHUNK, ids, list)), SPREAD, LONGEST_PAUSE):
            left += set(chunk).difference(self._try(partial(work, chunk)))
            if monotonic() - told > TELL_EVERY:
                self._tell_progress()
                told = monotonic()
        return left

    def _try(self, work):
        try:
            return transact(self.env, work)
        except CONCURRENCY:
            # Others got in its way all the time.
            return []

    def _tell_progress(self):
        """Have what is queued so far sent, and say that the work goes on.

        Odoo takes a scheduled action for broken that is killed again and again without progress.
        """
        self.env["payg.control.unit"]._wake_dispatcher()
        self.env["ir.cron"]._commit_progress(1)

    def _still(self, doomed, ids):
        """Those of these units that the rule does not keep, as far as one can see, in order."""
        # SQL: what the run itself tests, on the units that it skipped.
        rows = self.env.execute_query(
            SQL("SELECT u.id FROM payg_control_unit u WHERE u.id = ANY(%s) AND %s ORDER BY u.id", ids, doomed)
        )
        return [row[0] for row in rows]

    def _switch_off_chunk(self, doomed, user, ids):
        """Want those of these units disabled that can be locked, and make their commands.

        :param SQL doomed: whether the rule does not keep the unit ``u``
        :return: the ids of those that were locked
        """
        # SQL: a chunk that a crash of the server loses is left for the run to do again; whatever commits later, as
        # the dispatcher, makes it durable with itself. People's commits need not queue behind hundreds of ours.
        self.env.cr.execute("SET LOCAL synchronous_commit = off")
        units = self._lock(doomed, ids)
        changed = units._want("disabled", "rule", self.env._("Disable not assigned CUs"), user, run=self)
        # SQL: adds without reading the run again.
        self.env.cr.execute(
            SQL(
                """UPDATE payg_disable_run
                      SET disabled_count = COALESCE(disabled_count, 0) + %s, processed_count = processed_count + %s
                    WHERE id = %s""",
                len(changed),
                len(units),
                self.id,
            )
        )
        return units.ids

    def _lock(self, doomed, ids):
        """Lock those of these units that nobody holds and the rule does not keep, judged as they are once locked."""
        # SQL: PostgreSQL tests the condition again on the newest version of each row that it locks, and only on that
        # row: the verdict reads nothing else. NO KEY: foreign keys to the unit stay free.
        rows = self.env.execute_query(
            SQL(
                """SELECT u.id FROM payg_control_unit u WHERE u.id = ANY(%s) AND %s
                 ORDER BY u.id FOR NO KEY UPDATE SKIP LOCKED""",
                ids,
                doomed,
            )
        )
        return self.env["payg.control.unit"].browse([row[0] for row in rows])
