import threading
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import TransactionCase

# What a company's units leave behind, in the order in which their foreign keys let it go.
UNIT_TABLES = (
    "smart_solar_command",
    "payg_disable_run",
    "payg_custody_step",
    "payg_holding",
    "payg_assignment",
    "payg_control_unit",
    "stock_move_line",
    "stock_move",
    "stock_picking",
    "stock_scrap",
    "stock_quant",
)


class ConnectionsCommon(TransactionCase):
    """Real connections and real commits, outside the runner's transaction: whoever uses it removes what it makes."""

    def setUp(self):
        super().setUp()
        # The test runner's thread holds the lock of the registry, which environments made in threads ask for.
        self.patch(Registry, "_lock", DummyRLock())

    @contextmanager
    def person(self, user=SUPERUSER_ID, **context):
        """The environment of somebody on a connection of their own, committed at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, user, {"tracking_disable": True, **context})

    def _in_thread(self, work):
        """Do some work in a thread, on a connection of its own that it commits."""

        def run():
            with self.person() as env:
                work(env)

        return self._thread(run)

    def _thread(self, run):
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join, 30)
        return thread

    def _wait_until(self, condition, query, *parameters):
        """Until the query's first value, asked on a connection of its own each time, is true; that value."""
        for _step in range(200):
            with self.registry.cursor() as cr:
                cr.execute(query, parameters)
                [value] = cr.fetchone()
                if value:
                    return value
            time.sleep(0.05)
        return self.fail(f"never: {condition}")

    def _wait_until_somebody_waits(self):
        """Until a connection of this database waits for a lock; the query that does."""
        # Twice: as a wait begins, PostgreSQL shows it beside the query before.
        for _ in range(2):
            query = self._wait_until(
                "somebody waits",
                """SELECT min(query) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()""",
            )
        return query

    def _delete_units(self, company):
        """Delete a company's units, with all that is kept of them and where their serials lay."""
        with self.registry.cursor() as cr:
            unset = "UPDATE payg_control_unit SET assignment_id = NULL, holding_id = NULL WHERE company_id = %s"
            cr.execute(unset, [company])
        self._delete(UNIT_TABLES, company)

    def _delete(self, tables, company):
        """Delete a company's rows of these tables, in the order in which their foreign keys let them go."""
        with self.registry.cursor() as cr:
            for table in tables:
                cr.execute(f"DELETE FROM {table} WHERE company_id = %s", [company])  # pylint: disable=sql-injection
