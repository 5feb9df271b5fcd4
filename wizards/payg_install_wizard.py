from odoo import api, fields, models
from odoo.exceptions import UserError


class PaygInstallWizard(models.TransientModel):
    """Record that a technician installed a control unit at a customer's."""

    _name = "payg.install.wizard"
    _inherit = ["payg.step.wizard", "payg.scan.mixin"]
    _description = "Record installation"
    _from_active = ("assignment_id",)

    assignment_id = fields.Many2one("payg.assignment", required=True)
    assigned_unit_id = fields.Many2one(related="assignment_id.unit_id", string="Assigned Unit")
    technician_id = fields.Many2one(related="assignment_id.technician_id")
    assigned_at = fields.Datetime(related="assignment_id.assigned_at")
    date = fields.Datetime("Installed", required=True, default=fields.Datetime.now)
    unit_id = fields.Many2one(
        "payg.control.unit",
        "Unit Really Installed",
        required=True,
        compute="_compute_from_assignment",
        store=True,
        readonly=False,
        precompute=True,
    )
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        compute="_compute_from_assignment",
        store=True,
        readonly=False,
        precompute=True,
    )
    warning = fields.Char(compute="_compute_warning")

    @api.depends("assignment_id")
    def _compute_from_assignment(self):
        for wizard in self:
            wizard.unit_id = wizard.assignment_id.unit_id
            wizard.customer_id = wizard.assignment_id.customer_id

    def _scanned(self, unit):
        if unit != self.assigned_unit_id:
            unit._check_installable(self.technician_id)
        self.unit_id = unit

    # ------------------------------------------------------------------
    # What will happen
    # ------------------------------------------------------------------
    @api.depends("unit_id", "customer_id", "date", "assigned_unit_id")
    def _compute_summary(self):
        for wizard in self:
            ready = wizard.unit_id and wizard.customer_id and wizard.date
            wizard.summary = wizard._sentences(wizard._installed_words(), wizard._other_words()) if ready else False

    def _installed_words(self):
        return self.env._(
            "%(serial)s is with %(customer)s from %(date)s on, and stays on.",
            serial=self.unit_id.display_name,
            customer=self.customer_id.display_name,
            date=self._at(self.date),
        )

    def _other_words(self):
        if self.unit_id == self.assigned_unit_id:
            return ""
        back = self.env._(
            "%(serial)s, which was assigned, goes back to %(shop)s.",
            serial=self.assigned_unit_id.display_name,
            shop=self.assignment_id.warehouse_id.name or self.env._("the shop"),
        )
        return self._sentences(back, self._off_words(self.assigned_unit_id))

    @api.depends("customer_id")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = wizard._warning() if wizard.customer_id.cu_unit_ids else False

    def _warning(self):
        return self.env._(
            "%(customer)s has %(serials)s already: for an exchange, record a swap instead.",
            customer=self.customer_id.display_name,
            serials=self._names(self.customer_id.cu_unit_ids),
        )

    # ------------------------------------------------------------------
    # The step
    # ------------------------------------------------------------------
    def action_record(self):
        """Record it.

        :raise UserError: it has ended, the date is before the assignment or in the future, or the other unit is with
            somebody else
        """
        self.ensure_one()
        self._check_may(self.assignment_id, self.unit_id)
        self._check_scan()
        if not self.unit_id:
            raise UserError(self.env._("Say which control unit was installed."))
        self.assignment_id._record_installation(self.date, self.customer_id, self.unit_id)
        return self._done(
            self.env._(
                "%(serial)s: installed at %(customer)s.",
                serial=self.unit_id.display_name,
                customer=self.customer_id.display_name,
            )
        )
