from odoo.fields import Command
from odoo.tests import Form, tagged

from .doors_common import DoorsCommon


@tagged("post_install", "-at_install")
class TestReservation(DoorsCommon):
    """No reservation takes a unit from a technician, or from repair, unasked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.repair = cls.warehouse._cu_repair()
        cls.everywhere = cls.warehouse.view_location_id

    def reserved(self, picking):
        picking.action_assign()
        return self.Unit.search([("lot_id", "in", picking.move_line_ids.lot_id.ids)])

    def deliver_from(self, source, number=2):
        return self.picking(self.warehouse.out_type_id, source, self.customers, number, self.customer)

    def test_a_delivery_from_the_whole_warehouse_takes_only_what_is_in_the_shop(self):
        self.assign(self.unit)
        picking = self.deliver_from(self.everywhere)
        self.assertEqual(self.reserved(picking), self.other)
        self.assertEqual(picking.move_ids.state, "partially_available")

    def test_an_internal_transfer_takes_none_from_vans_or_repair(self):
        self.assign(self.unit)
        self.transfer(self.other, self.shop, self.repair, picking_type=self.warehouse.int_type_id)
        picking = self.picking(self.warehouse.int_type_id, self.everywhere, self.shop, 2)
        self.assertFalse(self.reserved(picking))
        self.assertEqual(picking.move_ids.state, "confirmed")

    def test_a_van_within_the_shops_stock_is_left_alone_too(self):
        van = self.env["stock.location"].create(
            {"name": "Boot", "location_id": self.shop.id, "cu_technician_id": self.technician.id}
        )
        self.transfer(self.unit, self.shop, van, picking_type=self.warehouse.int_type_id)
        self.assertEqual(self.reserved(self.deliver_from(self.shop)), self.other)

    def test_a_customer_order_waits_rather_than_take_from_a_technician(self):
        self.assign(self.unit)
        self.assign(self.other)
        self.order()
        move = self.env["stock.move"].search([("origin", "=", "SO1")])
        move.location_id = self.everywhere
        move._action_assign()
        self.assertFalse(move.move_line_ids)

    def test_whoever_names_the_van_takes_from_it(self):
        self.assign(self.unit)
        self.assertEqual(self.reserved(self.deliver_from(self.van, 1)), self.unit)

    def test_whoever_names_all_vans_takes_from_them(self):
        self.assign(self.unit)
        self.assertEqual(self.reserved(self.deliver_from(self.warehouse.cu_vans_location_id, 1)), self.unit)

    def test_whoever_names_the_place_of_repair_takes_from_it(self):
        self.transfer(self.unit, self.shop, self.repair, picking_type=self.warehouse.int_type_id)
        picking = self.picking(self.warehouse.int_type_id, self.repair, self.shop, 1)
        self.assertEqual(self.reserved(picking), self.unit)

    def test_whoever_names_the_serial_takes_it_from_the_van(self):
        self.assign(self.unit)
        picking = self.deliver_from(self.everywhere, 1)
        picking.do_unreserve()
        picking.move_ids.lot_ids = [Command.set(self.unit.lot_id.ids)]
        self.assertEqual(picking.move_line_ids.location_id, self.van)
        self.validate(picking)
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")

    def test_a_second_step_takes_the_serial_that_the_first_one_brought(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.assign(self.unit)
        picking = self.picking(self.warehouse.pick_type_id, self.van, self.warehouse.wh_output_stock_loc_id)
        ship = self.picking(self.warehouse.out_type_id, self.warehouse.wh_output_stock_loc_id, self.customers)
        ship.move_ids.move_orig_ids = picking.move_ids
        ship.partner_id = self.customer
        picking.action_assign()
        self.validate(picking)
        self.assertEqual(ship.move_line_ids.lot_id, self.unit.lot_id)

    def test_what_is_available_is_told_without_a_crash(self):
        self.assign(self.unit)
        picking = self.deliver_from(self.everywhere)
        move = picking.move_ids
        picking.do_unreserve()
        self.assertEqual(move.availability, 1)
        picking.action_assign()
        self.assertTrue(move.read(["forecast_availability", "forecast_expected_date", "lot_ids", "quantity"]))
        report = self.env["stock.forecasted_product_product"].with_context(warehouse_id=self.warehouse.id)
        self.assertTrue(report.get_report_values(docids=self.product.ids)["docs"])
        product = self.product.with_context(warehouse_id=self.warehouse.id)
        self.assertEqual((product.qty_available, product.free_qty), (2, 1))
        with Form(picking) as form:
            form.origin = "SO1"
        self.assertEqual(move.quantity, 1)
