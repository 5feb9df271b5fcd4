import threading
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import TransactionCase


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
        """Until the query's first value, asked on a connection of its own each time, is true."""
        for _step in range(200):
            with self.registry.cursor() as cr:
                cr.execute(query, parameters)
                if cr.fetchone()[0]:
                    return
            time.sleep(0.05)
        self.fail(f"never: {condition}")

    def _wait_until_somebody_waits(self, for_what="Lock"):
        """Until a connection of this database waits for something of that kind."""
        self._wait_until(
            "somebody waits",
            """SELECT count(*) > 0 FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = %s AND pid <> pg_backend_pid()""",
            for_what,
        )

    def _delete(self, tables, company):
        """Delete a company's rows of these tables, in the order in which their foreign keys let them go."""
        with self.registry.cursor() as cr:
            for table in tables:
                cr.execute(f"DELETE FROM {table} WHERE company_id = %s", [company])  # pylint: disable=sql-injection
