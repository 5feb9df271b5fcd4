from odoo import api, fields, models


class PaygReassignWizard(models.TransientModel):
    """Another technician takes over what one has."""

    _name = "payg.reassign.wizard"
    _inherit = ["payg.step.wizard"]
    _description = "Reassign"
    _from_active = ("assignment_ids",)

    assignment_ids = fields.Many2many("payg.assignment", string="Assignments", required=True)
    technician_id = fields.Many2one(
        "res.partner", "New Technician", required=True, domain=[("cu_is_technician", "=", True)]
    )
    reason = fields.Char(required=True)

    @api.depends("assignment_ids", "technician_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._summary() if wizard.assignment_ids and wizard.technician_id else False

    def _summary(self):
        return self.env._(
            "%(serials)s will go from %(old)s to %(new)s; the days with the technician begin anew.",
            serials=self._names(self.assignment_ids.unit_id),
            old=self._names(self.assignment_ids.technician_id),
            new=self.technician_id.display_name,
        )

    def action_reassign(self):
        """Reassign.

        :raise UserError: one of them has ended, or the technician has it already
        """
        self.ensure_one()
        self._check_may(self.assignment_ids)
        units = self._names(self.assignment_ids.unit_id)
        self.assignment_ids._reassign(self.technician_id, self.reason)
        return self._done(
            self.env._("%(serials)s: with %(technician)s.", serials=units, technician=self.technician_id.display_name)
        )
