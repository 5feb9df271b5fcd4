from odoo import fields, models

from .. import const


class PaygTakeBackMixin(models.AbstractModel):
    """Units that come back from a customer: when, where to, in which condition and why."""

    _name = "payg.take.back.mixin"
    _inherit = ["payg.step.wizard"]
    _description = "Units Coming Back"

    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    destination = fields.Selection(
        [("shop", "Shop"), ("repair", "Repair")], "Comes back to", required=True, default="shop"
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        "Shop",
        required=True,
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    condition = fields.Selection(const.CONDITIONS, required=True)
    reason = fields.Char(required=True)

    def _compute_warehouse_id(self):
        """To be overridden, with what it depends on."""
        self.warehouse_id = False

    def _shop_for(self, units):
        """The user's shop; for who has none, that from which the unit came."""
        own = self.env.user.partner_id.cu_shop_id
        return own or (units[:1]._origin._shop().sudo(False) if units else False)

    def _destination_words(self):
        if self.destination == "repair":
            return self.env._("repair at %s", self.warehouse_id.name)
        return self.warehouse_id.name

    def _take_back_values(self):
        """What the steps of the unit need."""
        return {
            "date": self.date,
            "reason": self.reason,
            "to_repair": self.destination == "repair",
            "condition": self.condition,
            "shop": self.warehouse_id,
        }
