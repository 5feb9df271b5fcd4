from odoo import api, fields, models
from odoo.exceptions import UserError

from ..credit import DAY
from ..duration import duration_text

HOUR = 60 * 60


class PaygHandWizard(models.TransientModel):
    """Give on-time as a bonus, or correct what was given by hand, with a reason."""

    _name = "payg.hand.wizard"
    _description = "On-time by Hand"
    _inherit = ["payg.step.wizard"]
    _roles = ("supervisor",)
    _from_active = ("account_ids",)

    account_ids = fields.Many2many("payg.account", string="PAYG Accounts", required=True)
    kind = fields.Selection([("bonus", "Bonus"), ("correction", "Correction")], required=True, default="bonus")
    direction = fields.Selection([("add", "Add"), ("remove", "Remove")], required=True, default="add")
    days = fields.Integer()
    hours = fields.Integer()
    reason = fields.Char(required=True)

    @api.depends("account_ids", "kind", "direction", "days", "hours")
    @api.depends_context("lang")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._summary() if wizard.account_ids and wizard._seconds() else False

    def _summary(self):
        words = {
            "accounts": self._names(self.account_ids.partner_id),
            "time": duration_text(self.env, abs(self._seconds())),
        }
        if self._seconds() < 0:
            return self.env._("%(time)s less of on-time for %(accounts)s.", **words)
        return self.env._("%(time)s more of on-time for %(accounts)s.", **words)

    def _seconds(self):
        """What is to be booked, in seconds; removed when below 0."""
        seconds = self.days * DAY + self.hours * HOUR
        return -seconds if self.kind == "correction" and self.direction == "remove" else seconds

    def action_book(self):
        """Book it on each of the accounts.

        :raise AccessError: no supervisor
        :raise UserError: no account, a negative duration, none, or more removed than was added by hand
        """
        self.ensure_one()
        self._check_may(self.account_ids)
        if self.days < 0 or self.hours < 0:
            raise UserError(self.env._("Days and hours cannot be negative; choose Remove."))
        self.account_ids.sudo()._add_by_hand(self.kind, self._seconds(), self.reason)
        return self._done(self.env._("On-time booked: %s.", duration_text(self.env, abs(self._seconds()))))
