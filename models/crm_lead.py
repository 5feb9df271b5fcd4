from odoo import fields, models

from .. import const


class CrmLead(models.Model):
    _inherit = "crm.lead"

    cu_unit_ids = fields.One2many(related="partner_id.cu_unit_ids", string="Control Units", groups=const.ROLE_GROUPS)
    cu_assignment_ids = fields.One2many("payg.assignment", "lead_id", "Stock Assignments", groups=const.ROLE_GROUPS)
