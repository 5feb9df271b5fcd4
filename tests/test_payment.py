from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .credit_common import DAYS, NOW, CreditCommon


@tagged("post_install", "-at_install")
class TestPaymentDoors(CreditCommon):
    """Every way by which a payment begins, or stops, to count."""

    def setUp(self):
        super().setUp()
        self.account = self.make_account()

    # ------------------------------------------------------------------
    # In
    # ------------------------------------------------------------------
    def test_a_posted_payment_buys_whole_days_and_keeps_the_rest(self):
        payment = self.payment(35, self.account, cu_transaction_number="QX1")
        self.assertEqual(payment.state, "in_process")
        self.assert_balance(self.account, days=3, cash=5)
        self.assertRecordValues(
            self.last_row(self.account),
            [
                {
                    "kind": "payment",
                    "payment_id": payment.id,
                    "transaction_number": "QX1",
                    "amount": 35,
                    "account_amount": 35,
                    "rate": 10,
                    "days": 3,
                    "value": 30,
                    "seconds": 3 * 86400,
                    "cash_before": 0,
                    "cash_after": 5,
                    "expiry_before": NOW,
                    "expiry_after": NOW + 3 * DAYS,
                    "user_id": self.env.uid,
                    "at": NOW,
                }
            ],
        )

    def test_a_draft_buys_nothing(self):
        self.payment(35, self.account, post=False)
        self.assertEqual(self.kinds(self.account), ["begin"])

    def test_without_customer_or_account_it_buys_nothing(self):
        self.payment(35)
        self.payment(35, self.account, partner_id=False)
        self.payment(35, partner_id=self.customer.id)
        self.assertEqual(self.kinds(self.account), ["begin"])

    def test_cash_balance_is_spent_with_the_next_payment(self):
        self.payment(35, self.account)
        self.payment(7, self.account)
        self.assert_balance(self.account, days=4, cash=2)

    def test_posting_it_again_and_again_counts_it_once(self):
        payment = self.payment(35, self.account)
        payment.action_post()
        payment.state = "in_process"
        payment._cu_settle()
        self.assertEqual(self.kinds(self.account), ["begin", "payment"])

    def test_between_in_process_and_paid_nothing_happens(self):
        payment = self.payment(35, self.account)
        for state in ("paid", "in_process", "paid"):
            payment.state = state
        payment.action_validate()
        self.assertEqual(self.kinds(self.account), ["begin", "payment"])

    def test_reconciled_with_the_bank_it_is_paid_and_counts_once(self):
        payment = self.payment(35, self.account)
        statement = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "amount": 35,
                "payment_ref": "QX",
                "counterpart_account_id": self.outstanding.id,
            }
        )
        lines = (payment.move_id.line_ids + statement.move_id.line_ids).filtered(
            lambda line: line.account_id == self.outstanding
        )
        lines.reconcile()
        self.env.flush_all()
        self.assertEqual(payment.state, "paid")
        lines.remove_move_reconcile()
        self.env.flush_all()
        self.assertEqual(payment.state, "in_process")
        self.assertEqual(self.kinds(self.account), ["begin", "payment"])
        self.assert_balance(self.account, days=3, cash=5)

    def without_entries(self):
        """Have payments make no journal entries."""
        self.journal.inbound_payment_method_line_ids.payment_account_id = False
        self.patch(type(self.env["account.move"]), "_get_invoice_in_payment_state", lambda move: "in_payment")

    def test_a_payment_made_posted_without_an_entry_counts(self):
        self.without_entries()
        payment = self.payment(35, self.account, post=False, state="in_process")
        self.assertFalse(payment.move_id)
        self.assert_balance(self.account, days=3, cash=5)
        payment.action_reject()
        self.assert_balance(self.account, days=0, cash=0)
        payment.action_draft()
        payment.action_post()
        payment.action_validate()
        self.assert_balance(self.account, days=3, cash=5)

    def test_one_whose_entry_is_missing_does_not_count(self):
        payment = self.payment(35, self.account)
        self.cr.execute("UPDATE account_payment SET move_id = NULL WHERE id = %s", [payment.id])
        self.env.invalidate_all()
        self.assertTrue(payment.outstanding_account_id)
        payment._cu_settle()
        self.assert_balance(self.account, days=0, cash=0)

    def test_paid_straight_into_the_bank_account_it_counts(self):
        self.journal.inbound_payment_method_line_ids.payment_account_id = self.bank
        payment = self.payment(35, self.account)
        self.assertEqual(payment.state, "paid")
        self.assert_balance(self.account, days=3, cash=5)

    def test_somebody_of_accounting_without_a_role_posts_and_it_counts(self):
        user = self.user_of("technician")
        user.group_ids = self.env.ref("account.group_account_invoice")
        payment = self.payment(35, self.account, post=False)
        payment.with_user(user).action_post()
        self.assert_balance(self.account, days=3, cash=5)
        self.assertEqual(self.last_row(self.account).user_id, user)

    # ------------------------------------------------------------------
    # Out
    # ------------------------------------------------------------------
    def _out(self):
        """Each door out: (name, what is done to a payment)."""
        return {
            "reset to draft": lambda payment: payment.action_draft(),
            "cancelled": lambda payment: payment.action_cancel(),
            "rejected": lambda payment: payment.action_reject(),
            "state written": lambda payment: payment.write({"state": "canceled"}),
            "entry reset": lambda payment: payment.move_id.button_draft(),
            "entry cancelled": lambda payment: payment.move_id.button_cancel(),
            "entry reversed": lambda payment: payment.move_id._reverse_moves(cancel=True),
            "account taken off": lambda payment: payment.write({"cu_account_id": False}),
            "unmatched": lambda payment: payment.action_cu_unmatch(),
            "customer taken off": lambda payment: payment.write({"partner_id": False}),
            "deleted": lambda payment: payment.unlink(),
            "deleted as draft": lambda payment: (payment.action_draft(), payment.unlink()),
            "emptied": lambda payment: payment.write({"amount": 0}),
        }

    def test_each_door_out_takes_back_what_it_bought_once(self):
        for name, leave in self._out().items():
            with self.subTest(name):
                account = self.make_account()
                self.payment(12, account)
                payment = self.payment(35, account)
                self.assert_balance(account, days=4, cash=7)
                leave(payment)
                self.env.flush_all()
                self.assert_balance(account, days=1, cash=2)
                self.assertEqual(self.kinds(account), ["begin", "payment", "payment", "reversal"])
                reversal = self.last_row(account)
                self.assertEqual((reversal.days, reversal.account_amount, reversal.value), (-3, -35, -30))
                self.assertTrue(reversal.reason)
                self.assertEqual(reversal.reversed_id.reversal_id, reversal)

    def test_the_entry_of_a_payment_that_counts_cannot_be_deleted(self):
        payment = self.payment(35, self.account)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            payment.move_id.with_context(force_delete=True).unlink()
            self.env.flush_all()
        self.assert_balance(self.account, days=3, cash=5)

    def test_back_through_each_door_it_counts_again(self):
        back = {
            "reset to draft": lambda payment: payment.action_post(),
            "cancelled": lambda payment: (payment.action_draft(), payment.action_post()),
            "rejected": lambda payment: (payment.action_draft(), payment.action_post()),
            "entry reset": lambda payment: payment.move_id.action_post(),
            "entry reversed": lambda payment: payment.move_id.reversal_move_ids.button_draft(),
            "account taken off": lambda payment: setattr(
                payment, "cu_account_id", payment.cu_transaction_ids.account_id
            ),
            "customer taken off": lambda payment: payment.write({"partner_id": self.customer.id}),
        }
        for name, again in back.items():
            with self.subTest(name):
                account = self.make_account()
                payment = self.payment(35, account)
                self._out()[name](payment)
                again(payment)
                self.env.flush_all()
                self.assert_balance(account, days=3, cash=5)
                self.assertEqual(self.kinds(account), ["begin", "payment", "reversal", "payment"])

    def test_half_of_an_entry_reversed_is_no_reversal(self):
        payment = self.payment(30, self.account)
        reversal = payment.move_id._reverse_moves()
        halves = [
            Command.update(line.id, {"balance": line.balance / 2, "amount_currency": line.amount_currency / 2})
            for line in reversal.line_ids
        ]
        reversal.line_ids = halves
        reversal.action_post()
        self.assert_balance(self.account, days=3, cash=0)

    def test_a_reversal_may_leave_the_expiry_in_the_past(self):
        payment = self.payment(30, self.account)
        self.tick(days=2)
        payment.action_cancel()
        self.assertEqual(self.account.expiry, NOW)
        self.assertEqual((self.account.balance_seconds, self.account.late_seconds), (0, 2 * 86400))
        self.assert_balance(self.account, days=-2, cash=0)

    def test_latest_days_go_first_at_the_rate_they_were_bought_for(self):
        first = self.payment(30, self.account)
        self.account.daily_rate = 4
        self.payment(9, self.account)
        self.assert_balance(self.account, days=5, cash=1)
        first.action_draft()
        # 30 off a cash balance of 1: two days at 4 give 8, and three of those at 10 the other 21.
        self.assertRecordValues(self.last_row(self.account), [{"days": -5, "value": -38, "cash_after": 9}])
        self.assert_balance(self.account, days=0, cash=9)

    def test_another_amount_or_account_is_reversed_and_counted_anew(self):
        payment = self.payment(30, self.account)
        payment.amount = 50
        self.assert_balance(self.account, days=5, cash=0)
        other = self.make_account()
        payment.cu_account_id = other
        self.assert_balance(self.account, days=0, cash=0)
        self.assert_balance(other, days=5, cash=0)

    def test_what_decides_of_a_payment_without_an_entry_is_watched_too(self):
        francs = self.env.ref("base.XAF")
        francs.active = True
        self.without_entries()
        for vals in (
            {"date": fields.Date.today() - timedelta(days=1)},
            {"currency_id": francs.id},
            {"payment_type": "outbound"},
        ):
            with self.subTest(vals), self.cr.savepoint() as savepoint:
                self.payment(50, self.account, post=False, state="in_process")
                payment = self.payment(35, self.account, post=False, state="in_process")
                self.assertFalse(payment.move_id)
                payment.write(vals)
                self.assertIn("reversal", self.kinds(self.account))
                self.assertFalse(self.account._differences())
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_deleted_payment_keeps_its_number_in_the_ledger(self):
        payment = self.payment(30, self.account, cu_transaction_number="QX7")
        payment.unlink()
        rows = self.account.transaction_ids.filtered("transaction_number")
        self.assertEqual(rows.mapped("transaction_number"), ["QX7", "QX7"])
        self.assertFalse(rows.payment_id)

    def test_what_fails_in_between_books_nothing(self):
        payment = self.payment(30, self.account, post=False)
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint(), payment._cu_settling():
            payment.action_post()
            raise ZeroDivisionError
        self.env.invalidate_all()
        self.assertEqual(payment.state, "draft")
        self.assertEqual(self.kinds(self.account), ["begin"])
        payment.action_post()
        self.assert_balance(self.account, days=3, cash=0)

    # ------------------------------------------------------------------
    # Refunds
    # ------------------------------------------------------------------
    def test_a_payment_back_to_the_customer_takes_days_back(self):
        self.payment(50, self.account)
        refund = self.payment(15, self.account, payment_type="outbound")
        self.assert_balance(self.account, days=3, cash=5)
        refund.action_cancel()
        self.assert_balance(self.account, days=5, cash=0)
        self.assertEqual(self.kinds(self.account), ["begin", "payment", "refund", "reversal"])

    def test_not_more_is_refunded_than_was_paid(self):
        self.payment(50, self.account)
        with self.assertRaisesRegex(UserError, "more would be refunded"), self.cr.savepoint():
            self.payment(50.01, self.account, payment_type="outbound")
        self.payment(50, self.account, payment_type="outbound")
        self.assert_balance(self.account, days=0, cash=0)

    # ------------------------------------------------------------------
    # Refused
    # ------------------------------------------------------------------
    def test_an_account_of_somebody_else_is_refused(self):
        other = self.env["res.partner"].create({"name": "Other"})
        with self.assertRaisesRegex(ValidationError, "is the account of"):
            self.payment(35, self.account, partner_id=other.id)

    def test_an_address_of_the_customer_may_pay(self):
        company = self.env["res.partner"].create({"name": "Clinic", "is_company": True})
        nurse = self.env["res.partner"].create({"name": "Nurse", "parent_id": company.id})
        account = self.make_account(partner_id=company.id)
        self.payment(35, account, partner_id=nurse.id)
        self.assert_balance(account, days=3, cash=5)

    def test_an_account_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Dark"})
        account = self.Account.create({"partner_id": self.customer.id, "daily_rate": 1, "company_id": other.id})
        with self.assertRaisesRegex(ValidationError, "another company"):
            self.payment(35, account)

    def test_a_closed_account_takes_no_payment_but_gives_back(self):
        payment = self.payment(35, self.account)
        self.account.action_close()
        with self.assertRaisesRegex(UserError, "is closed"), self.cr.savepoint():
            self.payment(35, self.account)
        payment.action_cancel()
        self.assertRecordValues(self.account, [{"cash_balance": 0, "kept_seconds": 0, "expiry": False}])


@tagged("post_install", "-at_install")
class TestPaymentBatch(CreditCommon):
    def test_a_batch_is_booked_in_its_order_with_one_lock(self):
        accounts = self.make_account() + self.make_account()
        payments = self.Payment.browse()
        for amount in (4, 8, 15):
            for account in accounts:
                payments += self.payment(amount, account, post=False)
        locks = []
        real = type(self.Account)._lock
        self.patch(type(self.Account), "_lock", lambda records: (locks.append(records), real(records))[1])
        payments.action_post()
        self.assertEqual(len(locks), 1)
        for account in accounts:
            self.assertEqual(account.transaction_ids.sorted("id").mapped("days"), [0, 0, 1, 1])
            self.assert_balance(account, days=2, cash=7)
        payments.action_draft()
        for account in accounts:
            self.assert_balance(account, days=0, cash=0)

    def test_the_number_of_queries_does_not_grow_with_the_batch(self):
        account, config = self.make_account(), self.config
        self.assertTrue(config)

        def queries(number):
            payments = self.Payment.browse([self.payment(7, account, post=False).id for _ in range(number)])
            payments.action_post()
            self.env.flush_all()
            self.env.invalidate_all()
            counted = []
            execute = self.cr.execute
            self.cr.execute = lambda *args, **kwargs: (counted.append(args[0]), execute(*args, **kwargs))[1]
            payments.sudo()._cu_reverse("again")
            payments._cu_settle()
            self.env.flush_all()
            del self.cr.execute
            return len(counted)

        queries(1)
        self.assertLessEqual(queries(24) - queries(3), 2)
