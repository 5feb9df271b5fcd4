from odoo import api, fields, models

from .. import const
from ..transaction import insert_rows


class PaygCustodyStep(models.Model):
    """One step of a unit's custody: what happened, where it went, who did it, when and why. Only ever added to."""

    _name = "payg.custody.step"
    _description = "Custody Step"
    _order = "id desc"
    _rec_name = "unit_id"
    _log_access = False

    unit_id = fields.Many2one("payg.control.unit", "Control Unit", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, index=True)
    kind = fields.Selection(const.STEPS, "Step", required=True)
    at = fields.Datetime("When", required=True, help="When it happened, as recorded by whoever did it.")
    recorded_at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "By", required=True)
    reason = fields.Char()
    condition = fields.Selection(const.CONDITIONS)
    place_from = fields.Selection(const.PLACES, "From")
    place = fields.Selection(const.PLACES, "To")
    location_from_id = fields.Many2one("stock.location", "From Location")
    location_id = fields.Many2one("stock.location", "To Location")
    customer_id = fields.Many2one("res.partner", index="btree_not_null")
    technician_id = fields.Many2one("res.partner", index="btree_not_null")
    assignment_id = fields.Many2one("payg.assignment", index="btree_not_null")
    move_id = fields.Many2one("stock.move", "Stock Move", index="btree_not_null", ondelete="set null")

    @api.model
    def _add(self, vals_list):
        """Add steps.

        :param list vals_list: the same columns in each
        """
        insert_rows(self, vals_list)
        self.env["payg.control.unit"].invalidate_model(["custody_step_ids", "event_ids"], flush=False)
