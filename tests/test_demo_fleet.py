import csv
import json

from odoo.tests import BaseCase, tagged
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
