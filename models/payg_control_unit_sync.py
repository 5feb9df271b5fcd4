from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .. import const


class PaygControlUnit(models.Model):
    """*Sync now*: a wish that the scheduled action carries out as soon as the transaction commits."""

    _inherit = "payg.control.unit"

    def action_sync_credit(self):
        """Have the credit of these units read at once; the answer is there within seconds.

        :raise AccessError: the user works with no units
        :raise UserError: none of them holds its own credit, or SMART Solar cannot be asked
        """
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in const.SYNC_GROUPS):
            raise AccessError(self.env._("Only people of the call center and of the shops have credit read."))
        # sudo: nobody writes a unit; that it is to be read is what this button is for.
        units = self.sudo()._addressable().filtered("dcm")
        if not units:
            raise UserError(
                self.env._(
                    "There is nothing to sync: the unit keeps no credit of its own (SCM: N/A), or SMART Solar does not "
                    "know it."
                )
            )
        units._check_credit_readable()
        now = fields.Datetime.now()
        units.write({"credit_due_at": now, "credit_wish_at": now})
        self.env["smart.solar.client"]._wake_credit_reading()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The unit credit is being read."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check_credit_readable(self):
        """
        :raise UserError: their companies have no connection that works
        """
        clients = self.env["smart.solar.client"].search([("company_id", "in", self.company_id.ids)])
        for company in self.company_id:
            client = clients.filtered(lambda client, company=company: client.company_id == company)
            if not client:
                raise UserError(self.env._("%s has no SMART Solar connection.", company.name))
            if not client._ready_at():
                raise UserError(
                    self.env._("The SMART Solar connection is stopped: an administrator has to resume it first.")
                )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_cu_sync_credit(self):
        """*Sync now* of a customer: all units that are with them.

        :raise UserError: no unit there keeps its own credit
        """
        self.check_access("read")
        return self.env["payg.control.unit"].search([("customer_id", "in", self.ids)]).action_sync_credit()
