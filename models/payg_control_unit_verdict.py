from odoo import fields, models
from odoo.tools import SQL

from .. import const


class PaygControlUnitVerdict(models.Model):
    """The preview of *Disable not assigned CUs*: what the rule says of every unit, as if *Disable by default* were on.

    A query, not a table: what it shows is true at the moment of looking.
    """

    _name = "payg.control.unit.verdict"
    _description = "Preview of Disable not assigned CUs"
    _auto = False
    _log_access = False
    _order = "name, id"

    name = fields.Char("Serial", readonly=True)
    unit_id = fields.Many2one("payg.control.unit", "Control Unit", readonly=True)
    lot_id = fields.Many2one("stock.lot", "Serial Number", readonly=True)
    imei = fields.Char("IMEI", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    verdict = fields.Selection(const.VERDICTS, readonly=True)
    reported_state = fields.Selection(const.ENABLE_STATES, "Enable Status", readonly=True)
    life_state = fields.Selection(const.LIFE_STATES, "Smart Solar Unit State", readonly=True)
    wanted = fields.Selection(const.WANTED, readonly=True)
    erp_sync = fields.Selection(const.ERP_SYNC, "Enable Status sync by ERP", readonly=True)
    customer_id = fields.Many2one("res.partner", "Current Customer", readonly=True)
    technician_id = fields.Many2one("res.partner", readonly=True)
    kept_until = fields.Datetime("With Technician Until", readonly=True)

    @property
    def _table_query(self):
        unit = self.env["payg.control.unit"]
        unit.flush_model()
        return SQL(
            """SELECT u.id, u.id AS unit_id, u.name, u.lot_id, u.imei, lot.product_id, u.company_id, verdicts.verdict,
                      u.reported_state, u.life_state, u.wanted, u.erp_sync, u.customer_id, u.technician_id, u.kept_until
                 FROM payg_control_unit u
                 JOIN (%s) verdicts ON verdicts.id = u.id
            LEFT JOIN stock_lot lot ON lot.id = u.lot_id""",
            unit._classified_query(feature=SQL("TRUE")),
        )

    def action_open_unit(self):
        self.ensure_one()
        return self.unit_id.action_open_unit()
