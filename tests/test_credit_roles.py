from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ROLES
from .credit_common import DAY, NOW, CreditCommon
from .test_roles import ACCESS_LOGGERS, CALL_CENTER_LEADS, SEES_UNITS

OPENS = ("shop_manager", "administrator")
MANAGERS = ("manager", "administrator")
CALL_CENTER = ("operator", *CALL_CENTER_LEADS)


class CreditRolesCommon(CreditCommon):
    def setUp(self):
        super().setUp()
        self.users = {role: self.user_of(role) for role in ROLES}
        self.account = self.make_account()
        self.payment_in = self.payment(35, self.account)
        self.waiting = self.payment(25)

    def as_role(self, role, record):
        return record.with_user(self.users[role]).with_context(allowed_company_ids=self.company.ids)

    def allowed(self, roles, action):
        """Each role may, or is refused."""
        for role in ROLES:
            with self.subTest(role):
                savepoint = self.cr.savepoint()
                if role in roles:
                    action(role)
                    self.env.flush_all()
                else:
                    with self.assertRaises(AccessError):
                        action(role)
                savepoint.rollback()
                self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestCreditRoles(CreditRolesCommon):
    def setUp(self):
        super().setUp()
        # Not as a decorator of the class: that makes a function of it, which no runner finds.
        self.enterContext(mute_logger(*ACCESS_LOGGERS))

    def test_who_sees_accounts_and_their_ledger(self):
        self.allowed(SEES_UNITS, lambda role: self.as_role(role, self.account).read(["balance_text", "status"]))
        self.allowed(SEES_UNITS, lambda role: self.as_role(role, self.account.transaction_ids).read(["kind", "days"]))
        self.allowed(SEES_UNITS, lambda role: self.as_role(role, self.payment_in).read(["amount", "cu_account_id"]))
        self.allowed(SEES_UNITS, lambda role: self.as_role(role, self.account.unit_id).read(["pulse_credit_text"]))

    def test_who_notes_on_an_account_what_the_customer_said(self):
        self.allowed(SEES_UNITS, lambda role: self.as_role(role, self.account).message_post(body="Pays on Monday"))

    def test_who_opens_accounts(self):
        def opens(role):
            vals = {"partner_id": self.customer.id, "daily_rate": 5}
            self.as_role(role, self.Account).create(vals)

        self.allowed(OPENS, opens)

    def test_an_account_for_an_installed_unit_is_opened_by_a_shop(self):
        unit = self.make_unit()
        unit._open_holding(self.customer)
        account = self.as_role("shop_manager", self.Account).create(
            {"partner_id": self.customer.id, "daily_rate": 5, "unit_id": unit.id}
        )
        self.assertEqual(account.state, "running")

    def test_who_begins_a_waiting_account(self):
        unit = self.make_unit()
        unit._open_holding(self.customer)
        account = self.make_account(running=False)
        account.unit_id = unit
        self.allowed(("shop_manager", *CALL_CENTER_LEADS), lambda role: self.as_role(role, account).action_begin())

    def test_nobody_writes_what_the_ledger_writes(self):
        for role in ROLES:
            for name, value in (
                ("expiry", NOW),
                ("cash_balance", 99),
                ("kept_seconds", DAY),
                ("state", "closed"),
                ("manual_seconds", DAY),
                ("begun_at", NOW),
            ):
                with self.subTest(role=role, name=name), self.assertRaises(AccessError):
                    self.as_role(role, self.account).write({name: value})
            for operation in ("create", "write", "unlink"):
                self.assertFalse(self.as_role(role, self.Transaction).has_access(operation))
            self.assertFalse(self.as_role(role, self.Account).has_access("unlink"))
            for operation in ("create", "write", "unlink"):
                self.assertFalse(self.as_role(role, self.Payment).has_access(operation))

    def test_what_an_account_is_about_is_fixed(self):
        account = self.as_role("administrator", self.account)
        other = self.env["res.partner"].create({"name": "Other"})
        for name, value in (
            ("partner_id", other.id),
            ("currency_id", self.env.ref("base.XAF").id),
            ("name", "X"),
            ("company_id", self.env["res.company"].search([("id", "!=", self.company.id)], limit=1).id),
            ("unit_id", self.make_unit().id),
        ):
            with self.subTest(name), self.assertRaises(UserError):
                account.write({name: value})

    def test_only_a_supervisor_changes_a_rate_gives_on_time_closes_and_unmatches(self):
        def by_hand(role):
            vals = {"account_ids": [Command.set(self.account.ids)], "days": 1, "reason": "Because"}
            self.as_role(role, self.env["payg.hand.wizard"]).create(vals).action_book()

        self.allowed(CALL_CENTER_LEADS, lambda role: self.as_role(role, self.account).write({"daily_rate": 11}))
        self.allowed(CALL_CENTER_LEADS, by_hand)
        self.allowed(CALL_CENTER_LEADS, lambda role: self.as_role(role, self.account).action_close())
        self.allowed(CALL_CENTER_LEADS, lambda role: self.as_role(role, self.account).action_reopen())
        self.allowed(CALL_CENTER_LEADS, lambda role: self.as_role(role, self.payment_in).action_cu_unmatch())

    def test_who_gave_on_time_is_kept(self):
        vals = {"account_ids": [Command.set(self.account.ids)], "days": 1, "reason": "Because"}
        self.as_role("supervisor", self.env["payg.hand.wizard"]).create(vals).action_book()
        self.assertEqual(self.last_row(self.account).user_id, self.users["supervisor"])

    def test_the_call_center_matches_without_rights_in_accounting(self):
        def matches(role):
            wizards = self.as_role(role, self.env["payg.match.wizard"])
            form = Form(wizards.with_context(default_payment_id=self.waiting.id))
            form.account_id = self.as_role(role, self.account)
            form.save().action_match()
            self.assertEqual(self.waiting.cu_account_id, self.account)
            self.assertEqual(self.last_row(self.account).user_id, self.users[role])

        self.allowed(CALL_CENTER, matches)
        for role in CALL_CENTER:
            self.assertFalse(self.as_role(role, self.env["account.move"]).has_access("read"))

    def test_a_role_sees_payments_of_payg_only_and_accounting_sees_all(self):
        bank = self.make_journal("BANK", cu_is_payg=False)
        other = self.payment(10, journal_id=bank.id)
        salary = self.payment(10, payment_type="outbound", partner_type="supplier")
        accountant = new_test_user(
            self.env,
            "accountant_too",
            groups="account.group_account_invoice,payg_control_unit.payg_control_unit_group_operator",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        mine = [("company_id", "=", self.company.id)]
        operator = self.as_role("operator", self.Payment)
        self.assertEqual(set(operator.search(mine).ids), set((self.payment_in + self.waiting).ids))
        self.assertLessEqual(other + salary, self.Payment.with_user(accountant).search(mine))

    def test_only_a_manager_sets_payment_and_gracetime(self):
        def sets(role):
            self.as_role(role, self.config).write({"minimum_payment_time": DAY, "grace_days": 5})

        self.allowed(MANAGERS, sets)
        for role in CALL_CENTER:
            self.assertEqual(self.as_role(role, self.config).may_set_payment, role in MANAGERS)
        self.as_role("supervisor", self.config).days_with_technician = 6

    def test_who_checks_and_reads_a_statement(self):
        self.allowed(SEES_UNITS, lambda role: self.as_role(role, self.account).action_check())

        def statement(role):
            reports = self.as_role(role, self.env["ir.actions.report"])
            reports._render_qweb_html("payg_control_unit.payg_account_statement", self.account.ids)

        self.allowed(SEES_UNITS, statement)

    def test_another_companys_accounts_are_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Dark"})
        account = self.Account.create({"partner_id": self.customer.id, "daily_rate": 1, "company_id": company.id})
        account._add_by_hand("bonus", DAY, "Because")
        for role in ROLES:
            for record in (account, account.transaction_ids):
                with self.subTest(role=role, model=record._name), self.assertRaises(AccessError):
                    self.as_role(role, record).check_access("read")
        for role in CALL_CENTER:
            with self.subTest(role), self.assertRaises(AccessError):
                self.as_role(role, self.waiting)._cu_match(self.as_role(role, account))

    def test_people_without_a_role_see_no_credit(self):
        seller = new_test_user(
            self.env, "seller_credit", groups="sales_team.group_sale_manager,base.group_partner_manager"
        )
        for model in ("payg.account", "payg.ontime.transaction", "account.payment"):
            self.assertFalse(self.env[model].with_user(seller).has_access("read"))
        names = self.env["res.partner"].with_user(seller).fields_get()
        self.assertFalse([name for name in names if name.startswith("cu_")])
        self.assertNotIn("payg_accounts", self.customer.with_user(seller).get_view(view_type="form")["arch"])

    def test_each_role_sees_its_menus(self):
        for name, roles in (
            ("payg_account_menu", SEES_UNITS),
            ("payg_ontime_transaction_menu", SEES_UNITS),
            ("account_payment_menu_unmatched", CALL_CENTER),
        ):
            menu = self.env.ref(f"payg_control_unit.{name}")
            for role, user in self.users.items():
                with self.subTest(role=role, menu=name):
                    visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
                    self.assertEqual(menu.id in visible, role in roles)

    def read_shown(self, record, view_id, view_type):
        """Read what the view shows of the record itself."""
        arch = etree.fromstring(record.get_view(view_id, view_type)["arch"])
        names = {field.get("name") for field in arch.iter("field") if next(field.iterancestors("field"), None) is None}
        self.env.invalidate_all()
        record.read(list(names))

    def test_every_screen_opens_for_who_has_its_menu(self):
        for role in SEES_UNITS:
            with self.subTest(role):
                for record in (self.account, self.last_row(self.account), self.account.unit_id, self.customer):
                    own = self.as_role(role, record)
                    for view_type in ("form", "list"):
                        self.read_shown(own, False, view_type)
                payment = self.as_role(role, self.waiting)
                for name in ("account_payment_view_list_payg", "account_payment_view_form_payg"):
                    view = self.env.ref(f"payg_control_unit.{name}")
                    self.read_shown(payment, view.id, view.type)
                # What a click on a payment opens, wherever it is named.
                self.assertEqual(payment.get_formview_id(), view.id)


@tagged("post_install", "-at_install")
class TestCreditRolesOverRpc(CreditRolesCommon, HttpCase):
    # A session of the past has expired.
    clock_stands = False

    def _call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw", {"model": model, "method": method, "args": args, "kwargs": kwargs}
        )

    def _log_in(self, role):
        login = self.users[role].login
        self.authenticate(login, login + "x" * (8 - len(login)))

    def _refused(self, model, method, *args):
        with self.assertRaises(JsonRpcException) as caught, mute_logger("odoo.http", *ACCESS_LOGGERS):
            self._call(model, method, *args)
        return str(caught.exception)

    def test_balances_and_ledger_are_written_by_no_role(self):
        row = self.last_row(self.account)
        before = self.account.read(["expiry", "cash_balance", "state"]), row.read()
        for role in ROLES:
            self._log_in(role)
            for model, method, args in (
                ("payg.account", "write", (self.account.ids, {"expiry": "2099-01-01 00:00:00"})),
                ("payg.account", "write", (self.account.ids, {"cash_balance": 10_000})),
                ("payg.account", "web_save", (self.account.ids, {"state": "closed"}, {})),
                ("payg.account", "unlink", (self.account.ids,)),
                ("payg.account", "_add_by_hand", (self.account.ids, "bonus", DAY, "x")),
                ("payg.account", "_align", (self.account.ids, "2099-01-01 00:00:00", "x")),
                ("payg.control.unit", "_account_closes", (self.account.unit_id.ids,)),
                ("payg.ontime.transaction", "create", ([{"account_id": self.account.id, "kind": "bonus"}],)),
                ("payg.ontime.transaction", "write", (row.ids, {"days": 99})),
                ("payg.ontime.transaction", "unlink", (row.ids,)),
                ("account.payment", "write", (self.payment_in.ids, {"amount": 1})),
                ("account.payment", "_cu_match", (self.waiting.ids, self.account.id)),
                ("account.payment", "action_post", (self.waiting.ids,)),
            ):
                with self.subTest(role=role, model=model, method=method):
                    if method == "action_post":
                        self.assertIn(self._refused(model, method, *args), ("odoo.exceptions.AccessError",))
                    else:
                        self.assertEqual(self._refused(model, method, *args), "odoo.exceptions.AccessError")
        self.env.invalidate_all()
        self.assertEqual((self.account.read(["expiry", "cash_balance", "state"]), row.read()), before)

    def test_an_operator_matches_over_rpc(self):
        self._log_in("operator")
        vals = {"payment_id": self.waiting.id, "account_id": self.account.id}
        [wizard] = self._call("payg.match.wizard", "create", [vals])
        self._call("payg.match.wizard", "action_match", [wizard])
        self.env.invalidate_all()
        self.assertRecordValues(self.waiting, [{"cu_account_id": self.account.id, "partner_id": self.customer.id}])
        [row] = self._call("payg.account", "read", self.account.ids, ["balance_text", "status"])
        self.assertTrue(row["balance_text"])
