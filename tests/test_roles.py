from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUP, ROLES, PaygCommon

# What no role writes, whatever it is: each changes through the addon's own methods only.
READ_ONLY_MODELS = (
    "payg.control.unit",
    "payg.control.unit.verdict",
    "payg.holding",
    "payg.custody.step",
    "payg.disable.run",
    "payg.disable.run.line",
    "payg.erp.sync.log",
    "smart.solar.command",
)
SEES_UNITS = ("shop_manager", "operator", "supervisor", "manager", "administrator")
CALL_CENTER_LEADS = ("supervisor", "manager", "administrator")
ACCESS_LOGGERS = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.models")


class RolesCommon(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.user_of(role) for role in ROLES}
        cls.unit, cls.held = cls.make_units(2)
        cls.held._open_holding(cls.customer)

    def as_role(self, role, record):
        return record.with_user(self.users[role]).with_context(allowed_company_ids=self.company.ids)


@tagged("post_install", "-at_install")
class TestRoles(RolesCommon):
    def test_each_role_implies_what_it_says(self):
        implied = {
            "technician": {"technician"},
            "shop_manager": {"shop_manager"},
            "operator": {"operator"},
            "supervisor": {"operator", "supervisor"},
            "manager": {"operator", "supervisor", "manager"},
            "administrator": {"shop_manager", "operator", "supervisor", "manager", "administrator"},
        }
        for role, user in self.users.items():
            with self.subTest(role):
                self.assertEqual({other for other in ROLES if user.has_group(GROUP % other)}, implied[role])
                self.assertTrue(user.has_group("base.group_user"))
                self.assertFalse(user.has_group("sales_team.group_sale_salesman"))
                self.assertFalse(user.has_group("stock.group_stock_user"))

    def test_the_system_users_are_administrators(self):
        for xmlid in ("base.user_root", "base.user_admin"):
            self.assertTrue(self.env.ref(xmlid).has_group(GROUP % "administrator"))

    @mute_logger(*ACCESS_LOGGERS)
    def test_no_role_writes_what_changes_through_methods_only(self):
        for role in ROLES:
            for model in READ_ONLY_MODELS:
                with self.subTest(role=role, model=model):
                    records = self.as_role(role, self.env[model])
                    for operation in ("create", "write", "unlink"):
                        self.assertFalse(records.has_access(operation))

    @mute_logger(*ACCESS_LOGGERS)
    def test_a_unit_is_written_by_nobody_through_its_neighbours(self):
        """Nested commands on a contact or a serial number are writes on the unit itself."""
        lines = [
            Command.update(self.held.id, {"wanted": "disabled"}),
            Command.delete(self.held.id),
            Command.unlink(self.held.id),
            Command.clear(),
        ]
        for role in SEES_UNITS:
            user = self.users[role]
            user.group_ids += self.env.ref("base.group_partner_manager") + self.env.ref("stock.group_stock_manager")
            for line in lines:
                with self.subTest(role=role, line=line[0]):
                    with self.assertRaises(UserError):
                        self.as_role(role, self.customer).write({"cu_unit_ids": [line]})
                    with self.assertRaises(UserError):
                        self.as_role(role, self.held.lot_id).write({"cu_unit_ids": [line]})
        self.assertRecordValues(self.held, [{"wanted": "enabled", "customer_id": self.customer.id}])

    def test_every_role_but_the_technician_sees_all_units_of_the_company(self):
        for role in SEES_UNITS:
            with self.subTest(role):
                self.assertEqual(self.as_role(role, self.Unit).search([]), self.unit + self.held)

    @mute_logger(*ACCESS_LOGGERS)
    def test_a_technician_sees_own_custody_only(self):
        user = self.users["technician"]
        user.partner_id.cu_is_technician = True
        self.unit.reported_state = "disabled"
        mine = self.assign(self.unit, technician_id=user.partner_id.id)
        others = self.assign(self.make_unit())
        technician = self.as_role("technician", self.Unit)
        self.assertEqual(technician.search([]), self.unit)
        self.assertEqual(technician.browse(self.unit.id).why, self.unit.with_context(lang=user.lang).why)
        self.assertEqual(technician.env["payg.assignment"].search([]), mine)
        self.assertEqual(technician.env["payg.control.unit.verdict"].search([]).unit_id, self.unit)
        self.assertEqual(technician.env["smart.solar.command"].search([]).unit_id, self.unit)
        self.assertFalse(technician.env["payg.holding"].search([]))
        self.assertEqual(technician.env["payg.custody.step"].search([]).unit_id, self.unit)
        for record in (self.held, others, others.unit_id, self.held.holding_id):
            with self.assertRaises(AccessError):
                record.with_user(user).read(["display_name"])
        self.assertFalse(technician.env["stock.lot"].has_access("read"))
        self.assertFalse(technician.env["crm.lead"].has_access("read"))

    def test_a_technician_opens_what_was_in_their_custody_once(self):
        user = self.users["technician"]
        user.partner_id.cu_is_technician = True
        past = self.assign(self.unit, technician_id=user.partner_id.id)
        past.action_cancel()
        self.env.invalidate_all()
        shown = self.as_role("technician", past).web_read({"display_name": {}, "unit_id": {"fields": {}}})
        self.assertEqual(shown[0]["display_name"], self.unit.display_name)

    def test_a_technician_who_is_an_operator_too_sees_all(self):
        user = self.user_of("technician")
        user.group_ids += self.env.ref(GROUP % "operator")
        self.assertEqual(self.Unit.with_user(user).search([]), self.unit + self.held)

    @mute_logger(*ACCESS_LOGGERS)
    def test_only_leads_of_the_call_center_set_crm_config(self):
        for role in ROLES:
            with self.subTest(role):
                config = self.as_role(role, self.config)
                self.assertEqual(config.has_access("read"), role in ("operator", *CALL_CENTER_LEADS))
                self.assertEqual(config.has_access("write"), role in CALL_CENTER_LEADS)
                self.assertFalse(config.has_access("create") or config.has_access("unlink"))
        self.as_role("supervisor", self.config).days_with_technician = 6
        self.assertEqual(self.config.days_with_technician, 6)

    @mute_logger(*ACCESS_LOGGERS)
    def test_only_leads_of_the_call_center_run_mark_and_switch(self):
        self.turn_on()
        for role in ROLES:
            with self.subTest(role):
                allowed = role in CALL_CENTER_LEADS
                env = self.as_role(role, self.config).env
                self.assertEqual(env["payg.erp.sync.wizard"].has_access("create"), allowed)
                self.assertEqual(env["payg.switch.wizard"].has_access("create"), allowed)
                if not allowed:
                    for refused in (self.config.with_env(env).action_run_cron, self.held.with_env(env).action_retry):
                        with self.assertRaises(AccessError):
                            refused()

    def test_a_supervisor_switches_by_hand(self):
        env = self.as_role("supervisor", self.Unit).env
        env["payg.switch.wizard"].create(
            {"unit_ids": [Command.set(self.unit.ids)], "wanted": "disabled", "reason": "Stolen"}
        ).action_switch()
        self.assertRecordValues(
            self.unit,
            [{"wanted": "disabled", "wanted_origin": "person", "wanted_user_id": env.uid, "wanted_reason": "Stolen"}],
        )

    @mute_logger(*ACCESS_LOGGERS)
    def test_only_a_manager_says_run_anyway(self):
        run = self.env["payg.disable.run"].create(
            {"config_id": self.config.id, "origin": "schedule", "state": "waiting"}
        )
        with self.assertRaises(AccessError):
            self.as_role("supervisor", run).action_run_anyway()
        self.as_role("manager", run).action_run_anyway()
        self.assertRecordValues(run, [{"state": "requested", "approved_by_id": self.users["manager"].id}])

    @mute_logger(*ACCESS_LOGGERS)
    def test_only_an_administrator_corrects_an_imei(self):
        lot = self.unit.lot_id
        for role in ROLES[:-1]:
            with self.subTest(role):
                user = self.users[role]
                with self.assertRaises(AccessError):
                    lot.with_user(user).write({"cu_imei": "860000000999999"})
                user.group_ids += self.env.ref("stock.group_stock_manager")
                with self.assertRaises(AccessError):
                    lot.with_user(user).write({"cu_imei": "860000000999999"})
        self.as_role("administrator", lot).write({"cu_imei": "860000000999999"})
        self.assertEqual(self.unit.imei, "860000000999999")

    @mute_logger(*ACCESS_LOGGERS)
    def test_who_assigns_and_that_nobody_edits_it(self):
        for role in ROLES:
            with self.subTest(role):
                assignment = self.as_role(role, self.env["payg.assignment"])
                self.assertEqual(assignment.has_access("create"), role in ("shop_manager", *CALL_CENTER_LEADS))
                self.assertFalse(assignment.has_access("write") or assignment.has_access("unlink"))
        vals = {"unit_id": self.unit.id, "technician_id": self.technician.id, "deadline": "2099-01-01 00:00:00"}
        assignment = self.as_role("shop_manager", self.env["payg.assignment"]).create(vals)
        self.assertEqual((assignment.deadline - assignment.assigned_at).days, self.config.days_with_technician)
        with self.assertRaises(AccessError):
            self.as_role("operator", assignment).action_cancel()
        assignment.action_cancel()
        self.assertEqual(self.unit.technician_id, self.technician.browse())


@tagged("post_install", "-at_install")
class TestSecrets(RolesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.env["smart.solar.client"].create(
            {
                "company_id": cls.company.id,
                "base_url": "https://smartsolar.example.com/v1",
                "username": "erp@example.com",
                "password": "hush",
            }
        )

    @mute_logger(*ACCESS_LOGGERS)
    def test_secrets_are_for_administrators(self):
        for role in ROLES:
            client = self.as_role(role, self.client)
            with self.subTest(role):
                self.assertEqual(client.has_access("read"), role in CALL_CENTER_LEADS)
                self.assertEqual(client.has_access("write"), role == "administrator")
                for field in ("username", "password", "token"):
                    if role == "administrator":
                        client.read([field])
                        continue
                    with self.assertRaises(AccessError):
                        client.read([field])
                    self.assertNotIn(field, client.fields_get() if client.has_access("read") else ())

    @mute_logger(*ACCESS_LOGGERS)
    def test_secrets_are_not_found_by_searching(self):
        client = self.as_role("supervisor", self.client)
        for domain in ([("password", "=", "hush")], [("password", "like", "h%")]):
            with self.assertRaises(AccessError):
                client.search(domain)
        with self.assertRaises(AccessError):
            client.search([], order="password")

    @mute_logger(*ACCESS_LOGGERS)
    def test_only_an_administrator_tests_and_resumes(self):
        client = self.as_role("manager", self.client)
        for refused in (client.action_test_connection, client.action_resume):
            with self.assertRaises(AccessError):
                refused()

    @mute_logger(*ACCESS_LOGGERS)
    def test_leads_of_the_call_center_have_the_states_read(self):
        self.as_role("supervisor", self.client).action_pull_now()
        with self.assertRaises(AccessError):
            self.as_role("operator", self.client).action_pull_now()


@tagged("post_install", "-at_install")
class TestOtherCompany(RolesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Dark for Some"})
        lot = cls.env["stock.lot"].create(
            {"name": "BB17-OTHER", "product_id": cls.product.id, "company_id": cls.other_company.id}
        )
        cls.other = lot.cu_unit_ids
        cls.other._open_holding(cls.customer)
        assigned = lot.copy({"name": "BB17-OTHER-2"}).cu_unit_ids
        shop = cls.env["stock.warehouse"].search([("company_id", "=", cls.other_company.id)], limit=1)
        cls.put_in_stock(assigned, shop.lot_stock_id)
        cls.other_config = cls.env["payg.crm.config"]._of(cls.other_company)
        run = cls.env["payg.disable.run"].create({"config_id": cls.other_config.id, "origin": "schedule"})
        cls.env["payg.disable.run.line"].create({"run_id": run.id, "verdict": "disable", "count": 1})
        cls.others = [
            cls.other,
            cls.env["payg.control.unit.verdict"].browse(cls.other.id),
            cls.other.holding_id,
            cls.env["payg.assignment"].create({"unit_id": assigned.id, "technician_id": cls.technician.id}),
            cls.other_config,
            run,
            run.line_ids,
            cls.env["smart.solar.client"].create(
                {"company_id": cls.other_company.id, "base_url": "https://smartsolar.example.com/v1"}
            ),
            cls.Command.create(
                {
                    "unit_id": assigned.id,
                    "company_id": cls.other_company.id,
                    "kind": "force_connection",
                    "transaction_id": "other",
                }
            ),
            cls.env["payg.erp.sync.log"].create(
                {"unit_id": assigned.id, "company_id": cls.other_company.id, "erp_sync": "do"}
            ),
        ]

    @mute_logger(*ACCESS_LOGGERS)
    def test_records_of_other_companies_are_out_of_reach(self):
        self.assertTrue(all(self.others))
        for role in ROLES:
            for records in self.others:
                with self.subTest(role=role, model=records._name):
                    own = self.as_role(role, records)
                    with self.assertRaises(AccessError):
                        own.check_access("read")
                    if own.browse().has_access("read"):
                        self.assertFalse(own.search([("id", "in", own.ids)]))

    def test_marking_the_whole_list_stays_in_the_own_company(self):
        env = self.as_role("supervisor", self.Unit).env
        wizard = env["payg.erp.sync.wizard"].create(
            {
                "erp_sync": "do_not",
                "reason": "All of them",
                "scope": "domain",
                "source_model": "payg.control.unit",
                "source_domain": "[]",
            }
        )
        wizard.action_mark()
        self.assertEqual(set((self.unit + self.held).mapped("erp_sync")), {"do_not"})
        self.assertEqual(self.other.erp_sync, "do")

    def test_a_list_that_cannot_be_read_is_refused_with_what_it_was(self):
        env = self.as_role("supervisor", self.Unit).env
        values = {"erp_sync": "do_not", "reason": "x", "scope": "domain", "source_model": "payg.control.unit"}
        for domain in ("[", "everything", "[('id',)]"):
            with self.subTest(domain), self.assertRaisesRegex(UserError, "This is no domain"):
                env["payg.erp.sync.wizard"].create({**values, "source_domain": domain}).action_mark()
        self.assertEqual(self.unit.erp_sync, "do")

    @mute_logger(*ACCESS_LOGGERS)
    def test_a_shop_cannot_assign_a_unit_of_another_company(self):
        free = self.other.lot_id.copy({"name": "BB17-OTHER-3"}).cu_unit_ids
        with self.assertRaises(AccessError):
            self.as_role("shop_manager", self.env["payg.assignment"]).create(
                {"unit_id": free.id, "technician_id": self.technician.id}
            )


@tagged("post_install", "-at_install")
class TestWithoutRole(RolesCommon):
    """People without a role see their contacts, serial numbers and leads as before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "plain_seller",
            groups="base.group_partner_manager,stock.group_stock_manager,sales_team.group_sale_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.lead = cls.env["crm.lead"].create({"name": "More light", "partner_id": cls.customer.id})

    def test_no_control_unit_field_is_theirs(self):
        for model in ("res.partner", "crm.lead", "stock.lot"):
            with self.subTest(model):
                names = self.env[model].with_user(self.user).fields_get()
                self.assertFalse([name for name in names if name.startswith("cu_")])

    @mute_logger(*ACCESS_LOGGERS)
    def test_no_model_of_ours_is_theirs(self):
        for model in (*READ_ONLY_MODELS, "payg.assignment", "payg.crm.config", "smart.solar.client"):
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(self.user).has_access("read"))

    def test_their_records_open_as_before(self):
        for record in (item.with_user(self.user) for item in (self.customer, self.held.lot_id, self.lead)):
            with self.subTest(record._name):
                arch = record.get_view(view_type="form")["arch"]
                self.assertNotIn("control_units", arch)
                self.assertNotIn("cu_verdict", arch)
                self.assertNotIn("cu_why", arch)
                view = record.get_views([(False, "form")])
                record.read([name for name in view["models"][record._name]["fields"] if name in record._fields])

    def test_they_still_move_control_units(self):
        """Stock people work as before, and what they do has its effect on the unit."""
        picking = (
            self.env["stock.picking"]
            .with_user(self.user)
            .create(
                {
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "location_id": self.shop.id,
                    "location_dest_id": self.customers.id,
                    "partner_id": self.customer.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "product_uom_qty": 1,
                                "location_id": self.shop.id,
                                "location_dest_id": self.customers.id,
                                "move_line_ids": [
                                    Command.create(
                                        {
                                            "product_id": self.product.id,
                                            "lot_id": self.unit.lot_id.id,
                                            "quantity": 1,
                                            "location_id": self.shop.id,
                                            "location_dest_id": self.customers.id,
                                        }
                                    )
                                ],
                            }
                        )
                    ],
                }
            )
        )
        picking.action_confirm()
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.unit.customer_id, self.customer)


@tagged("post_install", "-at_install")
class TestMenus(RolesCommon):
    OURS = {
        "payg_app_menu": ROLES,
        "payg_home_menu": SEES_UNITS,
        "payg_app_config_menu": CALL_CENTER_LEADS,
        "payg_setup_menu": CALL_CENTER_LEADS,
        "payg_app_crm_config_menu": CALL_CENTER_LEADS,
        "payg_app_smart_solar_client_menu": CALL_CENTER_LEADS,
        "payg_control_unit_menu": ROLES,
        "payg_assignment_menu": ROLES,
        "payg_holding_menu": SEES_UNITS,
        "payg_control_unit_verdict_menu": ("operator", *CALL_CENTER_LEADS),
        "payg_disable_run_menu": ("operator", *CALL_CENTER_LEADS),
        "smart_solar_command_menu": ("operator", *CALL_CENTER_LEADS),
        "payg_erp_sync_log_menu": ("operator", *CALL_CENTER_LEADS),
        "payg_erp_sync_wizard_menu": CALL_CENTER_LEADS,
        "payg_crm_config_menu": CALL_CENTER_LEADS,
        "smart_solar_client_menu": CALL_CENTER_LEADS,
    }

    def _menus_of(self, user):
        return self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()

    def test_each_role_sees_its_menus(self):
        for role, user in self.users.items():
            visible = self._menus_of(user)
            for name, roles in self.OURS.items():
                with self.subTest(role=role, menu=name):
                    menu = self.env.ref(f"payg_control_unit.{name}")
                    self.assertEqual(menu.id in visible, role in roles)

    def test_configuration_shows_our_roles_nothing_but_ours(self):
        config = self.env.ref("crm.crm_menu_config")
        ours = {self.env.ref(f"payg_control_unit.{name}").id for name in self.OURS}
        for role in CALL_CENTER_LEADS:
            visible = self.env["ir.ui.menu"].browse(self._menus_of(self.users[role]))
            with self.subTest(role):
                self.assertIn(config, visible)
                children = visible.filtered(lambda menu: menu.parent_id == config)
                self.assertLessEqual(set(children.ids), ours)

    def test_sales_people_keep_their_menus(self):
        seller = new_test_user(self.env, "seller_menus", groups="sales_team.group_sale_salesman")
        head = new_test_user(self.env, "head_menus", groups="sales_team.group_sale_manager")
        for user, xmlids in (
            (
                seller,
                ("crm.menu_crm_opportunities", "crm.sales_team_menu_team_pipeline", "crm.res_partner_menu_customer"),
            ),
            (head, ("crm.crm_menu_config", "crm.crm_team_config", "crm.crm_team_menu_config_activity_types")),
        ):
            visible = self._menus_of(user)
            for xmlid in xmlids:
                with self.subTest(xmlid):
                    self.assertIn(self.env.ref(xmlid).id, visible)
            self.assertNotIn(self.env.ref("payg_control_unit.payg_control_unit_menu").id, visible)


@tagged("post_install", "-at_install")
class TestRolesOverRpc(RolesCommon, HttpCase):
    """The same doors from outside: what a browser, or a script with a login, may call."""

    def _call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw", {"model": model, "method": method, "args": args, "kwargs": kwargs}
        )

    def _refused(self, model, method, *args, **kwargs):
        with self.assertRaises(JsonRpcException) as caught, mute_logger("odoo.http", *ACCESS_LOGGERS):
            self._call(model, method, *args, **kwargs)
        return str(caught.exception)

    def _log_in(self, role):
        login = self.users[role].login
        self.authenticate(login, login + "x" * (8 - len(login)))

    def test_the_state_of_a_unit_is_written_by_no_role(self):
        state = ("wanted", "wanted_version", "reported_state", "life_state", "command_state", "erp_sync", "imei")
        before = self.unit.read(state)
        vals = {
            "wanted": "enabled",
            "reported_state": "disabled",
            "life_state": "8",
            "command_state": "accepted",
            "erp_sync": "do_not",
            "imei": "1",
            "kept_until": "2099-01-01 00:00:00",
            "customer_id": self.customer.id,
        }
        for role in ROLES:
            self._log_in(role)
            for name, value in vals.items():
                with self.subTest(role=role, field=name):
                    error = self._refused("payg.control.unit", "write", self.unit.ids, {name: value})
                    self.assertEqual(error, "odoo.exceptions.AccessError")
            for method, args in (
                ("web_save", (self.unit.ids, {"wanted": "enabled"}, {})),
                ("create", ([{"lot_id": self.unit.lot_id.id, "company_id": self.company.id}],)),
                ("unlink", (self.unit.ids,)),
                ("_want", (self.unit.ids, "enabled", "person", "Because")),
                ("_ask_rule", (self.unit.ids, "Because")),
                ("_open_holding", (self.unit.ids, self.customer.id)),
                ("_set_imei", (self.unit.ids, "1")),
            ):
                with self.subTest(role=role, method=method):
                    self.assertEqual(self._refused("payg.control.unit", method, *args), "odoo.exceptions.AccessError")
        self.unit.invalidate_recordset()
        self.assertEqual(self.unit.read(state), before)

    def test_what_a_lot_shows_of_its_unit_is_not_written_either(self):
        names = ("cu_wanted", "cu_reported_state", "cu_life_state", "cu_erp_sync", "cu_kept_until", "cu_customer_id")
        before = self.held.lot_id.read(names)
        user = self.users["administrator"]
        user.group_ids += self.env.ref("stock.group_stock_manager")
        self._log_in("administrator")
        with mute_logger("odoo.http", *ACCESS_LOGGERS):
            for name, value in (
                ("cu_wanted", "disabled"),
                ("cu_reported_state", "disabled"),
                ("cu_life_state", "8"),
                ("cu_erp_sync", "do_not"),
                ("cu_kept_until", "2099-01-01 00:00:00"),
                ("cu_customer_id", False),
            ):
                try:
                    self._call("stock.lot", "write", self.held.lot_id.ids, {name: value})
                except JsonRpcException as error:
                    self.assertEqual(str(error), "odoo.exceptions.AccessError")
        self.env.invalidate_all()
        self.assertEqual(self.held.lot_id.read(names), before)

    def test_secrets_do_not_leave_over_rpc(self):
        client = self.env["smart.solar.client"].create(
            {"company_id": self.company.id, "base_url": "https://smartsolar.example.com/v1", "password": "hush"}
        )
        for role in ROLES[:-1]:
            self._log_in(role)
            for method, args in (
                ("read", (client.ids, ["password"])),
                ("export_data", (client.ids, ["password", "token"])),
                ("search_read", ([("password", "=", "hush")], ["name"])),
            ):
                with self.subTest(role=role, method=method):
                    self.assertIn(
                        self._refused("smart.solar.client", method, *args),
                        ("odoo.exceptions.AccessError", "odoo.exceptions.UserError"),
                    )

    def test_an_operator_reads_why_over_rpc(self):
        self.turn_on()
        self._log_in("operator")
        [row] = self._call("payg.control.unit", "read", self.held.ids, ["verdict", "why", "status_text"])
        self.assertEqual(row["verdict"], "with_customer")
        self.assertIn(self.customer.name, row["why"])

    def test_a_supervisor_opens_crm_config_over_rpc(self):
        self._log_in("supervisor")
        action = self._call("payg.crm.config", "action_open")
        self.assertEqual(action["res_id"], self.config.id)
        self._log_in("shop_manager")
        self._refused("payg.crm.config", "write", self.config.ids, {"disable_by_default": True})
        self.assertFalse(self.config.disable_by_default)
