from odoo import api, fields, models
from odoo.fields import Domain

from ..transaction import insert_rows


class PaygHolding(models.Model):
    """A unit was with a customer from a moment to another; open while it has no end. Together: the Customer History."""

    _name = "payg.holding"
    _description = "Customer History"
    _order = "date_from desc, id desc"
    _rec_name = "customer_id"

    unit_id = fields.Many2one("payg.control.unit", "Control Unit", required=True, index=True, ondelete="restrict")
    customer_id = fields.Many2one("res.partner", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="unit_id.company_id", store=True, precompute=True, index=True)
    date_from = fields.Datetime("From", required=True)
    date_to = fields.Datetime("To")
    begin_move_id = fields.Many2one("stock.move", "Began With", ondelete="set null", index="btree_not_null")
    began = fields.Selection(
        [
            ("delivered", "Delivered"),
            ("installed", "Installed"),
            ("swapped", "Swapped in"),
            ("corrected", "Serial number corrected"),
            ("imported", "Imported"),
        ]
    )
    ended = fields.Selection(
        [
            ("returned", "Returned"),
            ("swapped", "Swapped out"),
            ("repossessed", "Repossessed"),
            ("lost", "Lost"),
            ("corrected", "Serial number corrected: it was never there"),
            ("undone", "Transfer put right: it was never there"),
        ]
    )
    active_now = fields.Boolean("Active", compute="_compute_active_now", search="_search_active_now")
    end_move_id = fields.Many2one("stock.move", "Ended With", ondelete="set null", index="btree_not_null")

    _one_open = models.UniqueIndex(
        "(unit_id) WHERE date_to IS NULL", "This control unit is with a customer already: one open holding a unit."
    )
    _ends_after_start = models.Constraint("CHECK (date_to >= date_from)", "A holding cannot end before it begins.")

    @api.depends("date_to")
    def _compute_active_now(self):
        for holding in self:
            holding.active_now = not holding.date_to

    @api.model
    def _search_active_now(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = [Domain("date_to", "=" if wanted else "!=", False) for wanted in value]
        return Domain.OR(domains)

    @api.model
    def _open(self, vals_list):
        """Open holdings.

        :param list vals_list: the same columns in each
        :return: the holdings, in this order
        """
        now, uid = self.env.cr.now(), self.env.uid
        log = {"create_uid": uid, "create_date": now, "write_uid": uid, "write_date": now}
        holdings = insert_rows(self, [{**vals, **log} for vals in vals_list])
        self.env["payg.control.unit"].invalidate_model(["holding_ids", "event_ids"], flush=False)
        self.env["res.partner"].invalidate_model(["cu_holding_ids"], flush=False)
        return holdings
