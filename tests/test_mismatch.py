from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import const
from .common import PaygCommon

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


class MismatchCommon(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()
        login = {"base_url": "https://solar.example.com/v1", "username": "erp@example.com", "password": "secret"}
        cls.env["smart.solar.client"].create({"company_id": cls.company.id, **login})
        # What is off, in the shop, and neither wanted nor monitored is no mismatch.
        cls.unit, cls.other = cls.make_units(2, reported_state="disabled")
        cls.now = fields.Datetime.now()

    def kinds(self, unit=None):
        rows = self.env["payg.mismatch"].search([("unit_id", "=", (unit or self.unit).id)])
        return sorted(rows.mapped("kind"))

    def row(self, kind, unit=None):
        self.env.invalidate_all()  # the query may have been read at another time
        rows = self.env["payg.mismatch"].search([("unit_id", "=", (unit or self.unit).id), ("kind", "=", kind)])
        self.assertEqual(len(rows), 1)
        return rows

    def monitored(self, unit):
        unit.write({"life_state": "6", "reported_state": "enabled"})

    def installed(self, unit=None):
        """A unit installed at our customer's, on and monitored."""
        unit = unit or self.unit
        self.assign(unit)._record_installation(fields.Datetime.now())
        self.monitored(unit)
        return unit


@tagged("post_install", "-at_install")
class TestMismatchKinds(MismatchCommon):
    def test_what_agrees_is_no_mismatch(self):
        self.assertFalse(self.kinds())
        self.installed()
        self.assign(self.other)
        self.other.reported_state = "enabled"
        with freeze_time(self.now + 2 * DAY):
            self.assertFalse(self.kinds() + self.kinds(self.other))

    def test_every_kind_says_what_to_do_in_one_sentence(self):
        advice = self.env["payg.mismatch"]._advice()
        self.assertEqual(set(advice), set(dict(const.MISMATCHES)))
        for sentence in advice.values():
            self.assertRegex(sentence, r"^[A-Z][^.]+\.$")

    def test_a_unit_on_for_more_than_a_day_although_the_rule_says_off(self):
        self.unit.write({"reported_state": "enabled", "reported_changed_at": self.now})
        for seconds, kinds in ((-1, []), (0, ["on_without_customer"]), (1, ["on_without_customer"])):
            with freeze_time(self.now + DAY + seconds * SECOND), self.subTest(seconds):
                self.assertEqual(self.kinds(), kinds)
        with freeze_time(self.now + 3 * DAY):
            row = self.row("on_without_customer")
            self.assertRecordValues(row, [{"since": self.now, "age": 3.0, "warehouse_id": self.warehouse.id}])
            self.assertIn("Find out where it is", row.what_to_do)
            for why in ({"life_state": "8"}, {"erp_sync": "do_not"}, {"imei": False}):
                with self.subTest(why), self.env.cr.savepoint() as savepoint:
                    self.unit.write(why)
                    self.assertFalse(self.kinds())
                    savepoint.rollback()

    def test_a_unit_on_since_its_customer_returned_it(self):
        with freeze_time(self.now):
            self.installed()
            self.unit.reported_changed_at = self.now
        back = self.now + 10 * DAY
        with freeze_time(back):
            self.unit._take_back("returned", back, "No longer pays")
            self.unit.life_state = "5"
        with freeze_time(back + 2 * DAY):
            self.assertEqual(self.row("on_without_customer").since, back)

    def test_a_unit_in_a_van_past_its_deadline(self):
        with freeze_time(self.now):
            deadline = self.assign(self.unit).deadline
        for seconds, kinds in ((-1, []), (0, ["past_deadline"])):
            with freeze_time(deadline + seconds * SECOND), self.subTest(seconds):
                self.assertEqual(self.kinds(), kinds)
        with freeze_time(deadline + 2 * DAY):
            row = self.row("past_deadline")
            self.assertRecordValues(
                row,
                [
                    {
                        "since": deadline,
                        "age": 2.0,
                        "technician_id": self.technician.id,
                        "warehouse_id": self.warehouse.id,
                        "customer_id": False,
                    }
                ],
            )
            action = row.action_resolve()
            self.assertEqual((action["res_model"], action["res_id"]), ("payg.assignment", self.unit.assignment_id.id))

    def test_a_unit_switched_on_in_smart_solar_by_someone_else(self):
        self.unit._want("disabled", "person", "test")
        at = self.unit.wanted_at + SECOND
        on = {"reported_state": "enabled", "reported_changed_at": at}
        for by, kinds in (("Erp@example.com", []), ("bob@example.com", ["switched_on_by_other"])):
            self.unit.write({**on, "reported_changed_by": by})
            self.assertEqual(self.kinds(), kinds)
        self.assertEqual(self.row("switched_on_by_other").since, at)
        self.unit.reported_changed_at = self.unit.wanted_at
        self.assertFalse(self.kinds(), "it was on when Pulse wanted it off")

    def test_a_unit_with_a_customer_that_is_not_monitored(self):
        with freeze_time(self.now):
            self.installed()
            self.unit.life_state = "5"
            self.assertFalse(self.kinds())
        with freeze_time(self.now + DAY):
            row = self.row("not_monitored")
            self.assertRecordValues(row, [{"since": self.now, "customer_id": self.customer.id}])
            self.assertEqual(row.warehouse_id, self.warehouse, "the shop that gave it out")
            self.unit.life_state = False
            self.assertFalse(self.kinds(), "not read is not unmonitored")

    def test_a_monitored_unit_without_a_customer(self):
        self.unit.write({"life_state": "6"})
        self.assertRecordValues(self.row("monitored_alone"), [{"since": False}])

    def test_another_unit_installed_than_the_assigned_one_of_late(self):
        with freeze_time(self.now):
            assignment = self.assign(self.unit)
            assignment._record_installation(self.now, unit=self.other)
            self.monitored(self.other)
            self.assertFalse(self.kinds())
            row = self.row("other_unit", self.other)
            self.assertRecordValues(row, [{"technician_id": self.technician.id, "assignment_id": assignment.id}])
        weeks = timedelta(weeks=const.OTHER_UNIT_WEEKS)
        for late, kinds in ((0 * SECOND, ["other_unit"]), (SECOND, [])):
            with freeze_time(self.now + weeks + late):
                self.assertEqual(self.kinds(self.other), kinds)
        with freeze_time(self.now + DAY):
            self.other._correct_serial(self.unit, "It was the assigned one")
            self.assertNotIn("other_unit", self.kinds(self.other))

    def test_a_unit_at_a_customers_that_nobody_knows(self):
        with freeze_time(self.now):
            self.transfer(self.unit, self.shop, self.customers)
        self.assertRecordValues(self.row("customer_unknown"), [{"since": self.now, "warehouse_id": False}])

    def test_a_unit_in_repair_or_retired_in_smart_solar_that_is_in_use(self):
        with freeze_time(self.now):
            self.installed()
            self.assign(self.other)
        for unit, life in ((self.unit, "8"), (self.unit, "9"), (self.other, "1")):
            unit.life_state = life
            with self.subTest(life):
                self.assertEqual(self.row("unusable", unit).since, self.now)
                self.assertEqual(self.kinds(unit), ["unusable"])

    def test_a_serial_in_several_places_of_stock(self):
        self.stock(self.unit, self.technician.cu_van_ids)
        self.assertEqual(self.kinds(), ["several_places"])
        row, clerk = self.row("several_places"), self.user_of("shop_manager")
        self.assertEqual(row.with_user(clerk).action_resolve()["res_model"], "payg.control.unit")
        clerk.group_ids += self.env.ref("stock.group_stock_user")
        self.assertEqual(row.with_user(clerk).action_resolve()["res_model"], "stock.quant")

    def test_a_unit_that_is_elsewhere_than_the_stock_says(self):
        self.unit.place_id = self.technician.cu_van_ids
        self.assertEqual(self.kinds(), ["unlike_stock"])
        self.unit.place_id = self.shop
        self.assertFalse(self.kinds())
        self.env["stock.quant"].search([("lot_id", "=", self.unit.lot_id.id)]).sudo().quantity = 0
        self.assertEqual(self.kinds(), ["unlike_stock"], "the stock knows it nowhere")

    def test_a_unit_may_have_two_mismatches(self):
        with freeze_time(self.now):
            self.assign(self.unit)
            self.unit.write({"reported_state": "enabled", "life_state": "8"})
        with freeze_time(self.now + 9 * DAY):
            self.assertEqual(self.kinds(), ["past_deadline", "unusable"])
            rows = self.env["payg.mismatch"].search([("unit_id", "=", self.unit.id)])
            self.assertEqual(len(set(rows.ids)), 2)


@tagged("post_install", "-at_install")
class TestMismatchScreens(MismatchCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit.life_state = "6"
        with freeze_time(cls.now - 20 * DAY):
            cls.env["payg.assignment"].create({"unit_id": cls.other.id, "technician_id": cls.technician.id})

    def test_they_group_by_kind_shop_and_technician_in_the_database(self):
        rows = self.env["payg.mismatch"]
        domain = [("company_id", "=", self.company.id)]
        kinds = dict(rows._read_group(domain, ["kind"], ["__count"]))
        self.assertEqual(kinds, {"monitored_alone": 1, "past_deadline": 1})
        shops = dict(rows._read_group(domain, ["warehouse_id"], ["__count"]))
        self.assertEqual(shops, {self.warehouse: 2})
        by_technician = rows._read_group(
            [*domain, ("kind", "=", "past_deadline")], ["technician_id"], ["__count", "age:avg"]
        )
        [(technician, count, age)] = by_technician
        self.assertEqual((technician, count, round(age)), (self.technician, 1, 15))

    def test_each_kind_has_a_filter(self):
        arch = self.env["payg.mismatch"].get_view(view_type="search")["arch"]
        for kind, _label in const.MISMATCHES:
            self.assertIn(f"[('kind', '=', '{kind}')]", arch)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_shop_managers_and_supervisors_see_them_and_nobody_else(self):
        for role, sees in {
            "shop_manager": True,
            "supervisor": True,
            "manager": True,
            "administrator": True,
            "operator": False,
            "technician": False,
        }.items():
            rows = self.env["payg.mismatch"].with_user(self.user_of(role))
            with self.subTest(role):
                if sees:
                    found = rows.search([("unit_id", "in", (self.unit | self.other).ids)])
                    self.assertEqual(len(found), 2)
                    self.assertTrue(all(found.mapped("what_to_do")))
                    found[0].action_open_unit()
                    self.assertTrue(found.read())
                    self.assertFalse(found.has_access("write"))
                else:
                    with self.assertRaises(AccessError):
                        rows.search([])

    def test_those_of_another_company_are_out_of_sight(self):
        other = self.env["res.company"].create({"name": "Second Sun"})
        theirs = self.make_unit(stocked=False, company_id=other.id, life_state="6", reported_state="disabled")
        rows = self.env["payg.mismatch"].with_user(self.user_of("supervisor")).search([])
        self.assertNotIn(theirs, rows.sudo().unit_id)
        self.assertIn(self.unit, rows.sudo().unit_id)
