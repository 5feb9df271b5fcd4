from odoo import api, fields, models
from odoo.exceptions import UserError


class PaygCorrectWizard(models.TransientModel):
    """An installation was recorded with the wrong serial number."""

    _name = "payg.correct.wizard"
    _inherit = ["payg.step.wizard", "payg.scan.mixin"]
    _description = "Correct serial number"
    _roles = ("shop_manager", "supervisor")
    _from_active = ("unit_id",)

    unit_id = fields.Many2one("payg.control.unit", "Recorded Unit", required=True, domain=[("holding_id", "!=", False)])
    customer_id = fields.Many2one(related="unit_id.customer_id")
    since = fields.Datetime(related="unit_id.held_since", string="Recorded as installed")
    real_id = fields.Many2one(
        "payg.control.unit", "Unit Really There", required=True, domain=[("holding_id", "=", False)]
    )
    reason = fields.Char(required=True)

    def _scanned(self, unit):
        unit._check_installable()
        self.real_id = unit

    @api.depends("unit_id", "real_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._summary() if wizard.unit_id.customer_id and wizard.real_id else False

    def _summary(self):
        right = self.env._(
            "%(customer)s has %(real)s, which stays on; %(wrong)s was never there, and goes back to the shop.",
            customer=self.customer_id.display_name,
            real=self.real_id.display_name,
            wrong=self.unit_id.display_name,
        )
        return self._sentences(right, self._off_words(self.unit_id))

    def action_correct(self):
        """Put it right.

        :raise UserError: with no customer, too long ago, or the real unit is with somebody else
        """
        self.ensure_one()
        self._check_may(self.unit_id, self.real_id)
        self._check_scan()
        if not self.real_id:
            raise UserError(self.env._("Say which control unit is really there."))
        changed = self.env._(
            "Serial number corrected at %(customer)s: recorded %(wrong)s, really there %(real)s.",
            customer=self.customer_id.display_name,
            wrong=self.unit_id.display_name,
            real=self.real_id.display_name,
        )
        self.unit_id._correct_serial(self.real_id, f"{changed} {self.reason}")
        return self._done(changed)
