from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .smart_solar_common import SmartSolarCommon

_NOW = "2030-05-06 07:08:09"


def _later(seconds):
    return fields.Datetime.to_datetime(_NOW) + timedelta(seconds=seconds)


@tagged("post_install", "-at_install")
class TestSmartSolarHealth(SmartSolarCommon):
    # ------------------------------------------------------------------
    # Slow down
    # ------------------------------------------------------------------
    def test_a_request_to_slow_down_pauses_the_connection_and_counts_no_attempt(self):
        unit = self.make_solar_unit()
        self.switch(unit)
        with freeze_time(_NOW):
            self.simulator.faults.add("throttle", times=1, path="disable", retry_after=90)
            self.dispatch()
        command = self.command(unit)
        self.assertEqual((command.state, command.failure_type, command.attempts), ("retry", "throttled", 0))
        self.assertEqual((self.client.state, self.client.paused_until), ("paused", _later(90)))
        self.assertFalse(self.activities())
        for seconds, calls in ((89, 1), (90, 2), (91, 2)):
            with freeze_time(_later(seconds)):
                self.dispatch()
            self.assertEqual(len(self.calls()), calls, seconds)
        self.assertEqual((self.client.state, unit.command_state), ("ok", "accepted"))

    def test_a_pause_is_at_least_a_second_and_at_most_a_quarter_of_an_hour(self):
        for asked, seconds in ((0, 1), (86400, 900), (None, 60)):
            with self.subTest(asked=asked), freeze_time(_NOW):
                self.client._mark_paused(asked, "slow down")
                self.assertEqual(self.client.paused_until, _later(seconds))

    def test_maintenance_pauses_reading_too(self):
        self.make_solar_unit()
        self.simulator.faults.add("maintenance", times=1, path="current_enable_status", retry_after=30)
        with freeze_time(_NOW):
            self.pull()
        with freeze_time(_later(29)):
            self.pull()
        self.assertEqual(len(self.calls("current_enable_status")), 1)
        with freeze_time(_later(30)):
            self.pull()
        self.assertEqual(self.client.state, "ok")

    def test_an_answer_to_one_worker_does_not_end_the_pause_that_another_was_told(self):
        with freeze_time(_NOW):
            self.client._mark_paused(90, "slow down")
            self.client._mark_ok()
        self.assertEqual((self.client.state, self.client.paused_until), ("paused", _later(90)))

    # ------------------------------------------------------------------
    # Login
    # ------------------------------------------------------------------
    def test_a_dead_token_costs_one_login_and_the_new_one_is_shared(self):
        units = self.make_solar_units(3)
        self.switch(units[0])
        self.dispatch()
        self.simulator.door.forget()
        self.switch(units[1:])
        self.dispatch()
        self.assertEqual(self.simulator.door.logins, 2)
        self.assertEqual(set(units.mapped("command_state")), {"accepted"})
        self.assertIn(self.client.token, self.simulator.door.tokens)

    def test_a_refused_login_stops_the_connection_with_one_activity(self):
        self.client.password = "wrong"
        unit = self.make_solar_unit()
        self.switch(unit)
        for _time in range(3):
            self.dispatch()
            self.pull()
        self.assertEqual(self.client.state, "stopped")
        self.assertEqual(len(self.calls("login")), 1)
        self.assertEqual(len(self.activities()), 1)
        self.assertIn("refuses", self.activities().note)
        self.assertEqual((self.command(unit).state, self.command(unit).attempts), ("queued", 0))

    def test_a_new_password_starts_a_stopped_connection(self):
        self.client.password = "wrong"
        unit = self.make_solar_unit()
        self.switch(unit)
        self.dispatch()
        self.client.password = "simulator"
        self.assertEqual(self.client.state, "new")
        self.dispatch()
        self.assertEqual((self.client.state, unit.command_state), ("ok", "accepted"))
        self.assertFalse(self.activities())

    def test_a_token_refused_in_the_middle_puts_the_commands_back(self):
        units = self.make_solar_units(4)
        self.switch(units[0])
        self.dispatch()
        self.simulator.faults.add("unauthorized", path="disable")
        self.switch(units[1:])
        self.dispatch()
        self.assertEqual(self.client.state, "stopped")
        commands = self.live_commands(units)
        self.assertEqual(len(commands), 3)
        self.assertEqual((set(commands.mapped("state")), set(commands.mapped("attempts"))), ({"queued"}, {0}))

    def test_an_administrator_resumes_a_stopped_connection(self):
        self.client.password = "wrong"
        self.switch(self.make_solar_unit())
        self.dispatch()
        self.client.with_user(self.user_of("administrator")).action_resume()
        self.assertEqual(self.client.state, "new")
        self.assertFalse(self.activities())

    def test_a_login_that_may_not_switch_is_not_even_tried(self):
        self.client.username = "overview@example.com"
        self.switch(self.make_solar_unit())
        self.dispatch()
        self.assertFalse(self.calls())
        self.assertEqual(self.client.state, "stopped")
        self.assertIn("TECHNICAL", self.client.last_error)

    def test_a_login_that_loses_its_permission_fails_no_command(self):
        users = self.simulator.door.users
        units = self.make_solar_units(4)
        self.switch(units[0])
        self.dispatch()
        users["erp@example.com"] = type(users["erp@example.com"])("erp@example.com", permission="OVERVIEW")
        self.simulator.door.forget()
        self.switch(units[1:])
        self.dispatch()
        self.assertEqual(len(self.live_commands(units)), 3)
        self.assertEqual(set(self.live_commands(units).mapped("state")), {"queued"})
        self.assertIn("TECHNICAL", self.client.last_error)

    def test_a_login_that_may_not_read_the_states_still_switches(self):
        self.client.username = "technical@example.com"
        unit = self.make_solar_unit()
        self.switch(unit)
        self.dispatch()
        self.pull()
        self.assertEqual(unit.command_state, "accepted")
        self.assertIn("FACTORY", self.client.last_pull_error)
        self.assertEqual(len(self.activities()), 1)
        self.dispatch()
        self.pull()
        self.assertEqual(len(self.activities()), 1)

    # ------------------------------------------------------------------
    # The breaker
    # ------------------------------------------------------------------
    def test_failures_in_a_row_open_the_breaker(self):
        self.client.threads = 1
        units = self.make_solar_units(12)
        self.simulator.faults.add("error-before", path="disable")
        self.switch(units)
        with freeze_time(_NOW):
            self.dispatch()
        self.assertEqual(len(self.calls()), 5)
        self.assertEqual((self.client.state, self.client.breaker_until), ("broken", _later(60)))
        self.assertEqual(len(self.activities()), 1)
        commands = self.live_commands(units)
        self.assertEqual(sorted(commands.mapped("attempts")), [0] * 7 + [1] * 5)
        self.assertEqual(len(commands.filtered(lambda command: command.state == "queued")), 7)

    def test_an_open_breaker_lets_one_call_through_and_waits_twice_as_long(self):
        units = self._break()
        for seconds, calls in ((59, 5), (60, 6), (61, 6)):
            with freeze_time(_later(seconds)):
                self.dispatch()
            self.assertEqual(len(self.calls()), calls, seconds)
        self.assertEqual(self.client.breaker_until, _later(60 + 120))
        self.assertEqual(len(self.activities()), 1)
        self.simulator.faults.clear()
        with freeze_time(_later(7200)):
            self.dispatch()
        self.assertEqual((self.client.state, self.client.breaker_step, self.client.failure_count), ("ok", 0, 0))
        self.assertEqual(set(units.mapped("command_state")), {"accepted"})
        self.assertFalse(self.activities())

    def _break(self):
        self.client.threads = 1
        units = self.make_solar_units(12)
        self.simulator.faults.add("error-before", path="disable")
        self.switch(units)
        with freeze_time(_NOW):
            self.dispatch()
        return units

    def test_the_breaker_waits_at_most_its_longest_wait(self):
        with freeze_time(_NOW):
            for _time in range(40):
                self.client._break()
            self.assertEqual(self.client.breaker_until, _later(900))

    def test_one_worker_gets_the_probe(self):
        self._break()
        with freeze_time(_later(60)):
            self.assertEqual([self.client._gate(), self.client._gate()], ["probe", "closed"])

    def test_failures_before_count_but_an_answer_forgets_them(self):
        self.client.threads = 1
        for _time in range(4):
            unit = self.make_solar_unit()
            self.simulator.faults.add("error-before", times=1, path=unit.imei)
            self.switch(unit)
            self.dispatch()
        self.assertEqual((self.client.state == "broken", self.client.failure_count), (False, 4))
        self.switch(self.make_solar_unit())
        self.dispatch()
        self.assertEqual((self.client.state, self.client.failure_count), ("ok", 0))

    def test_an_unreachable_host_breaks_without_failing_commands(self):
        self.simulator.stop()
        unit = self.make_solar_unit()
        self.switch(unit)
        for _time in range(5):
            self.dispatch()
        self.assertEqual(self.client.state, "broken")
        self.assertEqual((self.command(unit).state, self.command(unit).attempts), ("queued", 0))

    # ------------------------------------------------------------------
    # Coming back
    # ------------------------------------------------------------------
    def _triggers(self):
        cron = self.env.ref("payg_control_unit.ir_cron_dispatch")
        return self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])

    def test_the_dispatcher_comes_back_when_a_pause_ends(self):
        self.switch(self.make_solar_unit())
        with freeze_time(_NOW):
            self.simulator.faults.add("throttle", times=1, path="disable", retry_after=90)
            self._triggers().unlink()
            self.dispatch()
        self.assertEqual(self._triggers().mapped("call_at"), [_later(90)])

    def test_the_dispatcher_does_not_come_back_for_a_stopped_connection(self):
        self.client.password = "wrong"
        self.switch(self.make_solar_unit())
        self._triggers().unlink()
        self.dispatch()
        self.assertFalse(self._triggers())
