import os
from pathlib import Path

from odoo.fields import Command
from odoo.tests import tagged

from .browser_common import SCRIPTS, ScriptedCommon
from .common import ROLES
from .credit_common import CreditCommon

# dev/test fetches axe-core and names it here; empty when it could not be had.
AXE = "PAYG_AXE"
# What is ours in a form of Odoo's: the prefix of our fields, buttons, pages and groups there.
OURS = '[name^="cu_"], [name^="action_cu"], [id^="cu_"], [name^="payg"]'
OWN = "payg_control_unit."
# Fewer screens than these would say that the search for them is broken.
LEAST = {"technician": 5, "shop_manager": 20, "operator": 20, "supervisor": 30, "manager": 30, "administrator": 30}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# What Odoo's own web client draws, which no view of ours can change: where, and the rules that it breaks there.
ODOO_OWN = [
    # The search bar: its roles and attributes, its magnifying glass, the handles of its facets.
    {
        "selector": ".o_searchview",
        "rules": ["aria-allowed-attr", "aria-command-name", "aria-required-parent", "aria-roles", "role-img-alt"],
    },
    # The headers of a notebook: the tabs are not directly in their tablist.
    {"selector": ".o_notebook_headers", "rules": ["aria-required-parent"]},
    # The button of the optional columns, and the boxes that select the rows of a list, have no name.
    {"selector": ".o_optional_columns_dropdown", "rules": ["button-name"]},
    {"selector": ".o_list_record_selector", "rules": ["label"]},
    # Odoo's colors of its badge widget: white on its green, blue and red.
    {"selector": ".badge.rounded-pill", "rules": ["color-contrast"]},
    # The heads of a pivot table's measures.
    {"selector": ".o_pivot_measure_row", "rules": ["color-contrast"]},
    # The chatter, with its icons and pictures of people.
    {
        "selector": ".o-mail-Chatter, .o-mail-ChatterContainer",
        "rules": ["role-img-alt", "image-alt", "color-contrast", "aria-prohibited-attr"],
    },
    # The word between the values of a search facet, and the box that shows a boolean in a list.
    {"selector": ".o_facet_values_sep", "rules": ["color-contrast"]},
    {"selector": ".o_field_boolean", "rules": ["label"]},
    {"selector": ".o-mail-Avatar, .o_avatar", "rules": ["image-alt"]},
    # A dialog has its title, and does not say so.
    {"selector": ".modal", "rules": ["aria-dialog-name"]},
    # The tags of several records, and the field in which more of them are typed.
    {"selector": ".o_tag, .o_field_tags .o-autocomplete--input", "rules": ["aria-allowed-attr"]},
    # The dropdown of a selection.
    {"selector": ".o_field_selection .o_select_menu", "rules": ["aria-allowed-attr", "autocomplete-valid"]},
]

# The same on a phone: buttons with a picture alone, lists that are wider than the screen, labels in a pale gray.
ODOO_OWN_PHONE = [
    {"selector": ".o_control_panel_navigation, .o_button_more", "rules": ["button-name"]},
    {"selector": ".o_list_renderer, .o_pivot, .o_content", "rules": ["scrollable-region-focusable"]},
    {"selector": ".o_form_label", "rules": ["color-contrast"]},
]


@tagged("post_install", "-at_install")
class TestAccessibility(CreditCommon, ScriptedCommon):
    """Every screen of ours, as everybody who sees it, judged by axe-core: nothing serious, nothing in the console."""

    # The browser's clock goes on.
    clock_stands = False
    # The looks that were found to be right: who sees the same is not judged again.
    known = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_records()

    @classmethod
    def make_records(cls):
        """Something on every screen."""
        cls.turn_on()
        held, failed, accepted, refused, assigned = cls.make_units(5, life_state="6", hardware_type="BB17SMART_v2")
        held._open_holding(cls.customer)
        held.dcm = True
        failed.write({"command_state": "failed", "wanted": "disabled", "wanted_reason": "Retired"})
        accepted._want("disabled", "person", "Lost", user=cls.env.user)
        refused.erp_sync = "do_not"
        assigned.reported_state = "disabled"
        cls.held, cls.free = held, cls.make_unit(reported_state="disabled")
        cls.assignment = cls.env["payg.assignment"].create(
            {"unit_id": assigned.id, "technician_id": cls.technician.id, "customer_id": cls.customer.id}
        )
        run = cls.env["payg.disable.run"].create({"config_id": cls.config.id, "origin": "person", "state": "waiting"})
        cls.waiting = run
        run.copy({"state": "running", "processed_count": 2, "total_count": 5})
        run.line_ids = [Command.create({"verdict": "disable", "count": 2})]
        cls.env["payg.erp.sync.log"].create(
            {"unit_id": refused.id, "company_id": cls.company.id, "erp_sync": "do_not", "reason": "Old hardware"}
        )
        cls.env["smart.solar.client"].create(
            {"company_id": cls.company.id, "base_url": "https://cloud.example.com/v1", "username": "erp"}
        )
        cls.account = cls.env["payg.account"].create({"partner_id": cls.customer.id, "daily_rate": 10})
        cls.lead = cls.env["crm.lead"].create({"name": "A home", "partner_id": cls.customer.id})

    def setUp(self):
        super().setUp()
        self.unmatched = self.payment(50, cu_transaction_number="MP1", cu_sender_phone="+254700000123")

    # ------------------------------------------------------------------
    # The screens
    # ------------------------------------------------------------------
    def screens_of(self, user):
        """Every view of every action of ours that the user may open, with a record in each form."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "payg_control_unit"), ("model", "=", "ir.actions.act_window")]
        )
        screens = []
        for xmlid in sorted(data.mapped("complete_name")):
            action = self.env["ir.actions.actions"].with_user(user)._for_xml_id(xmlid)
            records = self.env[action["res_model"]].with_user(user)
            records = records.with_context(allowed_company_ids=self.company.ids)
            if records.has_access("read") and action["target"] != "new":
                screens += self.views_of(action, records.search([], limit=1))
        runs = [self.form_of(self.waiting)] if self.waiting.with_user(user).has_access("read") else []
        return screens + runs + self.own_screens_of(user)

    def views_of(self, action, record):
        for view, kind in action["views"]:
            if kind == "form" and not record:
                continue
            yield self.screen(f"{action['name']} {kind}", {**action, "views": [(view, kind)], "res_id": record.id})

    def own_screens_of(self, user):
        """Those that are no views of all records: what the user's menus open."""
        menus = self.env["ir.ui.menu"].with_user(user)
        seen = menus.browse(menus._visible_menu_ids()).sudo()
        return [
            self.screen(menu.name, f"{OWN}{action}")
            for action in ("payg_home_action", "payg_setup_action", "payg_crm_config_action")
            for menu in seen.filtered(lambda menu, action=action: menu.action == self.env.ref(f"{OWN}{action}"))[:1]
        ]

    def screen(self, label, action, **options):
        if isinstance(action, dict):
            action = {key: value for key, value in action.items() if key not in ("path", "help")}
        return {"label": label, "action": action, **options}

    def form_of(self, record, **options):
        """A form; with `ours` one of Odoo's own, judged where it shows fields and buttons of ours."""
        action = {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
        return self.screen(f"{record._description} form", action, **options)

    # ------------------------------------------------------------------
    # The dialogs
    # ------------------------------------------------------------------
    def wizards(self):
        """Each wizard of ours, as it is opened from the records that it is for."""
        assignment, held, free, account = self.assignment, self.held, self.free, self.account
        return {
            "payg.assign.wizard": [{"default_unit_ids": free.ids}],
            "payg.install.wizard": [{"default_assignment_id": assignment.id}],
            "payg.fail.wizard": [{"default_assignment_id": assignment.id}],
            "payg.swap.wizard": [{"default_unit_id": held.id, "default_new_unit_id": free.id}],
            "payg.return.wizard": [{"default_unit_ids": held.ids}],
            "payg.loss.wizard": [{"default_unit_ids": held.ids}],
            "payg.reassign.wizard": [{"default_assignment_ids": assignment.ids}],
            "payg.extend.wizard": [{"default_assignment_ids": assignment.ids}],
            "payg.correct.wizard": [{"default_unit_id": held.id}],
            "payg.switch.wizard": [{"default_unit_ids": held.ids, "default_wanted": "disabled"}],
            "payg.erp.sync.wizard": [{"active_model": free._name, "active_ids": free.ids, "active_domain": []}, {}],
            "payg.hand.wizard": [
                {"default_account_ids": account.ids, "default_kind": kind} for kind in ("bonus", "correction")
            ],
            "payg.match.wizard": [{"default_payment_id": self.unmatched.id}],
        }

    def wizards_of(self, user):
        return [
            self.wizard(model, **context)
            for model, contexts in self.wizards().items()
            if self.env[model].with_user(user).has_access("create")
            for context in contexts
        ]

    def wizard(self, model, **context):
        action = {
            "type": "ir.actions.act_window",
            "name": model,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }
        return self.screen(model, action, dialog=True)

    # ------------------------------------------------------------------
    # Who looks
    # ------------------------------------------------------------------
    def judge(self, user, screens):
        path = os.environ.get(AXE)
        if path is None:
            self.skipTest(f"{AXE} names no axe.min.js: dev/test fetches it")
        self.assertTrue(path, "axe-core could not be fetched, see above.")
        scripts = {"axe.js": Path(path), "judge.js": SCRIPTS / "accessibility.js"}
        start = "/odoo/control-units-home"
        own = ODOO_OWN + (ODOO_OWN_PHONE if self.touch_enabled else [])
        self.known = self.run_script(user, start, scripts, "judge", screens, RULES, own, self.known, timeout=400)

    def judge_roles(self):
        for role in ROLES:
            with self.subTest(role):
                user = self.user_of(role)
                if role == "technician":
                    user.partner_id.cu_is_technician = True
                    self.assignment._reassign(user.partner_id, "Takes over")
                    self.assignment = self.assignment.unit_id.assignment_id
                screens = self.screens_of(user)
                self.assertGreater(len(screens), LEAST[role])
                self.judge(user, screens + self.wizards_of(user))

    def test_every_screen_and_dialog_of_every_role(self):
        self.judge_roles()

    def test_every_screen_and_dialog_on_a_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.judge_roles()

    def test_no_dialog_is_left_out(self):
        ours = [
            name
            for name, model in self.registry.items()
            if model._transient and not model._abstract and model._original_module == "payg_control_unit"
        ]
        self.assertEqual(set(self.wizards()), set(ours))

    def test_what_odoos_own_records_show_of_ours(self):
        user = self.user_of("administrator")
        user.group_ids += (
            self.env.ref("stock.group_stock_manager")
            + self.env.ref("sales_team.group_sale_manager")
            + self.env.ref("base.group_partner_manager")
        )
        records = (self.held.lot_id, self.customer, self.technician, self.lead, self.product.product_tmpl_id)
        self.judge(user, [self.form_of(record, ours=OURS) for record in records])

    def test_what_the_roles_see_of_contacts(self):
        for role in ("shop_manager", "operator"):
            with self.subTest(role):
                self.judge(self.user_of(role), [self.form_of(self.customer, ours=OURS)])
