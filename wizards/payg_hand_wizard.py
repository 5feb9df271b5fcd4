from odoo import fields, models
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

    def action_book(self):
        """Book it on each of the accounts.

        :raise AccessError: no supervisor
        :raise UserError: no account, a negative duration, none, or more removed than was added by hand
        """
        self.ensure_one()
        self._check_may(self.account_ids)
        if self.days < 0 or self.hours < 0:
            raise UserError(self.env._("Days and hours cannot be negative; choose Remove."))
        seconds = self.days * DAY + self.hours * HOUR
        sign = -1 if self.kind == "correction" and self.direction == "remove" else 1
        self.account_ids.sudo()._add_by_hand(self.kind, sign * seconds, self.reason)
        return self._done(self.env._("On-time booked: %s.", duration_text(self.env, seconds)))
