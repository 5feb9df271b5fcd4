from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .. import const


class PaygAssignment(models.Model):
    """A technician has a unit, to install or swap it at a customer's, and it stays on until the deadline."""

    _name = "payg.assignment"
    _description = "Stock Assignment"
    _order = "assigned_at desc, id desc"
    _rec_name = "unit_id"

    unit_id = fields.Many2one("payg.control.unit", "Control Unit", required=True, index=True, ondelete="restrict")
    technician_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict", domain=[("cu_is_technician", "=", True)]
    )
    customer_id = fields.Many2one("res.partner", ondelete="restrict")
    lead_id = fields.Many2one("crm.lead", "Opportunity", ondelete="set null", index="btree_not_null")
    kind = fields.Selection([("installation", "Installation"), ("swap", "Swap")], required=True, default="installation")
    company_id = fields.Many2one(related="unit_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", "Assigned By", readonly=True, default=lambda self: self.env.user)
    assigned_at = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    deadline = fields.Datetime(readonly=True, help="Until then the unit is kept on for the technician.")
    extended = fields.Boolean(readonly=True, help="A changed “Days with Technician” leaves its deadline as it is.")
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")], readonly=True, required=True, default="open"
    )
    ended_at = fields.Datetime(readonly=True)
    end_reason = fields.Char(readonly=True)

    _one_open = models.UniqueIndex(
        "(unit_id) WHERE state = 'open'", "This control unit is assigned already: one open assignment a unit."
    )

    @api.constrains("technician_id")
    def _check_technician(self):
        for assignment in self:
            if not assignment.technician_id.cu_is_technician:
                raise ValidationError(
                    self.env._(
                        "%s is no technician: tick Technician on the contact.", assignment.technician_id.display_name
                    )
                )

    # ------------------------------------------------------------------
    # CRUD: made once, never edited
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        """Assign: the units are wanted enabled until the stored deadline.

        :raise UserError: a unit is with someone else, in repair, retired or twice in the call
        """
        units = self.env["payg.control.unit"].browse([vals.get("unit_id") for vals in vals_list])
        units._check_assignable()
        assignments = super().create([self._own_vals(vals) for vals in vals_list])
        for assignment in assignments:
            assignment._begin()
        return assignments

    @api.model
    def _own_vals(self, vals):
        """What a caller may not choose: when, until when, by whom and in which state it begins."""
        own = ("assigned_at", "deadline", "extended", "state", "ended_at", "end_reason", "user_id", "company_id")
        return {name: value for name, value in vals.items() if name not in own}

    def _begin(self):
        self.ensure_one()
        assignment = self.sudo()
        unit = assignment.unit_id
        days = self.env["payg.crm.config"]._of(unit.company_id).days_with_technician
        assignment.deadline = assignment.assigned_at + timedelta(hours=24 * days)
        unit.write(
            {
                "assignment_id": assignment.id,
                "technician_id": assignment.technician_id.id,
                "kept_until": assignment.deadline,
            }
        )
        reason = self.env._("Assigned to the technician %s", assignment.technician_id.display_name)
        unit._want("enabled", "person", reason, user=self.env.user)
        self.env.ref("payg_control_unit.ir_cron_work_runs").sudo()._trigger(at=assignment.deadline)

    def _end(self, state, reason):
        """End open assignments: the technician no longer keeps the units on. Asks nothing.

        :param str state: ``done`` or ``cancelled``
        """
        open_ones = self.filtered(lambda assignment: assignment.state == "open")
        open_ones.unit_id.write({"assignment_id": False, "technician_id": False, "kept_until": False})
        open_ones.write({"state": state, "end_reason": reason, "ended_at": fields.Datetime.now()})
        # Before the next assignment is inserted: the database allows one open assignment a unit.
        open_ones.flush_recordset(["state"])

    def action_cancel(self):
        """Cancel open assignments; the rule is asked at once for their units.

        :raise UserError: one of them has ended already
        """
        self.check_access("read")
        self.env["payg.assignment"].check_access("create")
        if any(assignment.state != "open" for assignment in self):
            raise UserError(self.env._("Only an open assignment can be cancelled."))
        assignments = self.sudo()
        assignments._end("cancelled", self.env._("Cancelled by %s", self.env.user.name))
        assignments.unit_id._ask_rule(self.env._("Assignment cancelled"))

    # ------------------------------------------------------------------
    # Deadlines
    # ------------------------------------------------------------------
    @api.model
    def _recompute_deadlines(self, company, days):
        """Move the deadlines of a company's open assignments that were not extended, as *Days with Technician* changed.

        :return: the units whose time has run out by that
        """
        self.flush_model()
        self.env["payg.control.unit"].flush_model()
        # SQL: both tables in one statement, set-wise; the deadline stands on the unit's row too.
        rows = self.env.execute_query(
            SQL(
                """WITH moved AS (
                       UPDATE payg_assignment SET deadline = assigned_at + make_interval(hours => %(hours)s)
                        WHERE state = 'open' AND NOT COALESCE(extended, FALSE) AND company_id = %(company)s
                    RETURNING id, deadline)
                   UPDATE payg_control_unit u SET kept_until = moved.deadline
                     FROM moved WHERE u.assignment_id = moved.id
                RETURNING u.id, u.kept_until""",
                hours=24 * days,
                company=company.id,
            )
        )
        self.invalidate_model(["deadline"])
        self.env["payg.control.unit"].invalidate_model()
        now = fields.Datetime.now()
        self._trigger_at({deadline for _unit, deadline in rows if deadline > now})
        return self.env["payg.control.unit"].browse([unit for unit, deadline in rows if deadline <= now])

    @api.model
    def _trigger_at(self, moments):
        if moments:
            self.env.ref("payg_control_unit.ir_cron_work_runs").sudo()._trigger(at=sorted(moments))


class PaygControlUnit(models.Model):
    _inherit = "payg.control.unit"

    def _check_assignable(self):
        """Whether all of these units may be handed to a technician.

        :raise UserError: with who has it, or what it is
        """
        seen = self.browse()
        for unit in self.sudo():
            reason = (unit in seen and self.env._("it is named twice")) or unit._why_not_assignable()
            if reason:
                raise UserError(
                    self.env._("%(serial)s cannot be assigned: %(reason)s.", serial=unit.name, reason=reason)
                )
            seen |= unit

    def _why_not_assignable(self):
        if self.assignment_id:
            return self.env._("it is with the technician %s", self.technician_id.display_name)
        if self.holding_id:
            return self.env._("it is with the customer %s", self.customer_id.display_name)
        if self.life_state == const.LIFE_IN_REPAIR:
            return self.env._("it is in repair")
        if self.life_state in const.LIFE_RETIRED:
            return self.env._("it is retired (%s)", self._label("life_state"))
        return None
