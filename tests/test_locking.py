import time

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models import payg_disable_run_process as process
from ..models.payg_disable_run_schedule import LOCK_SPACE
from ..transaction import end_transaction, fresh_transaction
from .common import PaygCommon
from .connections_common import ConnectionsCommon

UNITS = 30


@tagged("post_install", "-at_install")
class TestLocking(ConnectionsCommon):
    """Real connections and real commits: the run and people who assign its units at the same moment."""

    def setUp(self):
        super().setUp()
        with self.person() as env:
            self.ids = self._make_fleet(env)
        self.addCleanup(self._remove_fleet)

    def _make_fleet(self, env):
        company = env["res.company"].create({"name": f"Locking {time.time()}"})
        env = env(context={**env.context, "allowed_company_ids": [company.id]})
        product = env["product.product"].create(PaygCommon._product_vals("Locked"))
        stamp = int(time.time() * 1000)
        lots = env["stock.lot"].create(
            [
                {"name": f"LOCK-{stamp}-{n}", "product_id": product.id, "cu_imei": str(stamp * 100 + n)}
                for n in range(UNITS)
            ]
        )
        units = lots.cu_unit_ids
        units.write({"reported_state": "enabled", "life_state": "5"})
        shop = env["stock.warehouse"].search([("company_id", "=", company.id)])
        vals = {"product_id": product.id, "location_id": shop.lot_stock_id.id, "quantity": 1}
        env["stock.quant"].create([{**vals, "lot_id": lot.id} for lot in lots])
        config = env["payg.crm.config"]._of(company)
        config.write({"disable_by_default": True, "brake_share": 100})
        technician = env["res.partner"].create({"name": "Locking technician", "cu_is_technician": True})
        run = env["payg.disable.run"]._request(config, "schedule")
        env["ir.cron.trigger"].search([]).unlink()
        return {
            "units": units.sorted("id").ids,
            "technician": technician.id,
            "run": run.id,
            "config": config.id,
            "company": company.id,
        }

    def _remove_fleet(self):
        with self.registry.cursor() as cr:
            cr.execute("UPDATE payg_crm_config SET disable_by_default = FALSE WHERE id = %s", [self.ids["config"]])
        self._delete_units(self.ids["company"])

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------
    def _assign(self, env, number=0):
        return env["payg.assignment"].create(
            {"unit_id": self.ids["units"][number], "technician_id": self.ids["technician"]}
        )

    def _worker(self):
        return self._in_thread(lambda env: env["payg.disable.run"]._work())

    def _wait_until_switched_off(self, number):
        self._wait_until(
            f"{number} units switched off",
            "SELECT count(*) = %s FROM payg_control_unit WHERE company_id = %s AND wanted = 'disabled'",
            number,
            self.ids["company"],
        )

    def _rows(self, number=slice(None)):
        with self.person() as env:
            units = env["payg.control.unit"].browse(self.ids["units"][number])
            commands = env["smart.solar.command"].search(
                [("unit_id", "in", units.ids), ("state", "in", ("queued", "sending", "retry"))]
            )
            run = env["payg.disable.run"].browse(self.ids["run"])
            return units.mapped("wanted"), commands.mapped("kind"), run.state, run.error

    # ------------------------------------------------------------------
    # Tests
    # ------------------------------------------------------------------
    def test_a_unit_assigned_while_the_run_waits_for_its_row_is_not_switched_off(self):
        with self.registry.cursor() as cr:
            self._assign(api.Environment(cr, SUPERUSER_ID, {}))
            worker = self._worker()
            self._wait_until_switched_off(UNITS - 1)
            cr.commit()  # pylint: disable=invalid-commit
        worker.join(30)
        wanted, kinds, state, error = self._rows()
        self.assertEqual(wanted, ["enabled"] + ["disabled"] * (UNITS - 1))
        self.assertEqual((state, error), ("done", False))
        self.assertNotIn("disable", self._rows(slice(0, 1))[1])
        self.assertEqual(kinds.count("disable"), UNITS - 1)

    def test_a_unit_that_was_held_for_a_moment_is_switched_off_by_the_same_run(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT FROM payg_control_unit WHERE id = %s FOR UPDATE", [self.ids["units"][0]])
            worker = self._worker()
            self._wait_until_switched_off(UNITS - 1)
        worker.join(30)
        wanted, kinds, state, error = self._rows()
        self.assertEqual((wanted, kinds), (["disabled"] * UNITS, ["disable"] * UNITS))
        self.assertEqual((state, error), ("done", False))

    def test_nobody_waits_for_a_run_that_waits_for_somebody(self):
        with self.registry.cursor() as cr, self.registry.cursor() as other:
            cr.execute("SELECT FROM payg_control_unit WHERE id = %s FOR UPDATE", [self.ids["units"][0]])
            self._worker()
            self._wait_until_switched_off(UNITS - 1)
            other.execute("SELECT FROM payg_control_unit WHERE id = ANY(%s) FOR UPDATE NOWAIT", [self.ids["units"][1:]])

    def test_a_unit_assigned_between_the_look_at_it_and_the_lock_is_not_locked(self):
        locked, gate = [], self.ids["company"]

        def lock(env):
            run = env["payg.disable.run"].browse(self.ids["run"])
            fresh_transaction(env)
            # Held up in the middle of its look, when its statement has begun.
            gated = SQL("(%s = 'disable' AND pg_advisory_xact_lock(%s) IS NOT NULL)", run._verdict(env.cr.now()), gate)
            locked.extend(run._lock(gated, self.ids["units"]).ids)

        with self.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_xact_lock(%s)", [gate])
            thread = self._in_thread(lock)
            self._wait_until_somebody_waits()
            with self.person() as env:
                self._assign(env, number=-1)
            self.assertFalse(locked, "assigned meanwhile")
        thread.join(30)
        self.assertEqual(locked, self.ids["units"][:-1])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_unit_assigned_while_the_run_holds_its_row_ends_up_on(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            run = env["payg.disable.run"].browse(self.ids["run"])
            fresh_transaction(env)
            units = run._lock(SQL("%s = 'disable'", run._verdict(env.cr.now())), self.ids["units"])
            self.assertEqual(units.ids, self.ids["units"])
            clerk = self._in_thread(lambda env: retrying(lambda: self._assign(env), env))
            self._wait_until_somebody_waits()
            units._want("disabled", "rule", "test", run=run)
            cr.commit()  # pylint: disable=invalid-commit
        clerk.join(30)
        wanted, kinds, _state, _error = self._rows(slice(0, 1))
        self.assertEqual((wanted, kinds), (["enabled"], ["enable"]))

    def test_what_somebody_holds_all_the_time_is_left_for_the_next_run_and_told(self):
        self.patch(process, "PATIENCE", 0.2)
        with self.registry.cursor() as cr:
            cr.execute("SELECT FROM payg_control_unit WHERE id = %s FOR UPDATE", [self.ids["units"][0]])
            self._worker().join(30)
        wanted, _kinds, state, error = self._rows()
        self.assertEqual(wanted, [False] + ["disabled"] * (UNITS - 1))
        self.assertEqual(state, "done")
        self.assertIn("held by others", error)

    def test_a_chunk_sees_the_newest_rows_and_the_next_transaction_is_odoos_again(self):
        with self.registry.cursor() as cr:
            for begin, level in ((fresh_transaction, "read committed"), (end_transaction, "repeatable read")):
                begin(api.Environment(cr, SUPERUSER_ID, {}))
                cr.execute("SHOW transaction_isolation")
                self.assertEqual(cr.fetchone()[0], level)

    def test_a_run_that_another_worker_is_at_is_left_to_it(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, self.ids["config"]])
            self._worker().join(30)
            self.assertEqual(self._rows()[2], "requested")
            cr.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, self.ids["config"]])
        self._worker().join(30)
        self.assertEqual(self._rows()[2], "done")

    def test_a_new_wish_does_not_wait_for_a_dispatcher_that_claims_the_old_ones_command(self):
        with self.person() as env:
            env["payg.control.unit"].browse(self.ids["units"][0])._want("disabled", "person", "off")
        with self.registry.cursor() as dispatcher, self.person() as env:
            dispatcher.execute(
                "SELECT FROM smart_solar_command WHERE unit_id = %s FOR NO KEY UPDATE", [self.ids["units"][0]]
            )
            env.cr.execute("SET LOCAL lock_timeout = '2s'")
            env["payg.control.unit"].browse(self.ids["units"][0])._want("enabled", "person", "on")
        wanted, kinds, _state, _error = self._rows(slice(0, 1))
        self.assertEqual((wanted, kinds), (["enabled"], ["disable"]), "its answer, or its claim, makes the new one")

    def test_two_workers_at_once_do_a_run_once(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT FROM payg_control_unit WHERE id = %s FOR UPDATE", [self.ids["units"][0]])
            first = self._worker()
            self._wait_until_switched_off(UNITS - 1)
            second = self._worker()
            second.join(10)
            self.assertEqual((second.is_alive(), first.is_alive()), (False, True), "the second one leaves it alone")
        first.join(30)
        wanted, kinds, state, _error = self._rows()
        self.assertEqual((set(wanted), kinds, state), ({"disabled"}, ["disable"] * UNITS, "done"))
        with self.person() as env:
            run = env["payg.disable.run"].browse(self.ids["run"])
            self.assertEqual((run.disabled_count, run.command_count), (UNITS, UNITS))
            self.assertEqual([(line.verdict, line.count) for line in run.line_ids], [("disable", UNITS)])
