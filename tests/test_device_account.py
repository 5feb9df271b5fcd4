from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.payg_control_unit_device import Gift
from .device_common import DAY, NOW, DeviceCommon


@tagged("post_install", "-at_install")
class TestOnTimeReachesTheUnit(DeviceCommon):
    def test_a_bonus_and_a_correction_reach_the_unit(self):
        unit, account = self.make_pair(days=10)
        account._add_by_hand("bonus", 2 * DAY, "kind")
        self.assertEqual(unit.credit_pending_seconds, 2 * DAY)
        account._add_by_hand("correction", -5 * DAY, "too kind")
        self.deliver_credit(unit)
        self.assertEqual(self.left(unit), 7 * DAY)
        self.assert_agree(unit, account)
        self.assertFalse(self.alignments(account))
        self.assertEqual(unit.command_ids.filtered("ontime_id").mapped("account_id"), account)

    def test_more_taken_back_than_the_unit_has_left_ends_at_zero_on_both_sides(self):
        unit, account = self.make_pair(days=10)
        self.tick(9 * DAY)
        account._add_by_hand("correction", -5 * DAY, "too kind")
        self.deliver_credit(unit)
        self.assertEqual((self.left(unit), account.balance_seconds), (0, 0))
        self.assertEqual(account.expiry, fields.Datetime.now() - timedelta(days=4), "what is owed stays owed")
        self.assertFalse(self.alignments(account))

    def test_an_scm_account_sends_nothing(self):
        unit = self.make_solar_unit()
        account = self.make_account(unit, 3 * DAY)
        self.assertTrue(account.expiry)
        self.assertFalse(unit.command_ids.filtered(lambda command: command.kind == "payment"))

    def test_on_time_of_an_account_that_waits_reaches_the_unit_with_the_installation(self):
        account = self.make_account(seconds=30 * DAY)
        unit = self.make_dcm_unit(balance=0)
        self.deliver(unit)
        self.assertEqual(unit.account_id, account)
        self.deliver_credit(unit)
        self.assertEqual(self.left(unit), 30 * DAY)
        self.assert_agree(unit, account)


@tagged("post_install", "-at_install")
class TestCustodyOfCredit(DeviceCommon):
    def test_a_technician_gets_days_with_technician_as_credit_and_the_unit_dies_by_itself(self):
        unit = self.make_dcm_unit(balance=0)
        self.assign(unit)
        self.deliver_credit(unit)
        for seconds, light in ((5 * DAY - 1, True), (1, False)):
            self.tick(seconds)
            self.assertEqual(self.solar(unit).is_on(self.fleet.clock.now()), light)

    def test_an_extension_adds_the_difference(self):
        unit = self.make_dcm_unit(balance=0)
        assignment = self.assign(unit)
        self.deliver_credit(unit)
        self.tick(2 * DAY)
        assignment._extend(assignment.deadline + timedelta(days=3), "rain")
        self.assertEqual(unit.credit_pending_seconds, 3 * DAY)
        self.deliver_credit(unit)
        self.assertEqual(self.left(unit), 6 * DAY)

    def test_a_changed_days_with_technician_moves_the_credit_too(self):
        unit = self.make_dcm_unit(balance=0)
        self.assign(unit)
        self.deliver_credit(unit)
        self.config.days_with_technician = 8
        self.deliver_credit(unit)
        self.assertEqual(self.left(unit), 8 * DAY)

    def test_a_unit_marked_do_not_gets_no_credit_by_an_assignment(self):
        unit = self.make_dcm_unit(balance=0, erp_sync="do_not")
        self.assign(unit)
        self.assertFalse(unit.command_ids)

    def test_credit_of_a_technician_is_taken_away_when_the_unit_comes_back(self):
        for feature in (True, False):
            with self.subTest(feature=feature):
                self.config.disable_by_default = feature
                unit = self.make_dcm_unit(balance=0)
                assignment = self.assign(unit)
                self.deliver_credit(unit)
                assignment.action_cancel()
                self.assertEqual(self.commands_of(unit, "queued").mapped("kind"), ["zero"])
                self.deliver_credit(unit)
                self.assertEqual(self.left(unit), 0)

    def test_with_the_feature_off_a_unit_whose_credit_is_not_ours_is_left_alone(self):
        unit = self.make_dcm_unit(balance=5 * DAY)
        self.deliver(unit)
        self.take_back(unit)
        self.assertFalse(unit.command_ids)

    def test_the_installation_sends_the_difference(self):
        for kept, value in ((30, 27), (1, -2), (3, None)):
            with self.subTest(kept=kept):
                account = self.make_account(seconds=kept * DAY)
                unit = self.make_dcm_unit(balance=0)
                self.assign(unit)
                self.deliver_credit(unit)
                self.tick(2 * DAY)  # three are left
                before = unit.command_ids
                unit.assignment_id._record_installation(fields.Datetime.now())
                self.assertEqual(unit.account_id, account)
                sent = (unit.command_ids - before).filtered(lambda command: command.kind != "enable")
                self.assertEqual(sent.mapped("value"), [value * DAY] if value else [])
                self.deliver_credit(unit)
                self.assertEqual(self.left(unit), kept * DAY)
                self.assert_agree(unit, account)

    def test_an_account_opened_for_a_unit_that_is_installed_already_takes_nothing_away(self):
        unit = self.make_dcm_unit(balance=20 * DAY)
        self.deliver(unit)
        self.sync(unit)
        account = self.env["payg.account"].create(
            {"partner_id": self.customer.id, "daily_rate": 10.0, "unit_id": unit.id}
        )
        self.assertEqual(unit.account_id, account)
        self.assertFalse(unit.command_ids.filtered(lambda command: command.kind == "bad_payment"))
        self.sync(unit)
        self.assert_agree(unit, account)
        self.assertEqual(self.alignments(account), [20 * DAY])

    def test_a_returned_unit_leaves_the_on_time_with_the_account(self):
        self.turn_on()
        unit, account = self.make_pair(days=10)
        self.tick(4 * DAY)
        self.take_back(unit)
        self.assertEqual((account.state, account.kept_seconds), ("waiting", 6 * DAY))
        self.deliver_credit(unit)
        self.assertEqual(self.left(unit), 0)
        new = self.make_dcm_unit(balance=0)
        self.deliver(new)
        self.deliver_credit(new)
        self.assertEqual(self.left(new), 6 * DAY)


@tagged("post_install", "-at_install")
class TestAlignment(DeviceCommon):
    def foreign(self, unit, seconds):
        """Somebody else gives the unit credit, and it connects."""
        ledger = self.fleet.ledger
        ledger.add(self.solar(unit), seconds, "payment", f"foreign-{len(ledger.commands)}", self.fleet.clock.now())
        self.connect(unit)

    def test_after_a_reading_the_account_expires_when_its_unit_does(self):
        unit, account = self.make_pair(days=10)
        self.foreign(unit, 2 * DAY)
        self.sync(unit)
        self.assertEqual(self.alignments(account), [2 * DAY])
        self.assert_agree(unit, account)
        self.assertEqual(account.cash_balance, 0)
        self.sync(unit)
        self.assertEqual(len(self.alignments(account)), 1, "once")

    def test_a_unit_that_ran_out_before_its_account_is_right(self):
        unit, account = self.make_pair(days=10)
        self.solar(unit).expiry = self.fleet.clock.now()
        self.connect(unit)
        self.sync(unit)
        self.assertEqual((account.expiry, account.balance_seconds), (fields.Datetime.now(), 0))
        self.tick(3 * DAY)
        self.connect(unit)
        self.sync(unit)
        self.assertEqual(len(self.alignments(account)), 1, "both are out: that is no difference")

    def test_seconds_that_are_only_rounded_are_no_difference(self):
        unit, account = self.make_pair(days=10)
        for off, rows in ((1, 0), (2, 1)):
            self.solar(unit).expiry = (account.expiry - NOW).total_seconds() + off + self._epoch()
            self.connect(unit)
            self.sync(unit)
            self.assertEqual(len(self.alignments(account)), rows, off)

    def _epoch(self):
        return self.fleet.clock.now() - (fields.Datetime.now() - NOW).total_seconds()

    def test_nothing_is_aligned_while_a_command_is_on_its_way(self):
        unit, account = self.make_pair(days=10)
        self.foreign(unit, 2 * DAY)
        account._add_by_hand("bonus", DAY, "kind")
        self.sync(unit)
        self.assertFalse(self.alignments(account), "queued")
        self.dispatch_all()
        self.sync(unit)
        self.assertFalse(self.alignments(account), "accepted")
        self.connect(unit)
        self.sync(unit)
        self.assertEqual(self.alignments(account), [2 * DAY])
        self.assert_agree(unit, account)

    def test_a_reading_older_than_what_was_acknowledged_aligns_nothing(self):
        unit, account = self.make_pair(days=10)
        account._add_by_hand("bonus", 2 * DAY, "kind")
        self.dispatch_all()
        old = self.solar(unit).as_balance()
        self.tick(60)
        self.connect(unit)
        with patch("simulator.units.Unit.as_balance", lambda _unit: old):
            self.sync(unit)
        self.assertEqual(unit.credit_pending_count, 0)
        self.assertFalse(self.alignments(account))
        self.sync(unit)
        self.assertFalse(self.alignments(account))
        self.assert_agree(unit, account)

    def test_the_account_of_a_unit_that_smart_solar_does_not_list_stays(self):
        unit, account = self.make_pair(days=10)
        expiry = account.expiry
        self.solar(unit).known_balance = None
        self.sync(unit)
        self.assertEqual(account.expiry, expiry)
        self.assertTrue(unit.credit_misses)

    def test_many_are_aligned_without_a_query_a_unit(self):
        def count(number):
            pairs = [self.make_pair(days=10) for _pair in range(number)]
            units = self.Unit.union(*[unit for unit, _account in pairs])
            for unit in units:
                self.foreign(unit, DAY)
            batch = [(unit.id, unit.imei) for unit in units]
            with self.client._wire() as wire:
                reading = self.client._ask_credit(wire, batch)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.client._keep_credit(wire, self.client._login_key(), batch, reading)
                self.env.flush_all()
                queries = self.env.cr.sql_log_count - before
            for _unit, account in pairs:
                self.assertEqual(self.alignments(account), [DAY])
            return queries

        count(1)
        # What the tests before left in the caches may cost one or two.
        self.assertLess(abs(count(6) - count(2)), 4)


@tagged("post_install", "-at_install")
class TestSyncBeforeExpiry(DeviceCommon):
    def readings(self):
        """How often balances were read; a call whose token had died is made again."""
        return len([call for call in self.calls("/balances") if call.status == 200])

    def test_the_unit_is_read_once_when_its_account_comes_within_two_days_of_expiry(self):
        unit, account = self.make_pair(days=6)
        self.read_credit()
        self.simulator.calls.clear()
        for seconds, calls in ((4 * DAY - 1, 0), (1, 1), (1, 1), (DAY, 1)):
            self.tick(seconds)
            self.read_credit()
            self.assertEqual(self.readings(), calls)
        account._add_by_hand("bonus", 600, "another expiry")
        self.deliver_credit(unit)
        self.assertEqual(unit.credit_read_for, account.expiry)
        self.assertFalse(self.alignments(account))

    def test_an_expiry_is_a_reason_once_also_when_the_reading_is_refused_or_knows_nothing(self):
        for trouble in ("refused", "absent"):
            with self.subTest(trouble):
                unit, account = self.make_pair(days=1)
                self.due(unit)
                if trouble == "refused":
                    self.simulator.faults.add("validation-error", times=1, path="balances")
                else:
                    del self.fleet.units[unit.imei]
                self.read_credit()
                self.simulator.calls.clear()
                self.read_credit()
                self.assertFalse(self.readings())
                self.assertEqual(unit.credit_read_for, account.expiry)

    def test_an_alignment_is_no_reason_to_read_again(self):
        unit, account = self.make_pair(days=6)
        self.solar(unit).expiry -= 3600
        self.connect(unit)
        self.tick(4 * DAY)
        self.read_credit()
        self.assertEqual(len(self.alignments(account)), 1)
        self.simulator.calls.clear()
        self.tick(60)
        self.read_credit()
        self.assertFalse(self.readings())


@tagged("post_install", "-at_install")
class TestSwapOfCredit(DeviceCommon):
    def swap(self, old, new):
        old._swap(new, fields.Datetime.now(), "broken")
        return new

    def test_the_new_unit_gets_what_the_account_has_left_and_the_old_one_nothing(self):
        old, account = self.make_pair(days=10)
        self.tick(3 * DAY)
        new = self.swap(old, self.make_dcm_unit(balance=0))
        self.assertEqual((new.account_id, account.unit_id), (account, new))
        self.assertEqual(self.commands_of(old, "queued").mapped("kind"), ["zero"])
        self.deliver_credit(old | new)
        self.assertEqual((self.left(old), self.left(new)), (0, 7 * DAY))
        self.assert_agree(new, account)
        self.assertFalse(self.alignments(account), "what it had is not added on top")
        self.assertTrue(self.commands_of(old, "confirmed")[-1].settled)

    def test_what_the_old_unit_had_more_or_less_than_pulse_held_is_settled_once(self):
        for difference in (2 * DAY, -DAY):
            with self.subTest(difference=difference):
                old, account = self.make_pair(days=10)
                self.solar(old).expiry += difference
                new = self.swap(old, self.make_dcm_unit(balance=0))
                self.deliver_credit(new)
                self.tick(2 * DAY)
                self.deliver_credit(old | new)
                self.deliver_credit(old | new)
                self.assertEqual(self.alignments(account), [difference])
                self.assertEqual((self.left(old), self.left(new)), (0, 8 * DAY + difference))
                self.assert_agree(new, account)

    def test_a_final_balance_that_comes_later_is_waited_for(self):
        old, account = self.make_pair(days=10)
        self.solar(old).expiry += DAY
        new = self.swap(old, self.make_dcm_unit(balance=0))
        self.dispatch_all()
        self.connect(old | new)
        finals, self.fleet.ledger.finals = self.fleet.ledger.finals, []
        self.sync(old | new)
        zero = self.commands_of(old, "confirmed")[-1]
        self.assertFalse(zero.settled)
        self.assertLess(old.credit_due_at, fields.Datetime.now() + timedelta(minutes=6))
        self.fleet.ledger.finals = finals
        self.tick(600)
        self.read_credit()
        self.assertTrue(zero.settled)
        self.assertEqual(self.alignments(account), [DAY])

    def test_a_swap_without_an_account_moves_nothing(self):
        old, new = self.make_dcm_units(2, balance=0)
        self.deliver(old)
        self.swap(old, new)
        self.assertFalse(new.account_id)
        self.assertFalse(new.command_ids.filtered("value"))

    def test_from_scm_to_dcm_the_new_unit_gets_the_rest_and_nothing_is_settled(self):
        old = self.make_solar_unit()
        account = self.make_account(old, 10 * DAY)
        new = self.swap(old, self.make_dcm_unit(balance=0))
        self.deliver_credit(new)
        self.assertEqual(self.left(new), 10 * DAY)
        self.assert_agree(new, account)

    def test_a_corrected_serial_number_takes_the_account_with_it(self):
        wrong, account = self.make_pair(days=10)
        real = self.make_dcm_unit(balance=0)
        self.tick(2 * DAY)
        wrong._correct_serial(real, "typed wrong")
        self.deliver_credit(wrong | real)
        self.assertEqual((self.left(wrong), self.left(real), real.account_id), (0, 8 * DAY, account))


@tagged("post_install", "-at_install")
class TestLevelling(DeviceCommon):
    def test_units_get_the_difference_from_what_they_will_have(self):
        unit = self.make_dcm_unit(balance=2 * DAY)
        self.sync(unit)
        unit._give_credit([Gift(unit.id, DAY, "because")])
        unit._level_credit({unit: NOW + timedelta(days=5)}, "level")
        self.assertEqual(unit.credit_pending_seconds, 3 * DAY)
        unit._level_credit({unit: NOW + timedelta(days=5)}, "level")
        self.assertEqual(unit.credit_pending_seconds, 3 * DAY, "twice changes nothing")
        unit._level_credit({unit: NOW + timedelta(days=5, seconds=1)}, "level")
        self.assertEqual(unit.credit_pending_seconds, 3 * DAY, "a second is rounding")
