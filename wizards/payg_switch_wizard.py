from odoo import api, fields, models

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

    @api.depends("unit_ids")
    def _compute_not_sent_count(self):
        for wizard in self:
            wizard.not_sent_count = len(wizard.unit_ids._unsendable())

    @api.depends("unit_ids", "wanted")
    @api.depends_context("lang")
    def _compute_summary(self):
        for wizard in self:
            switched, device, _silent = wizard._ways(wizard.unit_ids)
            words = {"enabled": wizard._on_summary, "disabled": wizard._off_summary}.get(wizard.wanted)
            wizard.summary = words(switched, device) if words else False

    def _on_summary(self, switched, device):
        return self._sentences(
            switched and self.env._("Switched on at the next connection: %s.", self._names(switched)),
            device
            and self.env._(
                "Enabled where it was disabled, and on for as long as there is credit in the unit: %s.",
                self._names(device),
            ),
        )

    def _off_summary(self, switched, device):
        customers = (switched + device).customer_id
        return self._sentences(
            switched and self.env._("Switched off at the next connection: %s.", self._names(switched)),
            device and self.env._("Switched off by taking all its device credit: %s.", self._names(device)),
            customers and self.env._("Without light then: %s.", self._names(customers)),
        )

    def action_switch(self):
        """Want the units switched; the dispatcher sends.

        :raise AccessError: neither a supervisor nor a manager
        :raise UserError: no unit
        """
        self.ensure_one()
        self._check_may(self.unit_ids)
        self.unit_ids.sudo()._want(self.wanted, "person", self.reason, user=self.env.user)
        return {"type": "ir.actions.act_window_close"}
