import time
from itertools import count

from odoo import fields
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUP, PaygCommon
from .connections_common import ConnectionsCommon


@tagged("post_install", "-at_install")
class TestTwoPeople(ConnectionsCommon):
    """Real connections and real commits: two shop managers who do the same at the same moment."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self._make_shop(env)
        self.addCleanup(self._remove_shop)

    def _connection(self, user=None):
        return self.person(user, allowed_company_ids=[self.company]) if user else self.person()

    def _make_shop(self, env):
        company = env["res.company"].create({"name": f"Two people {time.time()}"})
        self.company = company.id
        env = env(context={**env.context, "allowed_company_ids": [company.id], "no_reset_password": True})
        stamp = int(time.time() * 1000)
        self.serials = count(stamp)
        self.product = env["product.product"].create(PaygCommon._product_vals("Wanted by two")).id
        self.shop = env["stock.warehouse"].search([("company_id", "=", company.id)]).lot_stock_id.id
        people = env["res.partner"].create(
            [{"name": name, "cu_is_technician": True} for name in ("Tariq of the first", "Tess of the second")]
        )
        own = {"company_id": company.id, "company_ids": [(6, 0, company.ids)]}
        self.clerks = [
            new_test_user(env, f"two_people_{stamp}_{number}", groups=GROUP % "shop_manager", **own).id
            for number in range(2)
        ]
        [self.unit], self.technicians = self._make_units(env, 1), people.ids
        self.customer = env["res.partner"].create({"name": "Clara of both"}).id
        env["ir.cron.trigger"].search([]).unlink()

    def _make_units(self, env, number, customer=None):
        """The ids of new units, in the shop or with a customer."""
        numbers = [next(self.serials) for _ in range(number)]
        lots = env["stock.lot"].create(
            [{"name": f"TWO-{n}", "product_id": self.product, "cu_imei": str(n)} for n in numbers]
        )
        place = env.ref("stock.stock_location_customers") if customer else env["stock.location"].browse(self.shop)
        vals = {"product_id": self.product, "location_id": place.id, "quantity": 1}
        env["stock.quant"].create([{**vals, "lot_id": lot.id} for lot in lots])
        units = lots.cu_unit_ids.sudo()
        units.write({"reported_state": "enabled", "life_state": "5", "place": place.cu_place, "place_id": place.id})
        if customer:
            units._open_holding(env["res.partner"].browse(customer))
        return units.ids

    def _remove_shop(self):
        with self._connection() as env:
            env["res.users"].browse(self.clerks).active = False
        self._delete_units(self.company)

    # ------------------------------------------------------------------
    # Two at once
    # ------------------------------------------------------------------
    def _both(self, step):
        """One takes the step and has not committed yet when the other takes it, as Odoo does for a request.

        :param step: takes it, given the environment and the number of who takes it
        :return: what Odoo told the second one, or None
        """
        told = []

        def second():
            with self._connection(self.clerks[1]) as env:
                try:
                    retrying(lambda: step(env, 1), env)
                    told.append(None)
                except UserError as error:
                    env.cr.rollback()
                    told.append(str(error))

        with self._connection(self.clerks[0]) as env:
            step(env, 0)
            env.flush_all()
            thread = self._thread(second)
            waiting = self._wait_until_somebody_waits()
        thread.join(30)
        # The database refuses whoever writes what was written meanwhile: here a row of Odoo's, when all is moved.
        self.assertIn('SELECT FROM "payg_control_unit"', waiting, "the second one waits before anything is done")
        self.assertEqual(len(told), 1, "the second one got an answer")
        return told[0]

    def _assign(self, env, number, unit=None):
        return env["payg.assignment"].create(
            {"unit_id": unit or self.unit, "technician_id": self.technicians[number], "customer_id": self.customer}
        )

    def _found(self):
        """What there is afterwards: the unit, its assignments, and the done transfers of its serial."""
        with self._connection() as env:
            unit = env["payg.control.unit"].browse(self.unit)
            lines = env["stock.move.line"].search([("lot_id", "=", unit.lot_id.id), ("state", "=", "done")])
            quants = env["stock.quant"].search([("lot_id", "=", unit.lot_id.id), ("quantity", ">", 0)])
            return {
                "technician": unit.technician_id.id,
                "customer": unit.customer_id.id,
                "states": unit.assignment_ids.mapped("state"),
                "holdings": len(unit.holding_ids),
                "steps": unit.custody_step_ids.sorted("id").mapped("kind"),
                "moves": len(lines),
                "places": quants.location_id.mapped("cu_place"),
            }

    # ------------------------------------------------------------------
    # Tests
    # ------------------------------------------------------------------
    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_two_who_assign_a_unit_one_wins_and_the_other_is_told_who_has_it(self):
        told = self._both(self._assign)
        self.assertIn("it is with the technician Tariq of the first", told or "nothing")
        self.assertEqual(
            self._found(),
            {
                "technician": self.technicians[0],
                "customer": False,
                "states": ["open"],
                "holdings": 0,
                "steps": ["assigned"],
                "moves": 1,
                "places": ["technician"],
            },
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_two_who_record_an_installation_one_wins_and_the_other_is_told_that_it_has_ended(self):
        with self._connection(self.clerks[0]) as env:
            assignment = self._assign(env, 0).id
        told = self._both(
            lambda env, _number: env["payg.assignment"].browse(assignment)._record_installation(fields.Datetime.now())
        )
        self.assertIn("has ended already", told or "nothing")
        self._assert_installed_once()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_one_who_records_an_installation_and_one_who_cancels_it_the_first_wins(self):
        with self._connection(self.clerks[0]) as env:
            assignment = self._assign(env, 0).id

        def step(env, number):
            mine = env["payg.assignment"].browse(assignment)
            return mine.action_cancel() if number else mine._record_installation(fields.Datetime.now())

        self.assertIn("has ended already", self._both(step) or "nothing")
        self._assert_installed_once()

    def _assert_installed_once(self):
        self.assertEqual(
            self._found(),
            {
                "technician": False,
                "customer": self.customer,
                "states": ["done"],
                "holdings": 1,
                "steps": ["assigned", "installed"],
                "moves": 2,
                "places": ["customer"],
            },
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_two_who_take_a_customers_unit_or_bring_the_same_one_wins(self):
        now = fields.Datetime.now

        # What the second one is told, and the step of each with two units that are held and two that are free.
        for told, step in (
            ("is with no customer", lambda held, _free, _n: held[0]._take_back("returned", now(), "x")),
            ("is lost or scrapped already", lambda held, _free, _n: held[0]._lose(now(), "x")),
            ("is with no customer", lambda held, free, n: held[0]._swap(free[n], now(), "x")),
            ("is with the customer Clara", lambda held, free, n: held[n]._swap(free[0], now(), "x")),
            ("is with no customer", lambda held, free, n: held[0]._correct_serial(free[n], "x")),
            ("is with the customer Clara", lambda held, free, n: held[n]._correct_serial(free[0], "x")),
        ):
            self._assert_first_wins(told, step)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_two_who_install_the_same_other_unit_one_wins(self):
        with self._connection(self.clerks[0]) as env:
            [other] = self._make_units(env(su=True), 1)
            units = [self.unit, *self._make_units(env(su=True), 1)]
            assignments = [self._assign(env, number, unit).id for number, unit in enumerate(units)]

        def install(env, number):
            unit = env["payg.control.unit"].browse(other)
            env["payg.assignment"].browse(assignments[number])._record_installation(fields.Datetime.now(), unit=unit)

        self.assertIn("is with the customer Clara", self._both(install) or "nothing")
        self._assert_each_in_one_place([*units, other])

    def _assert_first_wins(self, told, step):
        with self.person(allowed_company_ids=[self.company]) as env:
            held, free = self._make_units(env, 2, self.customer), self._make_units(env, 2)

        def take(env, number):
            units = env["payg.control.unit"]
            return step(units.browse(held), units.browse(free), number)

        with self.subTest(told):
            self.assertIn(told, self._both(take) or "nothing")
            self._assert_each_in_one_place(held + free)

    def _assert_each_in_one_place(self, units):
        with self._connection() as env:
            for unit in env["payg.control.unit"].browse(units):
                quants = env["stock.quant"].search([("lot_id", "=", unit.lot_id.id), ("quantity", "!=", 0)])
                found = [(quant.location_id, quant.quantity) for quant in quants]
                self.assertEqual(found, [(unit.place_id, 1)], unit.name)
