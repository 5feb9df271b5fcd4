from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..transaction import lock_rows
from ..vocabulary import labels
from .payg_crm_config import MAX_DAYS


class PaygAssignment(models.Model):
    """What becomes of an assignment: installed, failed, reassigned or extended.

    Whoever calls these has checked that the user may: they are no remote procedures.
    """

    _inherit = "payg.assignment"

    def _record_installation(self, date, customer=None, unit=None):
        """The technician installed a unit at the customer's.

        :param datetime date: when (UTC)
        :param customer: ``res.partner``; the one it was assigned for by default
        :param unit: the ``payg.control.unit`` really installed; the assigned one by default
        :raise UserError: it has ended, has no customer, the date is before the assignment or in the future, or
            the other unit is with somebody else
        """
        self.ensure_one()
        self._check_open()
        unit, customer = self._check_installation(date, customer, unit)
        assignment = self.sudo()
        other = unit != assignment.unit_id
        reason = other and self.env._("Installed instead of %s, which was assigned", assignment.unit_id.name)
        unit._install(customer, date, reason=reason)
        assignment.write({"installed_unit_id": unit.id, "customer_id": customer.id})
        if other:
            self._back_to_shop("cancelled", self.env._("%s was installed instead", unit.name))

    def _check_installation(self, date, customer, unit):
        customer = customer or self.customer_id
        if not customer:
            raise UserError(self.env._("Say at which customer's it was installed."))
        assigned = self.unit_id.with_env(self.env)
        unit = unit or assigned
        unit._check_date(date, self.assigned_at)
        if unit != assigned:
            lock_rows(unit)
            unit._check_company_of(assigned)
            unit._check_installable(self.technician_id)
        return unit, customer

    def _record_failure(self, fail_reason, text=None):
        """The installation failed: the unit goes back to the shop, and is off at once.

        :param str fail_reason: of ``const.FAIL_REASONS``
        :param str text: more about it, needed for another reason
        """
        self._check_open()
        if fail_reason == "other" and not (text or "").strip():
            raise UserError(self.env._("Say what the other reason is."))
        label = labels(self, "fail_reason")[fail_reason]
        why = ": ".join(filter(None, [label, text]))
        self.sudo().fail_reason = fail_reason
        self._back_to_shop("failed", self.env._("Installation failed: %s", why), why)

    def _reassign(self, technician, reason):
        """Another technician takes the units over, from now on and for *Days with Technician*.

        :return: the new assignments
        """
        self._check_open()
        if technician in self.technician_id:
            raise UserError(self.env._("%s has it already.", technician.display_name))
        taken = [
            {
                "unit_id": old.unit_id.id,
                "technician_id": technician.id,
                "customer_id": old.customer_id.id,
                "lead_id": old.lead_id.id,
                "kind": old.kind,
                "warehouse_id": old.warehouse_id.id,
            }
            for old in self.sudo()
        ]
        # The lead follows the new ones: nothing became of its installation yet.
        self.sudo()._close("cancelled", self.env._("Reassigned to %s", technician.display_name))
        new = self.sudo()._insert_open(taken)
        new.with_env(self.env)._hand_over("reassigned", reason)
        return new

    def _extend(self, deadline, reason):
        """The technician keeps the units on for longer.

        :param datetime deadline: until when (UTC), later than now and than before
        :param str reason: for people
        :raise UserError: it ended, or no such moment
        """
        self._check_open()
        if any(deadline <= max(fields.Datetime.now(), assignment.deadline) for assignment in self):
            raise UserError(self.env._("Extend to a moment that is later than now, and than the present deadline."))
        if deadline > fields.Datetime.now() + timedelta(days=MAX_DAYS):
            raise UserError(self.env._("Extend by at most %s days.", MAX_DAYS))
        mine = self.sudo()
        mine.write({"deadline": deadline, "extended": True})
        mine._keep()
        mine._want_enabled(self.env.user)
        for assignment in mine:
            assignment.unit_id._log_step(kind="extended", reason=reason)
        self._trigger_at({deadline})
        mine.lead_id._cu_follow_assignments()
