import logging
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import TransactionCase, tagged
from odoo.tools import config

from .common import PaygCommon
from .smart_solar_common import Clock, Fleet, Simulator, Unit

_logger = logging.getLogger(__name__)

# `dev/chaos` makes it larger and longer.
UNITS = int(os.environ.get("CHAOS_UNITS", "200"))
SECONDS = int(os.environ.get("CHAOS_SECONDS", "12"))
WORKER = Path(__file__).resolve().parents[1] / "dev" / "chaos_lib" / "worker.py"
WORKERS = ("dispatcher", "dispatcher", "people", "people", "payers", "reader")
# Of so many units one holds its own credit.
DCM_SHARE = 10
# Of a hundred calls, about 35 go wrong in one of these ways.
FAULTS = (
    ("error-before", 0.08),
    ("error-after", 0.08),
    ("cut", 0.06),
    ("garbage", 0.05),
    ("html", 0.05),
    ("wrong-unit", 0.04),
    ("unauthorized", 0.1),
    # With a read timeout of a second: the effect comes after nobody waits for it any more.
    ("hang-before", 0.02),
    ("hang-after", 0.02),
)
# Time flies: a lease ends after these seconds instead of minutes. Still longer than the slowest answer.
LEASE = 10
ROUNDS = 40


@tagged("post_install", "-at_install")
class TestChaos(TransactionCase):
    """Real processes on a real database: killed dispatchers, bad answers, people who change their minds."""

    def setUp(self):
        super().setUp()
        # The test runner's thread holds the lock of the registry, which environments made in threads ask for.
        self.patch(Registry, "_lock", DummyRLock())
        self.fleet = Fleet(Clock(), connect_after=0.5, poke_after=0.1)
        self.simulator = Simulator(self.fleet, latency=0.005).start()
        self.addCleanup(self.simulator.stop)
        with self.committed() as env:
            self.company, self.client = self._make_world(env)
        self.addCleanup(self._remove_world)
        self.output = []

    @contextmanager
    def committed(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _make_world(self, env):
        company = env["res.company"].create({"name": f"Chaos {time.time()}"})
        env = env(context={**env.context, "allowed_company_ids": [company.id]})
        product = env["product.product"].create(PaygCommon._product_vals("Chaotic"))
        stamp = int(time.time()) * 100000
        rows = [{"name": f"CHAOS-{n}", "product_id": product.id, "cu_imei": str(stamp + n)} for n in range(UNITS)]
        units = env["stock.lot"].create([{**row, "company_id": company.id} for row in rows]).cu_unit_ids
        units.write({"reported_state": "enabled", "life_state": "5"})
        for number, unit in enumerate(units):
            unit.dcm = number % DCM_SHARE == 0
            self.fleet.add(Unit(unit.imei, unit.name, "enabled", 5, dcm=unit.dcm), 3600 if unit.dcm else None)
        client = env["smart.solar.client"].create(
            {
                "company_id": company.id,
                "base_url": self.simulator.base_url,
                "username": "erp@example.com",
                "password": "simulator",
                "connect_timeout": 1,
                "read_timeout": 1,
                "max_attempts": 1000,
                "breaker_failures": 1000,
                "threads": 8,
                "page_size": 100,
            }
        )
        return company.id, client.id

    def _remove_world(self):
        with self.registry.cursor() as cr:
            for table in ("smart_solar_command", "smart_solar_client", "payg_control_unit"):
                cr.execute(f"DELETE FROM {table} WHERE company_id = %s", [self.company])  # pylint: disable=sql-injection

    # ------------------------------------------------------------------
    # Processes
    # ------------------------------------------------------------------
    def _start(self, role):
        options = ["--addons-path", ",".join(config["addons_path"]), "--data-dir", config["data_dir"]]
        for name in ("db_host", "db_port", "db_user", "db_password"):
            if config[name]:
                options += [f"--{name}", str(config[name])]
        command = [sys.executable, str(WORKER), role, self.env.cr.dbname, str(self.client), *options]
        # A session of its own, so that what it forks goes with it.
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(self._end, process)
        return process

    def _end(self, process):
        """End a process and what it forked; keep what it said."""
        if process.poll() is None:
            os.killpg(process.pid, 9)
        if not process.stdout.closed:
            said, complained = process.communicate()
            self.output += said.decode().splitlines()
            self.assertFalse(complained.decode().strip(), "a worker failed")

    # ------------------------------------------------------------------
    # The test
    # ------------------------------------------------------------------
    def test_chaos_loses_nothing_and_every_unit_ends_as_wanted(self):
        for kind, probability in FAULTS:
            self.simulator.faults.add(kind, path="products", probability=probability, seconds=1.3)
        processes = [self._start(role) for role in WORKERS]
        self._let_them(processes)
        for process in processes:
            self._end(process)
        self.simulator.faults.clear()
        bad = sum(1 for call in self.simulator.calls if call.fault)
        rounds = self._settle()
        self._check_end()
        self._check_credit(rounds)
        self._report(bad, rounds)

    def _let_them(self, processes):
        ends = None
        while ends is None or time.monotonic() < ends:
            time.sleep(0.5)
            self.assertFalse([process.args[2] for process in processes if process.poll() is not None], "a worker ended")
            self._let_time_fly()
            self._check_one_live_command()
            # Starting Odoo takes its time, which does not count.
            if ends is None and self.simulator.calls.total > UNITS / 10:
                ends = time.monotonic() + SECONDS

    def _let_time_fly(self, lease=LEASE):
        with self.registry.cursor() as cr:
            cr.execute(
                """UPDATE smart_solar_command SET lease_until = now() AT TIME ZONE 'UTC' - interval '1 s'
                    WHERE company_id = %s AND state = 'sending'
                      AND sent_at < now() AT TIME ZONE 'UTC' - %s * interval '1 s'""",
                [self.company, lease],
            )
        with self.registry.cursor() as cr:
            cr.execute(
                """UPDATE smart_solar_command SET next_try_at = NULL WHERE id IN (
                          SELECT id FROM smart_solar_command
                           WHERE company_id = %s AND state = 'retry' AND next_try_at IS NOT NULL AND random() < 0.3
                             FOR UPDATE SKIP LOCKED)""",
                [self.company],
            )

    def _check_one_live_command(self):
        with self.registry.cursor() as cr:
            cr.execute(
                """SELECT unit_id FROM smart_solar_command
                    WHERE company_id = %s AND kind IN ('enable', 'disable', 'zero')
                      AND state IN ('queued', 'sending', 'retry')
                 GROUP BY unit_id HAVING count(*) > 1""",
                [self.company],
            )
            self.assertFalse(cr.fetchall(), "a unit with two live switching commands")

    def _settle(self):
        """Dispatch, let the units connect, read; until everything is as wanted.

        :return: how many rounds it took
        """
        for number in range(1, ROUNDS + 1):
            self._let_time_fly(lease=0)
            with self.registry.cursor() as cr:
                cr.execute("UPDATE smart_solar_command SET next_try_at = NULL WHERE company_id = %s", [self.company])
            with self.committed() as env:
                client = env["smart.solar.client"].browse(self.client)
                if client.state == "stopped":
                    client.action_resume()
                client._dispatch(30)
                self._check_nothing_stuck(env)
                self.simulator.clock.advance(60)
                client._pull(60)
                self._credit_due(env)
                client._read_credit(60)
                if self._is_settled(env):
                    return number
        return number

    def _credit_due(self, env):
        env.cr.execute("UPDATE payg_control_unit SET credit_due_at = NULL WHERE company_id = %s", [self.company])

    def _check_nothing_stuck(self, env):
        """After its lease and one dispatch every command of a killed dispatcher has moved on."""
        stuck = env["smart.solar.command"].search_count([("company_id", "=", self.company), ("state", "=", "sending")])
        self.assertFalse(stuck, "stuck beyond the lease and a period")

    def _units(self, env):
        """Those that commands switch."""
        return env["payg.control.unit"].search(
            [("company_id", "=", self.company), ("wanted", "!=", False), ("dcm", "=", False)]
        )

    def _credit_commands(self, env, *states):
        return env["smart.solar.command"].search(
            [
                ("company_id", "=", self.company),
                ("kind", "in", ("payment", "bad_payment", "zero")),
                ("state", "in", states),
            ]
        )

    def _is_settled(self, env):
        if self._credit_commands(env, "queued", "sending", "retry", "accepted"):
            return False
        return not self._units(env).filtered(lambda unit: unit.command_state or unit.reported_state != unit.wanted)

    def _check_end(self):
        with self.committed() as env:
            units = self._units(env)
            self.assertGreater(len(units), UNITS / 2)
            wrong = [(u.name, u.wanted, u.reported_state, u.command_state, self.fleet[u.imei].state) for u in units
                     if not u.wanted == u.reported_state == self.fleet[u.imei].state or u.command_state]  # fmt: skip
            self.assertFalse(wrong, "units that did not end as wanted")
            live = env["smart.solar.command"].search_count(
                [("company_id", "=", self.company), ("state", "in", ("queued", "sending", "retry"))]
            )
            self.assertFalse(live, "commands without an end")

    def _check_credit(self, rounds):
        """Each command of credit was counted once, none was refused, and what the units told is what they have."""
        taken = Counter(command.transaction_id for command in self.fleet.ledger.commands)
        with self.committed() as env:
            done = self._credit_commands(env, "confirmed")
            self.assertGreater(len(done), UNITS / DCM_SHARE / 4)
            self.assertFalse(self._credit_commands(env, "rejected").mapped("failure_message"), "refused")
            wrong = [(command.kind, command.value) for command in done if taken[command.transaction_id] != 1]
            self.assertFalse(wrong, "credit that was not counted once")
            void = self._credit_commands(env, "superseded")
            ours = set((done | void).mapped("transaction_id"))
            self.assertFalse(set(taken) - ours, "sent, but not known here")
            now = env.cr.now()
            for unit in done.unit_id:
                told = max(0, (unit.unit_credit_until - now).total_seconds())
                has = max(0, self.fleet[unit.imei].expiry - self.fleet.clock.now())
                # The simulator's clock was pushed forward, round by round.
                self.assertLess(abs(told - has), 60 * rounds + 60, unit.name)

    def _report(self, bad, rounds):
        kills = Counter(line.removeprefix("killed ") for line in self.output if line.startswith("killed"))
        wishes = sum(int(line.split()[1]) for line in self.output if line.startswith("wished"))
        resumed = self.output.count("resumed")
        self.assertGreater(sum(kills.values()), 3)
        with self.committed() as env:
            groups = env["smart.solar.command"]._read_group([("company_id", "=", self.company)], ["state"], ["__count"])
        _logger.info(
            "chaos: %s units, %s wishes, %s calls, %s of them spoiled, %s kills %s, %s stops resumed, commands %s, "
            "settled in %s rounds",
            *(UNITS, wishes, self.simulator.calls.total, bad, sum(kills.values()), dict(kills), resumed, dict(groups)),
            rounds,
        )
