from odoo import api, fields, models
from odoo.exceptions import UserError


class PaygSwapWizard(models.TransientModel):
    """At a customer's, another control unit takes the place of the one that is there."""

    _name = "payg.swap.wizard"
    _inherit = ["payg.take.back.mixin", "payg.scan.mixin"]
    _description = "Swap"
    _from_active = ("unit_id", "assignment_id")

    assignment_id = fields.Many2one("payg.assignment", help="Of the unit that was to be swapped in.")
    unit_id = fields.Many2one(
        "payg.control.unit",
        "Old Unit",
        required=True,
        compute="_compute_unit_id",
        store=True,
        readonly=False,
        precompute=True,
        domain=[("holding_id", "!=", False)],
    )
    customer_id = fields.Many2one(related="unit_id.customer_id")
    new_unit_id = fields.Many2one(
        "payg.control.unit",
        required=True,
        compute="_compute_new_unit_id",
        store=True,
        readonly=False,
        precompute=True,
        domain=[("holding_id", "=", False), ("place", "in", ("technician", "shop"))],
    )

    # ------------------------------------------------------------------
    # What goes without saying
    # ------------------------------------------------------------------
    @api.depends("assignment_id")
    def _compute_unit_id(self):
        """The only unit of the customer for whom the swap was assigned."""
        for wizard in self:
            units = wizard.assignment_id.customer_id.cu_unit_ids
            wizard.unit_id = wizard.unit_id or (len(units) == 1 and units)

    @api.depends("assignment_id", "unit_id")
    def _compute_new_unit_id(self):
        """The assigned unit; else the only one that was assigned to be swapped at this customer's."""
        for wizard in self:
            waiting = wizard.assignment_id or wizard._swaps_waiting()
            wizard.new_unit_id = wizard.new_unit_id or (len(waiting) == 1 and waiting.unit_id)

    @api.depends("unit_id")
    def _compute_warehouse_id(self):
        for wizard in self:
            wizard.warehouse_id = wizard._shop_for(wizard.unit_id)

    def _swaps_waiting(self):
        if not self.unit_id.customer_id:
            return self.env["payg.assignment"]
        waiting = [("customer_id", "=", self.unit_id.customer_id.id), ("kind", "=", "swap"), ("state", "=", "open")]
        return self.env["payg.assignment"].search(waiting, limit=2)

    def _scanned(self, unit):
        unit._check_installable()
        self.new_unit_id = unit

    # ------------------------------------------------------------------
    # What will happen
    # ------------------------------------------------------------------
    @api.depends("unit_id", "new_unit_id", "destination", "warehouse_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._summary() if wizard.unit_id.customer_id and wizard.new_unit_id else False

    def _summary(self):
        swap = self.env._(
            "%(new)s takes the place of %(old)s at %(customer)s and stays on; %(old)s comes back to %(place)s.",
            new=self.new_unit_id.display_name,
            old=self.unit_id.display_name,
            customer=self.customer_id.display_name,
            place=self._destination_words(),
        )
        return self._sentences(swap, self._off_words(self.unit_id))

    # ------------------------------------------------------------------
    # The step
    # ------------------------------------------------------------------
    def action_swap(self):
        """Swap: all of it or nothing.

        :raise UserError: the old one is with no customer, or the new one cannot be installed there
        """
        self.ensure_one()
        self._check_may(self.unit_id, self.new_unit_id, self.warehouse_id)
        self._check_scan()
        if not (self.unit_id and self.new_unit_id):
            raise UserError(self.env._("Say which control unit is swapped for which."))
        customer = self.customer_id.display_name
        self.unit_id._swap(self.new_unit_id, **self._take_back_values())
        return self._done(
            self.env._(
                "%(old)s swapped for %(new)s at %(customer)s.",
                old=self.unit_id.display_name,
                new=self.new_unit_id.display_name,
                customer=customer,
            )
        )
