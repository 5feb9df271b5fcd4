from odoo import fields, models

from .. import const


class PaygStatusChange(models.Model):
    """A unit was switched by somebody else in SMART Solar. Only ever added to, by a reading that saw it."""

    _name = "payg.status.change"
    _description = "Change in SMART Solar"
    _order = "id desc"
    _rec_name = "unit_id"
    _log_access = False

    unit_id = fields.Many2one(
        "payg.control.unit", "Control Unit", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    at = fields.Datetime("When", required=True, readonly=True, help="As SMART Solar tells it.")
    state = fields.Selection(const.ENABLE_STATES, "Enable Status", required=True, readonly=True)
    changed_by = fields.Char("By", readonly=True, help="The SMART Solar user.")
    read_at = fields.Datetime(required=True, readonly=True, help="When our reading began.")
