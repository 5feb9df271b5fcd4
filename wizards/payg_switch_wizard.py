from odoo import fields, models

from .. import const


class PaygSwitchWizard(models.TransientModel):
    """Switch units on or off by hand, with a reason."""

    _name = "payg.switch.wizard"
    _description = "Switch by hand"
    _inherit = ["payg.step.wizard"]
    _roles = ("supervisor",)
    _from_active = ("unit_ids",)

    unit_ids = fields.Many2many("payg.control.unit", string="Control Units", required=True)
    wanted = fields.Selection(const.WANTED, "Switch To", required=True)
    reason = fields.Char(required=True)
    not_sent_count = fields.Integer(compute="_compute_not_sent_count", help="They are sent no switching command.")

    def _compute_not_sent_count(self):
        for wizard in self:
            wizard.not_sent_count = len(wizard.unit_ids._unsendable())

    def action_switch(self):
        """Want the units switched; the dispatcher sends.

        :raise AccessError: neither a supervisor nor a manager
        :raise UserError: no unit
        """
        self.ensure_one()
        self._check_may(self.unit_ids)
        self.unit_ids.sudo()._want(self.wanted, "person", self.reason, user=self.env.user)
        return {"type": "ir.actions.act_window_close"}
