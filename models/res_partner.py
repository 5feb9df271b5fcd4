from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import const
from ..phone import SAME, told_digits


class ResPartner(models.Model):
    _inherit = "res.partner"

    cu_is_technician = fields.Boolean(
        "Technician", groups=const.ROLE_GROUPS, help="Takes control units from the shop, to install them at customers'."
    )
    cu_shop_id = fields.Many2one(
        "stock.warehouse",
        "Shop",
        company_dependent=True,
        groups=const.ROLE_GROUPS,
        help="Where the technician takes control units; the first shop of the company when empty.",
    )
    cu_van_ids = fields.One2many("stock.location", "cu_technician_id", "Vans", groups=const.ROLE_GROUPS)
    cu_unit_ids = fields.One2many("payg.control.unit", "customer_id", "Control Units", groups=const.ROLE_GROUPS)
    cu_custody_ids = fields.One2many(
        "payg.control.unit", "technician_id", "Control Units in Custody", groups=const.ROLE_GROUPS
    )
    cu_holding_ids = fields.One2many("payg.holding", "customer_id", "Customer History", groups=const.ROLE_GROUPS)
    cu_count = fields.Integer("Control Unit Count", compute="_compute_cu_count", groups=const.ROLE_GROUPS)
    cu_phone = fields.Char(
        "Customer's phone",
        store=False,
        search="_search_cu_phone",
        groups=const.ROLE_GROUPS,
        help="For searching: a whole number is found with the country's prefix or without, however it was kept.",
    )

    # ------------------------------------------------------------------
    # Technicians have a van
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._cu_make_vans()
        return partners

    def write(self, vals):
        if vals.get("cu_is_technician") is False:
            self._cu_check_hands_empty()
        res = super().write(vals)
        if vals.get("cu_is_technician") or vals.get("cu_shop_id"):
            self._cu_make_vans()
        if vals.get("name"):
            self.sudo().cu_van_ids.write({"name": vals["name"]})
        return res

    def _cu_make_vans(self):
        """Make the vans of technicians, at their shop."""
        for technician in self.sudo().filtered("cu_is_technician"):
            shop = technician.cu_shop_id or self.env.company._cu_first_shop()
            if shop:
                shop._cu_van(technician)

    def _cu_join_vans(self, technician):
        """Put the vans of these technicians, where there are several at a shop, into one of them.

        :param technician: ``res.partner`` whose van it is before all others
        """
        vans = self.with_context(active_test=False).cu_van_ids
        for parallel in vans.grouped("location_id").values():
            first = (parallel.filtered(lambda van: van.cu_technician_id == technician) or parallel)[:1]
            (parallel - first).location_id = first

    def _cu_check_hands_empty(self):
        """
        :raise UserError: one of them still has control units
        """
        for technician in self.sudo().filtered("cu_custody_ids"):
            raise UserError(
                self.env._("%s still has control units: they come back to the shop first.", technician.display_name)
            )

    @api.model
    def _search_cu_phone(self, operator, value):
        """Odoo's own search of phones; and who tells 0700… is found where +254 700… was kept, and the other way."""
        found = Domain("phone_mobile_search", operator, value)
        digits = told_digits(operator, value)
        return found | Domain("phone_mobile_search", operator, digits) if len(digits) == SAME else found

    def _cu_words(self):
        """The context in which words are written for this contact by a scheduled action, which has none of its own."""
        return {"lang": self.lang, "tz": self.tz}

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------
    def _cu_person(self):
        """The customer themselves, of whom this may be a delivery address."""
        partner = self
        while partner.type != "contact" and partner.parent_id:
            partner = partner.parent_id
        return partner

    @api.depends("cu_unit_ids")
    def _compute_cu_count(self):
        groups = self.env["payg.control.unit"]._read_group(
            [("customer_id", "in", self.ids)], ["customer_id"], ["__count"]
        )
        counts = {customer.id: count for customer, count in groups}
        for partner in self:
            partner.cu_count = counts.get(partner._origin.id, 0)

    def action_cu_units(self):
        """The customer's control units."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.payg_control_unit_action")
        return {**action, "domain": [("customer_id", "=", self.id)], "context": {}}
