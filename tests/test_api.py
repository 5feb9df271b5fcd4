import json
import re
import shlex
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from string import Template

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ROLES
from .credit_common import CreditCommon

PAGE = Path(__file__).parents[1] / "doc" / "api.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a call makes is what later calls are about.
MADE = {"payg.assignment": "ASSIGNMENT", "account.payment": "PAYMENT"}
SEES_ALL = ("shop_manager", "operator", "supervisor", "manager", "administrator")
ASSIGNS = ("shop_manager", "supervisor", "manager", "administrator")


def examples():
    """The calls of the page, each with the answer that follows it: by path, in their order."""
    blocks = BLOCK.findall(PAGE.read_text())
    return [
        (command, json.loads(answer))
        for (kind, command), (_json, answer) in pairwise(blocks)
        if kind == "sh" and command.startswith("curl")
    ]


def alike(answer):
    """An answer with every number made 0: ids and moments are others each time."""
    text = json.dumps(answer).replace("\\u202f", " ")
    return re.sub(r"\d+", "0", text)


class ApiCommon(CreditCommon, HttpCase):
    # An API key is judged by the database's clock.
    clock_stands = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+254700000017"
        read = "2026-03-02 11:00:00"
        serials = (17, 18, 19)
        lots = cls.env["stock.lot"].create(
            [{"name": f"BB17-0000{n}", "product_id": cls.product.id, "cu_imei": f"8612345000000{n}"} for n in serials]
        )
        units = cls.Unit.browse(lots.cu_unit_ids.ids)
        cls.held, cls.unit, cls.third = units
        units.write({"reported_state": "enabled", "life_state": "6", "reported_at": read})
        cls.put_in_stock(units)
        cls.held._open_holding(cls.customer, date=fields.Datetime.to_datetime(read))
        cls.held.write({"wanted": "enabled", "command_state": False})
        cls.account = cls.Account.create({"partner_id": cls.customer.id, "daily_rate": 10.0})
        cls.account.sudo()._begin(cls.held)
        cls.turn_on()

    def key_of(self, user):
        until = fields.Datetime.now() + timedelta(days=1)
        key = self.env["res.users.apikeys"].with_user(user)._generate("rpc", "test", until)
        self.env.flush_all()
        return key

    def post(self, path, arguments, key):
        headers = {"Content-Type": "application/json", **({"Authorization": f"bearer {key}"} if key else {})}
        return self.url_open(path, data=json.dumps(arguments), headers=headers)

    def run_example(self, command, **variables):
        """Make the call as curl would; the response."""
        words = shlex.split(Template(command.replace("\\\n", " ")).substitute(variables))
        self.assertEqual(words[:2], ["curl", "-sS"])
        options = list(zip(words[3::2], words[4::2], strict=True))
        headers = dict(value.split(": ", 1) for name, value in options if name == "-H")
        [data] = [value for name, value in options if name == "-d"]
        return self.url_open(words[2], data=data, headers=headers)


@tagged("post_install", "-at_install")
class TestApiPage(ApiCommon):
    """Every call of the page, made as it stands there."""

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_the_examples_answer_as_the_page_says(self):
        variables = {
            "ODOO": self.base_url(),
            "UNIT": self.unit.id,
            "TECHNICIAN": self.technician.id,
            "CUSTOMER": self.customer.id,
            "BOOKED": self.assign(self.third).id,
            "JOURNAL": self.journal.id,
            "ACCOUNT": self.account.id,
        }
        found = examples()
        self.assertEqual(len(found), 15)
        for command, expected in found:
            model, method = re.search(r"json/2/(\S+)/(\w+)\"", command).groups()
            with self.subTest(f"{model}/{method}"):
                key = self.key_of(self.caller(model, method))
                response = self.run_example(command, **variables, KEY=key)
                answer = response.json()
                if method == "write":
                    self.assertEqual(response.status_code, 403)
                    answer = {"name": answer["name"]}
                if method == "create":
                    variables[MADE.get(model, "WIZARD")] = answer[0]
                self.assertEqual(alike(answer), alike(expected))
        self.env.invalidate_all()
        assignment = self.env["payg.assignment"].browse(variables["ASSIGNMENT"])
        self.assertRecordValues(assignment, [{"state": "cancelled", "unit_id": self.unit.id}])
        self.assertRecordValues(self.third, [{"place": "customer", "customer_id": self.customer.id}])
        payment = self.Payment.browse(variables["PAYMENT"])
        self.assertRecordValues(payment, [{"cu_account_id": self.account.id, "partner_id": self.customer.id}])
        self.assertEqual((self.kinds(self.account)[-1], self.account.cash_balance), ("payment", 5))

    def caller(self, model, method):
        """A user with the role that the page names for the call."""
        if model == "account.payment" and method != "search_read":
            user = self.user_of("operator")
            user.group_ids = self.env.ref("account.group_account_invoice")
            return user
        asked = ("payg.control.unit", "payg.account", "account.payment", "payg.match.wizard")
        return self.user_of("operator" if model in asked else "shop_manager")


@tagged("post_install", "-at_install")
class TestApiRoles(ApiCommon):
    def search(self, key, domain=()):
        return self.post("/json/2/payg.control.unit/search", {"domain": list(domain)}, key)

    def test_without_a_key_nothing_is_told(self):
        for key in (None, "0" * 40):
            with self.subTest(key):
                self.assertEqual(self.search(key).status_code, 401)

    def test_an_archived_users_key_is_dead(self):
        user = self.user_of("operator")
        key = self.key_of(user)
        self.assertEqual(self.search(key).status_code, 200)
        user.active = False
        self.env.flush_all()
        self.assertEqual(self.search(key).status_code, 401)

    @mute_logger("odoo.http")
    def test_who_has_no_role_reads_nothing(self):
        user = self.user_of("operator")
        user.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self.search(self.key_of(user)).status_code, 403)

    def test_each_role_reads_what_it_sees(self):
        for role in ROLES:
            with self.subTest(role):
                units = self.Unit.browse(self.search(self.key_of(self.user_of(role))).json())
                self.assertEqual(units, self.held + self.unit + self.third if role in SEES_ALL else self.Unit)

    def test_other_companies_stay_out(self):
        other = self.env["res.company"].create({"name": "Light Elsewhere"})
        user = self.user_of("manager", company_id=other.id, company_ids=[(6, 0, other.ids)])
        key = self.key_of(user)
        self.assertEqual(self.search(key).json(), [])
        asked = {"domain": [], "context": {"allowed_company_ids": [self.company.id]}}
        with mute_logger("odoo.http"):
            self.assertNotEqual(self.post("/json/2/payg.control.unit/search", asked, key).status_code, 200)

    @mute_logger("odoo.http")
    def test_only_some_roles_assign(self):
        vals = {"unit_id": self.unit.id, "technician_id": self.technician.id, "customer_id": self.customer.id}
        for role in ROLES:
            with self.subTest(role):
                key = self.key_of(self.user_of(role))
                response = self.post("/json/2/payg.assignment/create", {"vals_list": [vals]}, key)
                self.assertEqual(response.status_code, 200 if role in ASSIGNS else 403)
                if role in ASSIGNS:
                    cancelled = self.post("/json/2/payg.assignment/action_cancel", {"ids": response.json()}, key)
                    self.assertEqual(cancelled.status_code, 200)

    @mute_logger("odoo.http")
    def test_a_unit_that_somebody_has_is_not_assigned_and_it_says_why(self):
        vals = {"unit_id": self.held.id, "technician_id": self.technician.id, "customer_id": self.customer.id}
        key = self.key_of(self.user_of("shop_manager"))
        response = self.post("/json/2/payg.assignment/create", {"vals_list": [vals]}, key)
        self.assertEqual(response.status_code, 422)
        self.assertIn(self.customer.name, response.json()["message"])
        self.assertFalse(self.env["payg.assignment"].search([("unit_id", "=", self.held.id)]))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_no_role_writes_a_units_state_nor_reaches_what_is_private(self):
        for role in ROLES:
            key = self.key_of(self.user_of(role))
            for path, asked in (
                ("payg.control.unit/write", {"ids": self.unit.ids, "vals": {"wanted": "disabled"}}),
                ("payg.control.unit/unlink", {"ids": self.unit.ids}),
                ("payg.control.unit/_want", {"ids": self.unit.ids, "wanted": "disabled"}),
                ("smart.solar.client/_wire", {"ids": []}),
                ("payg.holding/create", {"vals_list": [{"unit_id": self.unit.id}]}),
            ):
                with self.subTest(role=role, path=path):
                    response = self.post(f"/json/2/{path}", asked, key)
                    self.assertIn(response.status_code, (403, 404))
        self.env.invalidate_all()
        self.assertFalse(self.unit.wanted)
