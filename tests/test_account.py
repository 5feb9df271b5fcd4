from itertools import chain

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..duration import duration_text, signed_duration_text
from .credit_common import DAY, DAYS, NOW, SECOND, CreditCommon


@tagged("post_install", "-at_install")
class TestAccount(CreditCommon):
    """Opening, beginning, swapping, returning, closing."""

    def test_a_down_payment_is_kept_and_begins_with_the_installation(self):
        account = self.make_account(running=False)
        self.payment(35, account)
        self.assertRecordValues(
            account,
            [{"state": "waiting", "status": "waiting", "expiry": False, "kept_seconds": 3 * DAY, "cash_balance": 5}],
        )
        self.assertEqual(account.balance_seconds, 3 * DAY)
        self.tick(days=9)
        unit = self.make_unit()
        begun = unit._account_begins(self.customer, NOW + 7 * DAYS)
        self.assertEqual(begun, account)
        self.assertRecordValues(
            account,
            [{"state": "running", "unit_id": unit.id, "begun_at": NOW + 7 * DAYS, "expiry": NOW + 10 * DAYS}],
        )
        self.assertRecordValues(unit, [{"account_id": account.id, "credit_until": NOW + 10 * DAYS}])
        self.assert_balance(account, days=1, cash=5)

    def test_a_payment_taken_back_before_the_installation_leaves_less_to_begin_with(self):
        account = self.make_account(running=False)
        self.payment(20, account)
        self.payment(30, account).action_cancel()
        self.assertEqual(account.kept_seconds, 2 * DAY)
        self.make_unit()._account_begins(self.customer)
        self.assert_balance(account, days=2, cash=0)

    def test_an_account_opened_for_an_installed_unit_begins_at_once(self):
        unit = self.make_unit()
        unit._open_holding(self.customer)
        self.tick(days=3)
        account = self.make_account(running=False, unit_id=unit.id)
        self.assertRecordValues(account, [{"state": "running", "expiry": NOW + 3 * DAYS}])
        self.assertEqual(unit.account_id, account)

    def test_which_of_several_waiting_accounts_begins_is_chosen_never_guessed(self):
        unit, chosen_unit = self.make_units(2)
        accounts = [self.make_account(running=False) for _ in range(2)]
        chosen = self.make_account(running=False, unit_id=chosen_unit.id)
        for _ in range(2):
            self.assertFalse(unit._account_begins(self.customer))
        for account in accounts:
            self.assertEqual(len(account.activity_ids), 1)
            self.assertIn(unit.name, account.activity_ids.summary)
        self.assertEqual(chosen_unit._account_begins(self.customer), chosen)
        unit._open_holding(self.customer, date=NOW - DAYS)
        accounts[1].unit_id = unit
        accounts[1].action_begin()
        self.assertRecordValues(accounts[1], [{"state": "running", "begun_at": NOW - DAYS}])
        self.assertFalse(accounts[0].unit_id)

    def test_nothing_begins_without_an_account_of_that_customer_and_company(self):
        other = self.env["res.partner"].create({"name": "Other"})
        company = self.env["res.company"].create({"name": "Dark"})
        self.make_account(running=False, partner_id=other.id)
        self.make_account(running=False, company_id=company.id)
        self.make_account(running=False).action_close()
        unit = self.make_unit()
        self.assertFalse(unit._account_begins(self.customer))
        self.assertFalse(unit.account_id)

    def test_an_installation_told_twice_begins_once(self):
        account = self.make_account(running=False)
        unit = self.make_unit()
        for _ in range(2):
            self.assertEqual(unit._account_begins(self.customer), account)
        self.assertEqual(self.kinds(account), ["begin"])

    def test_begin_needs_the_unit_to_be_with_the_customer(self):
        account = self.make_account(running=False)
        with self.assertRaisesRegex(UserError, "Choose the control unit"):
            account.action_begin()
        account.unit_id = self.make_unit()
        with self.assertRaisesRegex(UserError, "record its installation first"):
            account.action_begin()

    def test_a_swap_takes_the_account_along_with_its_on_time(self):
        account = self.make_account()
        self.payment(35, account)
        old, new = account.unit_id, self.make_unit()
        self.tick(days=1)
        self.assertEqual(old._account_follows(new), account)
        self.assertRecordValues(account, [{"unit_id": new.id, "expiry": NOW + 3 * DAYS, "state": "running"}])
        self.assertEqual((old.account_id, new.account_id), (self.Account, account))
        self.assert_balance(account, days=2, cash=5)
        self.assertFalse(old._account_follows(new))

    def test_a_swap_to_a_unit_with_an_account_of_its_own_is_refused(self):
        first, second = self.make_account(), self.make_account()
        with self.assertRaisesRegex(UserError, "account of its own"):
            first.unit_id._account_follows(second.unit_id)

    def test_a_return_keeps_what_is_left_until_the_next_installation(self):
        account = self.make_account()
        self.payment(35, account)
        unit = account.unit_id
        self.tick(days=1)
        self.assertEqual(unit._account_pauses(), account)
        self.assertRecordValues(
            account, [{"state": "waiting", "unit_id": False, "expiry": False, "kept_seconds": 2 * DAY}]
        )
        self.assertFalse(unit.account_id)
        self.tick(days=30)
        self.make_unit()._account_begins(self.customer)
        self.assert_balance(account, days=2, cash=5)

    def test_a_return_of_one_that_ran_out_keeps_nothing(self):
        account = self.make_account()
        self.tick(days=1)
        account.unit_id._account_pauses()
        self.assertEqual((account.kept_seconds, account.balance_seconds), (0, 0))

    def test_a_repossession_closes_the_account(self):
        account = self.make_account()
        self.payment(35, account)
        unit = account.unit_id
        unit._account_closes()
        self.assertRecordValues(
            account, [{"state": "closed", "status": "closed", "kept_seconds": 3 * DAY, "closed_at": NOW}]
        )
        self.assertFalse(unit.account_id or unit._account_closes())
        account.action_reopen()
        self.assertEqual(account.state, "waiting")
        self.assertFalse(account._differences())

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_one_running_account_a_unit(self):
        account, other = self.make_account(), self.make_account()
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            other.sudo().unit_id = account.unit_id
            self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_a_daily_rate_is_more_than_nothing(self):
        for rate in (0, -1):
            with self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
                self.make_account(rate=rate, running=False)

    def test_numbers_come_from_a_sequence_and_an_import_may_bring_its_own(self):
        first, second = self.make_account(running=False), self.make_account(running=False)
        self.assertEqual(int(second.name[3:]) - int(first.name[3:]), 1)
        self.assertEqual(self.make_account(running=False, name="OLD-7").name, "OLD-7")

    def test_what_the_ledger_writes_is_ignored_when_an_account_is_opened(self):
        account = self.make_account(
            running=False, state="running", expiry=NOW, cash_balance=9, kept_seconds=9, manual_seconds=9
        )
        self.assertRecordValues(
            account, [{"state": "waiting", "expiry": False, "cash_balance": 0, "kept_seconds": 0, "manual_seconds": 0}]
        )

    def test_an_account_with_transactions_is_not_deleted(self):
        self.make_account(running=False).unlink()
        with self.assertRaisesRegex(UserError, "it can be closed"):
            self.make_account().unlink()


@tagged("post_install", "-at_install")
class TestStatus(CreditCommon):
    def test_normal_late_and_expired_to_the_second(self):
        account = self.make_account()
        self.payment(20, account)
        self.config.grace_days = 3
        expiry, grace_end = NOW + 2 * DAYS, NOW + 5 * DAYS
        for moment, status, balance in (
            (expiry - SECOND, "normal", 1),
            (expiry, "late", 0),
            (expiry + SECOND, "late", 0),
            (grace_end - SECOND, "late", 0),
            (grace_end, "expired", 0),
            (grace_end + SECOND, "expired", 0),
        ):
            with self.subTest(moment=moment):
                self.tick(moment)
                self.assertEqual((account.status, account.balance_seconds), (status, balance))
                for other in ("normal", "late", "expired", "waiting"):
                    found = self.Account.search([("status", "=", other), ("id", "=", account.id)])
                    self.assertEqual(bool(found), other == status)

    def test_without_grace_it_is_expired_at_once(self):
        account = self.make_account()
        self.config.grace_days = 0
        self.assertEqual(account.status, "expired")
        mine = [("company_id", "=", self.company.id)]
        self.assertEqual(self.Account.search([*mine, ("status", "in", ("expired", "late"))]), account)
        self.assertFalse(self.Account.search([*mine, ("status", "not in", ("expired", "late"))]))

    def test_a_filter_on_what_is_not_set_finds_what_has_none(self):
        """*Is not set* is offered for every column: what every record has is set on all."""
        unit, account = self.make_unit(), self.make_account()
        units = unit | account.unit_id
        among = [("id", "in", units.ids)]
        self.assertEqual(self.Unit.search([*among, ("account_status", "=", False)]), unit)
        self.assertEqual(self.Unit.search([*among, ("account_status", "!=", False)]), account.unit_id)
        self.assertEqual(self.Unit.search([*among, ("verdict", "!=", False)]), units)
        self.assertFalse(self.Unit.search([*among, ("verdict", "=", False)]))
        self.assertFalse(self.Unit.search([*among, ("unit_credit_seconds", "=", False)]))
        self.assertFalse(self.Unit.search([*among, ("event_ids", "=", "no such reason")]))
        mine = [("id", "=", account.id)]
        self.assertFalse(self.Account.search([*mine, ("status", "=", False)]))
        self.assertEqual(self.Account.search([*mine, ("balance_seconds", "=", False)]), account)

    def test_a_grace_that_no_date_can_bear_is_refused(self):
        for vals in ({"grace_days": 2147483647}, {"days_with_technician": 99999999}):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "at most 3650"):
                self.config.write(vals)

    def test_the_balance_is_searched_and_sorted(self):
        accounts = self.Account.browse()
        for amount in (30, 10, 20):
            account = self.make_account()
            self.payment(amount, account)
            accounts += account
        waiting = self.make_account(running=False)
        three, one, two = accounts

        def search(domain, **kwargs):
            return self.Account.search([("company_id", "=", self.company.id), *domain], **kwargs)

        self.assertEqual(search([("balance_seconds", "<=", 2 * DAY)], order="balance_seconds"), waiting + one + two)
        self.assertEqual(search([("balance_seconds", ">", 2 * DAY)]), three)
        self.assertEqual(search([("balance_seconds", "=", DAY)]), one)
        self.assertEqual(search([], order="balance_text desc"), three + two + one + waiting)
        mine = [("company_id", "=", self.company.id)]
        units = self.Unit.search([*mine, ("account_id", "!=", False)], order="pulse_credit_text desc")
        self.assertEqual(units, (three + two + one).unit_id)
        self.assertEqual(self.Unit.search([*mine, ("credit_until", "<", NOW + 2 * DAYS)]), one.unit_id)

    def test_a_list_of_accounts_costs_the_same_queries_however_long(self):
        def queries(number):
            accounts = self.Account.create([{"partner_id": self.customer.id, "daily_rate": 1} for _ in range(number)])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            accounts.read(["name", "partner_id", "unit_id", "status", "balance_text", "expiry", "cash_balance"])
            return self.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(40))

    def test_a_customer_shows_the_account_that_expires_first(self):
        first, second = self.make_account(), self.make_account()
        self.payment(30, first)
        self.payment(20, second)
        self.make_account(running=False)
        dark = self.env["res.partner"].create({"name": "Dark"})
        self.make_account(partner_id=dark.id)
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        self.assertRecordValues(
            self.customer + dark + nobody,
            [
                {"cu_account_count": 3, "cu_next_account_id": second.id, "cu_pulse_credit_seconds": 2 * DAY},
                {"cu_account_count": 1, "cu_next_account_id": dark.cu_account_ids.id, "cu_pulse_credit_seconds": 0},
                {"cu_account_count": 0, "cu_next_account_id": False, "cu_pulse_credit_seconds": 0},
            ],
        )
        mine = [("id", "in", (self.customer + dark + nobody).ids)]
        search = self.env["res.partner"].search
        self.assertEqual(
            search([*mine, ("cu_credit_until", "!=", False)], order="cu_pulse_credit_text"), dark + self.customer
        )
        self.assertEqual(search([*mine, ("cu_pulse_credit_seconds", "<=", 2 * DAY)]), dark + self.customer)
        self.assertEqual(search([*mine, ("cu_pulse_credit_seconds", "<", 2 * DAY)]), dark)

    def test_a_duration_reads_in_days_hours_min_and_seconds(self):
        for seconds, text in (
            (0, "0 seconds"),
            (1, "1 second"),
            (61, "1 min 1 second"),
            (3600, "1 hour 0 min 0 seconds"),
            (DAY, "1 day 0 hours 0 min 0 seconds"),
            (2 * DAY + 3 * 3600 + 4 * 60 + 5, "2 days 3 hours 4 min 5 seconds"),
            (-5, "0 seconds"),
        ):
            self.assertEqual(duration_text(self.env, seconds), text)

    def test_from_right_to_left_a_duration_begins_with_a_mark_that_holds_it_together(self):
        self.env["res.lang"]._activate_lang("ar_001")
        arabic = self.env(context={**self.env.context, "lang": "ar_001"})
        self.assertEqual(duration_text(arabic, 90), "\u200e1 min 30 seconds")
        self.assertEqual(signed_duration_text(arabic, -90), "\u200e−1 min 30 seconds")
        self.assertEqual(signed_duration_text(self.env, 90), "+1 min 30 seconds")


@tagged("post_install", "-at_install")
class TestByHand(CreditCommon):
    def setUp(self):
        super().setUp()
        self.account = self.make_account()

    def _book(self, kind="bonus", days=0, hours=0, direction="add", reason="Repair took long"):
        wizard = self.env["payg.hand.wizard"].create(
            {
                "account_ids": self.account.ids,
                "kind": kind,
                "days": days,
                "hours": hours,
                "direction": direction,
                "reason": reason,
            }
        )
        return wizard.action_book()

    def test_a_bonus_adds_on_time_without_money(self):
        self._book(days=2, hours=6)
        self.assert_balance(self.account, days=2.25, cash=0)
        self.assertRecordValues(
            self.last_row(self.account),
            [
                {
                    "kind": "bonus",
                    "seconds": 2 * DAY + 6 * 3600,
                    "account_amount": 0,
                    "days": 0,
                    "reason": "Repair took long",
                }
            ],
        )

    def test_a_correction_removes_no_more_than_was_added_by_hand(self):
        self.payment(100, self.account)
        self._book(days=2)
        with self.assertRaisesRegex(UserError, "not more can be removed"), self.cr.savepoint():
            self._book("correction", days=2, hours=1, direction="remove")
        self._book("correction", days=2, direction="remove")
        self.assert_balance(self.account, days=10, cash=0)
        with self.assertRaisesRegex(UserError, "not more can be removed"):
            self._book("correction", hours=1, direction="remove")

    def test_it_needs_a_duration_and_a_reason(self):
        for vals in ({"days": 0}, {"days": 1, "reason": "  "}, {"days": -1}):
            with self.subTest(vals), self.assertRaises(UserError):
                self._book(**vals)

    def test_bought_days_are_taken_back_beside_a_bonus(self):
        payment = self.payment(30, self.account)
        self._book(days=2)
        payment.action_cancel()
        self.assert_balance(self.account, days=2, cash=0)

    def test_an_alignment_makes_the_units_credit_right(self):
        self.payment(35, self.account)
        self.account._align(NOW + 2 * DAYS, "Read 12:00")
        self.assertRecordValues(
            self.last_row(self.account),
            [{"kind": "alignment", "seconds": -DAY, "account_amount": 0, "reason": "Read 12:00"}],
        )
        self.assert_balance(self.account, days=2, cash=5)
        self.assertFalse(self.account._align(NOW + 2 * DAYS, "Read 13:00"))
        with self.assertRaises(UserError):
            self.make_account(running=False)._align(NOW, "Read")


@tagged("post_install", "-at_install")
class TestLedgerIsAppendOnly(CreditCommon):
    def test_nobody_changes_or_deletes_a_row(self):
        row = self.last_row(self.make_account())
        for refused in (lambda: row.write({"reason": "x"}), row.unlink, lambda: row.sudo().write({"days": 1})):
            with self.assertRaises(AccessError):
                refused()

    @mute_logger("odoo.sql_db")
    def test_the_database_counts_a_payment_once(self):
        account = self.make_account()
        payment = self.payment(30, account)
        row = self.last_row(account)
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            row.sudo().copy()
        payment.action_cancel()
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            self.last_row(account).sudo().copy()

    def test_more_on_time_than_anybody_pays_for_is_refused(self):
        account = self.make_account(rate=1)
        payment = self.payment(10_000_000, account, post=False)
        with self.assertRaisesRegex(UserError, "check the amount"):
            payment.action_post()


@tagged("post_install", "-at_install")
class TestCheck(CreditCommon):
    """*Check PAYG accounts*: finds what differs, and corrects nothing."""

    def setUp(self):
        super().setUp()
        self.account = self.make_account()
        self.payments = self.payment(35, self.account) + self.payment(12, self.account)
        self.payments[1].action_cancel()
        self.env.flush_all()

    def _spoil(self, statement, *values):
        self.env.flush_all()
        self.cr.execute(statement, values)
        self.env.invalidate_all()

    def test_each_difference_is_found(self):
        counted, cancelled = self.payments.ids
        for name, statement, values, said in (
            (
                "cash",
                "UPDATE payg_account SET cash_balance = cash_balance + 0.01 WHERE id = %s",
                [self.account.id],
                "Cash",
            ),
            (
                "expiry",
                "UPDATE payg_account SET expiry = expiry + interval '1 s' WHERE id = %s",
                [self.account.id],
                "Expiry",
            ),
            ("kept", "UPDATE payg_account SET kept_seconds = 1 WHERE id = %s", [self.account.id], "kept"),
            (
                "row",
                "UPDATE payg_ontime_transaction SET days = 2 WHERE payment_id = %s AND days = 3",
                [counted],
                "Cash",
            ),
            ("cancelled", "UPDATE account_payment SET state = 'canceled' WHERE id = %s", [counted], "does not count"),
            ("unmatched", "UPDATE account_payment SET cu_account_id = NULL WHERE id = %s", [counted], "does not count"),
            ("no customer", "UPDATE account_payment SET partner_id = NULL WHERE id = %s", [counted], "does not count"),
            ("amount", "UPDATE account_payment SET amount = 36 WHERE id = %s", [counted], "counted otherwise"),
            (
                "gone",
                "UPDATE payg_ontime_transaction SET payment_id = NULL WHERE payment_id = %s",
                [counted],
                "is gone",
            ),
        ):
            with self.subTest(name):
                savepoint = self.cr.savepoint(flush=False)
                self._spoil(statement, *values)
                sentences = " ".join(chain(*self.account._differences().values()))
                self.assertIn(said, sentences)
                savepoint.rollback()
                self.env.invalidate_all()
                self.assertFalse(self.account._differences())
        self._spoil("UPDATE account_move SET state = 'posted' WHERE id = %s", self.payments[1].move_id.id)
        self._spoil("UPDATE account_payment SET state = 'paid' WHERE id = %s", cancelled)
        self.assertIn("was not counted", " ".join(self.account._differences()[self.account]))

    def test_the_nightly_check_raises_one_activity_for_a_supervisor_and_corrects_nothing(self):
        supervisor = self.user_of("supervisor")
        self.user_of("manager")
        self.run_cron("ir_cron_check_accounts")
        self.assertFalse(self.config.activity_ids)
        self._spoil("UPDATE payg_account SET cash_balance = 99 WHERE id = %s", self.account.id)
        for _ in range(2):
            self.run_cron("ir_cron_check_accounts")
        self.assertEqual(self.config.activity_ids.user_id, supervisor)
        self.assertIn(self.account.name, self.config.activity_ids.note)
        self.assertEqual(self.account.cash_balance, 99)

    def test_the_nightly_check_looks_at_all_in_chunks(self):
        self.make_account()
        third = self.make_account()
        self._spoil("UPDATE payg_account SET cash_balance = 99 WHERE id = %s", third.id)
        self.patch(self.registry["payg.account"], "_CHUNK", 1)
        self.run_cron("ir_cron_check_accounts")
        self.assertIn(third.name, self.config.activity_ids.note)
        self.assertEqual(self.config.accounts_checked_until, 0)

    def test_the_button_says_what_it_found(self):
        params = self.account.action_check()["params"]
        self.assertEqual(params["type"], "success")
        self._spoil("UPDATE payg_account SET cash_balance = 99 WHERE id = %s", self.account.id)
        params = self.account.action_check()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertIn("99.0", params["message"])


@tagged("post_install", "-at_install")
class TestStatement(CreditCommon):
    def test_a_statement_lists_every_row_with_the_balance_after_it(self):
        account = self.make_account()
        self.payment(35, account, cu_transaction_number="QX9")
        account._add_by_hand("bonus", DAY, "Sorry for the delay")
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("payg_control_unit.payg_account_statement", account.ids)[0]
            .decode()
        )
        for text in (
            account.name,
            "Clara Customer",
            "QX9",
            "+3 days",
            "Sorry for the delay",
            "Bonus",
            "4 days 0 hours",
        ):
            self.assertIn(text, html)

    def test_the_graph_shows_the_credit_at_the_end_of_each_day(self):
        account = self.make_account(running=False)
        self.payment(35, account)
        self.tick(days=2)
        self.make_unit()._account_begins(self.customer)
        self.tick(days=2)
        self.payment(20, account)
        self.tick(days=4)
        days = self.env["payg.credit.day"].search([("account_id", "=", account.id)], order="day")
        self.assertEqual([f"{row.day:%d}" for row in days], [f"{2 + n:02d}" for n in range(9)])
        # Kept until the installation at noon of the 4th; then half a day less each midnight.
        left = [3, 3, 2.5, 1.5, 2.5, 1.5, 0.5, 0, 0]
        for row, expected in zip(days, left, strict=True):
            self.assertAlmostEqual(row.credit_days, expected, 3)
        action = account.action_credit_over_time()
        self.assertEqual(action["domain"], [("account_id", "in", account.ids)])


@tagged("post_install", "-at_install")
class TestMinimumPaymentTime(CreditCommon):
    def test_an_account_that_ran_out_buys_no_less_than_it(self):
        self.config.minimum_payment_time = 2 * DAY
        for seconds_left, days in ((1, 1), (0, 0), (-1, 0)):
            with self.subTest(seconds_left=seconds_left):
                account = self.make_account()
                account._align(NOW + seconds_left * SECOND, "test")
                self.payment(15, account)
                self.assertEqual(self.last_row(account).days, days)
        self.payment(5, account)
        self.assert_balance(account, days=2, cash=0)

    def test_one_that_waits_for_its_installation_buys_what_it_can(self):
        self.config.minimum_payment_time = 2 * DAY
        account = self.make_account(running=False)
        self.payment(15, account)
        self.assertEqual(account.kept_seconds, DAY)

    def test_the_setting_is_shown_in_words(self):
        self.config.minimum_payment_time = 2 * DAY + 60
        self.assertEqual(self.config.minimum_payment_time_text, "2 days 0 hours 1 min 0 seconds")
