from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUP, ROLES, PaygCommon
from .test_roles import ACCESS_LOGGERS

# Who may open each wizard, and take its step.
MAY = {
    "assign": ("shop_manager", "supervisor", "manager", "administrator"),
    "install": ("shop_manager", "administrator"),
    "fail": ("shop_manager", "administrator"),
    "swap": ("shop_manager", "administrator"),
    "return": ("shop_manager", "administrator"),
    "loss": ("shop_manager", "administrator"),
    "reassign": ("shop_manager", "administrator"),
    "extend": ("supervisor", "manager", "administrator"),
    "correct": ("shop_manager", "supervisor", "manager", "administrator"),
}
ACTIONS = {
    "assign": "action_assign",
    "install": "action_record",
    "fail": "action_record",
    "swap": "action_swap",
    "return": "action_take_back",
    "loss": "action_lose",
    "reassign": "action_reassign",
    "extend": "action_extend",
    "correct": "action_correct",
}


class WizardsCommon(PaygCommon):
    """Units in the shop, and a shop manager who has no other right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()
        cls.unit, cls.other = cls.make_units(2, reported_state="disabled")
        cls.second = cls.env["res.partner"].create({"name": "Tess Technician", "cu_is_technician": True})
        cls.shop_manager = cls.user_of("shop_manager")

    def wizard(self, key, user=None, **context):
        model = self.env[f"payg.{key}.wizard"].with_user(user or self.shop_manager)
        return model.with_context(allowed_company_ids=self.company.ids, **context)

    def form(self, key, **context):
        return Form(self.wizard(key, **context))

    def installed(self, unit=None):
        unit = unit or self.unit
        self.assign(unit)._record_installation(fields.Datetime.now())
        return unit

    def values(self, key):
        """What each wizard needs, for a unit that is where its step begins."""
        reason = {"reason": "So it is"}
        back = {**reason, "condition": "good", "warehouse_id": self.warehouse.id}
        if key == "assign":
            return {"unit_ids": [Command.set(self.unit.ids)], "technician_id": self.technician.id}
        if key in ("install", "fail"):
            more = {"fail_reason": "not_home"} if key == "fail" else {}
            return {"assignment_id": self.assign(self.unit).id, **more}
        if key in ("reassign", "extend"):
            more = {"technician_id": self.second.id} if key == "reassign" else {}
            return {"assignment_ids": [Command.set(self.assign(self.unit).ids)], **reason, **more}
        unit = self.installed()
        return {
            "swap": {"unit_id": unit.id, "new_unit_id": self.other.id, **back},
            "return": {"unit_ids": [Command.set(unit.ids)], **back},
            "loss": {"unit_ids": [Command.set(unit.ids)], **reason},
            "correct": {"unit_id": unit.id, "real_id": self.other.id, **reason},
        }[key]


@tagged("post_install", "-at_install")
class TestScan(WizardsCommon):
    def test_units_are_scanned_one_after_the_other_by_serial_and_by_imei(self):
        with self.form("assign") as form:
            form.scan = self.unit.name
            self.assertFalse(form.scan or form.scan_error)
            form.scan = f" {self.other.imei} "
            self.assertFalse(form.scan or form.scan_error)
            self.assertEqual(form.unit_ids.ids, (self.unit | self.other).ids)
            form.technician_id = self.technician
            self.assertIn("Tariq Technician", form.summary)
        form.record.action_assign()
        self.assertEqual((self.unit | self.other).technician_id, self.technician)

    def test_a_serial_may_be_typed_without_capitals(self):
        twin = self.make_unit()
        twin.lot_id.name = self.unit.name.lower()
        for code, unit in ((self.other.name.lower(), self.other), (twin.name, twin), (self.unit.name, self.unit)):
            with self.subTest(code), self.form("assign") as form:
                form.scan = code
                self.assertFalse(form.scan_error)
                self.assertEqual(form.unit_ids.ids, unit.ids)
                form.technician_id = self.technician

    def test_a_scan_while_the_cursor_is_elsewhere_counts(self):
        with self.form("assign") as form:
            form._barcode_scanned = self.unit.name
            self.assertEqual(form.unit_ids.ids, self.unit.ids)
            form.technician_id = self.technician

    def test_a_code_that_cannot_be_used_stays_with_the_reason(self):
        elsewhere = self.env["res.company"].create({"name": "Second Sun"})
        theirs = self.make_unit(stocked=False, company_id=elsewhere.id)
        plain = self.env["product.product"].create({"name": "Lamp", "is_storable": True, "tracking": "serial"})
        self.env["stock.lot"].create({"name": "LAMP-1", "product_id": plain.id})
        held, taken, repair, retired, nowhere = self.make_units(5, reported_state="disabled")
        self.installed(held)
        self.assign(taken)
        repair.life_state, retired.life_state = "8", "9"
        self.env["stock.quant"].search([("lot_id", "=", nowhere.lot_id.id)]).sudo().unlink()
        reasons = {
            "NO-SUCH": "No control unit has the serial number or IMEI NO-SUCH.",
            "LAMP-1": "LAMP-1 is no control unit.",
            theirs.name: "belongs to another company",
            held.name: "it is with the customer Clara Customer",
            taken.imei: "it is with the technician Tariq Technician",
            repair.name: "it is in repair",
            retired.name: "it is retired",
            nowhere.name: "it is in no place that is known",
            self.unit.name: "is in the list already",
        }
        form = self.form("assign")
        form.scan = self.unit.name
        for code, reason in reasons.items():
            with self.subTest(code):
                form.scan = code
                self.assertEqual(form.scan, code)
                self.assertIn(reason, form.scan_error)
                self.assertEqual(form.unit_ids.ids, self.unit.ids)
        form.scan = False
        self.assertFalse(form.scan_error)

    def test_what_was_not_understood_is_never_left_out_silently(self):
        wizard = self.wizard("assign").create({**self.values("assign"), "scan": "NO-SUCH"})
        with self.assertRaisesRegex(UserError, "NO-SUCH"):
            wizard.action_assign()
        self.assertFalse(self.unit.assignment_id)

    def test_a_unit_of_another_shop_is_refused_once_the_first_was_scanned(self):
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC", "company_id": self.company.id})
        there = self.make_unit(stocked=False)
        self.put_in_stock(there, second.lot_stock_id)
        form = self.form("assign")
        form.scan = there.name
        self.assertEqual(form.warehouse_id, second)
        form.scan = self.unit.name
        self.assertIn("not in the stock of Second", form.scan_error)


@tagged("post_install", "-at_install")
class TestAssignWizard(WizardsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.env["crm.lead"].create({"name": "A home system", "partner_id": cls.customer.id})

    def test_it_takes_over_what_the_user_was_looking_at(self):
        cases = (
            (self.lead, {"lead_id": self.lead, "customer_id": self.customer}),
            (self.customer, {"customer_id": self.customer}),
            (self.technician, {"technician_id": self.technician, "customer_id": self.customer.browse()}),
        )
        for record, expected in cases:
            with self.subTest(record._name):
                form = self.form("assign", active_model=record._name, active_ids=record.ids)
                for name, value in expected.items():
                    self.assertEqual(form[name], value)
        form = self.form("assign", active_model="payg.control.unit", active_ids=(self.unit | self.other).ids)
        self.assertEqual(form.unit_ids.ids, (self.unit | self.other).ids)

    def test_the_customers_waiting_installation_is_found(self):
        form = self.form("assign")
        form.customer_id = self.customer
        self.assertFalse(form.lead_id)
        self.lead.cu_installation_status = "book"
        form = self.form("assign")
        form.customer_id = self.customer
        self.assertEqual(form.lead_id, self.lead)
        form.customer_id = self.second
        self.assertFalse(form.lead_id)

    def test_the_shop_is_where_the_units_lie_or_the_technicians_or_the_users(self):
        shops = self.env["stock.warehouse"].create(
            [{"name": name, "code": name, "company_id": self.company.id} for name in ("HERS", "MINE")]
        )
        self.assertEqual(self.form("assign").warehouse_id, self.warehouse)
        self.shop_manager.partner_id.with_company(self.company).cu_shop_id = shops[1]
        self.assertEqual(self.form("assign").warehouse_id, shops[1])
        self.second.with_company(self.company).cu_shop_id = shops[0]
        form = self.form("assign")
        form.technician_id = self.second
        self.assertEqual(form.warehouse_id, shops[0])
        self.assertEqual(self.form("assign", default_unit_ids=self.unit.ids).warehouse_id, self.warehouse)

    def test_a_kind_that_does_not_fit_the_customer_is_warned_of(self):
        form = self.form("assign")
        form.customer_id = self.customer
        form.kind = "swap"
        self.assertIn("no control unit that could be swapped", form.warning)
        self.installed(self.other)
        form = self.form("assign")
        form.customer_id = self.customer
        self.assertIn("is it a swap?", form.warning)

    def test_units_are_assigned_for_the_lead(self):
        self.wizard("assign").create(
            {**self.values("assign"), "lead_id": self.lead.id, "kind": "installation"}
        ).action_assign()
        self.assertRecordValues(
            self.unit.assignment_id,
            [
                {
                    "lead_id": self.lead.id,
                    "customer_id": self.customer.id,
                    "warehouse_id": self.warehouse.id,
                    "user_id": self.shop_manager.id,
                }
            ],
        )
        self.assertEqual(self.lead.cu_installation_status, "booked")


@tagged("post_install", "-at_install")
class TestStepWizards(WizardsCommon):
    """Each step, by a shop manager who has no other right."""

    def done(self, key, **vals):
        wizard = self.wizard(key).create({**self.values(key), **vals})
        self.assertTrue(wizard.summary)
        return getattr(wizard, ACTIONS[key])()["params"]["message"]

    def test_an_installation_is_recorded(self):
        assignment = self.assign(self.unit)
        form = self.form("install", default_assignment_id=assignment.id)
        self.assertEqual((form.unit_id, form.customer_id), (self.unit, self.customer))
        self.assertNotIn("was assigned", form.summary)
        form.save().action_record()
        self.assertRecordValues(self.unit, [{"customer_id": self.customer.id, "place": "customer"}])

    def test_another_unit_than_the_assigned_one_is_scanned(self):
        assignment = self.assign(self.unit)
        form = self.form("install", default_assignment_id=assignment.id)
        form.scan = self.other.imei
        self.assertEqual(form.unit_id, self.other)
        self.assertIn(f"{self.unit.name}, which was assigned, goes back", form.summary)
        form.save().action_record()
        self.assertRecordValues(self.unit | self.other, [{"place": "shop"}, {"place": "customer"}])

    def test_a_customer_who_has_a_unit_is_warned_of(self):
        self.installed(self.other)
        form = self.form("install", default_assignment_id=self.assign(self.unit).id)
        self.assertIn("record a swap instead", form.warning)

    def test_a_failed_installation_is_recorded(self):
        self.done("fail", fail_reason="other", text="The roof is too weak")
        self.assertRecordValues(self.unit, [{"place": "shop", "wanted": "disabled"}])
        self.assertEqual(self.unit.custody_step_ids[:1].reason, "Other: The roof is too weak")

    def test_a_swap_is_filled_in_from_the_customers_unit(self):
        self.installed()
        self.assign(self.other, kind="swap")
        form = self.form("swap", default_unit_id=self.unit.id)
        self.assertEqual(form.new_unit_id, self.other)

    def test_a_swap_is_filled_in_from_its_assignment(self):
        self.installed()
        form = self.form("swap", default_assignment_id=self.assign(self.other, kind="swap").id)
        self.assertEqual((form.unit_id, form.new_unit_id), (self.unit, self.other))

    def test_a_customer_with_two_units_must_say_which_is_swapped(self):
        self.installed()
        self.installed(self.make_unit())
        form = self.form("swap", default_assignment_id=self.assign(self.other, kind="swap").id)
        self.assertFalse(form.unit_id)

    def test_a_swap_brings_the_old_unit_to_repair(self):
        self.done("swap", destination="repair", condition="defective")
        self.assertRecordValues(self.unit | self.other, [{"place": "repair"}, {"place": "customer"}])
        self.assertRecordValues(
            self.unit.custody_step_ids[:1],
            [{"kind": "swapped", "condition": "defective", "reason": "So it is", "user_id": self.shop_manager.id}],
        )

    def test_a_swap_is_not_before_the_new_unit_was_assigned(self):
        self.unit._open_holding(self.customer, date=fields.Datetime.now() - timedelta(days=9))
        self.transfer(self.unit, self.shop, self.customers, self.customer)
        self.assign(self.other)
        values = {
            "unit_id": self.unit.id,
            "new_unit_id": self.other.id,
            "date": fields.Datetime.now() - timedelta(hours=1),
            "reason": "Broken",
            "condition": "good",
            "warehouse_id": self.warehouse.id,
        }
        with self.assertRaisesRegex(UserError, "is before"):
            self.wizard("swap").create(values).action_swap()

    def test_several_units_come_back_at_once(self):
        units = self.installed() | self.installed(self.other)
        form = self.form("return", active_model="payg.control.unit", active_ids=units.ids)
        form.condition = "good"
        form.reason = "Moves away"
        form.save().action_take_back()
        self.assertRecordValues(units, [{"place": "shop", "wanted": "disabled"}] * 2)
        self.assertEqual(set(units.holding_ids.mapped("ended")), {"returned"})

    def test_it_says_how_each_unit_is_switched_off_or_that_it_is_not(self):
        device, silent = self.make_unit(dcm=True), self.make_unit(erp_sync="do_not")
        units = self.unit | device | silent
        for unit in units:
            self.installed(unit)
        form = self.form("return", active_model="payg.control.unit", active_ids=units.ids)
        self.assertIn(f"Switched off at once: {self.unit.name}.", form.summary)
        self.assertIn(f"Switched off by taking all its device credit: {device.name}.", form.summary)
        self.assertRegex(form.summary, f"Not switched off, .*: {silent.name}")

    def test_a_unit_is_repossessed(self):
        self.done("return", kind="repossessed")
        self.assertEqual(self.unit.holding_ids.ended, "repossessed")

    def test_a_unit_comes_back_to_no_shop_of_another_company(self):
        company = self.env["res.company"].create({"name": "Second Sun"})
        theirs = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        self.shop_manager.company_ids += company
        values = {**self.values("return"), "warehouse_id": theirs.id}
        wizard = self.wizard("return").with_context(allowed_company_ids=(self.company | company).ids).create(values)
        with self.assertRaisesRegex(UserError, "another company"):
            wizard.action_take_back()

    def test_a_lost_unit_is_scrapped(self):
        self.done("loss")
        self.assertRecordValues(self.unit, [{"place": "lost", "wanted": "disabled"}])

    def test_another_technician_takes_over(self):
        self.done("reassign")
        self.assertEqual(self.unit.technician_id, self.second)
        with self.assertRaisesRegex(UserError, "has it already"):
            self.unit.assignment_id._reassign(self.second, "Again")

    def test_a_deadline_is_extended_by_a_supervisor(self):
        assignment = self.assign(self.unit)
        wizard = self.wizard("extend", self.user_of("supervisor")).create(
            {"assignment_ids": [Command.set(assignment.ids)], "reason": "Rain"}
        )
        self.assertEqual(wizard.deadline, assignment.deadline + timedelta(days=1))
        wizard.action_extend()
        self.assertRecordValues(assignment, [{"deadline": wizard.deadline, "extended": True}])

    def test_a_corrected_serial_number_says_what_changed_and_keeps_it(self):
        message = self.done("correct")
        for serial in (self.unit.name, self.other.name):
            self.assertIn(serial, message)
            self.assertIn(serial, self.other.custody_step_ids[:1].reason)
        self.assertIn("So it is", self.other.custody_step_ids[:1].reason)
        self.assertEqual(self.other.customer_id, self.customer)


@tagged("post_install", "-at_install")
class TestWizardRoles(WizardsCommon, HttpCase):
    @mute_logger(*ACCESS_LOGGERS)
    def test_each_role_opens_its_wizards_alone(self):
        for role in ROLES:
            user = self.user_of(role)
            for key, allowed in MAY.items():
                with self.subTest(role=role, wizard=key):
                    self.assertEqual(self.wizard(key, user).has_access("create"), role in allowed)

    @mute_logger(*ACCESS_LOGGERS)
    def test_each_wizard_checks_the_role_itself(self):
        """A wizard that somebody got hold of, whatever the access rights of its model say."""
        for key, action in ACTIONS.items():
            values = self.values(key)
            wizard = self.env[f"payg.{key}.wizard"].create(values)
            for role in ROLES:
                if role in MAY[key]:
                    continue
                with self.subTest(role=role, wizard=key), self.assertRaisesRegex(AccessError, "may do this"):
                    wizard.with_user(self.user_of(role)).sudo(False)._check_may()
            with self.subTest(wizard=key):
                user = self.user_of("technician")
                with self.assertRaises(AccessError):
                    getattr(wizard.with_user(user), action)()
            self.unit, self.other = self.make_units(2, reported_state="disabled")

    def test_a_step_about_nothing_is_refused(self):
        for key in ("return", "loss", "reassign", "extend", "assign"):
            with self.subTest(wizard=key):
                nothing = "assignment_ids" if key in ("reassign", "extend") else "unit_ids"
                user = self.user_of("supervisor" if key == "extend" else "shop_manager")
                wizard = self.wizard(key, user).create({**self.values(key), nothing: [Command.clear()]})
                with self.assertRaisesRegex(UserError, "Choose first: |Name a control unit"):
                    getattr(wizard, ACTIONS[key])()
            self.unit, self.other = self.make_units(2, reported_state="disabled")

    def test_switching_by_hand_says_what_becomes_of_the_light(self):
        scm, dcm, *many = self.make_units(14, reported_state="enabled")
        dcm.dcm = True
        many[0].erp_sync = "do_not"
        scm._open_holding(self.customer)
        wizard = self.env["payg.switch.wizard"].create(
            {"unit_ids": (scm + dcm + many[0]).ids, "wanted": "disabled", "reason": "Test"}
        )
        self.assertEqual(
            wizard.summary,
            f"Switched off at the next connection: {scm.name}. Switched off by taking all its device credit: "
            f"{dcm.name}. Without light then: {self.customer.name}.",
        )
        self.assertEqual(wizard.not_sent_count, 1)
        wizard.wanted = "enabled"
        self.assertIn(f"Switched on at the next connection: {scm.name}.", wizard.summary)
        self.assertIn(f"as long as there is credit in the unit: {dcm.name}.", wizard.summary)
        wizard.unit_ids = scm.union(*many[1:])
        self.assertIn(", and 2 more.", wizard.summary)

    def test_on_time_by_hand_says_how_much_of_it_and_for_whom(self):
        account = self.env["payg.account"].create({"partner_id": self.customer.id, "daily_rate": 10.0})
        wizard = self.env["payg.hand.wizard"].create({"account_ids": account.ids, "days": 2, "reason": "Test"})
        self.assertEqual(wizard.summary, f"2 days 0 hours 0 min 0 seconds more of on-time for {self.customer.name}.")
        wizard.write({"kind": "correction", "direction": "remove"})
        self.assertIn("less of on-time", wizard.summary)
        wizard.days = 0
        self.assertFalse(wizard.summary)

    def test_switching_nothing_and_giving_on_time_to_nobody_is_refused(self):
        supervisor = self.user_of("supervisor")
        for model, values, action in (
            ("payg.switch.wizard", {"wanted": "disabled"}, "action_switch"),
            ("payg.hand.wizard", {"days": 1}, "action_book"),
        ):
            wizard = self.env[model].with_user(supervisor).create({**values, "reason": "Test"})
            with self.subTest(wizard=model), self.assertRaisesRegex(UserError, "Choose first: "):
                getattr(wizard, action)()

    @mute_logger(*ACCESS_LOGGERS)
    def test_every_role_that_may_takes_each_step(self):
        for key, roles in MAY.items():
            for role in roles:
                with self.subTest(role=role, wizard=key):
                    self.unit, self.other = self.make_units(2, reported_state="disabled")
                    wizard = self.wizard(key, self.user_of(role)).create(self.values(key))
                    self.assertTrue(wizard.summary)
                    getattr(wizard, ACTIONS[key])()
                    self.assertTrue((self.unit | self.other).custody_step_ids)

    @mute_logger(*ACCESS_LOGGERS)
    def test_a_unit_of_another_company_is_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Second Sun"})
        for key in ("assign", "return", "loss"):
            with self.subTest(key):
                self.unit, self.other = self.make_units(2, reported_state="disabled")
                values = self.values(key)
                self.unit.company_id = company
                self.unit.invalidate_recordset()
                with self.assertRaises(AccessError):
                    getattr(self.wizard(key).create(values), ACTIONS[key])()

    def rpc(self, user, key, values):
        self.authenticate(user.login, user.login)
        call = {"model": f"payg.{key}.wizard", "kwargs": {"context": {"allowed_company_ids": self.company.ids}}}
        [wizard] = self.make_jsonrpc_request("/web/dataset/call_kw", {**call, "method": "create", "args": [[values]]})
        return self.make_jsonrpc_request("/web/dataset/call_kw", {**call, "method": ACTIONS[key], "args": [[wizard]]})

    @mute_logger("odoo.http", *ACCESS_LOGGERS)
    def test_over_rpc_a_shop_manager_takes_the_step_and_an_operator_does_not(self):
        values = self.values("assign")
        with self.assertRaises(JsonRpcException):
            self.rpc(self.user_of("operator"), "assign", values)
        self.assertFalse(self.unit.assignment_id)
        self.rpc(self.shop_manager, "assign", values)
        self.env.invalidate_all()
        self.assertEqual(self.unit.technician_id, self.technician)

    @mute_logger("odoo.http", *ACCESS_LOGGERS)
    def test_the_steps_themselves_are_no_remote_procedures(self):
        assignment = self.assign(self.unit)
        self.authenticate(self.shop_manager.login, self.shop_manager.login)
        for record, method in ((assignment, "_record_failure"), (self.unit, "_take_back"), (self.unit, "_transfer")):
            with self.subTest(method), self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    "/web/dataset/call_kw",
                    {"model": record._name, "method": method, "args": [record.ids, "not_home"], "kwargs": {}},
                )
        self.assertEqual(assignment.state, "open")

    def test_a_stock_user_without_a_role_has_none_of_it(self):
        user = new_test_user(self.env, "plain", groups="stock.group_stock_manager", company_id=self.company.id)
        self.assertFalse(any(user.has_group(GROUP % role) for role in ROLES))
        for key in MAY:
            self.assertFalse(self.wizard(key, user).has_access("create"))
