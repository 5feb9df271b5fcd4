from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import const


class PaygControlUnit(models.Model):
    """What Pulse wants of a control unit, what SMART Solar reports of it, and what the rule reads.

    One row a control unit, beside its serial number. No role may write it: it changes through the addon's own
    methods, most of them set-based SQL, which is why it has neither chatter nor log columns.
    """

    _name = "payg.control.unit"
    _description = "Control Unit"
    _order = "name, id"
    _log_access = False
    _rec_names_search = ["name", "imei"]

    # ------------------------------------------------------------------
    # Identity
    # ------------------------------------------------------------------
    lot_id = fields.Many2one("stock.lot", "Serial Number", required=True, readonly=True, ondelete="restrict")
    name = fields.Char(related="lot_id.name", store=True, string="Serial")
    product_id = fields.Many2one(related="lot_id.product_id")
    location_id = fields.Many2one(related="lot_id.location_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    imei = fields.Char("IMEI", readonly=True, copy=False, help="The unit's key in SMART Solar: up to 15 digits.")
    smart_solar_entity_id = fields.Integer("Smart Solar Entity ID", readonly=True, aggregator=None)
    hardware_type = fields.Char(readonly=True)
    controlled = fields.Boolean("Controlled by SMART Solar", default=True, readonly=True)
    dcm = fields.Boolean(
        "Device Credit (DCM)",
        readonly=True,
        help="The unit holds its own credit and switches itself off: it is switched by credit, not by commands.",
    )
    erp_sync = fields.Selection(
        const.ERP_SYNC,
        "Enable Status sync by ERP",
        default="do",
        required=True,
        readonly=True,
        help="DO NOT: no switching command at all is sent to this unit.",
    )

    # ------------------------------------------------------------------
    # Wanted: what Pulse wants, empty until something wants it
    # ------------------------------------------------------------------
    wanted = fields.Selection(const.WANTED, readonly=True)
    wanted_version = fields.Integer(
        readonly=True, default=0, aggregator=None, help="Grows with every change of what is wanted."
    )
    wanted_origin = fields.Selection(const.ORIGINS, "Wanted By", readonly=True)
    wanted_user_id = fields.Many2one("res.users", "Wanted By User", readonly=True)
    wanted_reason = fields.Char("Reason", readonly=True)
    wanted_at = fields.Datetime("Wanted Since", readonly=True)

    # ------------------------------------------------------------------
    # Reported: what SMART Solar last said
    # ------------------------------------------------------------------
    reported_state = fields.Selection(const.ENABLE_STATES, "Enable Status", readonly=True)
    life_state = fields.Selection(const.LIFE_STATES, "Smart Solar Unit State", readonly=True)
    reported_changed_at = fields.Datetime("Last Time The Enable Status Was Changed", readonly=True)
    reported_changed_by = fields.Char("Last User That Changed The Enable Status", readonly=True)
    reported_at = fields.Datetime("Read At", readonly=True, help="When our reading of the reported state began.")
    unknown_since = fields.Datetime(
        "Unknown to SMART Solar Since", readonly=True, help="SMART Solar answered that it does not know this unit."
    )

    # ------------------------------------------------------------------
    # In flight: the switching command of the current wish
    # ------------------------------------------------------------------
    command_state = fields.Selection(const.UNIT_COMMAND_STATES, "In Flight", readonly=True)
    command_since = fields.Datetime("In Flight Since", readonly=True)
    command_ids = fields.One2many("smart.solar.command", "unit_id", "Commands", readonly=True)

    # ------------------------------------------------------------------
    # Custody and customer: kept here too, since the rule reads only this row
    # ------------------------------------------------------------------
    holding_id = fields.Many2one("payg.holding", "Open Holding", readonly=True, index="btree_not_null")
    customer_id = fields.Many2one("res.partner", "Current Customer", readonly=True, index="btree_not_null")
    holding_ids = fields.One2many("payg.holding", "unit_id", "Customer History", readonly=True)
    assignment_id = fields.Many2one("payg.assignment", "Open Assignment", readonly=True, index="btree_not_null")
    technician_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null")
    kept_until = fields.Datetime("With Technician Until", readonly=True)
    assignment_ids = fields.One2many("payg.assignment", "unit_id", "Assignments", readonly=True)

    _lot_uniq = models.Constraint("UNIQUE (lot_id)", "A serial number has one control unit.")
    _name_uniq = models.UniqueIndex("(company_id, name)", "This serial number exists already in this company.")
    _imei_uniq = models.UniqueIndex("(imei) WHERE imei IS NOT NULL", "This IMEI belongs to another control unit.")
    _imei_digits = models.Constraint("CHECK (imei ~ '^[0-9]{1,15}$')", "An IMEI has only digits, up to 15.")
    # Deadlines are swept every few minutes; few units have one.
    _kept_until_idx = models.Index("(kept_until) WHERE assignment_id IS NOT NULL")

    @api.model
    def _auto_init(self):
        res = super()._auto_init()
        # Every reading writes every row: leave room in each page, so that no index needs an entry (HOT updates).
        self.env.cr.execute("ALTER TABLE payg_control_unit SET (fillfactor = 80)")
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(self.env._("A control unit cannot be deleted."))

    @api.model
    def _prepare_unit_vals(self, lot):
        """Values of the unit of a lot; its company is made certain here, since lots often have none."""
        company = lot.company_id or lot.product_id.company_id or lot.location_id.company_id or self.env.company
        return {"lot_id": lot.id, "company_id": company.id}

    def _lot_company_changed(self):
        """Follow a lot that was given to another company."""
        for unit in self.filtered(lambda u: u.lot_id.company_id and u.lot_id.company_id != u.company_id):
            unit.company_id = unit.lot_id.company_id

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_open_lot(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.lot",
            "res_id": self.lot_id.id,
            "view_mode": "form",
        }

    def action_correct_imei(self):
        """A dialog with the IMEI alone: the form of the serial number is for people of the stock."""
        return {
            **self.action_open_lot(),
            "name": self.env._("Correct IMEI"),
            "views": [(self.env.ref("payg_control_unit.stock_lot_view_form_imei").id, "form")],
            "target": "new",
        }

    def action_open_unit(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "payg.control.unit",
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_switch(self):
        """Open the wizard that switches the units by hand, with a reason (context ``default_wanted``)."""
        return {
            "name": self.env._("Switch by hand"),
            "type": "ir.actions.act_window",
            "res_model": "payg.switch.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {**self.env.context, "default_unit_ids": self.ids},
        }

    def action_switch_on(self):
        return self.with_context(default_wanted="enabled").action_switch()

    def action_switch_off(self):
        return self.with_context(default_wanted="disabled").action_switch()
