from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES
from .credit_common import DAY, DAYS, NOW, CreditCommon
from .device_common import DeviceCommon
from .import_common import ImportDialog
from .test_credit_roles import OPENS
from .test_roles import ACCESS_LOGGERS

COLUMNS = ["partner_id", "unit_id", "name", "daily_rate", "currency_id", "opening_cash", "opening_expiry"]
HEADERS = [
    "Customer", "Control Unit", "Account Number", "Daily Rate", "Currency", "Opening Cash Balance", "Opening Expiry",
]  # fmt: skip
LATER, EARLIER = NOW + 40 * DAYS, NOW - 10 * DAYS


class OpeningCommon(CreditCommon):
    """A shop manager imports the accounts of customers whose units are with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.user_of("shop_manager", tz="UTC")

    def held(self, customer=None, **vals):
        """A unit that the customer has."""
        unit = self.make_unit(**vals)
        unit._open_holding(customer or self.customer)
        return unit

    def row(self, unit="", cash="", expiry="", number="", rate="10", currency="", customer="Clara Customer"):
        expiry = expiry and fields.Datetime.to_string(expiry)
        return [customer, unit, number, rate, currency, str(cash), expiry]

    def load(self, rows, columns=COLUMNS, user=None):
        accounts = self.Account.with_user(user or self.clerk)
        accounts = accounts.with_context(import_file=True, allowed_company_ids=self.company.ids)
        result = accounts.load(list(columns), [list(row) for row in rows])
        self.env.invalidate_all()
        return result

    def loaded(self, *rows, **kwargs):
        """The accounts of rows that are imported without a complaint."""
        result = self.load(rows, **kwargs)
        self.assertFalse(result["messages"])
        return self.Account.browse(result["ids"])

    def refused(self, *rows, **kwargs):
        """What is said of rows of which nothing is imported."""
        before = self.Account.search_count([]), self.Transaction.search_count([])
        with mute_logger("odoo.sql_db"):
            result = self.load(rows, **kwargs)
        self.assertFalse(result["ids"])
        self.assertEqual((self.Account.search_count([]), self.Transaction.search_count([])), before)
        return "\n".join(message["message"] for message in result["messages"] if message["type"] == "error")


@tagged("post_install", "-at_install")
class TestOpening(OpeningCommon):
    def test_accounts_come_in_with_what_they_bring_along(self):
        by_serial, by_imei, late = self.held(), self.held(), self.held()
        accounts = self.loaded(
            self.row(by_serial.name, 2.5, LATER),
            self.row(by_imei.imei, 0, LATER, number="OLD-7"),
            self.row(late.name, 7, EARLIER),
            self.row(cash=35, number="OLD-8"),
        )
        self.assertRecordValues(
            accounts,
            [
                {"unit_id": by_serial.id, "state": "running", "status": "normal", "expiry": LATER, "cash_balance": 2.5},
                {"unit_id": by_imei.id, "state": "running", "status": "normal", "expiry": LATER, "cash_balance": 0},
                {"unit_id": late.id, "state": "running", "status": "expired", "expiry": EARLIER, "cash_balance": 7},
                {"unit_id": False, "state": "waiting", "status": "waiting", "expiry": False, "cash_balance": 35},
            ],
        )
        self.assertEqual([self.kinds(account) for account in accounts], [["begin", "opening"]] * 3 + [["opening"]])
        self.assertEqual(accounts[1].name, "OLD-7")
        self.assertEqual(accounts.transaction_ids.user_id, self.clerk)
        self.assertEqual((by_serial | by_imei | late).mapped("account_id"), accounts[:3])
        self.assertFalse(accounts._differences())

    def test_a_currency_of_its_own_or_the_companys(self):
        francs = self.env.ref("base.XAF")
        francs.active = True
        own, other = self.loaded(
            self.row(self.held().name, 2.5, LATER), self.row(self.held().name, 250, LATER, currency="XAF")
        )
        self.assertEqual((own.currency_id, other.currency_id), (self.company.currency_id, francs))
        self.assert_balance(other, days=40, cash=250)

    def test_what_was_brought_along_is_spent_taken_back_and_refunded_like_any_money(self):
        account = self.loaded(self.row(self.held().name, 5, LATER))
        payment = self.payment(25, account)
        self.assert_balance(account, days=43, cash=0)
        payment.action_cancel()
        self.assert_balance(account, days=40, cash=5)
        with self.assertRaisesRegex(UserError, "more would be refunded"), self.cr.savepoint():
            self.payment(5.01, account, payment_type="outbound")
        self.payment(5, account, payment_type="outbound")
        self.assert_balance(account, days=40, cash=0)

    def test_an_account_that_ran_out_begins_anew_with_its_next_payment(self):
        account = self.loaded(self.row(self.held().name, 7, EARLIER))
        self.payment(13, account)
        self.assert_balance(account, days=2, cash=0)

    def test_one_that_waits_begins_with_its_installation(self):
        account = self.loaded(self.row(cash=35, number="OLD-8"))
        self.payment(5, account)
        unit = self.held()
        unit._account_begins(self.customer)
        self.assert_balance(account, days=4, cash=0)

    def test_a_supervisor_takes_back_what_was_wrong_and_no_more(self):
        account = self.loaded(self.row(self.held().name, 0, LATER))
        with self.assertRaisesRegex(UserError, "not more can be removed"):
            account._add_by_hand("correction", -40 * DAY - 1, "Typed wrong")
        account._add_by_hand("correction", -30 * DAY, "Typed wrong")
        self.assert_balance(account, days=10)
        late = self.loaded(self.row(self.held().name, 0, EARLIER))
        self.assertEqual(late.manual_seconds, 0)

    def test_the_nightly_check_agrees_and_finds_an_opening_that_was_changed(self):
        account, waiting = self.loaded(self.row(self.held().name, 5, LATER), self.row(cash=35, number="OLD-8"))
        self.run_cron("ir_cron_check_accounts")
        self.assertFalse(self.config.activity_ids)
        for found, statement in (
            (account, "UPDATE payg_ontime_transaction SET seconds = seconds + 1 WHERE kind = 'opening'"),
            (waiting, "UPDATE payg_ontime_transaction SET account_amount = 34 WHERE kind = 'opening'"),
        ):
            with self.subTest(found.name), self.cr.savepoint() as savepoint:
                self.cr.execute(statement + " AND account_id = %s", [found.id])
                self.assertEqual(list((account | waiting)._differences()), [found])
                savepoint.rollback()

    def test_an_account_brings_something_along_only_once(self):
        account = self.loaded(self.row(self.held().name, 5, LATER))
        booking = account._booking()
        booking.bring_along(booking.accounts, 100, LATER, "again")
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            booking.save()

    def test_the_statement_names_it(self):
        account = self.loaded(self.row(self.held().name, 5, LATER))
        reports = self.env["ir.actions.report"]
        html = reports._render_qweb_html("payg_control_unit.payg_account_statement", account.ids)[0].decode()
        for text in ("Opening balance", "+40 days 0 hours", "5.00"):
            self.assertIn(text, html)

    def test_it_is_exported_as_it_was_imported(self):
        account = self.loaded(self.row(self.held().name, 5, LATER, number="OLD-7"))
        self.payment(25, account)
        self.clerk.group_ids += self.env.ref("base.group_allow_export")
        exported = account.with_user(self.clerk).export_data(COLUMNS)["datas"][0]
        self.assertEqual(exported[2:4], ["OLD-7", 10.0])
        self.assertEqual(exported[5:], [5.0, LATER])

    def test_a_file_is_booked_at_once(self):
        rows = [self.row(self.held().name, 1, LATER) for _number in range(20)]
        booked = []
        create = type(self.Transaction).create

        def counted(model, vals_list):
            booked.append(len(vals_list))
            return create(model, vals_list)

        self.patch(type(self.Transaction), "create", counted)
        self.loaded(*rows)
        self.assertEqual(booked, [40])


@tagged("post_install", "-at_install")
class TestOpeningAgain(OpeningCommon):
    """The same file again changes nothing, and nothing counts twice."""

    def setUp(self):
        super().setUp()
        self.unit = self.held()
        self.rows = [self.row(self.unit.name, 5, LATER), self.row(cash=35, number="OLD-8")]
        self.accounts = self.loaded(*self.rows)

    def test_the_same_file_again(self):
        self.assertEqual(self.loaded(*self.rows), self.accounts)
        self.payment(30, self.accounts[0])
        before = self.accounts.read(["expiry", "cash_balance", "daily_rate", "state"])
        self.accounts[0].daily_rate = 11
        self.assertEqual(self.loaded(*self.rows), self.accounts)
        self.accounts[0].daily_rate = 10
        self.assertEqual(self.accounts.read(["expiry", "cash_balance", "daily_rate", "state"]), before)
        self.assertEqual([self.kinds(account).count("opening") for account in self.accounts], [1, 1])

    def test_the_same_file_with_external_ids(self):
        other = self.env["res.partner"].create({"name": "Other"})
        row = self.row(self.held(other).imei, 5, LATER, customer="Other")
        columns, rows = ["id", *COLUMNS], [["account_1", *row]]
        account = self.loaded(*rows, columns=columns)
        self.assertEqual(self.loaded(*rows, columns=columns), account)
        self.assertEqual(self.kinds(account), ["begin", "opening"])

    def test_a_file_that_says_something_else_is_refused(self):
        self.env.ref("base.XAF").active = True
        other = self.env["res.partner"].create({"name": "Other"})
        for row in (
            self.row(self.unit.name, 6, LATER),
            self.row(self.unit.imei, 5, EARLIER),
            self.row(self.unit.name, 5),
            self.row(self.unit.name, 5, LATER, currency="XAF"),
            self.row(cash=36, number="OLD-8"),
            self.row(cash=35, number="OLD-8", customer=other.name),
        ):
            with self.subTest(row):
                said = self.refused(self.row(self.held(other).name, 1, LATER, customer="Other"), row)
                self.assertIn("is there already, with another customer, currency or opening balance", said)

    def test_an_account_that_was_opened_by_hand_gets_nothing(self):
        account = self.make_account()
        self.assertIn("is there already", self.refused(self.row(account.unit_id.name, 5, LATER)))
        self.assertEqual(self.loaded(self.row(cash=0, number=account.name)), account)

    def test_a_closed_account_gives_its_unit_free_for_a_right_one(self):
        self.accounts[0].action_close()
        right = self.loaded(self.row(self.unit.name, 6, LATER))
        self.assertNotIn(right, self.accounts)
        self.assert_balance(right, days=40, cash=6)


@tagged("post_install", "-at_install")
class TestBadOpenings(OpeningCommon):
    """Each bad row is refused with what is wrong, and nothing of the file is imported."""

    def test_rows_that_cannot_be(self):
        good = self.row(self.held().name, 1, LATER)
        other, mine = self.held(self.env["res.partner"].create({"name": "Other"})), self.held()
        taken = self.loaded(self.row(self.held().name, 1, LATER)).unit_id
        free = self.make_unit()
        for row, message in (
            (self.row(mine.name, 5), f"Clara Customer, {mine.name}: the customer has the unit: say when"),
            (self.row(other.name, 5, LATER), f"{other.name}: the unit is not with this customer"),
            (self.row(free.name, 5, LATER), f"{free.name}: the unit is not with this customer"),
            (self.row(cash=5, expiry=LATER, number="X"), "Clara Customer: on-time runs on a control unit"),
            (self.row(cash=5), "Clara Customer: an account that waits for its unit needs a number"),
            (self.row(free.name, 5), "an account that waits for its unit needs a number"),
            (self.row(mine.name, -1, LATER), "a cash balance is not below 0"),
            (self.row(mine.name, 1, NOW + 51 * 365 * DAYS), "an expiry so far away"),
            (self.row(mine.name, 1, NOW - 51 * 365 * DAYS), "an expiry so far away"),
            (self.row(taken.name, 1, LATER, number="NEW"), f"{taken.name}: the unit has the account .* already"),
            (self.row(mine.name, 1, LATER, rate="0"), "The daily rate must be more than nothing"),
            (self.row(mine.name, 1, LATER, rate=""), "Daily Rate|The daily rate must be more than nothing"),
            (self.row(mine.name, 1, LATER, customer="Nobody At All"), "No matching record found for name 'Nobody"),
            (self.row("NO-SUCH", 1, LATER), "No matching record found for name 'NO-SUCH'"),
            (self.row(mine.name, 1, LATER, currency="Beads"), "No matching record found for name 'Beads'"),
            (self.row(mine.name, "a lot", LATER), "'a lot' does not seem to be a number"),
        ):
            with self.subTest(message):
                self.assertRegex(self.refused(good, row), message)
        self.assertEqual(len(self.loaded(good)), 1)

    def test_a_unit_that_is_twice_in_a_file_is_refused(self):
        unit = self.held()
        rows = self.row(unit.name, 1, LATER, number="A"), self.row(unit.imei, 1, LATER, number="B")
        self.assertIn(f"{unit.name}: the unit has the account A already", self.refused(*rows))

    def test_a_delivery_address_stands_for_its_customer(self):
        address = self.env["res.partner"].create(
            {"parent_id": self.customer.id, "type": "delivery", "name": "House by the lake"}
        )
        row = self.row(self.held().name, 1, LATER, customer=address.display_name)
        account = self.loaded(row)
        self.assertEqual(account.partner_id, self.customer)
        self.assertEqual(self.loaded(row), account)

    def test_a_unit_of_another_company_is_not_found(self):
        unit = self.held()
        company = self.env["res.company"].create({"name": "Dark"})
        unit.company_id = company
        self.assertIn("No matching record found", self.refused(self.row(unit.name, 1, LATER)))

    def test_nobody_adds_an_opening_to_an_account_that_is_there(self):
        account = self.make_account()
        for name, value in (("opening_cash", 5), ("opening_expiry", LATER)):
            with self.assertRaisesRegex(UserError, "is said when it is opened"):
                account.with_user(self.user_of("administrator")).write({name: value})

    @mute_logger(*ACCESS_LOGGERS)
    def test_who_imports_the_fleet_imports_what_its_customers_have(self):
        for role in ROLES:
            rows = [self.row(self.held().name, 1, LATER)]
            with self.subTest(role):
                user = self.user_of(role)
                if role in OPENS:
                    self.assertEqual(self.loaded(*rows, user=user).cash_balance, 1)
                else:
                    self.assertTrue(self.refused(*rows, user=user))


@tagged("post_install", "-at_install")
class TestOpeningSwitchesNothing(OpeningCommon):
    def test_an_import_switches_nothing_whatever_is_enforced(self):
        for enforced in (False, True):
            self.config.enforce_credit = enforced
            for state in ("enabled", "disabled"):
                paid, late = self.held(reported_state=state), self.held(reported_state=state)
                units = paid | late
                units.write({"wanted": False})
                before = units.command_ids
                with self.subTest(enforced=enforced, state=state):
                    self.loaded(self.row(paid.name, 5, LATER), self.row(late.name, 5, EARLIER))
                    self.assertEqual(units.mapped("wanted"), [False, False])
                    self.assertEqual(units.command_ids, before)

    def test_afterwards_it_is_an_account_like_any_other(self):
        self.config.enforce_credit = True
        late = self.held()
        # As a fleet is imported: nothing was ever wanted of it.
        late.write({"wanted": False, "wanted_origin": False, "wanted_at": False})
        account = self.loaded(self.row(late.name, 5, EARLIER))
        self.run_cron("ir_cron_enforce_credit")
        self.assertEqual((late.wanted, late.wanted_origin), ("disabled", "credit"))
        self.payment(25, account)
        self.assertEqual((late.wanted, late.wanted_origin), ("enabled", "credit"))


@tagged("post_install", "-at_install")
class TestOpeningOfDevices(DeviceCommon):
    """DCM: the unit has its credit already, and it is right."""

    def test_no_on_time_is_sent_and_the_next_reading_aligns(self):
        unit = self.make_dcm_unit(balance=20 * DAY)
        self.deliver(unit)
        before = unit.command_ids
        shop = self.user_of("shop_manager", tz="UTC")
        expiry = fields.Datetime.now() + timedelta(days=40)
        result = (
            self.env["payg.account"]
            .with_user(shop)
            .load(
                ["partner_id", "unit_id", "daily_rate", "opening_cash", "opening_expiry"],
                [[self.customer.name, unit.imei, "10", "5", fields.Datetime.to_string(expiry)]],
            )
        )
        self.assertFalse(result["messages"])
        account = self.env["payg.account"].browse(result["ids"])
        self.assertEqual(account.expiry, expiry)
        self.assertEqual(unit.command_ids, before)
        self.dispatch_all()
        self.assertFalse(self.sent(unit))
        self.sync(unit)
        self.assertEqual(self.alignments(account), [-20 * DAY])
        self.assert_agree(unit, account)
        self.assertEqual(account.cash_balance, 5)


@tagged("post_install", "-at_install")
class TestOpeningDialog(OpeningCommon, ImportDialog):
    def test_the_dialog_offers_a_template_whose_columns_are_found(self):
        self.assertEqual(len(self.Account.get_import_templates()), 1)
        self.stage()
        _preview, result = self.import_template(self.clerk, "payg.account", HEADERS, COLUMNS)
        self.env.invalidate_all()
        accounts = self.Account.browse(result["ids"])
        self.assertEqual(accounts.mapped("state"), ["running", "running", "waiting"])
        self.assertEqual(accounts.mapped("cash_balance"), [20, 0, 500])

    def stage(self):
        """The customers and units of the template, apart from what a demo database has under the same names."""
        partners, units = self.env["res.partner"], []
        for name in ("Amina Odhiambo", "Juma Mwangi", "Wanjiru Kamau"):
            partners.search([("name", "=", name)]).write({"name": "Other"})
            customer = partners.create({"name": name})
            units.append(self.held(customer) if name != "Wanjiru Kamau" else False)
        units[0].lot_id.name = "BB17SMART-200001"
        units[1].lot_id.cu_imei = "013777890200002"
