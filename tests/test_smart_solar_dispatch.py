from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .smart_solar_common import SmartSolarCommon

_NOW = "2030-05-06 07:08:09"
_SPOILED = ("error-after", "cut", "garbage", "wrong-unit")
_INSTEAD = ("error-before", "html", "html-404", "redirect")


def _later(seconds):
    return fields.Datetime.to_datetime(_NOW) + timedelta(seconds=seconds)


@tagged("post_install", "-at_install")
class TestSmartSolarDispatch(SmartSolarCommon):
    # ------------------------------------------------------------------
    # The way of a command
    # ------------------------------------------------------------------
    def test_a_unit_wanted_off_ends_off_in_smart_solar(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        self.assertEqual((unit.command_state, self.command(unit).state), ("live", "queued"))
        self.dispatch()
        self.assertEqual((unit.command_state, self.command(unit).state), ("accepted", "accepted"))
        self.assertEqual(self.solar(unit).state, "pending_disabled")
        self.connect(unit)
        self.pull()
        self.assertEqual(self.solar(unit).state, "disabled")
        self.assertEqual((unit.reported_state, unit.command_state), ("disabled", False))
        self.assertEqual(self.command(unit).state, "confirmed")

    def test_accepted_is_not_off(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        self.dispatch()
        self.pull()
        self.assertEqual((unit.reported_state, unit.command_state), ("pending_disabled", "accepted"))
        self.assertEqual(self.command(unit).state, "accepted")

    def test_nothing_is_sent_that_nobody_wants(self):
        units = self.make_solar_units(5)
        self.dispatch()
        self.pull()
        self.dispatch()
        self.assertFalse(self.calls())
        self.assertFalse(units.command_ids)

    def test_many_units_are_switched_once_each(self):
        units = self.make_solar_units(150)
        self.switch(units)
        self.dispatch()
        self.assertEqual(len(self.calls()), 150)
        self.assertEqual(set(units.mapped("command_state")), {"accepted"})
        self.assertEqual({self.solar(unit).state for unit in units}, {"pending_disabled"})
        self.assertEqual(self.simulator.door.logins, 1)

    def test_what_people_wait_for_goes_first(self):
        mass, person = self.make_solar_unit(), self.make_solar_unit()
        self.client.threads = 1
        self.switch(mass)
        self.command(mass).priority = 10
        self.switch(person)
        self.dispatch()
        self.assertEqual([call.imei for call in self.calls()], [person.imei, mass.imei])

    def test_a_second_dispatch_finds_nothing_to_send(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        self.dispatch()
        self.dispatch()
        self.assertEqual(len(self.calls()), 1)

    def test_each_company_uses_its_own_connection(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_client(other, username="system@example.com")
        unit = self.make_solar_unit()
        self.switch(unit)
        self.dispatch()
        self.assertEqual([call.user for call in self.calls()], ["erp@example.com"])

    def test_an_archived_connection_sends_nothing(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        self.client.active = False
        self.dispatch()
        self.assertFalse(self.simulator.calls.total)
        self.assertEqual(self.command(unit).state, "queued")

    # ------------------------------------------------------------------
    # Unknown outcomes
    # ------------------------------------------------------------------
    def test_a_spoiled_answer_is_retried_with_the_same_id_until_it_is_clear(self):
        for kind in (*_SPOILED, *_INSTEAD):
            with self.subTest(kind):
                unit = self.make_solar_unit()
                self.simulator.faults.add(kind, times=1, path=unit.imei)
                self.switch(unit)
                command = self.command(unit)
                transaction = command.transaction_id
                self.dispatch()
                self.assertEqual((command.state, command.failure_type, command.attempts), ("retry", "unavailable", 1))
                self.assertEqual(unit.command_state, "live")
                self.assertEqual(self.solar(unit).state, "pending_disabled" if kind in _SPOILED else "enabled")
                command.next_try_at = fields.Datetime.now()
                self.dispatch()
                self.assertEqual((command.state, command.transaction_id), ("accepted", transaction))
                self.assertFalse(command.failure_type)
                self.assertEqual(self.solar(unit).state, "pending_disabled")

    def test_a_retry_waits_for_its_moment(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        with freeze_time(_NOW), patch("random.uniform", return_value=30):
            self.simulator.faults.add("error-before", times=1, path=unit.imei)
            self.dispatch()
        for seconds, calls in ((29, 1), (30, 2), (31, 2)):
            with freeze_time(_later(seconds)):
                self.dispatch()
            self.assertEqual(len(self.calls()), calls, seconds)

    def test_no_answer_too_often_fails_for_good(self):
        unit = self.make_solar_unit()
        self.client.write({"max_attempts": 3, "breaker_failures": 50})
        self.simulator.faults.add("error-before", path="disable")
        self.switch(unit)
        for _attempt in range(3):
            self.command(unit).next_try_at = False
            self.dispatch()
        command = self.command(unit)
        self.assertEqual((command.state, command.failure_type, command.attempts), ("rejected", "exhausted", 3))
        self.assertEqual(unit.command_state, "failed")
        self.dispatch()
        self.assertEqual(len(self.calls()), 3)

    def test_a_reading_as_wanted_settles_what_failed(self):
        unit = self.make_solar_unit()
        self.client.max_attempts = 1
        self.simulator.faults.add("error-after", times=1, path="disable")
        self.switch(unit)
        self.dispatch()
        self.assertEqual(unit.command_state, "failed")
        self.connect(unit)
        self.pull()
        self.assertFalse(unit.command_state)

    # ------------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------------
    def test_a_refusal_is_final_until_a_person_retries(self):
        unit = self.make_solar_unit()
        self.simulator.faults.add("validation-error", times=1, path="disable")
        self.switch(unit)
        self.dispatch()
        command = self.command(unit)
        self.assertEqual((command.state, command.failure_type), ("rejected", "rejected"))
        self.assertIn("refused", command.failure_message)
        self.assertEqual(unit.command_state, "failed")
        self.pull()
        self.dispatch()
        self.assertEqual(len(self.calls()), 1)
        command.with_user(self.user_of("supervisor")).action_retry()
        self.dispatch()
        self.assertEqual((unit.command_state, self.solar(unit).state), ("accepted", "pending_disabled"))

    def test_a_unit_that_smart_solar_does_not_know_is_sent_nothing_more(self):
        unit = self.make_unit()
        self.switch(unit)
        self.dispatch()
        self.assertEqual((self.command(unit).failure_type, unit.command_state), ("unknown_unit", "failed"))
        self.assertTrue(unit.unknown_since)
        self.switch(unit, "enabled")
        self.dispatch()
        self.assertEqual(len(self.calls()), 1)

    def test_a_unit_out_of_the_logins_reach_fails_alone(self):
        self.simulator.door.users["erp@example.com"] = self._entity_user()
        near, far = self.make_solar_unit(), self.make_solar_unit()
        self.solar(far).entity_id = 9
        self.switch(near + far)
        self.dispatch()
        self.assertEqual((near.command_state, far.command_state), ("accepted", "failed"))
        self.assertEqual(self.command(far).failure_type, "forbidden")
        self.assertEqual(self.client.state, "ok")

    def _entity_user(self):
        return type(self.simulator.door.users["erp@example.com"])("erp@example.com", visibility="ENTITY", entity_id=4)

    # ------------------------------------------------------------------
    # Wishes that change
    # ------------------------------------------------------------------
    def test_only_the_newest_wish_is_sent(self):
        unit = self.make_solar_unit()
        self.switch(unit, "disabled")
        self.switch(unit, "enabled")
        self.dispatch()
        self.assertEqual([call.path.rsplit("/", 1)[1] for call in self.calls()], ["enable"])
        self.assertEqual(self.solar(unit).state, "enabled")

    def test_a_wish_that_changes_after_acceptance_is_sent_although_the_old_reading_agrees(self):
        unit = self.make_solar_unit()
        self.switch(unit, "disabled")
        self.dispatch()
        self.assertEqual(unit.reported_state, "enabled")
        self.switch(unit, "enabled")
        self.dispatch()
        self.assertEqual(self.solar(unit).state, "pending_enabled")

    def test_a_wish_that_changes_while_its_predecessor_is_sent_follows_it(self):
        unit = self.make_solar_unit()
        self.switch(unit, "disabled")
        old = self.command(unit)
        claim, claimed = self.Command._claim(self.company, 10, 300)
        self.env.invalidate_all()
        self.switch(unit, "enabled")
        self.assertEqual(self.command(unit), old, "one live command a unit")
        self._record(claim, claimed, "accepted")
        self.assertEqual(old.state, "accepted")
        new = self.command(unit)
        self.assertEqual((new.kind, new.state, unit.command_state), ("enable", "queued", "live"))

    def test_an_unknown_outcome_of_an_old_wish_gives_way_to_the_new_one(self):
        unit = self.make_solar_unit()
        self.switch(unit, "disabled")
        old = self.command(unit)
        claim, claimed = self.Command._claim(self.company, 10, 300)
        self.env.invalidate_all()
        self.switch(unit, "enabled")
        self._record(claim, claimed, "retry")
        self.assertEqual((old.state, old.failure_type), ("superseded", "newer_wish"))
        self.assertEqual((self.command(unit).kind, unit.command_state), ("enable", "live"))

    def _record(self, claim, claimed, state):
        from ..models.smart_solar_command_record import Ruling

        rulings = [Ruling(row.id, state, None, None, fields.Datetime.now(), 1) for row in claimed]
        recorded = self.Command._record({row.id: claim for row in claimed}, rulings)
        self.env.invalidate_all()
        return recorded

    def test_the_rules_command_is_not_sent_once_the_rule_keeps_the_unit(self):
        self.turn_on()
        kept, doomed = self.make_solar_unit(), self.make_solar_unit()
        self.assertEqual((kept + doomed)._ask_rule("the weekly run"), kept + doomed)
        kept.life_state = "8"
        self.dispatch()
        self.assertEqual((self.command(kept).state, self.command(kept).failure_type), ("superseded", "kept"))
        self.assertFalse(kept.command_state)
        self.assertEqual(self.solar(kept).state, "enabled")
        self.assertEqual(self.solar(doomed).state, "pending_disabled")

    def test_a_persons_command_is_sent_whatever_the_rule_says(self):
        unit = self.make_solar_unit(life_state=8)
        self.switch(unit)
        self.dispatch()
        self.assertEqual(self.solar(unit).state, "pending_disabled")

    def test_a_unit_marked_do_not_meanwhile_is_sent_nothing(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        unit.erp_sync = "do_not"
        self.dispatch()
        self.assertFalse(self.calls())
        self.assertEqual((self.command(unit).state, unit.command_state), ("superseded", False))

    # ------------------------------------------------------------------
    # Killed dispatchers
    # ------------------------------------------------------------------
    def test_what_a_killed_dispatcher_held_is_sent_when_its_lease_ends(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        command = self.command(unit)
        transaction = command.transaction_id
        with freeze_time(_NOW):
            self.Command._claim(self.company, 10, 300)
        self.env.invalidate_all()
        for seconds, calls in ((299, 0), (300, 0), (301, 1)):
            with freeze_time(_later(seconds)):
                self.dispatch()
            self.assertEqual(len(self.calls()), calls, seconds)
        self.assertEqual((command.state, command.transaction_id, command.attempts), ("accepted", transaction, 1))

    def test_an_answer_after_the_lease_records_nothing(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        with freeze_time(_NOW):
            claim, claimed = self.Command._claim(self.company, 10, 300)
        with freeze_time(_later(301)):
            self.Command._recover_leases(self.company)
        self.assertEqual(self._record(claim, claimed, "accepted"), 0)
        self.assertEqual((self.command(unit).state, self.command(unit).failure_type), ("retry", "lost"))
        self.assertEqual(unit.command_state, "live")

    def test_an_answer_to_a_claim_that_somebody_else_took_over_records_nothing(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        with freeze_time(_NOW):
            first, claimed = self.Command._claim(self.company, 10, 300)
        with freeze_time(_later(301)):
            self.Command._recover_leases(self.company)
            second, _claimed = self.Command._claim(self.company, 10, 300)
        self.assertEqual(self._record(first, claimed, "rejected"), 0)
        self.assertEqual((self.command(unit).state, self.command(unit).claim), ("sending", second))
        self.assertEqual(self._record(second, claimed, "accepted"), 1)

    def test_a_claimed_command_is_not_claimed_twice(self):
        self.switch(self.make_solar_units(3))
        first = self.Command._claim(self.company, 2, 300)[1]
        second = self.Command._claim(self.company, 2, 300)[1]
        self.assertEqual((len(first), len(second)), (2, 1))

    def test_a_bug_in_a_call_loses_no_command(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        with (
            patch("odoo.addons.payg_control_unit.smart_solar.SmartSolar.disable", side_effect=KeyError("bug")),
            self.assertLogs("odoo.addons.payg_control_unit.models.smart_solar_courier", "ERROR"),
        ):
            self.dispatch()
        self.assertEqual((self.command(unit).state, self.command(unit).failure_message), ("retry", "KeyError"))

    def test_an_error_of_one_connection_does_not_stop_the_others(self):
        other = self.env["res.company"].create({"name": "A other"})
        broken = self.make_client(other)
        unit = self.make_solar_unit()
        self.switch(unit)
        gate = type(self.client)._prepare_dispatch

        def prepare(client):
            if client == broken:
                raise ValueError("bug")
            return gate(client)

        with (
            patch.object(type(self.client), "_prepare_dispatch", prepare),
            mute_logger("odoo.addons.payg_control_unit.models.smart_solar_client_health"),
        ):
            self.dispatch()
        self.assertEqual(unit.command_state, "accepted")
