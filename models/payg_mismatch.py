from odoo import api, fields, models

from .. import const


class PaygMismatch(models.Model):
    """What disagrees between custody, the stock, the rule and SMART Solar, and what to do about it.

    A query, not a table: one row a unit and kind, true at the moment of looking. See ``payg_mismatch_query``.
    """

    _name = "payg.mismatch"
    _description = "Mismatch"
    _auto = False
    _log_access = False
    _order = "since, id"
    _rec_name = "name"

    name = fields.Char("Serial", readonly=True)
    kind = fields.Selection(const.MISMATCHES, "Mismatch", readonly=True)
    since = fields.Datetime(readonly=True, help="Since when, as far as it was recorded.")
    age = fields.Float("Days", readonly=True, aggregator="avg", digits=(16, 1), help="For how many days.")
    what_to_do = fields.Char(compute="_compute_what_to_do")
    unit_id = fields.Many2one("payg.control.unit", "Control Unit", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", "Shop", readonly=True, help="Where it is, or whence it came.")
    technician_id = fields.Many2one("res.partner", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    assignment_id = fields.Many2one("payg.assignment", readonly=True)
    place = fields.Selection(const.PLACES, readonly=True)
    reported_state = fields.Selection(const.ENABLE_STATES, "Enable Status", readonly=True)
    reported_changed_by = fields.Char("Last User That Changed The Enable Status", readonly=True)
    life_state = fields.Selection(const.LIFE_STATES, "Smart Solar Unit State", readonly=True)

    # ------------------------------------------------------------------
    # What to do
    # ------------------------------------------------------------------
    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_what_to_do(self):
        advice = self._advice()
        for mismatch in self:
            mismatch.what_to_do = advice.get(mismatch.kind)

    @api.model
    def _advice(self):
        """What to do about each kind, in one sentence."""
        return {
            "on_without_customer": self.env._(
                "Find out where it is: have it switched off, or record its installation."
            ),
            "past_deadline": self.env._(
                "Ask the technician: record the installation or that it failed, or have the deadline extended."
            ),
            "switched_on_by_other": self.env._(
                "Ask whoever switched it on why; if it is to stay on, assign it or mark it DO NOT."
            ),
            "not_monitored": self.env._(
                "Ask the customer whether it works: activate it in SMART Solar, or record its return."
            ),
            "monitored_alone": self.env._(
                "Find out who lives with it: record the installation, or put its state right in SMART Solar."
            ),
            "other_unit": self.env._(
                "Compare with the serial number at the customer's; if it was recorded wrongly, correct it."
            ),
            "customer_unknown": self.env._(
                "Find out who has it: move it back to the shop, then record the installation at that customer's."
            ),
            "unusable": self.env._(
                "Record its return or swap it; if it is in good order, put its state right in SMART Solar."
            ),
            "several_places": self.env._("Look where it really is, and set the other places to 0 in the inventory."),
            "unlike_stock": self.env._("Look where it really is, and move its serial number there."),
        }

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_open_unit(self):
        self.ensure_one()
        return self.unit_id.action_open_unit()

    def action_resolve(self):
        """Open what is to be put right: the assignment, the stock of the serial, or the unit."""
        self.ensure_one()
        if self.kind == "past_deadline":
            return {
                "type": "ir.actions.act_window",
                "res_model": "payg.assignment",
                "res_id": self.assignment_id.id,
                "view_mode": "form",
            }
        if self.kind in ("several_places", "unlike_stock") and self.env.user.has_group("stock.group_stock_user"):
            return {
                "name": self.env._("Stock of %s", self.name),
                "type": "ir.actions.act_window",
                "res_model": "stock.quant",
                "view_mode": "list",
                "views": [(self.env.ref("stock.view_stock_quant_tree_editable").id, "list")],
                "domain": [("lot_id", "=", self.unit_id.lot_id.id)],
                "context": {"inventory_mode": True, "inventory_report_mode": True},
            }
        return self.action_open_unit()
