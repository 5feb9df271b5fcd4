from odoo import api, fields, models

from .. import const


class ResPartner(models.Model):
    _inherit = "res.partner"

    cu_is_technician = fields.Boolean(
        "Technician", groups=const.ROLE_GROUPS, help="Takes control units from the shop, to install them at customers'."
    )
    cu_unit_ids = fields.One2many("payg.control.unit", "customer_id", "Control Units", groups=const.ROLE_GROUPS)
    cu_custody_ids = fields.One2many(
        "payg.control.unit", "technician_id", "Control Units in Custody", groups=const.ROLE_GROUPS
    )
    cu_holding_ids = fields.One2many("payg.holding", "customer_id", "Customer History", groups=const.ROLE_GROUPS)
    cu_count = fields.Integer("Control Unit Count", compute="_compute_cu_count", groups=const.ROLE_GROUPS)

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
