from odoo import api, fields, models


class PaygLossWizard(models.TransientModel):
    """Control units are lost or stolen: they leave the stock and are switched off."""

    _name = "payg.loss.wizard"
    _inherit = ["payg.step.wizard"]
    _description = "Lost or stolen"
    _from_active = ("unit_ids",)

    unit_ids = fields.Many2many("payg.control.unit", string="Control Units", required=True)
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    reason = fields.Char("What happened", required=True)

    @api.depends("unit_ids")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._summary() if wizard.unit_ids else False

    def _summary(self):
        people = self.unit_ids.customer_id | self.unit_ids.technician_id
        lost = self.env._(
            "%(serials)s will be scrapped, and no longer be with %(people)s.",
            serials=self._names(self.unit_ids),
            people=self._names(people) or self.env._("the shop"),
        )
        return self._sentences(lost, self._off_words(self.unit_ids))

    def action_lose(self):
        """Scrap the units.

        :raise UserError: the stock does not know where one of them was, or the date is in the future
        """
        self.ensure_one()
        self._check_may(self.unit_ids)
        self.unit_ids._lose(self.date, self.reason)
        return self._done(self.env._("%s: recorded as lost.", self._names(self.unit_ids)))
