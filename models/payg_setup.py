from types import SimpleNamespace

from odoo import api, models
from odoo.addons.web.controllers.utils import clean_action
from odoo.exceptions import AccessError

_SUPERVISOR = "payg_control_unit.payg_control_unit_group_supervisor"
_ADMINISTRATOR = "payg_control_unit.payg_control_unit_group_administrator"
_STOCK_USER = "stock.group_stock_user"


class PaygSetup(models.AbstractModel):
    """*Getting Started*: the way from an installed addon to a working rule, each step judged by what is there.

    Nothing is stored but the two steps that leave no trace of their own and the dismissal (`payg.crm.config`).
    """

    _name = "payg.setup"
    _description = "Getting Started"

    # ------------------------------------------------------------------
    # What the screen shows
    # ------------------------------------------------------------------
    @api.model
    def read_steps(self):
        """The steps of the current company, in their order.

        :return: dict of ``company``, ``dismissed`` and ``steps``: dicts of ``key``, ``title``, ``text``, ``done``,
            ``status`` (what was found, in words), ``button``, ``allowed`` and ``needs`` (who may, in words)
        :raise AccessError: neither a supervisor nor above
        """
        self._check_lead()
        facts = self._facts()
        return {
            "company": self.env.company.name,
            "dismissed": facts.config.setup_dismissed,
            "steps": [self._step(key, facts) for key in self._step_keys()],
        }

    @api.model
    def _step_keys(self):
        """The steps in their order: each has a method ``_step_<key>`` and a method ``_open_<key>``."""
        return ["connection", "test", "fleet", "reading", "days", "preview", "turn_on"]

    def _step(self, key, facts):
        step = getattr(self, f"_step_{key}")(facts)
        group = step.pop("group")
        return {"key": key, **step, "allowed": self.env.user.has_group(group), "needs": self._group_words(group)}

    def _group_words(self, group):
        # sudo: the name of a group, for somebody who lacks it.
        found = self.env.ref(group).sudo()
        return f"{found.privilege_id.name} / {found.name}" if found.privilege_id else found.name

    @api.model
    def _is_open(self):
        """Whether it guides the current user: a lead, in a company that neither is ready nor dismissed it."""
        if not self.env.user.has_group(_SUPERVISOR):
            return False
        facts = self._facts()
        return not facts.config.setup_dismissed and not all(self._step(key, facts)["done"] for key in self._step_keys())

    @api.model
    def _check_lead(self):
        if not self.env.user.has_group(_SUPERVISOR):
            raise AccessError(self.env._("Getting Started is for Call Center Supervisors and above."))

    # ------------------------------------------------------------------
    # What is there
    # ------------------------------------------------------------------
    def _facts(self):
        """What the steps are judged by, in the current company.

        :return: its ``config`` and ``client`` (its connection, or none), whether there are ``products`` that are
            control units, and counts of its units: ``total``, ``imeis`` (those that have one), ``customers`` (those
            with a customer), ``read`` (at least once)
        """
        company = self.env.company
        # sudo: whether there is a connection, how it is and how many units there are concerns everybody who is
        # guided; no secret leaves here.
        client = self.env["smart.solar.client"].sudo().search([("company_id", "=", company.id)], limit=1)
        units = self.env["payg.control.unit"].sudo()
        counts = ["__count", "imei:count", "holding_id:count", "reported_at:count"]
        [(total, imeis, customers, read)] = units._read_group([("company_id", "=", company.id)], [], counts)
        return SimpleNamespace(
            config=self.env["payg.crm.config"]._of(company),
            client=client,
            products=self.env["product.template"].sudo().search_count([("cu_is_control_unit", "=", True)], limit=1),
            total=total,
            imeis=imeis,
            customers=customers,
            read=read,
        )

    # ------------------------------------------------------------------
    # The steps
    # ------------------------------------------------------------------
    def _step_connection(self, facts):
        return {
            "title": self.env._("Connect to SMART Solar"),
            "text": self.env._("Its address, and a login of the permission level FACTORY. Nothing is sent by that."),
            "done": bool(facts.client),
            "status": facts.client.base_url or "",
            "button": self.env._("Open the connection") if facts.client else self.env._("Make the connection"),
            "group": _ADMINISTRATOR,
        }

    def _step_test(self, facts):
        client = facts.client
        answered = bool(client.permission) and client.state not in ("new", "stopped")
        return {
            "title": self.env._("Test the connection"),
            "text": self.env._("Press “Test connection”: it says who we are there, and what that level forbids."),
            "done": answered,
            "status": self._test_words(client) if answered else client.last_error or "",
            "button": self.env._("Open the connection"),
            "group": _ADMINISTRATOR,
        }

    def _test_words(self, client):
        return " ".join([self.env._("Permission level %s.", client.permission), *client._forbidden_words()])

    def _step_fleet(self, facts):
        return {
            "title": self.env._("Bring in the fleet, with its customers"),
            "text": self.env._(
                "Tick “Control unit” on the products. Then import the serial numbers with their IMEI and with who has "
                "each of them: “Import records” offers a template. An import switches nothing."
            ),
            "done": bool(facts.imeis),
            "status": self._fleet_words(facts) if facts.total else "",
            "button": self.env._("Open the serial numbers") if facts.products else self.env._("Open the products"),
            "group": _STOCK_USER,
        }

    def _fleet_words(self, facts):
        return self.env._(
            "Units: %(total)s. With an IMEI: %(imeis)s. With a customer: %(customers)s.",
            total=facts.total,
            imeis=facts.imeis,
            customers=facts.customers,
        )

    def _step_reading(self, facts):
        trouble = facts.client.last_pull_error
        return {
            "title": self.env._("Read the states for the first time"),
            "text": self.env._(
                "Press “Read now”. Whether a unit is in repair is not known before it was read: until then it is kept."
            ),
            "done": bool(facts.read) and not trouble,
            "status": trouble or facts.client.last_pull_message or "",
            "button": self.env._("Open the connection"),
            "group": _SUPERVISOR,
        }

    def _step_days(self, facts):
        return {
            "title": self.env._("Choose Days with Technician"),
            "text": self.env._("An assigned unit stays on for so long, to be installed and recorded."),
            "done": bool(facts.config.looked_at or facts.config.disable_by_default),
            "status": self.env._("%s days.", facts.config.days_with_technician),
            "button": self.env._("Open CRM Config"),
            "group": _SUPERVISOR,
        }

    def _step_preview(self, facts):
        return {
            "title": self.env._("Look at the preview"),
            "text": self.env._(
                "Every unit with its verdict. Units that SMART Solar calls Monitored and that have no customer here "
                "are probably homes: record their customers first."
            ),
            "done": bool(facts.config.previewed_at or facts.config.disable_by_default),
            "status": "",
            "button": self.env._("Preview"),
            "group": _SUPERVISOR,
        }

    def _step_turn_on(self, facts):
        return {
            "title": self.env._("Turn on “Disable by default”"),
            "text": self.env._(
                "From then on what is with nobody is switched off once a week, and when it loses its reason to be on. "
                "Saving switches nothing by itself."
            ),
            "done": facts.config.disable_by_default,
            "status": "",
            "button": self.env._("Open CRM Config"),
            "group": _SUPERVISOR,
        }

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    @api.model
    def open_step(self, key):
        """The screen on which a step is done.

        :param str key: as ``read_steps`` names it
        :return: an action
        :raise AccessError: the user lacks the role of the step
        """
        self._check_lead()
        facts = self._facts()
        if key not in self._step_keys() or not self._step(key, facts)["allowed"]:
            raise AccessError(self.env._("Your role does not do this step."))
        return clean_action(getattr(self, f"_open_{key}")(facts), self.env)

    def _open_connection(self, facts):
        action = self._action("payg_control_unit.smart_solar_client_action")
        return {**action, "res_id": facts.client.id, "views": [(False, "form")], "view_mode": "form"}

    _open_test = _open_connection
    _open_reading = _open_connection

    def _open_fleet(self, facts):
        return self._action(
            "stock.action_production_lot_form" if facts.products else "stock.product_template_action_product"
        )

    def _open_days(self, facts):
        facts.config._note("looked_at")
        return facts.config.action_open()

    _open_turn_on = _open_days

    def _open_preview(self, facts):
        return facts.config.action_preview()

    def _action(self, xmlid):
        return self.env["ir.actions.actions"]._for_xml_id(xmlid)

    @api.model
    def dismiss(self, dismissed=True):
        """Whether it stays away as the first screen, for everybody in the company.

        :raise AccessError: neither a supervisor nor above
        """
        self._check_lead()
        self.env["payg.crm.config"]._of(self.env.company).setup_dismissed = bool(dismissed)
