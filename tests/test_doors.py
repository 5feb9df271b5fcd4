from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .doors_common import DoorsCommon


@tagged("post_install", "-at_install")
class TestDeliveries(DoorsCommon):
    """Delivery orders and returns made without us."""

    def test_a_reserved_serial_is_delivered_to_its_customer(self):
        picking = self.picking(self.warehouse.out_type_id, self.shop, self.customers, 1, self.customer)
        picking.action_assign()
        unit = self.unit_of(picking)
        self.assertIn(unit, self.unit | self.other)
        self.assert_with(unit, "shop", self.shop, kinds=[])
        self.validate(picking)
        self.assert_with(
            unit, "customer", self.customers, customer=self.customer, wanted="enabled", kinds=["installed"]
        )
        self.assertEqual(unit.holding_id.begin_move_id, picking.move_ids)

    def test_a_customer_return_made_by_the_return_wizard_ends_the_holding(self):
        back = self.return_of(self.done_delivery(self.unit))
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")
        self.validate(back)
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["installed", "returned"])
        self.assertRecordValues(self.unit.holding_ids, [{"ended": "returned", "end_move_id": back.move_ids.id}])

    def test_a_return_of_a_return_is_a_new_holding(self):
        back = self.validate(self.return_of(self.done_delivery(self.unit)))
        again = self.return_of(back)
        self.choose(again, self.unit)
        self.validate(again)
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")
        self.assertEqual(len(self.unit.holding_ids), 2)

    def test_of_a_backorder_only_what_is_done_is_delivered(self):
        picking = self.delivery(self.unit | self.other)
        kept, done = picking.move_line_ids
        done.picked = True
        kept.picked = False
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        first = self.unit_of(done)
        second = (self.unit | self.other) - first
        self.assert_with(first, "customer", self.customers, customer=self.customer, wanted="enabled")
        self.assert_with(second, "shop", self.shop, kinds=[])
        backorder = picking.backorder_ids
        self.choose(backorder, second)
        self.validate(backorder)
        self.assert_with(second, "customer", self.customers, customer=self.customer, wanted="enabled")

    def test_a_cancelled_delivery_changes_nothing(self):
        picking = self.delivery(self.unit)
        picking.action_cancel()
        self.assert_with(self.unit, "shop", self.shop, kinds=[])

    def test_a_delivery_to_a_child_address_is_to_the_person(self):
        address = self.env["res.partner"].create({"parent_id": self.customer.id, "type": "delivery", "name": "House"})
        self.done_delivery(self.unit, address)
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")

    def test_the_partner_of_a_done_delivery_changed_later_moves_nobodys_unit(self):
        picking = self.done_delivery(self.unit)
        picking.partner_id = self.next_customer
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")
        picking.move_line_ids.quantity = 1
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")

    def test_a_transfer_from_one_customer_to_the_next_changes_the_holding(self):
        self.done_delivery(self.unit)
        self.transfer(self.unit, self.customers, self.customers, self.next_customer)
        self.assert_with(
            self.unit,
            "customer",
            self.customers,
            customer=self.next_customer,
            wanted="enabled",
            kinds=["installed", "installed"],
        )

    def test_a_move_between_customer_locations_that_names_nobody_leaves_the_customer(self):
        village = self.env["stock.location"].create({"name": "Village", "usage": "customer"})
        self.done_delivery(self.unit)
        self.transfer(self.unit, self.customers, village)
        self.assert_with(self.unit, "customer", village, customer=self.customer, wanted="enabled")
        self.assertEqual(len(self.unit.holding_ids), 1)

    def test_a_package_is_delivered_with_the_serials_in_it(self):
        units = self.unit | self.other
        package = self.env["stock.package"].create({"name": "Pallet"})
        quants = self.env["stock.quant"].search([("lot_id", "in", units.lot_id.ids)])
        quants.move_quants(package_dest_id=package)
        self.assertFalse(units.custody_step_ids, "packing moves nothing")
        picking = self.picking(self.warehouse.out_type_id, self.shop, self.customers, 2, self.customer)
        picking.action_assign()
        self.validate(picking)
        self.assertEqual(picking.move_line_ids.package_id, package)
        for unit in units:
            self.assert_with(unit, "customer", self.customers, customer=self.customer, wanted="enabled")

    def test_a_delivery_to_several_customers_in_one_batch_of_moves(self):
        first = self.delivery(self.unit)
        second = self.delivery(self.other, self.next_customer)
        moves = (first | second).move_ids
        moves.picked = True
        moves._action_done()
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")
        self.assert_with(self.other, "customer", self.customers, customer=self.next_customer, wanted="enabled")

    def test_a_two_step_delivery_is_with_the_customer_after_the_second_step(self):
        self.check_delivery_steps("pick_ship", [self.warehouse.wh_output_stock_loc_id])

    def test_a_three_step_delivery_is_with_the_customer_after_the_third_step(self):
        self.check_delivery_steps(
            "pick_pack_ship", [self.warehouse.wh_pack_stock_loc_id, self.warehouse.wh_output_stock_loc_id]
        )

    def check_delivery_steps(self, steps, places):
        self.warehouse.delivery_steps = steps
        reference = self.env["stock.reference"].create({"name": steps})
        self.order(partner_id=self.customer.id, reference_ids=reference)
        picking = reference.move_ids.picking_id
        self.choose(picking, self.unit)
        for number, place in enumerate(places, 1):
            self.validate(picking)
            self.assert_with(self.unit, "shop", place, kinds=["moved"] * number)
            picking = picking.move_ids.move_dest_ids.picking_id
            self.assertEqual(picking.move_line_ids.lot_id, self.unit.lot_id)
        self.validate(picking)
        self.assert_with(self.unit, "customer", self.customers, customer=self.customer, wanted="enabled")


@tagged("post_install", "-at_install")
class TestReceipts(DoorsCommon):
    """Units arrive disabled, wherever they stop on the way."""

    def receipt(self, serial):
        picking = self.picking(
            self.warehouse.in_type_id, self.suppliers, self.warehouse.in_type_id.default_location_dest_id
        )
        picking.move_line_ids.write({"lot_name": serial, "cu_imei": f"3{abs(hash(serial)) % 10**14:014d}"})
        return self.validate(picking)

    def test_a_received_serial_is_a_unit_in_the_shop(self):
        unit = self.unit_of(self.receipt("R1"))
        self.assert_with(unit, "shop", self.shop, kinds=["received"])
        self.assertRecordValues(unit.custody_step_ids, [{"place_from": False, "location_from_id": False}])

    def test_a_received_unit_that_is_known_and_on_is_switched_off_at_once(self):
        unit = self.make_unit(stocked=False)
        self.transfer(unit, self.suppliers, self.shop, picking_type=self.warehouse.in_type_id)
        self.assert_with(unit, "shop", self.shop, wanted="disabled", kinds=["received"])

    def test_a_two_step_receipt_is_asked_about_once_and_followed_to_stock(self):
        self.check_reception_steps("two_steps", [])

    def test_a_three_step_receipt_is_asked_about_once_and_followed_to_stock(self):
        self.check_reception_steps("three_steps", [self.warehouse.wh_qc_stock_loc_id])

    def check_reception_steps(self, steps, places):
        self.warehouse.reception_steps = steps
        picking = self.receipt("R2")
        unit = self.unit_of(picking)
        self.assert_with(unit, "shop", self.warehouse.wh_input_stock_loc_id, kinds=["received"])
        unit.write({"reported_state": "enabled", "life_state": "5"})
        for number, place in enumerate([*places, self.shop], 1):
            picking = picking.move_ids.move_dest_ids.picking_id
            self.validate(picking)
            self.assert_with(unit, "shop", place, kinds=["received", *["moved"] * number])

    def test_a_unit_sent_back_to_the_supplier_is_with_the_supplier(self):
        picking = self.receipt("R3")
        unit = self.unit_of(picking)
        self.validate(self.return_of(picking))
        self.assertFalse(unit.location_id, "its quantity at the supplier is 0")
        self.assert_with(unit, "supplier", self.suppliers, kinds=["received", "moved"])

    def test_dropshipping_delivers_to_the_moves_partner_and_not_to_the_vendor(self):
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        unit = self.make_unit(stocked=False, reported_state="disabled")
        picking = self.picking(self.warehouse.in_type_id, self.suppliers, self.customers, 1, vendor)
        picking.move_ids.partner_id = self.customer
        self.choose(picking, unit)
        self.validate(picking)
        self.assert_with(
            unit, "customer", self.customers, customer=self.customer, wanted="enabled", kinds=["installed"]
        )

    def test_a_push_rule_is_followed(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.shop.id})
        route = self.env["stock.route"].create(
            {
                "name": "To the shelf",
                "product_selectable": True,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Shelf",
                            "action": "push",
                            "auto": "transparent",
                            "location_src_id": self.shop.id,
                            "location_dest_id": shelf.id,
                            "picking_type_id": self.warehouse.int_type_id.id,
                        }
                    )
                ],
            }
        )
        self.product.route_ids = route
        unit = self.unit_of(self.receipt("R4"))
        self.assert_with(unit, "shop", shelf, kinds=["received"])


@tagged("post_install", "-at_install")
class TestInternal(DoorsCommon):
    """Between shops, vans, repair, production and scrap."""

    def internal(self, unit, source, dest):
        return self.transfer(unit, source, dest, picking_type=self.warehouse.int_type_id)

    def test_a_transfer_back_from_the_van_cancels_and_switches_off(self):
        assignment = self.assign(self.unit)
        picking = self.picking(self.warehouse.int_type_id, self.van, self.shop)
        picking.action_assign()
        self.validate(picking)
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["assigned", "cancelled"])
        self.assertEqual(assignment.state, "cancelled")

    def test_from_shelf_to_shelf_asks_nothing(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.shop.id})
        unit = self.make_unit(reported_state="enabled")
        unit._want("enabled", "person", "shown to a visitor")
        self.internal(unit, self.shop, shelf)
        self.assert_with(unit, "shop", shelf, wanted="enabled", kinds=["moved"])

    def test_within_the_van_it_stays_with_the_technician(self):
        box = self.env["stock.location"].create({"name": "Box", "location_id": self.van.id})
        assignment = self.assign(self.unit)
        self.internal(self.unit, self.van, box)
        self.assert_with(
            self.unit, "technician", box, technician=self.technician, wanted="enabled", kinds=["assigned", "moved"]
        )
        self.assertEqual(self.unit.assignment_id, assignment)
        self.internal(self.unit, box, self.shop)
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled")

    def test_from_van_to_van_the_other_technician_has_it(self):
        tess = self.env["res.partner"].create({"name": "Tess", "cu_is_technician": True})
        self.assign(self.unit)
        self.internal(self.unit, self.van, tess.cu_van_ids)
        self.assert_with(self.unit, "technician", tess.cu_van_ids, technician=tess, wanted="enabled")
        self.assertEqual(self.unit.assignment_ids.mapped("state"), ["open", "cancelled"])

    def test_sent_to_repair_and_back(self):
        repair = self.warehouse._cu_repair()
        self.assign(self.unit)
        self.internal(self.unit, self.van, repair)
        self.assert_with(self.unit, "repair", repair, wanted="disabled", kinds=["assigned", "repair"])
        self.internal(self.unit, repair, self.van)
        self.assert_with(self.unit, "technician", self.van, technician=self.technician, wanted="enabled")

    def test_a_scrapped_unit_is_lost_and_found_again(self):
        self.assign(self.unit)
        scrap = self.keeper["stock.scrap"].create(
            {"product_id": self.product.id, "lot_id": self.unit.lot_id.id, "location_id": self.van.id}
        )
        scrap.action_validate()
        gone = scrap.scrap_location_id
        self.assert_with(self.unit, "lost", gone, wanted="disabled", kinds=["assigned", "lost"])
        self.internal(self.unit, gone, self.shop)
        self.assert_with(self.unit, "shop", self.shop, wanted="disabled", kinds=["assigned", "lost", "moved"])

    def test_a_unit_found_by_a_count_and_scrapped_is_lost(self):
        unit = self.make_unit(stocked=False, reported_state="disabled")
        self.stock(unit)
        scrap = self.keeper["stock.scrap"].create(
            {
                "product_id": self.product.id,
                "lot_id": unit.lot_id.id,
                "location_id": self.shop.id,
                "scrap_location_id": self.product.with_company(self.company).property_stock_inventory.id,
            }
        )
        scrap.action_validate()
        self.assertFalse(unit.location_id, "its quantity there is 0 again")
        self.assert_with(unit, "lost", scrap.scrap_location_id, wanted="disabled", kinds=["received", "lost"])

    def test_consumed_in_production_it_is_elsewhere(self):
        production = self.product.with_company(self.company).property_stock_production
        self.assign(self.unit)
        self.internal(self.unit, self.van, production)
        self.assert_with(self.unit, "elsewhere", production, wanted="disabled", kinds=["assigned", "moved"])

    def test_on_the_way_to_another_shop_it_is_with_nobody(self):
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC", "company_id": self.company.id})
        transit = self.company.internal_transit_location_id
        self.assign(self.unit)
        self.internal(self.unit, self.van, transit)
        self.assert_with(self.unit, "transit", transit, wanted="disabled", kinds=["assigned", "moved"])
        self.transfer(self.unit, transit, second.lot_stock_id, picking_type=second.int_type_id)
        self.assert_with(self.unit, "shop", second.lot_stock_id, wanted="disabled")
        self.assertEqual(self.assign(self.unit).warehouse_id, second)

    def test_in_another_companys_shop_it_stays_ours_until_its_company_is_changed(self):
        other = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids += other
        shop = self.env["stock.warehouse"].search([("company_id", "=", other.id)])
        transit = self.env.ref("stock.stock_location_inter_company")
        transit.active = True
        unit = self.make_unit()
        self.internal(unit, self.shop, transit)
        self.assert_with(unit, "transit", transit, wanted="disabled", kinds=["moved"])
        self.env = self.env(context={**self.env.context, "allowed_company_ids": [self.company.id, other.id]})
        self.transfer(unit, transit, shop.lot_stock_id, picking_type=shop.int_type_id)
        self.assert_with(unit, "shop", shop.lot_stock_id, wanted="disabled", kinds=["moved", "moved"])
        self.assertEqual(unit.company_id, self.company)
        with self.assertRaisesRegex(UserError, "it is in"):
            self.assign(unit)
        unit.lot_id.company_id = other
        self.assertEqual(unit.company_id, other)
