import time

from odoo import fields
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUP, PaygCommon
from .connections_common import ConnectionsCommon

# In the order in which their foreign keys let them go.
TABLES = (
    "smart_solar_command",
    "payg_custody_step",
    "payg_holding",
    "payg_assignment",
    "payg_control_unit",
    "stock_move_line",
    "stock_move",
    "stock_picking",
    "stock_quant",
)


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
        product = env["product.product"].create(PaygCommon._product_vals("Wanted by two"))
        stamp = int(time.time() * 1000)
        lot = env["stock.lot"].create({"name": f"TWO-{stamp}", "product_id": product.id, "cu_imei": str(stamp)})
        lot.cu_unit_ids.sudo().write({"reported_state": "enabled", "life_state": "5"})
        shop = env["stock.warehouse"].search([("company_id", "=", company.id)])
        vals = {"product_id": product.id, "location_id": shop.lot_stock_id.id, "quantity": 1}
        env["stock.quant"].create({**vals, "lot_id": lot.id})
        people = env["res.partner"].create(
            [{"name": name, "cu_is_technician": True} for name in ("Tariq of the first", "Tess of the second")]
        )
        own = {"company_id": company.id, "company_ids": [(6, 0, company.ids)]}
        self.clerks = [
            new_test_user(env, f"two_people_{stamp}_{number}", groups=GROUP % "shop_manager", **own).id
            for number in range(2)
        ]
        self.unit, self.technicians = lot.cu_unit_ids.id, people.ids
        self.customer = env["res.partner"].create({"name": "Clara of both"}).id
        env["ir.cron.trigger"].search([]).unlink()

    def _remove_shop(self):
        with self._connection() as env:
            env["res.users"].browse(self.clerks).active = False
            unset = "UPDATE payg_control_unit SET assignment_id = NULL, holding_id = NULL WHERE company_id = %s"
            env.cr.execute(unset, [self.company])
        self._delete(TABLES, self.company)

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
            self._wait_until_somebody_waits()
        thread.join(30)
        self.assertEqual(len(told), 1, "the second one got an answer")
        return told[0]

    def _assign(self, env, number):
        return env["payg.assignment"].create(
            {"unit_id": self.unit, "technician_id": self.technicians[number], "customer_id": self.customer}
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
    def test_of_one_who_records_an_installation_and_one_its_failure_the_first_wins(self):
        with self._connection(self.clerks[0]) as env:
            assignment = self._assign(env, 0).id

        def record(env, number):
            mine = env["payg.assignment"].browse(assignment)
            return mine._record_failure("not_home") if number else mine._record_installation(fields.Datetime.now())

        self.assertIn("has ended already", self._both(record) or "nothing")
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
