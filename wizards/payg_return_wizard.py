from odoo import api, fields, models


class PaygReturnWizard(models.TransientModel):
    """Control units come back from their customers: returned, or repossessed."""

    _name = "payg.return.wizard"
    _inherit = ["payg.take.back.mixin"]
    _description = "Return or Repossession"
    _from_active = ("unit_ids",)

    unit_ids = fields.Many2many("payg.control.unit", string="Control Units", required=True)
    kind = fields.Selection(
        [("returned", "Returned by the customer"), ("repossessed", "Repossessed")], required=True, default="returned"
    )

    @api.depends("unit_ids")
    def _compute_warehouse_id(self):
        for wizard in self:
            wizard.warehouse_id = wizard._shop_for(wizard.unit_ids)

    @api.depends("unit_ids", "destination", "warehouse_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._summary() if wizard.unit_ids else False

    def _summary(self):
        back = self.env._(
            "%(serials)s will go from %(customers)s to %(place)s.",
            serials=self._names(self.unit_ids),
            customers=self._names(self.unit_ids.customer_id) or self.env._("nobody"),
            place=self._destination_words(),
        )
        return self._sentences(back, self._off_words(self.unit_ids))

    def action_take_back(self):
        """Take the units back.

        :raise UserError: one of them is with no customer, or the date is before it came there or in the future
        """
        self.ensure_one()
        self._check_may(self.unit_ids, self.warehouse_id)
        self.unit_ids._take_back(self.kind, **self._take_back_values())
        return self._done(
            self.env._(
                "%(serials)s: back in %(place)s.", serials=self._names(self.unit_ids), place=self._destination_words()
            )
        )
