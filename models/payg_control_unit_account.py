from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import const


class PaygControlUnit(models.Model):
    """The unit and the PAYG account that pays for it. Custody calls these hooks in the transaction of its own step."""

    _inherit = "payg.control.unit"

    account_id = fields.Many2one(
        "payg.account", "PAYG Account", readonly=True, index="btree_not_null", groups=const.CREDIT_GROUPS
    )
    credit_until = fields.Datetime(related="account_id.expiry", string="Pulse Credit Until", groups=const.CREDIT_GROUPS)
    pulse_credit_seconds = fields.Integer(
        related="account_id.balance_seconds", string="Pulse Credit (s)", groups=const.CREDIT_GROUPS
    )
    pulse_credit_text = fields.Char(
        related="account_id.balance_text", string="Pulse Credit Balance", groups=const.CREDIT_GROUPS
    )
    account_status = fields.Selection(related="account_id.status", string="Account Status", groups=const.CREDIT_GROUPS)

    # ------------------------------------------------------------------
    # What custody calls
    # ------------------------------------------------------------------
    def _account_begins(self, customer, date=None):
        """The unit was installed at this customer's: begin the account that waits for it.

        That is the customer's waiting account on which this unit was chosen, or else the only one on which none was.
        With several of them it is not guessed: an activity asks for the choice. Without any nothing happens.

        :param customer: ``res.partner``
        :param datetime date: of the installation (UTC), now by default
        :return: the account that runs now; empty if none does
        """
        self.ensure_one()
        accounts = self.env["payg.account"].sudo()
        # sudo: whoever records an installation may not see accounts.
        unit = self.sudo()
        if unit.account_id:
            return unit.account_id
        waiting = accounts.search(
            [("partner_id", "=", customer.id), ("company_id", "=", unit.company_id.id), ("state", "=", "waiting")]
        )
        chosen = waiting.filtered(lambda account: account.unit_id == unit)
        free = chosen or waiting.filtered(lambda account: not account.unit_id)
        if len(free) > 1:
            free._ask_which_begins(unit)
            return accounts.browse()
        if free:
            free._begin(unit, date)
        return free

    def _account_follows(self, new_unit):
        """A swap: the account goes on with the new unit, with its on-time as it is.

        :param new_unit: the ``payg.control.unit`` that was installed instead of this one
        :return: the account; empty if this unit has none
        :raise UserError: the new unit has an account that runs
        """
        self.ensure_one()
        account = self.sudo().account_id
        if not account or new_unit == self:
            return account
        if new_unit.sudo().account_id:
            raise UserError(self.env._("%s has a running PAYG account of its own.", new_unit.name))
        account._lock()
        account.write({"unit_id": new_unit.id})
        self.sudo().account_id = False
        new_unit.sudo().account_id = account
        account.message_post(body=self.env._("Swapped: %(old)s for %(new)s.", old=self.name, new=new_unit.name))
        return account

    def _account_pauses(self, date=None):
        """The units came back to the shop: what is left on their accounts is kept until the next installation.

        :param datetime date: since when (UTC), now by default
        :return: the accounts
        """
        accounts = self.sudo().account_id
        if accounts:
            accounts._pause(date)
        return accounts

    def _account_closes(self, date=None):
        """The units were repossessed: their accounts are closed, and what is left on them is kept to be seen.

        :param datetime date: since when (UTC), now by default
        :return: the accounts
        """
        accounts = self.sudo().account_id
        if accounts:
            accounts._close(date, self.env._("Repossessed"))
        return accounts

    # ------------------------------------------------------------------
    # Sorting by credit
    # ------------------------------------------------------------------
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name not in ("credit_until", "pulse_credit_seconds", "pulse_credit_text"):
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        self.env["payg.account"].flush_model(["expiry"])
        account = query.make_alias(alias, "account_id")
        condition = SQL("%s = %s", SQL.identifier(alias, "account_id"), SQL.identifier(account, "id"))
        query.add_join("LEFT JOIN", account, "payg_account", condition)
        return SQL("%s %s %s", SQL.identifier(account, "expiry"), direction, nulls)

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_account(self):
        """The PAYG account that pays for this unit."""
        self.ensure_one()
        return self.account_id._get_records_action()
