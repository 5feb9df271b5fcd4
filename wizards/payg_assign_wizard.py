from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const


class PaygAssignWizard(models.TransientModel):
    """Hand control units of a shop to a technician, to install or swap them at a customer's."""

    _name = "payg.assign.wizard"
    _inherit = ["payg.step.wizard", "payg.scan.mixin"]
    _description = "Assign Stock"
    _roles = ("shop_manager", "supervisor")
    _from_active = ("unit_ids", "lead_id", "customer_id")

    unit_ids = fields.Many2many("payg.control.unit", string="Control Units", required=True)
    technician_id = fields.Many2one("res.partner", required=True, domain=[("cu_is_technician", "=", True)])
    customer_id = fields.Many2one(
        "res.partner", compute="_compute_customer_id", store=True, readonly=False, precompute=True
    )
    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", compute="_compute_lead_id", store=True, readonly=False, precompute=True
    )
    kind = fields.Selection(const.ASSIGNMENT_KINDS, required=True, default="installation")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        "Shop",
        required=True,
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    warning = fields.Char(compute="_compute_warning")

    # ------------------------------------------------------------------
    # What goes without saying
    # ------------------------------------------------------------------
    @api.model
    def default_get(self, fields):
        """A contact who is a technician is the technician, not the customer."""
        values = super().default_get(fields)
        contact = self.env["res.partner"].browse(values.get("customer_id"))
        if contact.cu_is_technician:
            values.update(customer_id=False, technician_id=contact.id)
        return values

    @api.depends("lead_id")
    def _compute_customer_id(self):
        for wizard in self:
            wizard.customer_id = wizard.lead_id.partner_id or wizard.customer_id

    @api.depends("customer_id")
    def _compute_lead_id(self):
        """The customer's only installation that waits for its stock."""
        for wizard in self:
            lead = wizard.lead_id
            if not lead or (lead.partner_id and wizard.customer_id and lead.partner_id != wizard.customer_id):
                waiting = [("partner_id", "=", wizard.customer_id.id), ("cu_installation_status", "=", "book")]
                leads = wizard.customer_id and lead.search(waiting, limit=2)
                wizard.lead_id = leads if leads and len(leads) == 1 else False

    @api.depends("technician_id")
    def _compute_warehouse_id(self):
        """Where the units lie, else the technician's shop, else the user's, else the first of the company."""
        for wizard in self:
            shop = wizard.unit_ids._origin.sudo().lot_id.location_id.warehouse_id[:1].sudo(False)
            own = wizard.technician_id.cu_shop_id or self.env.user.partner_id.cu_shop_id
            wizard.warehouse_id = shop or own or self.env.company._cu_first_shop().sudo(False)

    def _scanned(self, unit):
        if unit in self.unit_ids._origin:
            raise UserError(self.env._("%s is in the list already.", unit.name))
        unit._check_assignable()
        # The first one says in which shop we are; those that follow must be there too.
        self.warehouse_id = unit._check_in_stock(self.warehouse_id.id if self.unit_ids else None).id
        self.unit_ids |= unit

    # ------------------------------------------------------------------
    # What will happen
    # ------------------------------------------------------------------
    @api.depends("unit_ids", "technician_id", "customer_id", "warehouse_id")
    def _compute_summary(self):
        for wizard in self:
            ready = wizard.unit_ids and wizard.technician_id and wizard.warehouse_id
            wizard.summary = wizard._summary() if ready else False

    def _summary(self):
        days = self.env["payg.crm.config"].sudo()._of(self.warehouse_id.company_id).days_with_technician
        return self.env._(
            "%(serials)s will go from %(shop)s to %(technician)s, and stay on until %(until)s.",
            serials=self._names(self.unit_ids),
            shop=self.warehouse_id.name,
            technician=self.technician_id.display_name,
            until=self._at(fields.Datetime.now() + timedelta(hours=24 * days)),
        )

    @api.depends("kind", "customer_id", "unit_ids")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = wizard._warning()

    def _warning(self):
        units = self.customer_id.cu_unit_ids
        if self.kind == "swap" and self.customer_id and not units:
            return self.env._("%s has no control unit that could be swapped.", self.customer_id.display_name)
        if self.kind == "installation" and units:
            return self.env._(
                "%(customer)s has %(serials)s already: is it a swap?",
                customer=self.customer_id.display_name,
                serials=self._names(units),
            )
        silent = self.unit_ids._unsendable()
        if silent:
            return self.env._(
                "Not switched on, being marked DO NOT, without an IMEI, or not controlled by SMART Solar: %s.",
                self._names(silent),
            )
        return False

    # ------------------------------------------------------------------
    # The step
    # ------------------------------------------------------------------
    def _check_about(self):
        self._check_scan()
        if not self.unit_ids:
            raise UserError(self.env._("Name a control unit: by its serial number or its IMEI."))

    def action_assign(self):
        """Assign the units, in one transfer.

        :raise UserError: one of them is with someone else, in repair, retired or not in the shop's stock
        """
        self.ensure_one()
        self._check_may(self.unit_ids, self.lead_id, self.warehouse_id)
        shared = {
            "technician_id": self.technician_id.id,
            "customer_id": self.customer_id.id,
            "lead_id": self.lead_id.id,
            "kind": self.kind,
            "warehouse_id": self.warehouse_id.id,
        }
        self.env["payg.assignment"].create([{**shared, "unit_id": unit.id} for unit in self.unit_ids])
        return self._done(
            self.env._(
                "%(serials)s: assigned to %(technician)s.",
                serials=self._names(self.unit_ids),
                technician=self.technician_id.display_name,
            )
        )
