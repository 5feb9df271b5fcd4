from odoo import fields, models
from odoo.tools import SQL

from .. import const

WHY_ON = [
    ("technician", "With a technician"),
    ("overdue", "With a technician, past the deadline"),
    ("repair", "In repair"),
    ("nobody", "With nobody"),
    ("not_switched", "With nobody, and not switched by Pulse"),
]
AGES = [
    ("0_day", "Less than a day"),
    ("1_week", "1 to 7 days"),
    ("2_month", "7 to 30 days"),
    ("3_longer", "Longer than 30 days"),
    ("4_unknown", "Not known"),
]


class PaygOnReport(models.Model):
    """The units that are on and with no customer, by the age of that state."""

    _name = "payg.on.report"
    _description = "Units on Without a Customer"
    _auto = False
    _log_access = False
    _order = "since, id"
    _rec_name = "name"

    name = fields.Char("Serial", readonly=True)
    unit_id = fields.Many2one("payg.control.unit", "Control Unit", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", "Shop", readonly=True)
    technician_id = fields.Many2one("res.partner", readonly=True)
    place = fields.Selection(const.PLACES, readonly=True)
    reason = fields.Selection(WHY_ON, "Why On", readonly=True)
    since = fields.Datetime(
        readonly=True, help="Since when it is on and with no customer, as it is now, as far as it was recorded."
    )
    age = fields.Float("Days", readonly=True, aggregator="avg", digits=(16, 1))
    oldest = fields.Float("Days (Longest)", readonly=True, aggregator="max", digits=(16, 1))
    age_group = fields.Selection(AGES, "Age", readonly=True)

    @property
    def _table_query(self):
        unit = self.env["payg.control.unit"]
        unit.flush_model()
        self.env["payg.custody.step"].flush_model()
        return SQL(
            """SELECT u.id, u.id AS unit_id, u.name, lot.product_id, u.company_id, place.warehouse_id, u.technician_id,
                      u.place, u.since, aged.days AS age, aged.days AS oldest,
                      CASE WHEN u.verdict IN ('not_controlled', 'not_synced', 'not_read', 'retired')
                           THEN 'not_switched'
                           WHEN u.assignment_id IS NULL AND u.verdict = 'in_repair' THEN 'repair'
                           WHEN u.assignment_id IS NULL THEN 'nobody'
                           WHEN u.kept_until > %(now)s THEN 'technician' ELSE 'overdue' END AS reason,
                      CASE WHEN aged.days IS NULL THEN '4_unknown' WHEN aged.days < 1 THEN '0_day'
                           WHEN aged.days < 7 THEN '1_week' WHEN aged.days < 30 THEN '2_month'
                           ELSE '3_longer' END AS age_group
                 FROM (SELECT u.*, %(verdict)s AS verdict,
                              CASE WHEN u.kept_until > %(now)s THEN %(moved)s ELSE %(since)s END AS since
                         FROM payg_control_unit u
                        WHERE u.holding_id IS NULL AND %(is_on)s) u
           CROSS JOIN LATERAL (SELECT EXTRACT(EPOCH FROM %(now)s - u.since) / 86400.0 AS days) aged
            LEFT JOIN stock_lot lot ON lot.id = u.lot_id
            LEFT JOIN stock_location place ON place.id = u.place_id""",
            now=fields.Datetime.now(),
            verdict=unit._verdict_sql("u", SQL("TRUE"), fields.Datetime.now()),
            is_on=unit._is_on_sql("u", fields.Datetime.now()),
            moved=unit._custody_changed_sql("u"),
            since=unit._on_for_nobody_since_sql("u"),
        )

    def action_open_unit(self):
        self.ensure_one()
        return self.unit_id.action_open_unit()
