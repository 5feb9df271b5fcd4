from odoo import api, fields, models

from .. import const


class PaygFailWizard(models.TransientModel):
    """Record that an installation failed: the unit comes back to the shop."""

    _name = "payg.fail.wizard"
    _inherit = ["payg.step.wizard"]
    _description = "Installation failed"
    _from_active = ("assignment_id",)

    assignment_id = fields.Many2one("payg.assignment", required=True)
    fail_reason = fields.Selection(const.FAIL_REASONS, "Reason", required=True)
    text = fields.Char("More about it")

    @api.depends("assignment_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._summary() if wizard.assignment_id else False

    def _summary(self):
        unit = self.assignment_id.unit_id
        back = self.env._(
            "%(serial)s goes back from %(technician)s to %(shop)s.",
            serial=unit.display_name,
            technician=self.assignment_id.technician_id.display_name,
            shop=self.assignment_id.warehouse_id.name or self.env._("the shop"),
        )
        return self._sentences(back, self._off_words(unit))

    def action_record(self):
        """Record it.

        :raise UserError: it has ended, or the other reason is not said
        """
        self.ensure_one()
        self._check_may(self.assignment_id)
        self.assignment_id._record_failure(self.fail_reason, self.text)
        return self._done(self.env._("%s: back in the shop.", self.assignment_id.unit_id.display_name))
