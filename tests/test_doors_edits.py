from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .doors_common import DoorsCommon


@tagged("post_install", "-at_install")
class TestEditedTransfers(DoorsCommon):
    """Done transfers that people put right: undoing is followed like doing."""

    def test_an_edited_serial_takes_the_delivery_from_one_unit_to_another(self):
        since = fields.Datetime.now() - timedelta(hours=1)
        with freeze_time(since):
            picking = self.done_delivery(self.unit)
        picking.move_line_ids.lot_id = self.other.lot_id
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["installed", "undone"])
        self.assert_with(
            self.other, "customer", self.customers, customer=self.customer, wanted="enabled", kinds=["installed"]
        )
        self.assertRecordValues(self.unit.holding_ids, [{"ended": "undone", "date_to": since}])
        self.assertEqual(self.other.holding_id.date_from, since)

    def test_a_serial_edited_back_is_as_if_nothing_had_been(self):
        picking = self.done_delivery(self.unit)
        picking.move_line_ids.lot_id = self.other.lot_id
        picking.move_line_ids.lot_id = self.unit.lot_id
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")
        self.assert_with(self.other, "shop", self.shop, wanted="disabled", kinds=["installed", "undone"])

    def test_an_edited_serial_does_not_begin_before_the_unit_was_free(self):
        now = fields.Datetime.now()
        with freeze_time(now - timedelta(days=9)):
            other = self.done_delivery(self.other, self.next_customer)
        with freeze_time(now - timedelta(days=5)):
            picking = self.done_delivery(self.unit)
        with freeze_time(now - timedelta(days=3)):
            self.validate(self.return_of(other))
        picking.move_line_ids.lot_id = self.other.lot_id
        self.assertEqual(self.other.holding_id.date_from, now - timedelta(days=3))
        self.assert_with(self.other, "customer", self.customers, customer=self.customer, wanted="enabled")

    def test_a_quantity_of_0_undoes_a_delivery_and_1_does_it_again(self):
        line = self.done_delivery(self.unit).move_line_ids
        line.quantity = 0
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["installed", "undone"])
        line.quantity = 1
        self.assert_with(
            self.unit,
            "customer",
            self.customers,
            customer=self.customer,
            wanted="enabled",
            kinds=["installed", "undone", "installed"],
        )

    def test_an_undone_return_has_never_ended_the_holding(self):
        back = self.validate(self.return_of(self.done_delivery(self.unit)))
        holding = self.unit.holding_ids
        self.assertTrue(holding.date_to)
        back.move_line_ids.quantity = 0
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")
        self.assertRecordValues(holding, [{"date_to": False, "ended": False, "end_move_id": False}])
        self.assertEqual(self.unit.holding_ids, holding)

    def test_an_undone_transfer_to_a_van_cancels_the_assignment(self):
        line = self.transfer(self.unit, self.shop, self.van, picking_type=self.warehouse.int_type_id).move_line_ids
        self.assert_with(self.unit, "technician", self.van, technician=self.technician, wanted="enabled")
        line.quantity = 0
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["assigned", "undone"])

    def test_an_undone_receipt_came_from_nowhere(self):
        unit = self.make_unit(stocked=False)
        picking = self.transfer(unit, self.suppliers, self.shop, picking_type=self.warehouse.in_type_id)
        picking.move_line_ids.quantity = 0
        self.assert_with(unit, False, wanted="disabled", kinds=["received", "undone"])

    def test_an_edited_destination_is_followed(self):
        line = self.transfer(self.unit, self.shop, self.van, picking_type=self.warehouse.int_type_id).move_line_ids
        repair = self.warehouse._cu_repair()
        line.location_dest_id = repair
        self.assert_with(self.unit, "repair", repair, wanted="disabled", kinds=["assigned", "repair"])

    def test_an_edited_destination_beyond_the_walls_is_followed(self):
        village = self.env["stock.location"].create({"name": "Village", "usage": "customer"})
        line = self.done_delivery(self.unit).move_line_ids
        line.location_dest_id = village
        self.assert_with(self.unit, "customer", village, customer=self.customer, wanted="enabled")
        self.assertEqual(len(self.unit.holding_ids), 1)

    def test_a_line_added_to_a_done_delivery_delivers(self):
        picking = self.done_delivery(self.unit)
        line = {
            "picking_id": picking.id,
            "product_id": self.product.id,
            "lot_id": self.other.lot_id.id,
            "quantity": 1,
            "location_id": self.shop.id,
            "location_dest_id": self.customers.id,
        }
        self.keeper["stock.move.line"].create({**line, "move_id": picking.move_ids.id})
        self.assert_with(
            self.other, "customer", self.customers, customer=self.customer, wanted="enabled", kinds=["installed"]
        )

    def test_a_line_added_to_a_done_transfer_without_its_move_delivers(self):
        picking = self.done_delivery(self.unit)
        self.keeper["stock.move.line"].create(
            {
                "picking_id": picking.id,
                "product_id": self.product.id,
                "lot_id": self.other.lot_id.id,
                "quantity": 1,
                "location_id": self.shop.id,
                "location_dest_id": self.customers.id,
            }
        )
        self.assert_with(self.other, "customer", self.customers, customer=self.customer, wanted="enabled")

    def test_the_done_quantity_edited_on_the_transfers_form_is_followed(self):
        picking = self.done_delivery(self.unit)
        picking.is_locked = False
        picking.move_ids.quantity = 0
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["installed", "undone"])


@tagged("post_install", "-at_install")
class TestRelocations(DoorsCommon):
    """Stock that people move without a transfer, and stock that is counted."""

    def set_stock(self, unit, location, quantity=1):
        """Count the serial there, as in Physical Inventory."""
        quants = self.keeper["stock.quant"].with_context(inventory_mode=True)
        vals = {"product_id": self.product.id, "lot_id": unit.lot_id.id, "location_id": location.id}
        quants.create({**vals, "inventory_quantity": quantity}).action_apply_inventory()

    def test_the_location_of_a_lot_edited_on_its_form_moves_it(self):
        self.done_delivery(self.unit)
        self.keeper["stock.lot"].browse(self.unit.lot_id.id).location_id = self.shop
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["installed", "returned"])

    def test_the_location_of_a_lot_set_to_a_van_assigns_it(self):
        with Form(self.unit.lot_id) as form:
            form.location_id = self.van
        self.assert_with(self.unit, "technician", self.van, technician=self.technician, wanted="enabled")

    def test_whoever_relocates_a_quantity_moves_it(self):
        self.assign(self.unit)
        self.relocate(self.unit, self.shop)
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["assigned", "cancelled"])

    def test_whoever_relocates_a_package_moves_what_is_in_it(self):
        package = self.env["stock.package"].create({"name": "Box"})
        self.env["stock.quant"].search([("lot_id", "=", self.unit.lot_id.id)]).move_quants(package_dest_id=package)
        self.keeper["stock.package"].browse(package.id).location_id = self.van
        self.assert_with(self.unit, "technician", self.van, technician=self.technician, wanted="enabled")

    def test_a_count_moves_custody_and_switches_nothing(self):
        self.assign(self.unit)
        self.set_stock(self.unit, self.van, 0)
        lost = self.unit.place_id
        self.assertEqual(lost.usage, "inventory")
        self.assert_with(self.unit, "lost", lost, wanted="enabled", kinds=["assigned", "lost"])
        self.set_stock(self.unit, self.shop)
        self.assert_with(self.unit, "shop", self.shop, wanted="enabled", kinds=["assigned", "lost", "moved"])

    def test_a_count_in_a_van_assigns_and_switches_nothing(self):
        unit = self.make_unit(stocked=False, reported_state="disabled")
        self.set_stock(unit, self.van)
        self.assert_with(unit, "technician", self.van, technician=self.technician, kinds=["assigned"])

    def test_a_count_on_the_lots_list_of_quantities_switches_nothing(self):
        unit = self.make_unit()
        quant = self.keeper["stock.quant"].search([("lot_id", "=", unit.lot_id.id)])
        quant.with_context(inventory_mode=True).inventory_quantity_auto_apply = 0
        self.assert_with(unit, "lost", unit.place_id, kinds=["lost"])

    def test_a_count_while_it_lies_elsewhere_concludes_nothing_until_that_is_put_right(self):
        self.done_delivery(self.unit)
        self.set_stock(self.unit, self.shop)
        self.assertFalse(self.unit.location_id)
        kept = {"customer": self.customer, "wanted": "enabled", "kinds": ["installed"]}
        self.assert_with(self.unit, "customer", self.customers, **kept)
        self.set_stock(self.unit, self.shop, 0)
        self.assert_with(self.unit, "customer", self.customers, **kept)

    def test_a_delivery_of_a_serial_that_is_elsewhere_concludes_nothing(self):
        self.assign(self.unit)
        self.transfer(self.unit, self.shop, self.customers, self.next_customer)
        self.assertEqual(self.quantities(self.unit)[self.shop], -1)
        self.assert_with(self.unit, "technician", self.van, technician=self.technician, wanted="enabled")

    def test_a_serial_is_not_delivered_twice_to_the_same_place(self):
        self.done_delivery(self.unit)
        with self.assertRaisesRegex(ValidationError, "already been assigned"):
            self.transfer(self.unit, self.shop, self.customers, self.next_customer)

    def test_a_unit_delivered_from_nowhere_and_returned_is_nowhere_to_be_found(self):
        unit = self.make_unit(stocked=False, reported_state="disabled")
        self.validate(self.delivery(unit))
        self.assert_with(unit, "customer", self.customers, customer=self.customer, wanted="enabled")
        self.take_back(unit)
        self.assertFalse(self.quantities(unit))
        self.assert_with(unit, False, wanted="disabled", kinds=["installed", "returned"])

    def test_a_unit_taken_back_from_nowhere_and_delivered_again_is_with_the_customer(self):
        unit = self.make_unit(stocked=False, reported_state="disabled")
        self.take_back(unit)
        self.assert_with(unit, "shop", self.shop, kinds=["received"], wanted="disabled")
        self.done_delivery(unit, self.next_customer)
        self.assertFalse(self.quantities(unit), "its quantity at customers is 0 again")
        self.assert_with(unit, "customer", self.customers, customer=self.next_customer, wanted="enabled")


@tagged("post_install", "-at_install")
class TestPlacesThatChange(DoorsCommon):
    def test_a_van_with_units_in_it_is_not_given_to_another_technician(self):
        tess = self.env["res.partner"].create({"name": "Tess", "cu_is_technician": True})
        self.assign(self.unit)
        with self.assertRaisesRegex(UserError, "control units in it"):
            self.van.cu_technician_id = tess

    def test_a_shelf_with_units_does_not_become_a_place_of_repair(self):
        with self.assertRaisesRegex(UserError, "control units in it"):
            self.shop.cu_is_repair = True

    def test_an_empty_van_may_be_given_to_another_technician(self):
        tess = self.env["res.partner"].create({"name": "Tess"})
        self.van.cu_technician_id = tess
        self.assertEqual(self.van.cu_holder_id, tess)

    def test_a_product_that_becomes_a_control_unit_is_taken_over_where_it_lies(self):
        radio = self.env["product.product"].create(self._product_vals("Radio", cu_is_control_unit=False))
        lots = self.env["stock.lot"].create([{"name": f"RAD{n}", "product_id": radio.id} for n in range(4)])
        places = (self.shop, self.van, self.customers)
        for lot, place in zip(lots, places, strict=False):
            self._move(self.warehouse.out_type_id, self.suppliers, place, radio, [{"lot_id": lot.id}], self.customer)
        radio.cu_is_control_unit = True
        nobody = {"technician_id": False, "customer_id": False}
        self.assertRecordValues(
            lots.cu_unit_ids.sorted("name"),
            [
                {**nobody, "place": "shop", "place_id": self.shop.id},
                {**nobody, "place": "technician", "place_id": self.van.id, "technician_id": self.technician.id},
                {**nobody, "place": "customer", "place_id": self.customers.id, "customer_id": self.customer.id},
                {**nobody, "place": False, "place_id": False},
            ],
        )
        for unit in lots.cu_unit_ids:
            self.assert_with(unit, unit.place, unit.place_id, unit.customer_id, unit.technician_id, kinds=[])
        self.assertFalse(self.Command.search([("unit_id", "in", lots.cu_unit_ids.ids)]))

    def test_a_remote_call_cannot_tell_what_a_transfer_was(self):
        picking = self.delivery(self.unit)
        self.validate(picking, payg_step={"kind": "lost", "began": "swapped", "reason": "mine"})
        self.assertRecordValues(self.unit.custody_step_ids, [{"kind": "installed", "reason": False}])
        self.assertEqual(self.unit.holding_id.began, "delivered")
