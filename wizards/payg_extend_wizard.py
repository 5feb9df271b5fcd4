from datetime import timedelta

from odoo import api, fields, models


class PaygExtendWizard(models.TransientModel):
    """A technician may keep control units on for longer."""

    _name = "payg.extend.wizard"
    _inherit = ["payg.step.wizard"]
    _description = "Extend deadline"
    _roles = ("supervisor",)
    _from_active = ("assignment_ids",)

    assignment_ids = fields.Many2many("payg.assignment", string="Assignments", required=True)
    deadline = fields.Datetime(
        "New Deadline", required=True, compute="_compute_deadline", store=True, readonly=False, precompute=True
    )
    reason = fields.Char(required=True)

    @api.depends("assignment_ids")
    def _compute_deadline(self):
        """One day more."""
        for wizard in self:
            latest = [fields.Datetime.now(), *filter(None, wizard.assignment_ids.mapped("deadline"))]
            wizard.deadline = max(latest) + timedelta(days=1)

    @api.depends("assignment_ids", "deadline")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._summary() if wizard.assignment_ids and wizard.deadline else False

    def _summary(self):
        return self.env._(
            "%(serials)s will stay on with %(technicians)s until %(until)s.",
            serials=self._names(self.assignment_ids.unit_id),
            technicians=self._names(self.assignment_ids.technician_id),
            until=self._at(self.deadline),
        )

    def action_extend(self):
        """Extend.

        :raise UserError: one of them has ended, or the deadline is not later than before
        """
        self.ensure_one()
        self._check_may(self.assignment_ids)
        self.assignment_ids._extend(self.deadline, self.reason)
        return self._done(
            self.env._(
                "%(serials)s: on until %(until)s.",
                serials=self._names(self.assignment_ids.unit_id),
                until=self._at(self.deadline),
            )
        )
