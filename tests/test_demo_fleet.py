import csv
import json
from unittest import SkipTest

from odoo import fields
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import file_open


@tagged("post_install", "-at_install")
class TestDemoFleet(BaseCase):
    """The simulator's fleet is the demo company's: the same serial numbers behind the same IMEIs."""

    def test_the_fleet_agrees_with_the_demo_units(self):
        with file_open("payg_control_unit/demo/stock.lot.csv") as lots:
            serials = {row["id"]: row["name"] for row in csv.DictReader(lots)}
        with file_open("payg_control_unit/demo/stock.lot-imei.csv") as imeis:
            units = {row["cu_imei"]: serials[row["id"]] for row in csv.DictReader(imeis)}
        with file_open("payg_control_unit/demo/simulator_fleet.json") as fleet:
            simulated = {row["imei"]: row["serial"] for row in json.load(fleet)}
        self.assertTrue(simulated)
        self.assertLessEqual(simulated.items(), units.items())


@tagged("post_install", "-at_install")
class TestDemoCustody(TransactionCase):
    """In the demo company stock, custody and customers say the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technicians = cls.env["res.partner"]
        for number in (1, 2, 3):
            name = f"payg_control_unit.demo_technician_{number}"
            cls.technicians |= cls.env.ref(name, raise_if_not_found=False) or cls.technicians
        if len(cls.technicians) < 3:
            raise SkipTest("without demo data")
        company = cls.env.ref("base.main_company")
        products = cls.env["product.product"]
        for name in ("scm", "dcm"):
            products |= cls.env.ref(f"payg_control_unit.demo_product_{name}")
        domain = [("company_id", "=", company.id), ("lot_id.product_id", "in", products.ids)]
        cls.units = cls.env["payg.control.unit"].search(domain)

    def test_each_unit_is_where_its_one_serial_lies(self):
        self.assertEqual(len(self.units), 45)
        for unit in self.units:
            quants = unit.lot_id.quant_ids.filtered(lambda quant: quant.quantity > 0)
            self.assertEqual((quants.location_id, sum(quants.mapped("quantity"))), (unit.place_id, 1))
            self.assertEqual(unit.place, unit.place_id.cu_place)
            self.assertEqual(unit.technician_id, unit.place_id.cu_holder_id)
            self.assertEqual(bool(unit.customer_id), unit.place == "customer")

    def test_asking_again_changes_nothing(self):
        steps = self.units.custody_step_ids
        self.env["payg.control.unit"]._follow_stock(self.units.lot_id, self.env["stock.move.line"])
        self.assertEqual(self.units.custody_step_ids, steps)

    def test_technicians_have_a_shop_and_a_van_there(self):
        for technician in self.technicians.with_company(self.env.ref("base.main_company")):
            self.assertTrue(technician.cu_shop_id)
            self.assertIn(technician.cu_shop_id.cu_vans_location_id, technician.cu_van_ids.location_id)

    def test_some_are_overdue_since_days_and_their_steps_say_so(self):
        overdue = self.units.filtered(lambda unit: unit.kept_until and unit.kept_until < fields.Datetime.now())
        self.assertEqual(len(overdue), 2)
        for unit in overdue:
            self.assertEqual(unit.custody_step_ids.at, unit.assignment_id.assigned_at)
