from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .credit_common import DAY, NOW, SECOND, CreditCommon


@tagged("post_install", "-at_install")
class TestEnforcement(CreditCommon):
    """SCM: off when the credit has run out, on when it is paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config.enforce_credit = True

    def sweep(self):
        self.env.flush_all()
        self.run_cron("ir_cron_enforce_credit")

    def make_lit(self, days=2, number=1):
        """Accounts with some days left, whose units are on."""
        accounts = self.Account.union(*[self.make_account() for _account in range(number)])
        if days:
            accounts._add_by_hand("bonus", days * DAY, "to begin with")
        return accounts

    def test_it_is_off_at_first(self):
        self.assertFalse(self.env["payg.crm.config"].new({}).enforce_credit)
        self.config.enforce_credit = False
        account = self.make_lit()
        self.tick(days=3)
        self.sweep()
        self.assertEqual(account.unit_id.wanted, "enabled")

    def test_a_unit_is_wanted_disabled_from_the_second_its_credit_has_run_out(self):
        account = self.make_lit(days=2)
        for moment, wanted in ((-SECOND, "enabled"), (0 * SECOND, "disabled"), (SECOND, "disabled")):
            self.tick(NOW + timedelta(days=2) + moment)
            self.sweep()
            self.assertEqual(account.unit_id.wanted, wanted, moment)
        self.assertRecordValues(account.unit_id, [{"wanted_origin": "credit", "command_state": "live"}])
        self.assertEqual(self.live_commands(account.unit_id).kind, "disable")
        version = account.unit_id.wanted_version
        self.sweep()
        self.assertEqual(account.unit_id.wanted_version, version, "once")

    def test_the_sweep_comes_every_five_minutes(self):
        cron = self.env.ref("payg_control_unit.ir_cron_enforce_credit")
        self.assertEqual((cron.interval_number, cron.interval_type), (5, "minutes"))

    def test_a_payment_wants_it_enabled_at_once(self):
        account = self.make_lit(days=2)
        self.tick(days=3)
        self.sweep()
        self.payment(5, account)
        self.assertEqual(account.unit_id.wanted, "disabled", "less than a day")
        self.payment(20, account)
        self.assertRecordValues(account.unit_id, [{"wanted": "enabled", "wanted_origin": "credit"}])
        self.sweep()
        self.assertEqual(account.unit_id.wanted, "enabled")

    def test_a_payment_lights_up_also_after_enforcement_was_turned_off(self):
        account = self.make_lit(days=2)
        self.tick(days=3)
        self.sweep()
        self.config.enforce_credit = False
        self.payment(20, account)
        self.assertEqual(account.unit_id.wanted, "enabled")

    def test_a_payment_does_not_undo_what_a_person_switched_off(self):
        account = self.make_lit(days=2)
        account.unit_id._want("disabled", "person", "stolen")
        self.payment(20, account)
        self.assertEqual(account.unit_id.wanted, "disabled")

    def test_who_switched_it_on_by_hand_after_it_ran_out_knew_it(self):
        account = self.make_lit(days=2)
        self.tick(days=3)
        self.sweep()
        account.unit_id._want("enabled", "person", "mercy")
        self.sweep()
        self.assertEqual(account.unit_id.wanted, "enabled")

    def test_an_installation_recorded_late_is_no_switch_by_hand(self):
        """A customer who never paid, with light since before it was enforced: off as it is turned on."""
        self.config.enforce_credit = False
        account = self.Account.create({"partner_id": self.customer.id, "daily_rate": 10.0})
        unit = self.make_unit()
        unit._open_holding(self.customer, date=NOW - timedelta(hours=3))
        self.assertEqual((account.unit_id, account.expiry), (unit, NOW - timedelta(hours=3)))
        self.assertEqual(unit.wanted, "enabled")
        self.config.enforce_credit = True
        self.tick(days=1)
        self.sweep()
        self.assertEqual(unit.wanted, "disabled")

    def test_a_reversal_that_takes_the_last_day_has_it_switched_off(self):
        account = self.make_lit(days=0)
        payment = self.payment(20, account)
        self.assertEqual(account.unit_id.wanted, "enabled")
        payment.action_draft()
        self.sweep()
        self.assertEqual(account.unit_id.wanted, "disabled")

    def test_what_is_left_alone(self):
        alone = self.make_unit()
        alone._open_holding(self.customer)
        device, do_not = self.make_lit(days=1), self.make_lit(days=1)
        device.unit_id.dcm = True
        do_not.unit_id.erp_sync = "do_not"
        self.tick(days=3)
        self.sweep()
        for unit in (alone, device.unit_id, do_not.unit_id):
            self.assertEqual(unit.wanted, "enabled")

    def test_an_installation_without_credit_gives_no_light_where_it_is_enforced(self):
        for enforced, wanted in ((True, False), (False, "enabled")):
            with self.subTest(enforced=enforced):
                self.config.enforce_credit = enforced
                self.Account.create({"partner_id": self.customer.id, "daily_rate": 10.0})
                unit = self.make_unit()
                unit._open_holding(self.customer)
                self.assertTrue(unit.account_id)
                self.assertEqual(unit.wanted, wanted)

    def test_an_installation_with_credit_gives_light(self):
        account = self.Account.create({"partner_id": self.customer.id, "daily_rate": 10.0})
        self.payment(20, account)
        unit = self.make_unit()
        unit._open_holding(self.customer)
        self.assertEqual((unit.account_id, unit.wanted), (account, "enabled"))

    # ------------------------------------------------------------------
    # Preview and brake
    # ------------------------------------------------------------------
    def test_turning_it_on_is_previewed_and_does_nothing_by_itself(self):
        self.config.enforce_credit = False
        accounts = self.make_lit(days=1, number=3)
        self.make_lit(days=9)
        self.tick(days=2)
        self.assertEqual(self.config.enforce_preview_count, 3)
        self.config.with_user(self.user_of("supervisor")).enforce_credit = True
        self.assertEqual(self.config.enforced_since, datetime.now())
        self.assertEqual(set(accounts.unit_id.mapped("wanted")), {"enabled"})
        found = self.Unit.search(self.config.action_enforce_preview()["domain"])
        self.assertEqual(found, accounts.unit_id)

    def test_too_many_wait_for_a_manager(self):
        manager = self.user_of("manager")
        accounts = self.make_lit(days=1, number=20)
        self.tick(days=2)
        self.sweep()
        self.sweep()
        self.assertTrue(self.config.enforce_waits)
        self.assertEqual(set(accounts.unit_id.mapped("wanted")), {"enabled"})
        self.assertEqual(len(self.config.activity_ids), 1)
        with self.assertRaises(AccessError):
            self.config.with_user(self.user_of("supervisor")).action_enforce_anyway()
        self.config.with_user(manager).action_enforce_anyway()
        self.sweep()
        self.assertEqual(set(accounts.unit_id.mapped("wanted")), {"disabled"})
        self.assertFalse(self.config.enforce_waits)
        with self.assertRaises(UserError):
            self.config.with_user(manager).action_enforce_anyway()

    def test_the_brake_counts_at_least_twenty_and_more_than_the_share(self):
        self.make_lit(days=1, number=19)
        self.tick(days=2)
        self.sweep()
        self.assertFalse(self.config.enforce_waits)
        self.make_units(80)
        self.make_lit(days=1, number=20)
        self.tick(days=2)
        self.sweep()
        self.assertFalse(self.config.enforce_waits, "not more than 20 % of those on")

    def test_the_sweep_is_set_wise(self):
        def count(number):
            self.make_lit(days=1, number=number)
            self.tick(days=2)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.config._switch_off_unpaid(datetime.now(), self.config._find_out_of_credit(datetime.now()))
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(2), count(8))

    def test_nobody_writes_what_the_addon_keeps(self):
        with self.assertRaises(AccessError):
            self.config.with_user(self.user_of("manager")).write({"enforce_approved_at": NOW})
