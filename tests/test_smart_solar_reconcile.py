from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .smart_solar_common import SmartSolarCommon

_NOW = "2030-05-06 07:08:09"
_HOUR = 3600


def _later(seconds):
    return fields.Datetime.to_datetime(_NOW) + timedelta(seconds=seconds)


@tagged("post_install", "-at_install")
class TestSmartSolarReconcile(SmartSolarCommon):
    def _accepted(self, origin="person", wanted="disabled", **vals):
        """A unit whose command was accepted at _NOW."""
        unit = self.make_solar_unit("enabled" if wanted == "disabled" else "disabled", **vals)
        with freeze_time(_NOW):
            self.switch(unit, wanted, origin)
            self.dispatch()
        self.assertEqual(unit.command_state, "accepted")
        return unit

    def _pull_at(self, seconds):
        with freeze_time(_later(seconds)):
            self.pull()

    def _dispatch_at(self, seconds):
        with freeze_time(_later(seconds)):
            self.dispatch()

    # ------------------------------------------------------------------
    # Confirmed and contradicted
    # ------------------------------------------------------------------
    def test_only_a_reading_that_began_later_confirms(self):
        unit = self._accepted()
        self.connect(unit)
        for seconds, state in ((-1, "accepted"), (0, "accepted"), (1, "confirmed")):
            self._pull_at(seconds)
            self.assertEqual(self.command(unit).state, state, seconds)
        self.assertFalse(unit.command_state)
        self.assertTrue(self.command(unit).ended_at)

    def test_only_a_reading_that_began_later_contradicts(self):
        unit = self._accepted()
        first = self.command(unit)
        self.fleet.force_state(unit.imei, "enabled", "jane@example.com")
        self._pull_at(0)
        self.assertEqual(first.state, "accepted")
        self._pull_at(1)
        self.assertEqual((first.state, first.failure_type), ("superseded", "contradicted"))
        self.assertEqual((self.command(unit).state, unit.command_state), ("queued", "live"))
        self.assertEqual(self.command(unit).priority, 10, "behind what people wait for")
        self._dispatch_at(2)
        self.assertEqual(self.solar(unit).state, "pending_disabled")

    def test_on_is_contradicted_by_off(self):
        for state in ("disabled", "pending_disabled"):
            unit = self._accepted(wanted="enabled")
            self.fleet.force_state(unit.imei, state, "jane@example.com")
            self._pull_at(10)
            self.assertEqual((self.command(unit).state, self.command(unit).kind), ("queued", "enable"), state)

    def test_a_contradicted_wish_of_the_rule_is_sent_again_only_while_the_rule_says_so(self):
        self.turn_on()
        doomed, kept = self._accepted("rule"), self._accepted("rule")
        for unit in (doomed, kept):
            self.fleet.force_state(unit.imei, "enabled", "jane@example.com")
        self.solar(kept).life_state = 8
        self._pull_at(1)
        self.assertEqual(self.command(doomed).state, "queued")
        self.assertEqual((self.command(kept).state, kept.command_state), ("superseded", False))

    def test_a_confirmed_unit_that_somebody_switched_on_is_switched_off_again(self):
        unit = self._accepted()
        self.connect(unit)
        self._pull_at(1)
        self.fleet.force_state(unit.imei, "enabled", "jane@example.com")
        self._pull_at(2 * _HOUR)
        self.assertEqual((self.command(unit).state, unit.command_state), ("queued", "live"))
        self.assertEqual(unit.reported_changed_by, "jane@example.com")
        self._dispatch_at(2 * _HOUR + 1)
        self.connect(unit)
        self.assertEqual(self.solar(unit).state, "disabled")

    def test_with_the_feature_off_the_rules_wishes_rest(self):
        self.turn_on()
        unit = self._accepted("rule")
        self.connect(unit)
        self._pull_at(1)
        self.config.disable_by_default = False
        self.fleet.force_state(unit.imei, "enabled", "jane@example.com")
        self._pull_at(2 * _HOUR)
        self.assertFalse(unit.command_state)

    def test_a_wish_of_a_unit_marked_do_not_waits_until_it_is_do_again(self):
        unit = self.make_solar_unit(erp_sync="do_not")
        with freeze_time(_NOW):
            self.switch(unit)
        self.assertFalse(unit.command_ids)
        self._pull_at(1)
        self.assertFalse(unit.command_ids)
        unit.erp_sync = "do"
        self._pull_at(2)
        self.assertEqual(self.command(unit).state, "queued")

    def test_a_failed_command_comes_back_only_by_a_person(self):
        unit = self.make_solar_unit()
        self.simulator.faults.add("validation-error", times=1, path="disable")
        with freeze_time(_NOW):
            self.switch(unit)
            self.dispatch()
        for hours in (2, 4, 6):
            self._pull_at(hours * _HOUR)
            self._dispatch_at(hours * _HOUR)
        self.assertEqual((unit.command_state, len(self.calls())), ("failed", 1))

    def test_what_is_on_its_way_is_left_alone(self):
        unit = self.make_solar_unit()
        with freeze_time(_NOW):
            self.switch(unit)
        self._pull_at(1)
        self.assertEqual(len(unit.command_ids), 1)
        self.assertEqual(self.command(unit).state, "queued")

    def test_an_imported_fleet_is_left_as_it_is(self):
        units = self.make_solar_units(3) + self.make_solar_units(3, state="disabled")
        self.turn_on()
        for hours in (2, 4):
            self._pull_at(hours * _HOUR)
            self._dispatch_at(hours * _HOUR)
        self.assertFalse(self.calls())
        self.assertFalse(units.command_ids)

    def test_a_late_effect_of_an_older_command_is_healed(self):
        unit = self.make_solar_unit()
        with freeze_time(_NOW):
            self.switch(unit, "disabled")
            self.simulator.faults.add("error-before", times=1, path="disable")
            self.dispatch()
            self.switch(unit, "enabled")
        self._dispatch_at(1)
        self.assertEqual(unit.command_state, "accepted")
        # The first call, long given up, has its effect now.
        self.fleet.switch(unit.imei, "disabled", "erp@example.com")
        self._pull_at(2)
        self._dispatch_at(3)
        self.connect(unit)
        self._pull_at(4)
        self.assertEqual(
            (self.solar(unit).state, unit.reported_state, unit.command_state), ("enabled", "enabled", False)
        )

    # ------------------------------------------------------------------
    # Asked to connect
    # ------------------------------------------------------------------
    def _pokes(self, unit):
        return unit.command_ids.filtered(lambda command: command.kind == "force_connection")

    def test_a_unit_that_does_not_connect_is_asked_to(self):
        unit = self._accepted()
        for seconds, pokes in ((24 * _HOUR - 1, 0), (24 * _HOUR, 0), (24 * _HOUR + 1, 1)):
            self._pull_at(seconds)
            self.assertEqual(len(self._pokes(unit)), pokes, seconds)
        self._dispatch_at(24 * _HOUR + 2)
        self.assertEqual(self.fleet.pokes[unit.imei], 1)
        self.assertEqual(unit.command_state, "accepted")
        self.connect(unit)
        self._pull_at(25 * _HOUR)
        self.assertEqual(set(unit.command_ids.mapped("state")), {"confirmed"})

    def test_asking_costs_one_sms_in_its_time_and_ends(self):
        unit = self._accepted()
        for hour in range(24, 24 * 12, 6):
            self._pull_at(hour * _HOUR + 60)
            self._dispatch_at(hour * _HOUR + 61)
        self.assertEqual(self.fleet.pokes[unit.imei], 5)

    def test_a_request_to_connect_is_not_sent_once_it_is_moot(self):
        unit = self._accepted()
        self._pull_at(25 * _HOUR)
        self.connect(unit)
        self._pull_at(26 * _HOUR)
        self._dispatch_at(26 * _HOUR + 1)
        self.assertFalse(self.fleet.pokes)
        self.assertEqual((self._pokes(unit).state, self._pokes(unit).failure_type), ("superseded", "moot"))

    def test_a_refused_request_to_connect_fails_no_switching(self):
        unit = self._accepted()
        self.simulator.faults.add("validation-error", times=1, path="force_connection")
        self._pull_at(25 * _HOUR)
        self._dispatch_at(25 * _HOUR + 1)
        self.assertEqual((self._pokes(unit).state, unit.command_state), ("rejected", "accepted"))
