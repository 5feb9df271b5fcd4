from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..credit.device import Sent, Told, expected, removable, to_send
from ..models.payg_control_unit_device import Gift
from .common import ROLES
from .device_common import DAY, NOW, DeviceCommon

HOUR = timedelta(hours=1)


class TestDeviceArithmetic(BaseCase):
    """What a unit will have, and how much may be removed."""

    def test_nothing_told_and_nothing_sent_is_nothing(self):
        self.assertEqual(expected(None, [], NOW), 0)
        self.assertEqual(removable(None, [], NOW), 0)

    def test_what_was_told_runs_down_and_what_is_on_its_way_is_added(self):
        told = Told(NOW + HOUR, NOW - HOUR)
        self.assertEqual(expected(told, [], NOW), 3600)
        self.assertEqual(expected(told, [Sent("payment", 60)], NOW), 3660)
        self.assertEqual(expected(told, [Sent("bad_payment", -60)], NOW), 3540)
        self.assertEqual(expected(told, [Sent("bad_payment", -7200), Sent("payment", 60)], NOW), 60)
        self.assertEqual(expected(Told(NOW - HOUR, NOW - HOUR), [Sent("payment", 60)], NOW), 60)

    def test_what_was_acknowledged_before_the_unit_told_is_part_of_it(self):
        told = Told(NOW + HOUR, NOW)
        for at, seconds in ((NOW - HOUR, 3600), (NOW, 3600), (NOW + timedelta(seconds=1), 3660)):
            self.assertEqual(expected(told, [Sent("payment", 60, at)], NOW), seconds)

    def test_a_zero_or_a_reset_leaves_what_comes_after_it(self):
        for kind in ("zero", "force_reset"):
            commands = [Sent("payment", 500), Sent(kind, 0), Sent("payment", 60)]
            self.assertEqual(expected(Told(NOW + HOUR, NOW), commands, NOW), 60)
            self.assertEqual(removable(None, commands, NOW), 60)

    def test_no_more_is_removed_than_was_ever_added(self):
        commands = [Sent("payment", 100, NOW - HOUR), Sent("bad_payment", -30, NOW - HOUR)]
        self.assertEqual(removable(Told(NOW, NOW), commands, NOW), 70)
        self.assertEqual(to_send(-100, Told(NOW, NOW), commands, NOW), -70)
        self.assertEqual(to_send(-50, Told(NOW, NOW), commands, NOW), -50)
        self.assertEqual(to_send(-50, None, [], NOW), 0)
        self.assertEqual(to_send(50, None, [], NOW), 50)

    def test_what_was_there_before_us_may_be_removed_too(self):
        self.assertEqual(removable(Told(NOW + HOUR, NOW), [], NOW), 3600)


@tagged("post_install", "-at_install")
class TestDeviceCommands(DeviceCommon):
    """How commands of credit are sent: once each, in order, within SMART Solar's rules."""

    def give(self, unit, *values):
        return unit._give_credit([Gift(unit.id, value, "because") for value in values])

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------
    def test_credit_is_accepted_first_and_confirmed_when_the_unit_has_acknowledged(self):
        unit = self.make_dcm_unit(balance=0)
        command = self.give(unit, 3 * DAY)
        self.assertRecordValues(command, [{"kind": "payment", "value": 3 * DAY, "state": "queued"}])
        self.assertEqual((unit.credit_pending_count, unit.credit_pending_seconds), (1, 3 * DAY))
        self.dispatch()
        self.assertEqual(command.state, "accepted")
        self.assertFalse(command.ended_at)
        self.sync(unit)
        self.assertEqual((command.state, unit.credit_pending_seconds), ("accepted", 3 * DAY))
        self.assertEqual(unit.unit_credit_seconds, 0)
        self.connect(unit)
        self.sync(unit)
        self.assertEqual((command.state, unit.credit_pending_count), ("confirmed", 0))
        self.assertTrue(command.acknowledged_at)
        self.assertEqual(unit.unit_credit_seconds, 3 * DAY)

    def test_an_accepted_command_is_looked_up_soon_and_then_less_and_less(self):
        unit = self.make_dcm_unit(balance=0)
        self.read_credit()
        self.give(unit, DAY)
        self.dispatch()
        waits = []
        for _look in range(9):
            wait = unit.credit_due_at - datetime.now()
            waits.append(round(wait.total_seconds() / 60))
            self.tick(wait.total_seconds())
            self.read_credit()
        self.assertEqual(waits, [5, 5, 10, 20, 40, 80, 160, 320, 360])

    def test_commands_of_a_unit_keep_their_order_one_at_a_time(self):
        unit = self.make_dcm_unit(balance=0)
        self.give(unit, 10 * DAY, -4 * DAY, DAY)
        other = self.make_dcm_unit(balance=0)
        self.give(other, DAY)
        self.dispatch()
        self.assertEqual(self.sent(unit), [("payment", 10 * DAY)])
        self.assertEqual(self.sent(other), [("payment", DAY)])
        self.dispatch_all()
        self.assertEqual(self.sent(unit), [("payment", 10 * DAY), ("bad-payment", -4 * DAY), ("payment", DAY)])

    def test_a_later_one_waits_while_an_earlier_one_waits_for_its_next_try(self):
        unit = self.make_dcm_unit(balance=0)
        first, second = self.give(unit, DAY, 2 * DAY)
        self.simulator.faults.add("error-before", times=1, path="add_payment")
        self.dispatch()
        self.assertEqual((first.state, second.state), ("retry", "queued"))
        self.dispatch()
        self.assertEqual(second.state, "queued")
        first.next_try_at = False
        self.dispatch_all()
        self.assertEqual(self.sent(unit), [("payment", DAY), ("payment", 2 * DAY)])

    def test_everything_waits_behind_a_zero_that_is_not_acknowledged(self):
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit._want("disabled", "person", "off")
        zero = self.commands_of(unit)
        self.assertEqual(zero.kind, "zero")
        payment = self.give(unit, DAY)
        self.dispatch_all()
        self.assertEqual((zero.state, payment.state), ("accepted", "queued"))
        self.assertEqual(self.sent(unit), [("zero-command", 0)])
        self.assertEqual(unit.credit_pending_seconds, DAY)
        self.connect(unit)
        self.sync(unit)
        self.assertEqual((zero.state, zero.final_balance), ("confirmed", 5 * DAY))
        self.dispatch_all()
        self.assertEqual(payment.state, "accepted")
        self.assertFalse([call for call in self.calls("add_payment") if call.status != 201], "nothing was refused")

    def test_no_dispatcher_wakes_for_what_waits_behind_a_zero(self):
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit._want("disabled", "person", "off")
        self.dispatch()
        self.give(unit, DAY)
        self.assertFalse(self.Command._has_due(self.company))
        self.assertFalse(self.Command._next_due(self.company))

    def test_credit_for_a_unit_that_cannot_have_it_now_waits(self):
        unit = self.make_dcm_unit(balance=0)
        command = self.give(unit, DAY)
        for vals in ({"unknown_since": NOW}, {"controlled": False}, {"dcm": False}):
            with self.subTest(vals):
                before = {name: unit[name] for name in vals}
                unit.write(vals)
                self.dispatch()
                self.assertEqual(command.state, "queued")
                unit.write(before)
        self.dispatch()
        self.assertEqual(command.state, "accepted")

    def test_credit_reaches_a_unit_that_is_marked_do_not(self):
        unit = self.make_dcm_unit(balance=0, erp_sync="do_not")
        self.give(unit, DAY)
        unit._want("disabled", "person", "off")
        self.dispatch_all()
        self.assertEqual(self.sent(unit), [("payment", DAY)], "a payment is no switching command; a zero is")

    def test_an_scm_unit_gets_no_credit(self):
        self.assertFalse(self.give(self.make_solar_unit(), DAY))

    # ------------------------------------------------------------------
    # Rules kept on our side
    # ------------------------------------------------------------------
    def test_more_than_was_ever_added_is_never_asked_to_be_removed(self):
        unit = self.make_dcm_unit(balance=0)
        commands = self.give(unit, 3 * DAY, -2 * DAY, -2 * DAY, -DAY)
        self.assertEqual(commands.mapped("value"), [3 * DAY, -2 * DAY, -DAY])
        self.dispatch_all()
        self.assertFalse(self.commands_of(unit, "rejected"))

    def test_after_a_zero_only_what_was_added_since_is_removed(self):
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit._want("disabled", "person", "off")
        self.give(unit, DAY)
        self.assertEqual(self.give(unit, -5 * DAY).value, -DAY)

    def test_the_database_refuses_a_value_that_does_not_fit_its_kind(self):
        unit = self.make_dcm_unit(balance=0)
        vals = unit._prepare_credit_vals(Gift(unit.id, 0, "because"))
        for kind, value in (("payment", 0), ("payment", -1), ("bad_payment", 1), ("bad_payment", 0), ("zero", 1)):
            with (
                self.subTest(kind=kind, value=value),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.Command.create({**vals, "kind": kind, "value": value})

    def test_on_time_is_sent_once(self):
        unit, account = self.make_pair()
        row = account.transaction_ids[:1]
        gift = Gift(unit.id, DAY, "twice", account.id, row.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            unit._give_credit([gift])

    # ------------------------------------------------------------------
    # Lost answers
    # ------------------------------------------------------------------
    def test_a_command_whose_answer_was_lost_is_counted_once(self):
        for fault in ("error-after", "cut", "garbage", "html", "wrong-unit"):
            with self.subTest(fault):
                unit = self.make_dcm_unit(balance=0)
                command = self.give(unit, DAY)
                transaction = command.transaction_id
                self.simulator.faults.add(fault, times=1, path="add_payment")
                self.dispatch()
                self.assertEqual((command.state, command.maybe_sent), ("retry", True))
                command.next_try_at = False
                self.dispatch()
                self.assertEqual((command.state, command.transaction_id), ("accepted", transaction))
                self.assertEqual(self.sent(unit), [("payment", DAY)])

    def test_a_command_whose_sender_was_killed_is_counted_once(self):
        unit = self.make_dcm_unit(balance=0)
        command = self.give(unit, DAY)
        with self.client._wire() as wire:
            wire.add_payment_command(unit.imei, DAY, "payment", command.transaction_id)
        command.write({"state": "sending", "claim": "dead", "lease_until": NOW - HOUR})
        self.dispatch()
        self.assertEqual(command.state, "accepted")
        self.assertEqual(self.sent(unit), [("payment", DAY)])

    def test_a_duplicate_that_is_not_ours_is_a_refusal(self):
        unit, other = self.make_dcm_units(2, balance=0)
        command = self.give(unit, DAY)
        with self.client._wire() as wire:
            wire.add_payment_command(other.imei, DAY, "payment", command.transaction_id)
        self.dispatch()
        self.assertEqual((command.state, command.failure_type), ("rejected", "rejected"))

    def test_a_duplicate_that_cannot_be_looked_up_is_tried_again(self):
        unit = self.make_dcm_unit(balance=0)
        command = self.give(unit, DAY)
        self.simulator.faults.add("error-after", times=1, path="add_payment")
        self.dispatch()
        for fault in ("error-before", "validation-error"):
            command.next_try_at = False
            self.simulator.faults.add(fault, times=1, path="payment_commands")
            self.dispatch()
            self.assertEqual(command.state, "retry", fault)
        command.next_try_at = False
        self.dispatch()
        self.assertEqual(command.state, "accepted")

    def test_a_lost_zero_that_arrived_goes_on_though_the_unit_is_wanted_on_again(self):
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit._want("disabled", "person", "off")
        zero = self.commands_of(unit)
        self.simulator.faults.add("error-after", times=1, path="add_payment")
        self.dispatch()
        unit._want("enabled", "person", "on")
        self.assertEqual(zero.state, "retry", "it may have arrived: only its answer tells")
        payment = self.give(unit, DAY)
        zero.next_try_at = False
        self.dispatch_all()
        self.assertEqual((zero.state, payment.state), ("accepted", "queued"))
        self.connect(unit)
        self.sync(unit)
        self.deliver_credit(unit)
        self.assertEqual(self.sent(unit), [("zero-command", 0), ("payment", DAY)])
        self.assertEqual(self.left(unit), DAY)
        self.assertFalse(self.commands_of(unit, "rejected"))

    def test_a_zero_that_was_never_sent_ends_with_its_wish(self):
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit._want("disabled", "person", "off")
        unit._want("enabled", "person", "on")
        self.dispatch_all()
        self.assertEqual(self.commands_of(unit).state, "superseded")
        self.assertFalse(self.sent(unit))

    # ------------------------------------------------------------------
    # Failed
    # ------------------------------------------------------------------
    def test_failed_credit_is_shown_and_sent_again_with_its_own_id(self):
        unit = self.make_dcm_unit(balance=0)
        command = self.give(unit, DAY)
        transaction = command.transaction_id
        self.simulator.faults.add("validation-error", times=1, path="add_payment")
        self.dispatch()
        self.assertEqual((command.state, unit.credit_failed_count, unit.credit_pending_count), ("rejected", 1, 0))
        unit.with_user(self.user_of("supervisor")).action_retry()
        self.assertEqual((command.state, unit.credit_failed_count, unit.credit_pending_count), ("queued", 0, 1))
        self.dispatch()
        self.assertEqual((command.state, command.transaction_id), ("accepted", transaction))

    def test_credit_that_is_refused_behind_the_zero_of_somebody_else_is_not_lost(self):
        unit, account = self.make_pair(days=10)
        self.fleet.ledger.add(self.solar(unit), 0, "zero-command", "foreign", self.fleet.clock.now())
        account._add_by_hand("bonus", 5 * DAY, "kind")
        self.dispatch()
        failed = self.commands_of(unit, "rejected")
        self.assertEqual((failed.kind, failed.value, unit.credit_failed_count), ("payment", 5 * DAY, 1))
        self.assertIn("zero-command", failed.failure_message)
        unit.with_user(self.user_of("supervisor")).action_retry()
        self.dispatch()
        self.assertEqual(failed.state, "rejected", "the unit has not acknowledged it yet")
        self.connect(unit)
        self.sync(unit)
        self.assertFalse(self.alignments(account), "what did not arrive is not lost")
        unit.with_user(self.user_of("supervisor")).action_retry()
        self.deliver_credit(unit)
        self.assertEqual(failed.state, "confirmed")
        self.assertEqual(self.left(unit), 5 * DAY)
        self.assertEqual(self.alignments(account), [-10 * DAY], "what somebody else took is gone, and no more")
        self.assert_agree(unit, account)

    def test_failed_credit_keeps_the_account_as_it_is(self):
        unit, account = self.make_pair(days=10)
        self.simulator.faults.add("validation-error", times=1, path="add_payment")
        account._add_by_hand("bonus", 5 * DAY, "kind")
        self.dispatch()
        expiry = account.expiry
        self.connect(unit)
        self.sync(unit)
        self.assertEqual(account.expiry, expiry, "what did not arrive is not lost")
        failed = self.commands_of(unit, "rejected")
        with self.assertRaises(AccessError):
            failed.with_user(self.user_of("manager")).action_give_up()
        failed.with_user(self.user_of("administrator")).action_give_up()
        self.sync(unit)
        self.assertEqual(account.expiry, expiry - timedelta(days=5))
        with self.assertRaises(UserError):
            failed.action_give_up()

    # ------------------------------------------------------------------
    # Switching off
    # ------------------------------------------------------------------
    def test_switching_off_is_a_zero_and_done_when_the_unit_acknowledged_it(self):
        self.turn_on()
        unit = self.make_dcm_unit(balance=5 * DAY)
        self.sync(unit)
        self.assertEqual(unit.verdict, "disable")
        unit._ask_rule("because")
        self.assertRecordValues(self.commands_of(unit), [{"kind": "zero", "value": 0, "state": "queued"}])
        self.assertEqual(unit.verdict, "switching_off")
        self.dispatch()
        self.assertEqual((unit.command_state, unit.verdict), ("accepted", "switching_off"))
        self.pull()
        self.assertEqual(unit.command_state, "accepted", "its enable state says nothing of its credit")
        self.connect(unit)
        self.sync(unit)
        self.assertEqual((unit.command_state, unit.verdict), (False, "already_off"))
        self.assertEqual(unit.unit_credit_seconds, 0)
        self.assertFalse(unit._ask_rule("again"))

    def test_a_unit_that_somebody_else_gave_credit_is_switched_off_again(self):
        self.turn_on()
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit._ask_rule("because")
        self.deliver_credit(unit)
        self.fleet.ledger.add(self.solar(unit), DAY, "payment", "theirs", self.fleet.clock.now())
        self.connect(unit)
        self.tick(60)
        self.sync(unit)
        self.assertEqual(unit.verdict, "switching_off")
        self.assertEqual(self.commands_of(unit, "queued").kind, "zero")
        self.deliver_credit(unit)
        self.assertEqual((self.left(unit), unit.verdict), (0, "already_off"))

    def test_a_zero_of_the_rule_is_not_sent_when_the_unit_was_assigned_meanwhile(self):
        self.turn_on()
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit._ask_rule("because")
        self.assign(unit)
        self.dispatch_all()
        self.assertNotIn(("zero-command", 0), self.sent(unit))

    def test_a_disabled_dcm_unit_is_enabled_as_well_as_given_credit(self):
        unit = self.make_dcm_unit(balance=0)
        self.fleet.force_state(unit.imei, "disabled", "jane@example.com")
        self.pull()
        self.assign(unit)
        self.assertEqual(set(self.commands_of(unit).mapped("kind")), {"enable", "payment"})
        self.dispatch_all()
        self.connect(unit)
        self.assertTrue(self.solar(unit).is_on(self.fleet.clock.now()))

    # ------------------------------------------------------------------
    # Force reset
    # ------------------------------------------------------------------
    def test_a_reset_ends_what_waits_for_ever(self):
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit._want("disabled", "person", "off")
        self.dispatch_all()
        payment = self.give(unit, DAY)
        zero = self.commands_of(unit, "accepted")
        unit.with_user(self.user_of("administrator")).action_force_reset()
        self.assertEqual((payment.state, payment.failure_type), ("superseded", "void"))
        self.dispatch_all()
        reset = self.commands_of(unit)[-1]
        self.assertEqual((reset.kind, reset.state, zero.state), ("force_reset", "confirmed", "superseded"))
        self.assertEqual((unit.unit_credit_text, unit.command_state), ("0 seconds", False))
        self.give(unit, 2 * DAY)
        self.deliver_credit(unit)
        self.assertEqual(self.left(unit), 2 * DAY)

    def test_a_reset_whose_answer_was_lost_counts_once(self):
        unit = self.make_dcm_unit(balance=5 * DAY)
        unit.action_force_reset()
        self.simulator.faults.add("error-after", times=1, path="force_reset")
        self.dispatch()
        reset = self.commands_of(unit)
        self.assertEqual(reset.state, "retry")
        reset.next_try_at = False
        self.dispatch()
        self.assertEqual(reset.state, "confirmed")

    def test_only_an_administrator_resets(self):
        unit = self.make_dcm_unit()
        for role in ROLES[:-1]:
            with self.subTest(role), self.assertRaises(AccessError):
                unit.with_user(self.user_of(role)).action_force_reset()
        with self.assertRaises(UserError):
            self.make_solar_unit().action_force_reset()

    # ------------------------------------------------------------------
    # What SMART Solar lists
    # ------------------------------------------------------------------
    def test_what_is_not_listed_or_listed_in_unknown_words_says_nothing(self):
        unit = self.make_dcm_unit(balance=0)
        command = self.give(unit, DAY)
        self.dispatch()
        with patch("simulator.credit.Command.as_row", lambda c: {**_row(c), "status": "teleported"}):
            self.sync(unit)
        self.assertEqual(command.state, "accepted")
        self.simulator.faults.add("empty-page", times=1, path="payment_commands")
        self.connect(unit)
        self.sync(unit)
        self.assertEqual(command.state, "accepted")
        self.sync(unit)
        self.assertEqual(command.state, "confirmed")

    def test_acknowledging_many_is_set_wise(self):
        def count(number):
            units = self.make_dcm_units(number, balance=0)
            units._give_credit([Gift(unit.id, DAY, "because") for unit in units])
            self.dispatch_all()
            self.connect(units)
            batch = [(unit.id, unit.imei) for unit in units]
            waiting = self.Command._waiting_of(units.ids)
            with self.client._wire() as wire:
                reading = self.client._ask_credit(wire, batch, waiting)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.client._keep_credit(wire, self.client._login_key(), batch, reading)
                queries = self.env.cr.sql_log_count - before
            self.assertEqual(set(self.commands_of(units[0]).mapped("state")), {"confirmed"})
            return queries

        count(1)
        self.assertEqual(count(2), count(30))


def _row(command):
    return {
        "product_imei": command.imei,
        "transaction_id": command.transaction_id,
        **command.as_pending(),
    }
