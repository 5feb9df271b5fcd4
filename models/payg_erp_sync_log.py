from odoo import fields, models

from .. import const


class PaygErpSyncLog(models.Model):
    """Who marked which unit DO or DO NOT, when and why."""

    _name = "payg.erp.sync.log"
    _description = "Mark ERP Enable Sync Log"
    _order = "id desc"
    _log_access = False

    unit_id = fields.Many2one("payg.control.unit", "Control Unit", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    erp_sync = fields.Selection(const.ERP_SYNC, "Enable Status sync by ERP", required=True)
    reason = fields.Char()
    user_id = fields.Many2one("res.users", "Marked By")
    marked_at = fields.Datetime()
