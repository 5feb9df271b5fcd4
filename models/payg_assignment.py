from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .. import const
from ..transaction import lock_rows

# What whoever assigns chooses; everything else is decided here.
CHOSEN = ("unit_id", "technician_id", "customer_id", "lead_id", "kind", "warehouse_id")


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
    customer_id = fields.Many2one("res.partner", ondelete="restrict", index="btree_not_null")
    lead_id = fields.Many2one("crm.lead", "Opportunity", ondelete="set null", index="btree_not_null")
    kind = fields.Selection(const.ASSIGNMENT_KINDS, required=True, default="installation")
    warehouse_id = fields.Many2one("stock.warehouse", "Shop", ondelete="restrict", index=True)
    van_id = fields.Many2one("stock.location", readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="unit_id.company_id", store=True, precompute=True, index=True)
    user_id = fields.Many2one("res.users", "Assigned By", readonly=True, default=lambda self: self.env.user)
    assigned_at = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    deadline = fields.Datetime(readonly=True, help="Until then the unit is kept on for the technician.")
    open_until = fields.Datetime("Time Left", compute="_compute_open_until", help="The deadline, while it is open.")
    extended = fields.Boolean(readonly=True, help="A changed “Days with Technician” leaves its deadline as it is.")
    unit_status = fields.Char(related="unit_id.status_text")
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")], readonly=True, required=True, default="open"
    )
    ended_at = fields.Datetime(readonly=True, help="When its end was recorded.")
    end_reason = fields.Char(readonly=True)
    fail_reason = fields.Selection(const.FAIL_REASONS, readonly=True)
    installed_at = fields.Datetime(readonly=True, help="When the unit was installed, as recorded.")
    installed_unit_id = fields.Many2one("payg.control.unit", readonly=True, help="The unit that was really installed.")

    _one_open = models.UniqueIndex(
        "(unit_id) WHERE state = 'open'", "This control unit is assigned already: one open assignment a unit."
    )
    # For the figures of the last weeks: rows lie in the order of their dates, and this is as good as no work to keep.
    _assigned_at_idx = models.Index("USING brin (assigned_at)")

    @api.depends("state", "deadline")
    def _compute_open_until(self):
        for assignment in self:
            assignment.open_until = assignment.state == "open" and assignment.deadline

    @api.depends("unit_id")
    def _compute_display_name(self):
        for assignment in self:
            # sudo: technicians see what they had in custody once, whoever has the unit now.
            assignment.display_name = assignment.sudo().unit_id.display_name

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
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Assign: the serials go to the technician's van, the units are wanted enabled until the stored deadline.

        :raise UserError: a unit is with someone else, in repair, retired, not in the shop's stock or twice in the call
        """
        if not all(vals.get("unit_id") for vals in vals_list):
            raise UserError(self.env._("Name a control unit: by its serial number or its IMEI."))
        units = self.env["payg.control.unit"].browse([vals["unit_id"] for vals in vals_list])
        units.check_access("read")
        lock_rows(units)
        units._check_assignable()
        for unit, vals in zip(units, vals_list, strict=True):
            vals["warehouse_id"] = unit._check_in_stock(vals.get("warehouse_id")).id
        assignments = self._insert_open([self._own_vals(vals) for vals in vals_list])
        assignments._hand_over()
        return assignments

    def _insert_open(self, vals_list):
        """Make the records alone, for units whose custody is settled elsewhere."""
        # Not through create(), which would transfer them; nor by the context, which comes with any remote call.
        return super().create(vals_list)  # pylint: disable=super-method-mismatch

    @api.model
    def _own_vals(self, vals):
        """What a caller may not choose: when, until when, by whom and in which state it begins, and how it ended."""
        return {name: value for name, value in vals.items() if name in CHOSEN or name not in self._fields}

    def _begin(self, quiet=False):
        """The technician keeps the units on until their deadlines.

        :param bool quiet: want nothing by it, as for an import
        """
        mine, now = self.sudo(), fields.Datetime.now()
        mine._set_deadlines()
        mine._keep()
        if not quiet:
            late = mine.filtered(lambda assignment: assignment.deadline <= now)
            # Recorded late, as by a serial that is put right: nothing else asks the rule for it.
            late.unit_id._ask_rule(self.env._("Days with Technician are over"))
            (mine - late)._want_enabled(self.env.user)
        self._trigger_at(set(self.mapped("deadline")))
        mine.lead_id._cu_follow_assignments(self.env._("Stock assigned"))

    def _set_deadlines(self):
        for company, own in self.filtered(lambda assignment: not assignment.deadline).grouped("company_id").items():
            days = self.env["payg.crm.config"]._of(company).days_with_technician
            for assignment in own:
                assignment.deadline = assignment.assigned_at + timedelta(hours=24 * days)

    def _keep(self):
        for assignment in self:
            assignment.unit_id.write(
                {
                    "assignment_id": assignment.id,
                    "technician_id": assignment.technician_id.id,
                    "kept_until": assignment.deadline,
                }
            )

    def _want_enabled(self, user):
        """Light for the technicians' work.

        :return: the assignments of the units that may be on: not those in repair or retired
        """
        usable = self.filtered(lambda assignment: not assignment.unit_id._why_not_usable())
        for technician, given in usable.grouped("technician_id").items():
            reason = self.env._("Assigned to the technician %s", technician.display_name)
            given.unit_id._want("enabled", "person", reason, user=user)
        return usable

    def _hand_over(self, kind="assigned", reason=None):
        """Transfer the serials to the technicians' vans."""
        self._begin()
        for (shop, technician), assignments in self.sudo().grouped(lambda a: (a.warehouse_id, a.technician_id)).items():
            assignments.van_id = shop._cu_van(technician)
            units = assignments.unit_id.with_env(self.env)
            units._transfer(assignments.van_id, shop, technician, kind=kind, reason=reason)

    def _end(self, state, reason, **vals):
        """End open assignments: the technician no longer keeps the units on. Asks nothing.

        :param str state: ``done`` or ``cancelled``
        """
        self._close(state, reason, **vals).lead_id._cu_follow_assignments(reason)

    def _close(self, state, reason, **vals):
        open_ones = self.filtered(lambda assignment: assignment.state == "open")
        open_ones.unit_id.write({"assignment_id": False, "technician_id": False, "kept_until": False})
        open_ones.write({"state": state, "end_reason": reason, "ended_at": fields.Datetime.now(), **vals})
        # Before the next assignment is inserted: the database allows one open assignment a unit.
        open_ones.flush_recordset(["state"])
        return open_ones

    def action_cancel(self):
        """Cancel open assignments: the units go back to the shop, and the rule is asked at once for them.

        :raise UserError: one of them has ended already
        """
        self.check_access("read")
        self.env["payg.assignment"].check_access("create")
        self._check_open()
        self._back_to_shop("cancelled", self.env._("Cancelled by %s", self.env.user.name))

    def _check_open(self):
        lock_rows(self.unit_id.sudo())
        self.invalidate_recordset()
        if any(assignment.state != "open" for assignment in self):
            raise UserError(self.env._("This assignment has ended already: only an open one can be changed."))

    def _back_to_shop(self, kind, why, reason=None):
        """Transfer the serials back, which ends the assignments.

        :param str kind: of ``const.STEPS``
        :param str why: how it ended, for people
        """
        for assignment in self.sudo():
            unit = assignment.unit_id
            shop = assignment.warehouse_id or unit._shop()
            unit._transfer(shop.lot_stock_id, shop, assignment.technician_id, kind=kind, why=why, reason=reason)

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
        self.invalidate_model(["deadline", "open_until"])
        self.env["crm.lead"].invalidate_model(["cu_deadline"])
        domain = [("state", "=", "open"), ("company_id", "=", company.id), ("lead_id", "!=", False)]
        self.sudo().search(domain).lead_id._cu_follow_assignments()
        self.env["payg.control.unit"].invalidate_model()
        now = fields.Datetime.now()
        self._trigger_at({deadline for _unit, deadline in rows if deadline > now})
        return self.env["payg.control.unit"].browse([unit for unit, deadline in rows if deadline <= now])

    @api.model
    def _trigger_at(self, moments):
        if moments:
            self.env.ref("payg_control_unit.ir_cron_work_runs").sudo()._trigger(at=sorted(moments))
