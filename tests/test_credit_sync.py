from datetime import datetime, timedelta
from unittest.mock import patch
from urllib.parse import quote_plus

from freezegun import freeze_time

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import smart_solar
from .common import ROLES
from .credit_sync_common import DAY, CreditSyncCommon

NOW = datetime(2026, 3, 2, 12, 0, 0)
SECOND = timedelta(seconds=1)


@tagged("post_install", "-at_install")
class TestUnitCredit(CreditSyncCommon):
    """What a unit's row says of its credit, without any call."""

    def at(self, moment, unit):
        with freeze_time(moment):
            unit.invalidate_recordset()
            return unit.unit_credit_seconds, unit.unit_credit_text

    def known(self, until, **vals):
        return self.make_unit(dcm=True, unit_credit_until=until, unit_credit_as_of=NOW, unit_credit_read_at=NOW, **vals)

    def test_the_credit_counts_down_to_the_second_and_never_below_zero(self):
        unit = self.known(NOW)
        self.assertEqual(self.at(NOW - SECOND, unit), (1, "1 second"))
        self.assertEqual(self.at(NOW, unit), (0, "0 seconds"))
        self.assertEqual(self.at(NOW + SECOND, unit), (0, "0 seconds"))
        self.assertEqual(self.at(NOW - timedelta(days=2, hours=3, minutes=4, seconds=5), unit)[0], 183845)

    def test_scm_is_not_available_and_never_read_is_unknown_not_zero(self):
        scm, unread = self.make_unit(unit_credit_until=NOW), self.make_unit(dcm=True)
        self.assertEqual(scm.unit_credit_text, "N/A")
        self.assertEqual(unread.unit_credit_text, "Unknown")
        found = self.Unit.search([("unit_credit_seconds", "=", 0), ("id", "in", (scm + unread).ids)])
        self.assertFalse(found, "what is not known is not 0")

    def test_it_is_sorted_and_searched_by_the_moment_at_which_it_ends(self):
        with freeze_time(NOW):
            late, soon, out = (self.known(NOW + timedelta(days=days)) for days in (9, 1, -1))
            unread, scm = self.make_unit(dcm=True), self.make_unit()
            all_ = late + soon + out + unread + scm
            domain = [("id", "in", all_.ids)]
            self.assertEqual(self.Unit.search(domain, order="unit_credit_seconds")[:3], out + soon + late)
            self.assertEqual(self.Unit.search(domain, order="unit_credit_text desc")[:3], late + soon + out)
            for condition, expected in (
                (("unit_credit_seconds", "<", 2 * DAY), soon + out),
                (("unit_credit_seconds", ">", DAY), late),
                (("unit_credit_seconds", ">=", DAY), soon + late),
                (("unit_credit_seconds", "=", 0), out),
            ):
                self.assertEqual(self.Unit.search([*domain, condition]).sorted("id"), expected.sorted("id"), condition)

    def test_a_credit_told_longer_than_a_week_and_a_day_ago_is_out_of_date(self):
        unit = self.known(NOW + timedelta(days=30))
        for moment, stale in ((8, False), (8 + 1 / DAY, True)):
            with freeze_time(NOW + timedelta(days=moment)):
                unit.invalidate_recordset()
                self.assertEqual(unit.unit_credit_stale, stale)
                for asked in (True, False):
                    found = self.Unit.search([("unit_credit_stale", "=", asked), ("id", "=", unit.id)])
                    self.assertEqual(bool(found), asked == stale)

    def test_pending_credit_is_shown_with_its_sign(self):
        unit = self.known(NOW, credit_pending_count=1, credit_pending_seconds=2 * DAY)
        self.assertEqual(unit.credit_pending_text, "+2 days 0 hours 0 min 0 seconds")
        unit.credit_pending_seconds = -60
        self.assertEqual(unit.credit_pending_text, "−1 min 0 seconds")

    def test_a_list_costs_no_query_a_row(self):
        few, many = self.make_units(2, dcm=True), self.make_units(30, dcm=True)

        def count(units):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            units.mapped("unit_credit_text")
            units.mapped("unit_credit_stale")
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(few), count(many))


@tagged("post_install", "-at_install")
class TestReadCredit(CreditSyncCommon, CronMixinCase):
    # ------------------------------------------------------------------
    # What is read
    # ------------------------------------------------------------------
    def test_a_reading_writes_the_credit_that_the_unit_told(self):
        unit = self.make_dcm_unit(balance=3 * DAY)
        told = self.solar_now
        self.read_credit()
        self.assertEqual(unit.unit_credit_balance, 3 * DAY)
        self.assertEqual(unit.unit_credit_until, told + timedelta(days=3))
        self.assertEqual(unit.unit_credit_as_of, told)
        self.assertTrue(unit.unit_credit_read_at >= told)
        self.assertFalse(unit.credit_misses)
        self.assertIn("Units read: 1", self.client.last_credit_message)

    def test_scm_units_and_those_that_smart_solar_does_not_know_are_not_asked_for(self):
        scm = self.make_solar_unit()
        alien = self.make_dcm_unit(unknown_since=NOW)
        foreign = self.make_dcm_unit(controlled=False)
        self.read_credit()
        self.assertFalse(self.calls("balances"))
        self.assertFalse((scm + alien + foreign).filtered("unit_credit_until"))

    def test_a_balance_without_an_expiry_is_counted_from_when_it_was_told(self):
        unit = self.make_dcm_unit()
        row = smart_solar.Balance(unit.imei, 90, None, NOW, 1)
        self.Unit._write_balances(self.company, NOW + timedelta(hours=1), [row])
        self.assertEqual(unit.unit_credit_until, NOW + timedelta(seconds=90))

    def test_a_unit_with_nothing_left_ran_out_when_it_said_so_at_the_latest(self):
        unit = self.make_dcm_unit()
        row = smart_solar.Balance(unit.imei, 0, NOW + timedelta(days=5), NOW, 1)
        self.Unit._write_balances(self.company, NOW + timedelta(days=1), [row])
        self.assertEqual(unit.unit_credit_until, NOW)

    def test_a_clock_ahead_of_ours_does_not_make_later_readings_look_old(self):
        unit = self.make_dcm_unit()
        ahead = smart_solar.Balance(unit.imei, 10, NOW + timedelta(days=2), NOW + timedelta(days=2), 1)
        self.Unit._write_balances(self.company, NOW, [ahead])
        self.assertEqual(unit.unit_credit_as_of, NOW)
        later = smart_solar.Balance(unit.imei, 20, NOW + timedelta(days=3), NOW + timedelta(hours=2), 1)
        self.Unit._write_balances(self.company, NOW + timedelta(hours=1), [later])
        self.assertEqual(unit.unit_credit_balance, 20)

    def test_a_row_older_than_what_we_have_is_ignored(self):
        unit = self.make_dcm_unit()
        new = smart_solar.Balance(unit.imei, 50, NOW + timedelta(days=1), NOW, 1)
        old = smart_solar.Balance(unit.imei, 99, NOW + timedelta(days=9), NOW - SECOND, 1)
        self.Unit._write_balances(self.company, NOW, [new])
        self.Unit._write_balances(self.company, NOW + timedelta(hours=1), [old])
        self.assertEqual((unit.unit_credit_balance, unit.unit_credit_as_of), (50, NOW))
        self.Unit._write_balances(self.company, NOW - timedelta(hours=1), [new._replace(balance=7)])
        self.assertEqual(unit.unit_credit_balance, 50, "a reading that began before the one we have")
        self.Unit._write_balances(self.company, NOW + timedelta(hours=2), [new._replace(balance=8)])
        self.assertEqual(unit.unit_credit_balance, 8, "told at the same moment, read later")

    def test_of_two_rows_of_a_unit_the_newer_counts_whatever_their_order(self):
        unit = self.make_dcm_unit()
        new = smart_solar.Balance(unit.imei, 50, NOW + timedelta(days=1), NOW, 1)
        old = new._replace(balance=1, modified_at=NOW - SECOND)
        for rows in ([new, old], [old, new]):
            unit.write({"unit_credit_as_of": False, "unit_credit_read_at": False, "unit_credit_balance": 0})
            self.Unit._write_balances(self.company, NOW, rows)
            self.assertEqual(unit.unit_credit_balance, 50)

    def test_garbage_and_duplicates_are_skipped_and_counted(self):
        units = self.make_dcm_units(4)
        self.simulator.faults.add("wrong-imeis", times=1, path="balances")
        self.read_credit()
        self.assertEqual(len(units.filtered("unit_credit_until")), 2)
        self.assertEqual(sum(units.mapped("credit_misses")), 2, "what was garbage is asked for again, not for ever")
        self.assertIn("Rows not understood: 2", self.client.last_credit_message)
        self.due(units)
        self.simulator.faults.add("duplicate-rows", times=1, path="balances")
        self.read_credit()
        self.assertEqual(units.mapped("credit_misses"), [0] * 4)
        self.assertIn("Units read: 4", self.client.last_credit_message)

    # ------------------------------------------------------------------
    # In bulk
    # ------------------------------------------------------------------
    def test_many_units_are_read_in_few_calls_whose_query_stays_under_8_kb(self):
        units = self.make_dcm_units(700)
        seen = []
        handle = self.simulator.api.handle

        def spy(call):
            if "balances" in call.path:
                seen.append(len(quote_plus(call.arguments["q"])))
            return handle(call)

        with patch.object(self.simulator.api, "handle", spy):
            self.read_credit()
        self.assertFalse(units.filtered(lambda unit: not unit.unit_credit_until))
        self.assertLessEqual(len(seen), 4)
        self.assertLess(max(seen), 8192)

    def test_a_server_that_caps_its_pages_is_read_to_the_end(self):
        units = self.make_dcm_units(25)
        self.simulator.api.page_cap = 10
        self.read_credit()
        self.assertFalse(units.filtered(lambda unit: not unit.unit_credit_until))

    def test_a_reading_writes_set_wise(self):
        def count(number):
            units = self.make_dcm_units(number)
            self.env.flush_all()
            self.env.invalidate_all()
            batch = [(unit.id, unit.imei) for unit in units]
            with self.client._wire() as wire:
                reading = self.client._ask_credit(wire, batch)
                before = self.env.cr.sql_log_count
                self.client._keep_credit(wire, self.client._login_key(), batch, reading)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(2), count(60))

    # ------------------------------------------------------------------
    # Only what is due
    # ------------------------------------------------------------------
    def test_each_unit_is_read_once_a_week(self):
        with freeze_time(NOW) as clock:
            unit = self.make_dcm_unit()
            self.read_credit()
            self.assertEqual(len(self.calls("balances")), 1)
            for seconds, calls in ((7 * DAY - 1, 1), (1, 2), (1, 2)):
                clock.tick(seconds)
                self.read_credit()
                self.assertEqual(len(self.calls("balances")), calls)
            self.assertTrue(unit.credit_due_at > NOW + timedelta(days=13))

    def test_an_absent_unit_changes_nothing_and_is_asked_for_less_and_less(self):
        with freeze_time(NOW) as clock:
            unit = self.make_dcm_unit(balance=None, unit_credit_until=NOW + timedelta(days=3), unit_credit_as_of=NOW)
            waits = []
            for _time in range(12):
                begun = datetime.now()
                self.read_credit()
                waits.append(unit.credit_due_at - begun)
                clock.tick(unit.credit_due_at - begun)
            self.assertEqual(unit.unit_credit_until, NOW + timedelta(days=3))
        hours = [round(wait.total_seconds() / 3600) for wait in waits]
        self.assertEqual(hours, [1, 2, 4, 8, 16, 32, 64, 128, 168, 168, 168, 168])
        self.assertEqual(unit.credit_misses, 12)
        self.assertIn(unit, self.Unit.search([("unit_credit_stale", "=", True)]))
        self.assertEqual(len(self.calls("balances")), 12)

    def test_what_could_not_be_asked_for_stays_due(self):
        units = self.make_dcm_units(3)
        self.simulator.faults.add("error-before", times=1, path="balances")
        self.read_credit()
        self.assertFalse(units.filtered("unit_credit_until"))
        self.assertEqual(units.mapped("credit_misses"), [0] * 3, "absence in no answer is no absence")
        self.assertEqual(self.client.failure_count, 1)
        self.read_credit()
        self.assertFalse(units.filtered(lambda unit: not unit.unit_credit_until))
        self.assertFalse(self.client.failure_count)

    def test_a_refusal_is_not_repeated_every_few_minutes_and_told_to_the_administrator(self):
        with freeze_time(NOW):
            units = self.make_dcm_units(3)
            self.simulator.faults.add("validation-error", path="balances")
            self.read_credit()
            self.read_credit()
        self.assertEqual(len(self.calls("balances")), 1)
        self.assertEqual(set(units.mapped("credit_due_at")), {NOW + timedelta(hours=1)})
        self.assertTrue(self.client.last_credit_error)
        self.assertEqual(len(self.activities()), 1)

    def test_a_reading_that_was_cut_off_is_made_again(self):
        unit = self.make_dcm_unit()
        self.assertEqual(self.client._take_credit_batch(), [(unit.id, unit.imei)])
        self.assertEqual(self.client._take_credit_batch(), [(unit.id, unit.imei)], "due until it is kept")
        self.read_credit()
        self.assertFalse(self.client._take_credit_batch())

    def test_a_batch_that_cannot_be_kept_lets_the_others_go_first(self):
        with freeze_time(NOW) as clock:
            unit = self.make_dcm_unit()
            defect = patch.object(type(unit), "_write_balances", side_effect=ZeroDivisionError)
            with defect, mute_logger("odoo.addons.payg_control_unit.models.smart_solar_client_health"):
                self.read_credit()
            for seconds, read in ((15 * 60 - 1, False), (1, True)):
                clock.tick(seconds)
                self.read_credit()
                self.assertEqual(bool(unit.unit_credit_until), read)

    def test_with_nothing_due_nobody_logs_in(self):
        self.read_credit()
        self.assertFalse(len(self.simulator.calls))

    def test_a_closed_connection_reads_nothing(self):
        unit = self.make_dcm_unit()
        self.client.state = "stopped"
        self.read_credit()
        self.assertFalse(unit.unit_credit_until)
        self.assertFalse(len(self.simulator.calls))

    def test_another_login_meanwhile_keeps_nothing(self):
        unit = self.make_dcm_unit()
        ask = type(self.client)._ask_credit

        def other_login(client, wire, batch, waiting):
            reading = ask(client, wire, batch, waiting)
            client.sudo().username = "jane@example.com"
            return reading

        with patch.object(type(self.client), "_ask_credit", other_login):
            self.read_credit()
        self.assertFalse(unit.unit_credit_until)

    # ------------------------------------------------------------------
    # Sync now
    # ------------------------------------------------------------------
    def test_sync_now_is_answered_by_the_scheduled_action_alone(self):
        unit = self.make_dcm_unit()
        self.read_credit()
        other = self.make_dcm_unit(credit_due_at=NOW + timedelta(days=9999))
        self.fleet.connect(unit.imei)
        before = unit.unit_credit_read_at
        with self.capture_triggers("payg_control_unit.ir_cron_read_credit") as captured:
            unit.action_sync_credit()
        self.assertEqual(len(captured.records), 1)
        self.assertTrue(unit.unit_credit_syncing)
        self.assertEqual(len(self.calls("balances")), 1, "no call in the user's transaction")
        self.read_credit()
        self.assertFalse(unit.unit_credit_syncing)
        self.assertTrue(unit.unit_credit_read_at > before)
        self.assertFalse(other.unit_credit_until, "only what is due")

    def test_sync_now_ends_for_a_unit_without_a_balance_too(self):
        unit = self.make_dcm_unit(balance=None)
        unit.action_sync_credit()
        self.read_credit()
        self.assertFalse(unit.unit_credit_syncing)
        self.assertTrue(unit.credit_misses)

    def test_sync_now_of_a_customer_reads_all_their_units(self):
        units = self.make_dcm_units(2)
        for unit in units:
            self.deliver(unit)
        other = self.make_dcm_unit()
        self.customer.action_cu_sync_credit()
        self.assertTrue(all(units.mapped("unit_credit_syncing")))
        self.assertFalse(other.unit_credit_syncing)

    def test_sync_now_says_why_it_cannot(self):
        unit = self.make_dcm_unit()
        with self.assertRaisesRegex(UserError, "no credit of its own"):
            self.make_solar_unit().action_sync_credit()
        self.client.state = "stopped"
        with self.assertRaisesRegex(UserError, "stopped"):
            unit.action_sync_credit()
        self.client.active = False
        with self.assertRaisesRegex(UserError, "no SMART Solar connection"):
            unit.action_sync_credit()

    def test_who_may_sync_now(self):
        unit = self.make_dcm_unit()
        for role in ROLES:
            user = self.user_of(role)
            with self.subTest(role):
                if role == "technician":
                    with self.assertRaises(AccessError):
                        unit.with_user(user).action_sync_credit()
                else:
                    unit.with_user(user).action_sync_credit()

    def test_nobody_writes_the_credit_of_a_unit(self):
        unit = self.make_dcm_unit()
        for role in ROLES:
            with self.subTest(role), self.assertRaises(AccessError):
                unit.with_user(self.user_of(role)).write({"unit_credit_until": NOW})
