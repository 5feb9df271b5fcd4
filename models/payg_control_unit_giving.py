from odoo import fields, models
from odoo.tools import SQL

from .. import const


class PaygControlUnit(models.Model):
    """When a DCM unit is given credit, and when it is taken away: with its custody and with its account."""

    _inherit = "payg.control.unit"

    def _account_begins(self, customer, date=None):
        """Installed: the unit gets what differs from what it has, which may be the rest of its technician's."""
        account = super()._account_begins(customer, date)
        if account:
            unit = self.sudo()
            unit._level_credit({unit: account.expiry}, self.env._("Installed at %s", customer.display_name))
        return account

    def _account_follows(self, new_unit):
        """Swapped: the new unit gets what the account has left; what the old one holds is taken away, and settled."""
        account = super()._account_follows(new_unit)
        if account and new_unit != self:
            reason = self.env._("Swapped: %(old)s for %(new)s.", old=self.name, new=new_unit.name)
            new = new_unit.sudo()
            new._level_credit({new: account.expiry}, reason)
            self.sudo()._clear_for_swap(account, reason)
        return account

    def _clear_for_swap(self, account, reason):
        """Have the old unit's credit taken away, and its final balance compared with what Pulse held."""
        if not self.dcm:
            return
        self._want("disabled", "credit", reason)
        zero = self.env["smart.solar.command"].search(
            [("unit_id", "=", self.id), ("kind", "=", "zero"), ("state", "in", const.UNACKNOWLEDGED_STATES)],
            order="id desc",
            limit=1,
        )
        zero.write({"account_id": account.id, "held_until": account.expiry})

    def _ask_rule(self, reason, now=None):
        """Credit that Pulse gave comes back with the unit, also where *Disable by default* is off."""
        doomed = super()._ask_rule(reason, now)
        (self - doomed)._take_credit_back(reason)
        return doomed

    def _take_credit_back(self, reason):
        """Have the credit of those of these DCM units taken away that are with nobody and were given some by Pulse."""
        idle = self.filtered(lambda unit: unit.dcm and not unit.holding_id and not unit.assignment_id)
        if not idle:
            return
        self.env["smart.solar.command"].flush_model()
        # SQL: the newest command of credit of each says whether the unit has any of ours.
        rows = self.env.execute_query(
            SQL(
                """SELECT unit_id FROM (
                       SELECT DISTINCT ON (unit_id) unit_id, kind FROM smart_solar_command
                        WHERE unit_id = ANY(%s) AND kind IN %s AND state NOT IN ('rejected', 'superseded')
                     ORDER BY unit_id, id DESC) newest
                    WHERE kind IN %s""",
                idle.ids,
                const.CREDIT_KINDS,
                const.VALUE_KINDS,
            )
        )
        self.browse([row[0] for row in rows])._want("disabled", "credit", reason)


class PaygAssignment(models.Model):
    _inherit = "payg.assignment"

    def _want_enabled(self, user):
        """A DCM unit gets credit until the deadline: it dies by itself then, with no signal."""
        usable = super()._want_enabled(user)
        kept = usable.filtered(lambda assignment: assignment.unit_id.dcm and assignment.unit_id.erp_sync == "do")
        for technician, given in kept.grouped("technician_id").items():
            moments = {assignment.unit_id: assignment.deadline for assignment in given}
            reason = self.env._("Days with Technician: %s", technician.display_name)
            given.unit_id._level_credit(moments, reason)
        return usable

    def _recompute_deadlines(self, company, days):
        """The credit of DCM units follows the deadlines that *Days with Technician* moves."""
        overdue = super()._recompute_deadlines(company, days)
        # Those whose time is over are asked for by the caller.
        kept = self.sudo().search(
            [
                ("state", "=", "open"),
                ("company_id", "=", company.id),
                ("extended", "=", False),
                ("unit_id.dcm", "=", True),
                ("unit_id.erp_sync", "=", "do"),
                ("deadline", ">", fields.Datetime.now()),
            ]
        )
        moments = {assignment.unit_id: assignment.deadline for assignment in kept}
        kept.unit_id._level_credit(moments, self.env._("Days with Technician changed to %s", days))
        return overdue
