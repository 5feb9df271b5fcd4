from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .credit_common import CreditCommon


class MatchCommon(CreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls.user_of("operator")

    def setUp(self):
        super().setUp()
        self.account = self.make_account()
        self.unit = self.account.unit_id

    def unmatched(self):
        """What an operator sees in *Unmatched payments*."""
        action = self.env.ref("payg_control_unit.account_payment_action_unmatched")
        payments = self.Payment.with_user(self.operator).with_context(allowed_company_ids=self.company.ids)
        found = payments.search(safe_eval(action.domain))
        self.assertEqual(set(found.mapped("cu_is_unmatched")) - {True}, set())
        return found.sudo(False).with_env(self.env)

    def wizard(self, payment):
        return Form(self.env["payg.match.wizard"].with_context(default_payment_id=payment.id))


@tagged("post_install", "-at_install")
class TestByReference(MatchCommon):
    """A payment that names its account finds it as it is posted; anything less than that waits for a person."""

    def test_number_imei_and_serial_name_the_account(self):
        for memo in (
            self.account.name,
            self.account.name.lower(),
            f"for {self.unit.imei}.",
            f"({self.unit.name})",
            f"{self.unit.imei}/{self.account.name}",
        ):
            with self.subTest(memo):
                payment = self.payment(10, memo=memo)
                self.assertRecordValues(payment, [{"partner_id": self.customer.id, "cu_account_id": self.account.id}])
                receivable = payment.move_id.line_ids.filtered(lambda line: line.account_id == self.receivable)
                self.assertEqual(receivable.partner_id, self.customer)
        self.assert_balance(self.account, days=5, cash=0)

    def test_a_number_with_dots_slashes_or_blanks_names_it_too(self):
        brought = self.make_account(name="KGL/2024/17")
        brought.unit_id.lot_id.name = "sn.0017"
        for memo in ("kgl/2024/17", "light: KGL/2024/17.", "(sn.0017)"):
            with self.subTest(memo):
                self.assertEqual(self.payment(10, memo=memo).cu_account_id, brought)

    def test_the_payment_reference_does_too(self):
        self.assertEqual(self.payment(10, payment_reference=self.account.name).cu_account_id, self.account)

    def test_several_named_or_none_or_another_customers_wait(self):
        other = self.make_account()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        waiting = self.payment(10, memo=f"{self.account.name} {other.name}")
        waiting += self.payment(10, memo="light")
        waiting += self.payment(10, memo=self.account.name[:-1])
        waiting += self.payment(10, memo=self.account.name, partner_id=stranger.id, cu_transaction_number="S1")
        waiting += self.payment(10, partner_id=self.customer.id, cu_transaction_number="S2")
        self.assertFalse(waiting.cu_account_id)
        self.assertEqual(set(self.unmatched().ids), set(waiting.ids))
        self.assertEqual(set(waiting.mapped("state")), {"in_process"})

    def test_a_closed_account_or_one_of_another_company_is_not_found(self):
        company = self.env["res.company"].create({"name": "Dark"})
        theirs = self.make_account(running=False, company_id=company.id, name="DARK-1")
        self.account.action_close()
        for memo in (theirs.name, self.account.name):
            self.assertFalse(self.payment(10, memo=memo).cu_account_id)

    def test_payments_of_two_companies_at_once_find_accounts_of_their_own(self):
        company = self.env["res.company"].create({"name": "Dark"})
        theirs = self.make_account(running=False, company_id=company.id, name="DARK-1")
        journal = self.env["account.journal"].create(
            {"name": "Dark", "code": "DARK", "type": "bank", "company_id": company.id, "cu_is_payg": True}
        )
        journal.inbound_payment_method_line_ids.payment_account_id = journal.default_account_id
        names = theirs.name, self.account.name
        mine, others = (
            [self.payment(10, post=False, memo=name, journal_id=place.id) for name in names]
            for place in (self.journal, journal)
        )
        self.Payment.union(*mine, *others)._cu_match_by_reference()
        self.assertEqual([payment.cu_account_id for payment in mine], [self.Account, self.account])
        self.assertEqual([payment.cu_account_id for payment in others], [theirs, self.Account])

    def test_mobile_money_of_a_customer_with_one_account_needs_no_reference(self):
        self.assertEqual(
            self.payment(10, partner_id=self.customer.id, cu_transaction_number="M1").cu_account_id, self.account
        )
        # What somebody registers by hand, an invoice's payment among them, is for what they say it is.
        self.assertFalse(self.payment(10, partner_id=self.customer.id).cu_account_id)

    def test_other_journals_and_other_payments_are_left_alone(self):
        bank = self.make_journal("BANK", cu_is_payg=False)
        payments = self.Payment
        for vals in ({"journal_id": bank.id}, {"payment_type": "outbound"}, {"partner_type": "supplier"}):
            payments += self.payment(10, memo=self.account.name, **vals)
        self.assertFalse(payments.cu_account_id)
        self.assertFalse(self.unmatched())
        # Nor for somebody who sees them all.
        self.assertFalse(payments.search([("cu_is_unmatched", "=", True), ("id", "in", payments.ids)]))
        self.assertFalse(any(payments.mapped("cu_is_unmatched")))

    def test_the_form_proposes_the_account_of_a_customer_who_has_one(self):
        other = self.env["res.partner"].create({"name": "Other"})
        payment = self.payment(10, post=False)
        with Form(payment) as form:
            form.partner_id = self.customer
            self.assertEqual(form.cu_account_id, self.account)
            form.partner_id = other
            self.assertFalse(form.cu_account_id)

    def test_the_form_asks_when_there_are_several(self):
        self.make_account()
        with Form(self.payment(10, post=False)) as form:
            form.partner_id = self.customer
            self.assertFalse(form.cu_account_id)


@tagged("post_install", "-at_install")
class TestMatch(MatchCommon):
    """*Match*, by a person."""

    def test_it_resets_to_draft_sets_customer_and_account_and_posts_again(self):
        payment = self.payment(25)
        self.assertIn(payment, self.unmatched())
        wizard = self.wizard(payment)
        self.assertFalse(wizard.account_id)
        wizard.account_id = self.account
        wizard.save().action_match()
        self.assertRecordValues(
            payment, [{"partner_id": self.customer.id, "cu_account_id": self.account.id, "state": "in_process"}]
        )
        self.assertEqual(payment.move_id.state, "posted")
        self.assertEqual(payment.move_id.line_ids.partner_id, self.customer)
        self.assert_balance(self.account, days=2, cash=5)
        self.assertEqual(self.kinds(self.account), ["begin", "payment"])
        self.assertFalse(self.unmatched())

    def test_a_payment_that_is_the_customers_already_keeps_its_entry_and_bank_matching(self):
        payment = self.payment(25, partner_id=self.customer.id)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "amount": 25,
                "payment_ref": "QX",
                "counterpart_account_id": self.outstanding.id,
            }
        )
        (payment.move_id.line_ids + line.move_id.line_ids).filtered(
            lambda item: item.account_id == self.outstanding
        ).reconcile()
        self.assertEqual(payment.state, "paid")
        payment._cu_match(self.account)
        self.assertEqual((payment.state, payment.is_matched), ("paid", True))
        self.assert_balance(self.account, days=2, cash=5)

    def test_a_payment_of_somebody_at_the_customers_stays_theirs(self):
        company = self.env["res.partner"].create({"name": "School", "is_company": True})
        teacher = self.env["res.partner"].create({"name": "Teacher", "parent_id": company.id})
        account = self.make_account(partner_id=company.id)
        payment = self.payment(25, partner_id=teacher.id)
        entry = payment.move_id.line_ids
        payment._cu_match(account)
        self.assertRecordValues(payment, [{"partner_id": teacher.id, "cu_account_id": account.id}])
        self.assertEqual(payment.move_id.line_ids, entry, "It was not reset to draft.")
        self.assert_balance(account, days=2, cash=5)

    def test_it_proposes_the_account_that_is_named(self):
        other = self.make_account()
        payment = self.payment(25, partner_id=self.customer.id, memo="x")
        payment.memo = f"Pay {other.unit_id.imei}"
        wizard = self.wizard(payment)
        self.assertEqual((wizard.partner_id, wizard.account_id), (self.customer, other))
        self.assertIn(other.name, wizard.hint)

    def test_it_proposes_the_only_account_of_the_customer_and_none_of_several(self):
        payment = self.payment(25, partner_id=self.customer.id)
        self.assertEqual(self.wizard(payment).account_id, self.account)
        self.make_account()
        wizard = self.wizard(payment)
        self.assertFalse(wizard.account_id)
        self.assertIn("several accounts", wizard.hint)

    def test_several_that_are_named_are_asked_about(self):
        other = self.make_account()
        payment = self.payment(25, memo=f"{self.account.name} or {other.name}")
        wizard = self.wizard(payment)
        self.assertFalse(wizard.account_id)
        self.assertIn("several accounts: choose", wizard.hint)

    def test_it_is_booked_where_only_the_company_has_an_outstanding_account(self):
        """As in plain Odoo: without the accounting app core gives each payment the company's, as it is made."""
        self.journal.inbound_payment_method_line_ids.payment_account_id = False
        self.company.transfer_account_id = self.outstanding
        named = self.payment(25, memo=self.account.name)
        for payment in (self.payment(25), self.payment(25, post=False), named):
            with self.subTest(state=payment.state, memo=payment.memo):
                if payment != named:
                    payment._cu_match(self.account)
                if payment.state == "draft":
                    payment.action_post()
                self.assertEqual(payment.state, "in_process")
                self.assertEqual(payment.move_id.state, "posted")
                booked = {(line.account_id, line.partner_id): line.balance for line in payment.move_id.line_ids}
                self.assertEqual(booked, {(self.outstanding, self.customer): 25, (self.receivable, self.customer): -25})
        self.assert_balance(self.account, days=7, cash=5)

    def test_a_draft_is_matched_and_stays_a_draft(self):
        payment = self.payment(25, post=False)
        payment._cu_match(self.account)
        self.assertRecordValues(payment, [{"state": "draft", "cu_account_id": self.account.id}])
        payment.action_post()
        self.assert_balance(self.account, days=2, cash=5)

    def test_from_one_account_to_another(self):
        other = self.make_account()
        payment = self.payment(25, self.account)
        payment._cu_match(other)
        self.assert_balance(self.account, days=0, cash=0)
        self.assert_balance(other, days=2, cash=5)

    def test_a_payment_out_or_cancelled_is_not_matched(self):
        cancelled = self.payment(25)
        self.assertTrue(cancelled.cu_is_unmatched)
        cancelled.action_cancel()
        self.assertFalse(cancelled.cu_is_unmatched)
        self.assertNotIn(cancelled, self.Payment.search([("cu_is_unmatched", "=", True)]))
        for payment in (cancelled, self.payment(25, payment_type="outbound")):
            with self.assertRaisesRegex(UserError, "came in and is not cancelled"):
                payment._cu_match(self.account)

    def test_unmatched_it_waits_again(self):
        payment = self.payment(25, self.account)
        payment.action_cu_unmatch()
        self.assertIn(payment, self.unmatched())
        self.assert_balance(self.account, days=0, cash=0)

    def test_found_by_number_phone_and_customer(self):
        payment = self.payment(25, cu_transaction_number=" QX77 ", cu_sender_phone="+254 700-000 001")
        self.assertRecordValues(payment, [{"cu_transaction_number": "QX77", "cu_sender_phone": "+254700000001"}])
        for name, value in (
            ("cu_transaction_number", "QX77"),
            ("cu_sender_phone", "700000001"),
            ("cu_sender", "0700 000 001"),
            ("cu_sender", "+254700000001"),
            ("cu_sender", "000 001"),
        ):
            self.assertIn(payment, self.Payment.search([(name, "ilike", value)]))
        self.assertNotIn(payment, self.Payment.search([("cu_sender", "ilike", "0700 000 002")]))


@tagged("post_install", "-at_install")
class TestImport(MatchCommon):
    """Mobile-money payments from a CSV file, through Odoo's own import."""

    FIELDS = ("date", "amount", "journal_id", "cu_transaction_number", "cu_sender_phone", "memo")

    def _load(self, *rows):
        return self.Payment.load(list(self.FIELDS), [list(row) for row in rows])

    def _row(self, number, memo="", amount="25", phone="0700 000 001"):
        return ("2026-03-01", amount, self.journal.name, number, phone, memo)

    def test_imported_and_confirmed_they_find_their_accounts_or_wait(self):
        other = self.make_account()
        result = self._load(
            self._row("A1", self.account.name), self._row("A2", other.unit_id.imei), self._row("A3", "hello")
        )
        self.assertFalse(result["messages"])
        payments = self.Payment.browse(result["ids"])
        payments.action_post()
        self.assert_balance(self.account, days=2, cash=5)
        self.assert_balance(other, days=2, cash=5)
        self.assertEqual(self.unmatched(), payments[2])
        self.assertEqual(payments[2].cu_transaction_number, "A3")

    def test_an_account_may_be_named_in_a_column_of_its_own(self):
        result = self.Payment.load(
            [*self.FIELDS, "partner_id", "cu_account_id"],
            [
                [*self._row("A1"), self.customer.name, self.account.name],
                [*self._row("A2"), self.customer.name, self.account.display_name],
            ],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self.Payment.browse(result["ids"]).mapped("cu_account_id"), self.account)

    def test_a_customers_name_does_not_name_an_account(self):
        self.make_account()
        columns = [*self.FIELDS, "cu_account_id"]
        for name in (self.customer.name, "ACC", self.account.name[:-1]):
            result = self.Payment.load(columns, [[*self._row("A1"), name]])
            self.assertFalse(result["ids"])
            self.assertEqual(result["messages"][0]["field"], "cu_account_id")

    @mute_logger("odoo.sql_db")
    def test_a_number_that_is_there_already_is_refused_with_its_row(self):
        self.payment(25, cu_transaction_number="A2")
        result = self._load(self._row("A1"), self._row("A2"), self._row("A3"))
        [message] = result["messages"]
        self.assertFalse(result["ids"])
        self.assertEqual(message["rows"], {"from": 1, "to": 1})
        self.assertIn("transaction number A2 exists already", message["message"])

    @mute_logger("odoo.sql_db")
    def test_a_number_twice_in_a_file_is_refused_with_its_row(self):
        result = self._load(self._row("A1"), self._row(" A1 "))
        [message] = result["messages"]
        self.assertEqual(message["rows"], {"from": 1, "to": 1})
        self.assertIn("A1 exists already", message["message"])

    def test_the_same_number_in_another_journal_is_another_payment(self):
        self.payment(25, cu_transaction_number="A1")
        airtel = self.make_journal("AIRTL")
        self.payment(25, journal_id=airtel.id, cu_transaction_number="A1")
        self.payment(25, cu_transaction_number="")
        self.payment(25, cu_transaction_number=" ")
