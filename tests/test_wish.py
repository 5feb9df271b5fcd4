from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import PaygCommon


@tagged("post_install", "-at_install")
class TestWish(PaygCommon, CronMixinCase):
    def test_an_imported_fleet_is_left_exactly_as_it_is(self):
        units = self.make_units(5)
        self.assertEqual(units.mapped("wanted_version"), [0] * 5)
        self.assertFalse(self.Command.search([("unit_id", "in", units.ids)]))

    def test_what_somebody_asks_for_is_sent_at_once_and_what_the_rule_wants_within_a_minute(self):
        for wanted, origin, woken in (
            ("disabled", "person", 1),
            ("disabled", "credit", 1),
            ("enabled", "rule", 0),
            ("disabled", "rule", 0),
        ):
            with self.subTest(wanted=wanted, origin=origin):
                with self.capture_triggers("payg_control_unit.ir_cron_dispatch") as captured:
                    self.make_unit(reported_state="init")._want(wanted, origin, "because")
                self.assertEqual(len(captured.records), woken)
        job = self.env.ref("payg_control_unit.ir_cron_dispatch")
        self.assertEqual((job.interval_number, job.interval_type), (1, "minutes"))

    def test_a_wish_keeps_version_reason_who_and_when_and_makes_one_command(self):
        unit = self.make_unit()
        with self.capture_triggers("payg_control_unit.ir_cron_dispatch") as captured:
            unit._want("disabled", "person", "Stolen")
        self.assertRecordValues(
            unit,
            [
                {
                    "wanted": "disabled",
                    "wanted_version": 1,
                    "wanted_origin": "person",
                    "wanted_reason": "Stolen",
                    "wanted_user_id": self.env.uid,
                    "command_state": "live",
                }
            ],
        )
        self.assertTrue(unit.wanted_at)
        self.assertRecordValues(
            self.live_commands(unit),
            [
                {
                    "kind": "disable",
                    "version": 1,
                    "state": "queued",
                    "origin": "person",
                    "reason": "Stolen",
                    "priority": 0,
                }
            ],
        )
        self.assertEqual(len(captured.records), 1)

    def test_wanting_the_same_twice_changes_it_once(self):
        unit = self.make_unit()
        self.assertEqual(unit._want("disabled", "rule", "first"), unit)
        self.assertFalse(unit._want("disabled", "rule", "second"))
        self.assertEqual(unit.wanted_version, 1)
        self.assertEqual(len(self.live_commands(unit)), 1)

    def test_a_newer_wish_supersedes_a_queued_command(self):
        unit = self.make_unit()
        unit._want("disabled", "rule", "off")
        old = self.live_commands(unit)
        unit._want("enabled", "person", "on")
        self.assertEqual(old.state, "superseded")
        self.assertTrue(old.ended_at)
        self.assertRecordValues(self.live_commands(unit), [{"kind": "enable", "version": 2}])

    def test_a_newer_wish_waits_while_a_command_is_being_sent(self):
        unit = self.make_unit()
        unit._want("disabled", "rule", "off")
        sending = self.live_commands(unit)
        sending.state = "sending"
        unit._want("enabled", "person", "on")
        self.assertEqual(self.live_commands(unit), sending)
        self.assertRecordValues(unit, [{"wanted": "enabled", "wanted_version": 2, "command_state": "live"}])
        sending.state = "accepted"
        unit._enqueue_wanted()
        self.assertRecordValues(self.live_commands(unit), [{"kind": "enable", "version": 2}])

    def test_units_whose_older_commands_wait_are_sent_or_are_not_there_are_wished_for_together(self):
        waiting, retrying, sending, accepted, fresh = units = self.make_units(5, reported_state="init")
        (units - fresh)._want("enabled", "person", "on")
        for unit, state in ((retrying, "retry"), (sending, "sending"), (accepted, "accepted")):
            self.live_commands(unit).state = state
        old = units.command_ids
        self.assertEqual(units._want("disabled", "rule", "off"), units)
        self.assertEqual(
            {command.unit_id: command.state for command in old},
            {waiting: "superseded", retrying: "superseded", sending: "sending", accepted: "accepted"},
        )
        new = units.command_ids - old
        self.assertEqual(new.unit_id, units - sending, "what is being sent is waited for")
        self.assertEqual({(command.kind, command.state) for command in new}, {("disable", "queued")})

    def test_the_same_wish_sent_again_leaves_its_waiting_command(self):
        unit = self.make_unit()
        unit._want("disabled", "rule", "off")
        command = self.live_commands(unit)
        self.assertFalse(unit._enqueue_wanted(), "it waits already")
        self.assertEqual(self.live_commands(unit), command)

    def test_nothing_is_sent_for_what_is_reported_already(self):
        unit = self.make_unit(reported_state="disabled")
        unit._want("disabled", "rule", "off")
        self.assertRecordValues(unit, [{"wanted": "disabled", "wanted_version": 1, "command_state": False}])
        self.assertFalse(self.live_commands(unit))

    def test_what_is_reported_is_sent_all_the_same_while_its_opposite_may_be_on_its_way(self):
        unit = self.make_unit(reported_state="disabled")
        unit._want("enabled", "person", "on")
        self.live_commands(unit).state = "accepted"
        unit.command_state = "accepted"
        unit._want("disabled", "person", "off again")
        self.assertRecordValues(self.live_commands(unit), [{"kind": "disable"}])

    def test_a_unit_that_may_not_be_switched_is_sent_nothing(self):
        for vals in ({"erp_sync": "do_not"}, {"imei": False}, {"controlled": False}):
            with self.subTest(vals):
                unit = self.make_unit(**vals)
                unit._want("disabled", "person", "off")
                self.assertEqual(unit.wanted, "disabled")
                self.assertFalse(unit.command_state)
                self.assertFalse(self.Command.search([("unit_id", "=", unit.id)]))

    def test_a_failed_command_comes_back_with_a_new_wish_only(self):
        unit = self.make_unit()
        unit._want("disabled", "rule", "off")
        self.live_commands(unit).state = "rejected"
        unit.command_state = "failed"
        unit._want("disabled", "rule", "off")
        self.assertRecordValues(self.live_commands(unit), [{"version": 2}])

    def test_a_person_takes_over_what_the_rule_wanted(self):
        unit = self.make_unit()
        unit._want("disabled", "rule", "weekly")
        unit._want("disabled", "person", "stolen")
        self.assertRecordValues(unit, [{"wanted_origin": "person", "wanted_version": 2, "wanted_reason": "stolen"}])
        self.assertRecordValues(self.live_commands(unit), [{"version": 2, "origin": "person"}])

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------
    def test_the_screen_never_says_off_before_it_is_reported(self):
        unit = self.make_unit()
        unit._want("disabled", "person", "off")
        self.assertIn("On (read", unit.status_text)
        self.assertIn("switching off (being sent", unit.status_text)
        unit.command_state = "accepted"
        self.assertIn("switching off (accepted", unit.status_text)
        self.assertIn("waits for the unit to connect", unit.status_text)
        unit.write({"command_state": False, "reported_state": "disabled"})
        self.assertIn("Off (read", unit.status_text)
        self.assertNotIn("switching", unit.status_text)

    def test_the_screen_says_that_a_unit_marked_do_not_is_sent_nothing(self):
        unit = self.make_unit(erp_sync="do_not")
        unit._want("disabled", "person", "off")
        self.assertIn("DO NOT", unit.status_text)

    # ------------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------------
    def test_a_supervisor_switches_by_hand_with_a_reason(self):
        unit, supervisor = self.make_unit(), self.user_of("supervisor")
        action = unit.with_user(supervisor).action_switch_off()
        wizard = Form(self.env[action["res_model"]].with_user(supervisor).with_context(**action["context"]))
        wizard.reason = "Customer asked"
        wizard.save().action_switch()
        self.assertRecordValues(
            unit, [{"wanted": "disabled", "wanted_origin": "person", "wanted_user_id": supervisor.id}]
        )
        self.assertEqual(self.live_commands(unit).reason, "Customer asked")

    def test_an_operator_does_not_switch_by_hand(self):
        unit, operator = self.make_unit(), self.user_of("operator")
        with self.assertRaises(AccessError):
            unit.with_user(operator).action_retry()
        with self.assertRaises(AccessError):
            self.env["payg.switch.wizard"].with_user(operator).create(
                {"unit_ids": [Command.set(unit.ids)], "wanted": "disabled", "reason": "x"}
            )

    def test_a_supervisor_retries_a_failed_command(self):
        unit, supervisor = self.make_unit(), self.user_of("supervisor")
        unit._want("disabled", "rule", "off")
        self.live_commands(unit).state = "rejected"
        unit.command_state = "failed"
        unit.with_user(supervisor).action_retry()
        self.assertRecordValues(self.live_commands(unit), [{"version": 2, "user_id": supervisor.id}])
        with self.assertRaisesRegex(UserError, "No command"):
            unit.with_user(supervisor).action_retry()
