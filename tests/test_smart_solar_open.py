import threading
import time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import TransactionCase, tagged

from .common import PaygCommon
from .smart_solar_common import Clock, Fleet, Simulator, Unit

LATENCY = 0.6


@tagged("post_install", "-at_install")
class TestSmartSolarOpen(TransactionCase):
    """On real connections: no transaction is open while SMART Solar is waited for."""

    def setUp(self):
        super().setUp()
        # The test runner's thread holds the lock of the registry, which environments made in threads ask for.
        self.patch(Registry, "_lock", DummyRLock())
        self.fleet = Fleet(Clock())
        self.simulator = Simulator(self.fleet, latency=LATENCY).start()
        self.addCleanup(self.simulator.stop)
        with self.registry.cursor() as cr:
            self._make_world(api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True}))
        self.addCleanup(self._remove_world)

    def _make_world(self, env):
        company = env["res.company"].create({"name": f"Open {time.time()}"})
        env = env(context={**env.context, "allowed_company_ids": [company.id]})
        product = env["product.product"].create(PaygCommon._product_vals("Open"))
        imei = str(int(time.time() * 1000))
        lot = env["stock.lot"].create({"name": imei, "product_id": product.id, "cu_imei": imei})
        self.fleet.add(Unit(imei, imei, "enabled", 5))
        vals = {"company_id": company.id, "base_url": self.simulator.base_url}
        client = env["smart.solar.client"].create({**vals, "username": "erp@example.com", "password": "simulator"})
        lot.cu_unit_ids._want("disabled", "person", "because")
        self.company, self.client, self.unit = company.id, client.id, lot.cu_unit_ids.id

    def _remove_world(self):
        with self.registry.cursor() as cr:
            for table in ("smart_solar_command", "smart_solar_client", "payg_control_unit"):
                cr.execute(f"DELETE FROM {table} WHERE company_id = %s", [self.company])  # pylint: disable=sql-injection

    def _states_while(self, work):
        """What the connection of a worker does while a call of its is on its way: as PostgreSQL sees it."""
        ready = threading.Event()

        def run():
            with self.registry.cursor() as cr:
                self.backend = cr._cnx.get_backend_pid()
                ready.set()
                work(api.Environment(cr, SUPERUSER_ID, {})["smart.solar.client"].browse(self.client))

        thread = threading.Thread(target=run)
        seen = []
        thread.start()
        ready.wait(10)
        while thread.is_alive():
            # A call takes most of the time, so most of what is seen is seen during one.
            seen.append(self._state_of_backend())
            thread.join(0.02)
        return seen

    def _state_of_backend(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [self.backend])
            return cr.fetchone()[0]

    def _check_mostly_idle(self, seen, calls):
        self.assertEqual(self.simulator.calls.total, calls)
        open_for = sum(state != "idle" for state in seen) / len(seen)
        self.assertLess(open_for, 0.5, "a transaction was open while SMART Solar was waited for")

    def test_no_transaction_is_open_while_commands_are_sent(self):
        seen = self._states_while(lambda client: client._dispatch(5))
        self._check_mostly_idle(seen, calls=2)
        with self.registry.cursor() as cr:
            cr.execute("SELECT command_state FROM payg_control_unit WHERE id = %s", [self.unit])
            self.assertEqual(cr.fetchone()[0], "accepted")

    def test_no_transaction_is_open_while_states_are_read(self):
        seen = self._states_while(lambda client: client._pull(30))
        self._check_mostly_idle(seen, calls=3)
