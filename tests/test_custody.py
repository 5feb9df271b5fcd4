from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PaygCommon


@tagged("post_install", "-at_install")
class TestAssignment(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()

    def test_an_assigned_unit_is_wanted_enabled_until_its_stored_deadline(self):
        unit = self.make_unit(reported_state="disabled")
        with freeze_time("2026-03-06 17:00:00"):  # a Friday
            assignment = self.assign(unit)
        self.assertEqual(assignment.deadline, fields.Datetime.to_datetime("2026-03-11 17:00:00"))
        self.assertRecordValues(
            unit,
            [
                {
                    "wanted": "enabled",
                    "wanted_origin": "person",
                    "assignment_id": assignment.id,
                    "technician_id": self.technician.id,
                    "kept_until": assignment.deadline,
                }
            ],
        )
        self.assertEqual(self.live_commands(unit).kind, "enable")

    def test_cancelling_asks_the_rule_at_once(self):
        unit = self.make_unit()
        assignment = self.assign(unit)
        assignment.action_cancel()
        self.assertRecordValues(assignment, [{"state": "cancelled"}])
        self.assertRecordValues(
            unit, [{"wanted": "disabled", "wanted_origin": "rule", "assignment_id": False, "kept_until": False}]
        )
        self.assertEqual(self.live_commands(unit).kind, "disable")
        with self.assertRaisesRegex(UserError, "has ended already"):
            assignment.action_cancel()

    def test_cancelling_with_the_feature_off_switches_nothing(self):
        self.config.disable_by_default = False
        unit = self.make_unit()
        self.assign(unit).action_cancel()
        self.assertEqual(unit.wanted, "enabled")

    def test_a_deadline_asks_the_rule_when_it_is_reached_and_not_a_second_before(self):
        start = fields.Datetime.now()
        with freeze_time(start):
            unit = self.make_unit()
            deadline = self.assign(unit).deadline
        for moment, wanted in (
            (deadline - timedelta(seconds=1), "enabled"),
            (deadline, "disabled"),
            (deadline + timedelta(seconds=1), "disabled"),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.run_cron("ir_cron_work_runs")
                self.assertEqual(unit.wanted, wanted)

    def test_a_unit_switched_on_by_hand_after_its_deadline_stays_on_until_the_next_run(self):
        start = fields.Datetime.now()
        with freeze_time(start):
            unit = self.make_unit()
            deadline = self.assign(unit).deadline
        with freeze_time(deadline):
            self.run_cron("ir_cron_work_runs")
            unit._want("enabled", "person", "still working there")
        with freeze_time(deadline + timedelta(minutes=5)):
            self.run_cron("ir_cron_work_runs")
        self.assertEqual(unit.wanted, "enabled")

    def test_deadlines_of_before_the_feature_was_on_wait_for_a_run(self):
        start = fields.Datetime.now()
        with freeze_time(start):
            unit = self.make_unit()
            self.assign(unit)
            self.run_cron("ir_cron_work_runs")
            self.config.disable_by_default = False
        with freeze_time(start + timedelta(days=6)):
            self.turn_on()
            self.run_cron("ir_cron_work_runs")
            self.assertEqual(unit.wanted, "enabled")

    def test_changing_days_with_technician_moves_open_deadlines_that_were_not_extended(self):
        now = fields.Datetime.now()
        with freeze_time(now - timedelta(days=4, hours=12)):
            units = self.make_units(3)
            plain, extended, done = (self.assign(unit) for unit in units)
        extended.sudo().write({"extended": True})
        done._end("done", "installed")
        self.config.days_with_technician = 10
        self.assertEqual(plain.deadline, plain.assigned_at + timedelta(days=10))
        self.assertEqual(units[0].kept_until, plain.deadline)
        self.assertEqual(extended.deadline, extended.assigned_at + timedelta(days=5))
        self.assertEqual(done.deadline, done.assigned_at + timedelta(days=5))
        self.config.days_with_technician = 4
        self.assertEqual(units[0].wanted, "disabled", "its time has run out by the change")
        self.assertEqual(units[1].wanted, "enabled")

    def test_a_unit_of_someone_else_in_repair_or_retired_cannot_be_assigned(self):
        assigned, held, repaired, retired = self.make_units(4)
        self.assign(assigned)
        held._open_holding(self.customer)
        repaired.life_state = "8"
        retired.life_state = "9"
        for unit, message in (
            (assigned, "with the technician Tariq Technician"),
            (held, "with the customer Clara Customer"),
            (repaired, "in repair"),
            (retired, "retired"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self.assign(unit)

    def test_a_unit_cannot_be_assigned_twice_in_one_call(self):
        unit = self.make_unit()
        vals = {"unit_id": unit.id, "technician_id": self.technician.id}
        with self.assertRaisesRegex(UserError, "named twice"):
            self.env["payg.assignment"].create([vals, vals])

    def test_units_are_assigned_to_technicians_only(self):
        with self.assertRaisesRegex(ValidationError, "is no technician"):
            self.assign(self.make_unit(), technician_id=self.customer.id)

    def test_a_caller_cannot_choose_the_moment_or_the_deadline(self):
        assignment = self.assign(self.make_unit(), assigned_at="2100-01-01 00:00:00", deadline="2200-01-01 00:00:00")
        self.assertLessEqual(assignment.assigned_at, fields.Datetime.now())
        self.assertLess(assignment.deadline, fields.Datetime.now() + timedelta(days=6))

    def test_what_is_misspelt_or_left_out_is_refused(self):
        unit = self.make_unit()
        with self.assertRaisesRegex(ValueError, "Invalid field 'customer'"):
            self.assign(unit, customer=self.customer.id)
        with self.assertRaisesRegex(UserError, "Name a control unit"):
            self.env["payg.assignment"].create({"technician_id": self.technician.id})

    def test_a_shop_manager_assigns_and_cancels_but_cannot_edit(self):
        unit, clerk = self.make_unit(), self.user_of("shop_manager")
        assignment = (
            self.env["payg.assignment"]
            .with_user(clerk)
            .create({"unit_id": unit.id, "technician_id": self.technician.id})
        )
        self.assertEqual(unit.wanted_user_id, clerk)
        with self.assertRaisesRegex(Exception, "not allowed to modify"):
            assignment.deadline = "2200-01-01 00:00:00"
        assignment.action_cancel()
        self.assertEqual(assignment.state, "cancelled")


@tagged("post_install", "-at_install")
class TestHolding(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()

    def test_a_delivery_opens_a_holding_and_wants_the_unit_enabled(self):
        unit = self.make_unit(reported_state="disabled")
        picking = self.deliver(unit)
        self.assertRecordValues(
            unit.holding_ids,
            [{"customer_id": self.customer.id, "date_to": False, "begin_move_id": picking.move_ids.id}],
        )
        self.assertRecordValues(
            unit, [{"customer_id": self.customer.id, "wanted": "enabled", "verdict": "with_customer"}]
        )

    def test_a_delivery_to_an_address_is_to_the_person_who_lives_there(self):
        address = self.env["res.partner"].create({"parent_id": self.customer.id, "type": "delivery", "name": "House"})
        unit = self.make_unit()
        self.deliver(unit, address)
        self.assertEqual(unit.customer_id, self.customer)

    def test_a_return_ends_the_holding_and_asks_the_rule_at_once(self):
        unit = self.make_unit()
        self.deliver(unit)
        back = self.take_back(unit)
        holding = unit.holding_ids
        self.assertTrue(holding.date_to)
        self.assertEqual(holding.end_move_id, back.move_ids)
        self.assertRecordValues(
            unit, [{"holding_id": False, "customer_id": False, "wanted": "disabled", "wanted_origin": "rule"}]
        )

    def test_a_unit_delivered_again_has_two_holdings_that_do_not_overlap(self):
        unit = self.make_unit()
        self.deliver(unit)
        self.take_back(unit)
        other = self.env["res.partner"].create({"name": "Next"})
        self.deliver(unit, other)
        second, first = unit.holding_ids
        self.assertGreaterEqual(second.date_from, first.date_to)
        self.assertEqual(unit.customer_id, other)

    def test_a_delivery_without_a_customer_opens_no_holding(self):
        unit = self.make_unit()
        self.transfer(unit, self.shop, self.customers)
        self.assertFalse(unit.holding_ids)

    def test_a_delivery_ends_the_technicians_assignment_as_done(self):
        unit = self.make_unit()
        assignment = self.assign(unit)
        self.transfer(unit, assignment.van_id, self.customers, self.customer)
        self.assertEqual(assignment.state, "done")
        self.assertFalse(unit.assignment_id)

    def test_received_units_are_asked_about_at_once(self):
        unit = self.make_unit(stocked=False)
        self.transfer(unit, self.suppliers, self.shop, picking_type=self.warehouse.in_type_id)
        self.assertEqual(unit.wanted, "disabled")

    def test_an_inventory_adjustment_switches_nothing(self):
        unit = self.make_unit(stocked=False)
        self.stock(unit)
        self.assertFalse(unit.wanted)

    def test_other_products_cost_not_one_query_more(self):
        radio = self.env["product.product"].create(self._product_vals("Radio", cu_is_control_unit=False))
        lot = self.env["stock.lot"].create({"name": "R1", "product_id": radio.id})

        class Serial:
            product_id, lot_id = radio, lot

        self.stock(Serial)
        calls = []
        self.patch(type(self.Unit), "_follow_stock", lambda *args: calls.append(args))
        self.deliver(Serial)
        self.assertFalse(calls)

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_one_open_holding_a_unit(self):
        unit = self.make_unit()
        vals = {"unit_id": unit.id, "customer_id": self.customer.id, "date_from": fields.Datetime.now()}
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            self.env["payg.holding"].create([vals, vals])

    def test_a_unit_that_leaves_repair_is_asked_about_at_once(self):
        unit = self.make_unit(life_state="8")
        self.assertFalse(unit._ask_rule("still in repair"))
        unit.life_state = "5"
        self.assertEqual(unit._ask_rule("out of repair"), unit)
