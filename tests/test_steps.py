from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PaygCommon


class StepsCommon(PaygCommon):
    """Units in the shop, and the feature on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()
        cls.unit, cls.other = cls.make_units(2, reported_state="disabled")

    def quantities(self, unit):
        """Where the stock says that the serial is: quantities by location."""
        quants = self.env["stock.quant"].search([("lot_id", "=", unit.lot_id.id)])
        return {quant.location_id: quant.quantity for quant in quants if quant.quantity}

    def assert_place(self, unit, place, location):
        self.assertEqual((unit.place, unit.place_id, unit.location_id), (place, location, location))
        internal = {where for where in self.quantities(unit) if where.usage in ("internal", "customer")}
        self.assertEqual(internal, {location} if location.usage in ("internal", "customer") else set())

    def steps(self, unit):
        return unit.custody_step_ids.sorted("id").mapped("kind")

    def installed(self, unit=None):
        """A unit installed at our customer's."""
        unit = unit or self.unit
        self.assign(unit)._record_installation(fields.Datetime.now())
        return unit


@tagged("post_install", "-at_install")
class TestAssignStock(StepsCommon):
    def test_assigning_transfers_the_serial_to_the_technicians_van(self):
        assignment = self.assign(self.unit)
        van = assignment.van_id
        self.assert_place(self.unit, "technician", van)
        self.assertEqual(van.cu_technician_id, self.technician)
        self.assertEqual(van.location_id, self.warehouse.cu_vans_location_id)
        picking = self.env["stock.move.line"].search([("lot_id", "=", self.unit.lot_id.id)]).picking_id
        self.assertRecordValues(
            picking,
            [
                {
                    "state": "done",
                    "picking_type_code": "internal",
                    "location_id": self.shop.id,
                    "partner_id": self.technician.id,
                }
            ],
        )
        self.assertEqual(self.unit.custody_step_ids.move_id, picking.move_ids)

    def test_the_technicians_van_is_made_with_the_technician(self):
        technician = self.env["res.partner"].create({"name": "Tess", "cu_is_technician": True})
        self.assertEqual(technician.cu_van_ids.location_id, self.warehouse.cu_vans_location_id)
        technician.name = "Tessa"
        self.assertEqual(technician.cu_van_ids.name, "Tessa")

    def test_a_copied_shop_has_vans_and_a_place_of_repair_of_its_own(self):
        self.warehouse._cu_repair()
        second = self.warehouse.copy({"name": "Second", "code": "SEC"})
        van = second._cu_van(self.technician)
        self.assertEqual((van.warehouse_id, second._cu_repair().warehouse_id), (second, second))
        self.assertFalse(van.copy().cu_technician_id, "a copied van is nobody's yet")

    def test_a_technician_with_units_stays_a_technician(self):
        self.assign(self.unit)
        with self.assertRaisesRegex(UserError, "still has control units"):
            self.technician.cu_is_technician = False

    def test_a_unit_that_is_not_in_the_shops_stock_is_refused_with_where_it_is(self):
        nowhere = self.make_unit(stocked=False)
        with self.assertRaisesRegex(UserError, "no place that is known"):
            self.assign(nowhere)
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC", "company_id": self.company.id})
        with self.assertRaisesRegex(UserError, "not in the stock of Second"):
            self.assign(self.unit, warehouse_id=second.id)
        self.transfer(self.unit, self.shop, self.warehouse.wh_output_stock_loc_id)
        with self.assertRaisesRegex(UserError, "Output"):
            self.assign(self.unit)

    def test_cancelling_brings_the_unit_back_to_the_shop(self):
        self.assign(self.unit).action_cancel()
        self.assert_place(self.unit, "shop", self.shop)
        self.assertEqual(self.steps(self.unit), ["assigned", "cancelled"])

    def test_units_assigned_together_go_in_one_transfer(self):
        vals = {"technician_id": self.technician.id}
        self.env["payg.assignment"].create([{**vals, "unit_id": self.unit.id}, {**vals, "unit_id": self.other.id}])
        lines = self.env["stock.move.line"].search([("lot_id", "in", (self.unit | self.other).lot_id.ids)])
        self.assertEqual(len(lines.picking_id), 1)

    def test_reassigning_hands_the_unit_to_another_technician(self):
        second = self.env["res.partner"].create({"name": "Tess", "cu_is_technician": True})
        old = self.assign(self.unit)
        new = old._reassign(second, "The first one is ill")
        self.assert_place(self.unit, "technician", second.cu_van_ids)
        self.assertRecordValues(old | new, [{"state": "cancelled"}, {"state": "open"}])
        self.assertEqual((self.unit.technician_id, self.unit.assignment_id), (second, new))
        self.assertEqual(new.customer_id, self.customer)
        self.assertEqual(self.unit.wanted, "enabled")

    def test_an_extended_deadline_keeps_the_unit_on(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            assignment = self.assign(self.unit)
        with freeze_time(assignment.deadline):
            self.run_cron("ir_cron_work_runs")
            self.assertEqual(self.unit.wanted, "disabled")
            with self.assertRaisesRegex(UserError, "later than now"):
                assignment._extend(assignment.deadline, "Rain")
            with self.assertRaisesRegex(UserError, "at most 3650 days"):
                assignment._extend(assignment.deadline + timedelta(days=3650, seconds=1), "Rain")
            until = assignment.deadline + timedelta(days=2)
            assignment._extend(until, "Rain")
        self.assertRecordValues(self.unit, [{"wanted": "enabled", "kept_until": until}])
        self.assertEqual(self.unit.custody_step_ids[:1].reason, "Rain")


@tagged("post_install", "-at_install")
class TestRecordInstallation(StepsCommon):
    def test_a_recorded_installation_brings_the_serial_to_the_customer(self):
        with freeze_time("2026-03-06 17:00:00"):
            assignment = self.assign(self.unit)
        with freeze_time("2026-03-07 12:00:00"):
            assignment._record_installation(fields.Datetime.to_datetime("2026-03-07 09:00:00"))
        self.assert_place(self.unit, "customer", self.customers)
        self.assertRecordValues(assignment, [{"state": "done", "installed_unit_id": self.unit.id}])
        self.assertEqual(assignment.installed_at, fields.Datetime.to_datetime("2026-03-07 09:00:00"))
        self.assertRecordValues(
            self.unit.holding_id,
            [{"customer_id": self.customer.id, "date_from": assignment.installed_at, "began": "installed"}],
        )

    def test_an_installation_is_neither_before_its_assignment_nor_in_the_future(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            assignment = self.assign(self.unit)
            second = timedelta(seconds=1)
            for date in (now - second, now + second):
                with self.subTest(date), self.assertRaises(UserError):
                    assignment._record_installation(date)
            assignment._record_installation(now)

    def test_recorded_after_the_deadline_it_works_and_the_unit_is_wanted_enabled_again(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            assignment = self.assign(self.unit)
        with freeze_time(now + timedelta(days=6)):
            self.run_cron("ir_cron_work_runs")
            self.assertEqual(self.unit.wanted, "disabled")
            assignment._record_installation(fields.Datetime.now())
        self.assertRecordValues(self.unit, [{"wanted": "enabled", "customer_id": self.customer.id}])

    def test_another_unit_than_the_assigned_one_is_installed(self):
        assignment = self.assign(self.unit)
        assignment._record_installation(fields.Datetime.now(), unit=self.other)
        self.assert_place(self.other, "customer", self.customers)
        self.assertEqual(self.other.customer_id, self.customer)
        self.assert_place(self.unit, "shop", self.shop)
        self.assertRecordValues(assignment, [{"state": "cancelled", "installed_unit_id": self.other.id}])
        self.assertEqual((self.unit.wanted, self.other.wanted), ("disabled", "enabled"))

    def test_a_unit_of_somebody_else_is_not_installed_instead(self):
        assignment = self.assign(self.unit)
        self.installed(self.other)
        with self.assertRaisesRegex(UserError, "with the customer Clara Customer"):
            assignment._record_installation(fields.Datetime.now(), unit=self.other)
        self.assertEqual(assignment.state, "open")

    def test_the_technicians_other_unit_may_be_installed_instead(self):
        first, second = self.assign(self.unit), self.assign(self.other)
        first._record_installation(fields.Datetime.now(), unit=self.other)
        self.assertEqual((first.state, second.state), ("cancelled", "done"))

    def test_the_technicians_other_unit_is_not_installed_before_they_had_it(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            first = self.assign(self.unit)
        with freeze_time(now + timedelta(hours=2)):
            self.assign(self.other)
            with self.assertRaisesRegex(UserError, "is before"):
                first._record_installation(now + timedelta(hours=1), unit=self.other)
            first._record_installation(now + timedelta(hours=2), unit=self.other)
        self.assertEqual(self.other.customer_id, self.customer)

    def test_an_ended_assignment_is_not_recorded_again(self):
        assignment = self.assign(self.unit)
        assignment.action_cancel()
        for step in (
            lambda: assignment._record_installation(fields.Datetime.now()),
            lambda: assignment._record_failure("not_home"),
            lambda: assignment._extend(fields.Datetime.now() + timedelta(days=9), "x"),
            lambda: assignment._reassign(self.technician, "x"),
        ):
            with self.assertRaisesRegex(UserError, "has ended already"):
                step()

    def test_a_failed_installation_brings_the_unit_back_and_off_at_once(self):
        assignment = self.assign(self.unit)
        with self.assertRaisesRegex(UserError, "other reason"):
            assignment._record_failure("other", " ")
        assignment._record_failure("other", "Roof too weak")
        self.assert_place(self.unit, "shop", self.shop)
        self.assertRecordValues(assignment, [{"state": "cancelled", "fail_reason": "other"}])
        self.assertEqual(self.unit.wanted, "disabled")
        self.assertEqual(self.unit.custody_step_ids[:1].reason, "Other: Roof too weak")


@tagged("post_install", "-at_install")
class TestAtCustomers(StepsCommon):
    def test_a_swap_brings_the_old_unit_back_and_links_the_new_one(self):
        self.installed()
        self.assign(self.other, kind="swap")
        self.unit._swap(self.other, fields.Datetime.now(), "Broken", to_repair=True, condition="defective")
        self.assert_place(self.unit, "repair", self.warehouse.cu_repair_location_id)
        self.assert_place(self.other, "customer", self.customers)
        self.assertEqual((self.unit.customer_id, self.other.customer_id), (self.env["res.partner"], self.customer))
        self.assertEqual((self.unit.holding_ids.ended, self.other.holding_id.began), ("swapped", "swapped"))
        self.assertEqual((self.unit.wanted, self.other.wanted), ("disabled", "enabled"))
        self.assertRecordValues(self.unit.custody_step_ids[:1], [{"kind": "swapped", "condition": "defective"}])

    def test_a_swap_that_cannot_be_finished_changes_nothing(self):
        self.installed()
        self.other.life_state = "9"
        with self.assertRaisesRegex(UserError, "retired"):
            self.unit._swap(self.other, fields.Datetime.now(), "Broken")
        self.assertEqual(self.unit.customer_id, self.customer)

    def test_returned_and_repossessed_units_come_to_the_shop_and_are_off(self):
        for unit, kind in ((self.unit, "returned"), (self.other, "repossessed")):
            self.installed(unit)
            unit._take_back(kind, fields.Datetime.now(), "No longer pays", condition="good")
            self.assert_place(unit, "shop", self.shop)
            self.assertEqual((unit.holding_ids.ended, unit.wanted), (kind, "disabled"))
            self.assertEqual(self.steps(unit), ["assigned", "installed", kind])

    def test_a_lost_unit_is_scrapped_and_off(self):
        self.assign(self.unit)
        self.unit._lose(fields.Datetime.now(), "Stolen in Gisenyi")
        self.assertEqual((self.unit.place, self.unit.wanted), ("lost", "disabled"))
        self.assertFalse(self.unit.assignment_id)
        scrap = self.env["stock.scrap"].search([("lot_id", "=", self.unit.lot_id.id)])
        self.assertRecordValues(scrap, [{"state": "done", "origin": "Stolen in Gisenyi"}])

    def test_a_lost_unit_is_not_lost_again(self):
        self.unit._lose(fields.Datetime.now(), "Stolen in Gisenyi")
        with self.assertRaisesRegex(UserError, "lost or scrapped already"):
            self.unit._lose(fields.Datetime.now(), "Stolen in Goma")
        self.assertEqual(self.steps(self.unit), ["lost"])

    def test_a_wrong_serial_number_is_corrected(self):
        self.installed()
        since = self.unit.holding_id.date_from
        self.unit._correct_serial(self.other, "Typing error")
        self.assert_place(self.unit, "shop", self.shop)
        self.assertEqual(self.unit.holding_ids.ended, "corrected")
        self.assertRecordValues(
            self.other.holding_id,
            [{"customer_id": self.customer.id, "date_from": since, "began": "corrected"}],
        )

    def test_a_serial_number_is_corrected_for_24_weeks(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            self.installed()
        for seconds, right in ((1, False), (0, True)):
            with freeze_time(now + timedelta(weeks=24, seconds=seconds)), self.subTest(seconds):
                if right:
                    self.unit._correct_serial(self.other, "Typing error")
                else:
                    with self.assertRaisesRegex(UserError, "24 weeks"):
                        self.unit._correct_serial(self.other, "Typing error")


@tagged("post_install", "-at_install")
class TestPlainTransfers(StepsCommon):
    """What people do in stock has the same effect as our steps."""

    def test_a_transfer_to_a_van_assigns_the_unit(self):
        van = self.technician.cu_van_ids
        self.transfer(self.unit, self.shop, van, picking_type=self.warehouse.int_type_id)
        self.assertRecordValues(
            self.unit.assignment_id,
            [{"state": "open", "technician_id": self.technician.id, "warehouse_id": self.warehouse.id}],
        )
        self.assertEqual(self.unit.wanted, "enabled")
        self.assertEqual(self.unit.verdict, "with_technician")

    def test_a_transfer_back_from_the_van_cancels_the_assignment(self):
        assignment = self.assign(self.unit)
        self.transfer(self.unit, assignment.van_id, self.shop, picking_type=self.warehouse.int_type_id)
        self.assertEqual((assignment.state, self.unit.wanted), ("cancelled", "disabled"))

    def test_a_delivery_from_the_van_is_an_installation(self):
        assignment = self.assign(self.unit)
        self.transfer(self.unit, assignment.van_id, self.customers, self.customer)
        self.assertEqual((assignment.state, self.unit.customer_id), ("done", self.customer))

    def test_an_edited_serial_of_a_done_delivery_is_followed_both_ways(self):
        picking = self.deliver(self.unit)
        picking.move_line_ids.lot_id = self.other.lot_id
        self.assert_place(self.unit, "shop", self.shop)
        self.assert_place(self.other, "customer", self.customers)
        self.assertEqual((self.unit.wanted, self.other.wanted), ("disabled", "enabled"))
        self.assertEqual(self.other.customer_id, self.customer)

    def test_a_unit_that_turns_out_to_be_in_a_van_past_its_deadline_is_not_switched_on(self):
        now, van = fields.Datetime.now(), self.technician.cu_van_ids
        for late, wanted in ((timedelta(seconds=-1), "enabled"), (timedelta(0), "disabled")):
            real = self.make_unit()
            with freeze_time(now):
                picking = self.transfer(self.make_unit(), self.shop, van, picking_type=self.warehouse.int_type_id)
            with self.subTest(late), freeze_time(now + timedelta(days=5) + late):
                picking.move_line_ids.lot_id = real.lot_id
                self.assertEqual((real.technician_id, real.assignment_id.assigned_at), (self.technician, now))
                self.assertEqual(real.wanted, wanted)

    def test_a_done_quantity_set_to_zero_undoes_the_delivery(self):
        self.deliver(self.unit).move_line_ids.quantity = 0
        self.assert_place(self.unit, "shop", self.shop)
        self.assertFalse(self.unit.holding_id)

    def test_the_location_of_a_lot_edited_on_its_form_is_followed(self):
        self.deliver(self.unit)
        self.unit.lot_id.location_id = self.shop
        self.assert_place(self.unit, "shop", self.shop)
        self.assertEqual(self.unit.wanted, "disabled")

    def test_an_inventory_adjustment_moves_custody_and_switches_nothing(self):
        van = self.technician.cu_van_ids
        quant = self.env["stock.quant"].search([("lot_id", "=", self.unit.lot_id.id)])
        quant.inventory_quantity = 0
        quant.action_apply_inventory()
        self.stock(self.unit, van)
        self.assert_place(self.unit, "technician", van)
        self.assertEqual(self.unit.technician_id, self.technician)
        self.assertFalse(self.unit.wanted)

    def test_a_step_forged_in_the_context_of_a_call_counts_for_nothing(self):
        forged = {"kind": "repossessed", "began": "imported", "reason": "Forged", "why": "Forged"}
        lines = [{"lot_id": self.unit.lot_id.id}]
        self.env = self.env(context={**self.env.context, "payg_step": forged})
        self._move(self.warehouse.out_type_id, self.shop, self.customers, self.product, lines, self.customer)
        self.assertRecordValues(self.unit.custody_step_ids, [{"kind": "installed", "reason": False}])
        self.assertEqual(self.unit.holding_id.began, "delivered")

    def test_a_scrap_ends_custody(self):
        self.assign(self.unit)
        self.env["stock.scrap"].create(
            {
                "product_id": self.product.id,
                "lot_id": self.unit.lot_id.id,
                "location_id": self.unit.place_id.id,
            }
        ).action_validate()
        self.assertEqual((self.unit.place, self.unit.wanted), ("lost", "disabled"))


@tagged("post_install", "-at_install")
class TestPackedAndOwned(StepsCommon):
    """A serial in a package, or that belongs to somebody else, is the same serial."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.package = cls.env["stock.package"].create({"name": "Pallet"})
        cls.owner = cls.env["res.partner"].create({"name": "Bank that owns it"})

    def quants(self, units):
        return self.env["stock.quant"].search([("lot_id", "in", units.lot_id.ids), ("quantity", ">", 0)])

    def pack(self, units):
        self.quants(units).move_quants(package_dest_id=self.package)

    def test_a_packed_unit_is_taken_out_and_assigned(self):
        self.pack(self.unit | self.other)
        assignment = self.assign(self.unit)
        self.assert_place(self.unit, "technician", assignment.van_id)
        self.assert_place(self.other, "shop", self.shop)
        self.assertEqual(self.quants(self.unit | self.other).package_id.quant_ids.lot_id, self.other.lot_id)

    def test_units_packed_and_loose_are_assigned_together(self):
        self.pack(self.unit)
        vals = {"technician_id": self.technician.id}
        both = self.env["payg.assignment"].create([{**vals, "unit_id": unit.id} for unit in self.unit | self.other])
        for assignment in both:
            self.assert_place(assignment.unit_id, "technician", assignment.van_id)

    def test_a_unit_delivered_in_a_package_is_returned_without_it(self):
        self.deliver(self.unit)
        self.pack(self.unit)
        self.unit._take_back("returned", fields.Datetime.now(), "Moved house")
        self.assert_place(self.unit, "shop", self.shop)
        self.assertFalse(self.unit.customer_id)

    def test_a_packed_unit_is_lost(self):
        self.pack(self.unit)
        self.unit._lose(fields.Datetime.now(), "Stolen")
        self.assertEqual((self.unit.place, self.quants(self.unit)), ("lost", self.quants(self.unit)))
        self.assert_place(self.unit, "lost", self.unit.lot_id.location_id)

    def test_a_unit_of_another_owner_stays_theirs_all_along(self):
        self.quants(self.unit).owner_id = self.owner
        self.installed()
        self.assert_place(self.unit, "customer", self.customers)
        self.assertEqual(self.quants(self.unit).owner_id, self.owner)
        self.unit._lose(fields.Datetime.now(), "Stolen")
        self.assert_place(self.unit, "lost", self.unit.lot_id.location_id)
        self.assertEqual(self.quants(self.unit).owner_id, self.owner)
