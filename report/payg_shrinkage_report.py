from odoo import fields, models
from odoo.tools import SQL


class PaygShrinkageReport(models.Model):
    """Units that were lost or are overdue, against the units handed to technicians.

    One row an assignment, of the month in which it was made, and one a unit that was lost with nobody or at a
    customer's, of the month of its loss. A unit that was found again is not lost.
    """

    _name = "payg.shrinkage.report"
    _description = "Shrinkage"
    _auto = False
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "unit_id"

    unit_id = fields.Many2one("payg.control.unit", "Control Unit", readonly=True)
    technician_id = fields.Many2one("res.partner", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", "Shop", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Datetime("Assigned or Lost", readonly=True)
    handled = fields.Integer("Units Handed Out", readonly=True)
    lost = fields.Integer("Units Lost", readonly=True)
    overdue = fields.Integer("Units Overdue", readonly=True)
    share = fields.Float(
        "Shrinkage (%)",
        readonly=True,
        aggregator="share",
        digits=(16, 1),
        help="Units lost or overdue, of the units handed to technicians.",
    )

    @property
    def _table_query(self):
        for model in ("payg.control.unit", "payg.assignment", "payg.custody.step"):
            self.env[model].flush_model()
        return SQL(
            """WITH lost AS (
                   SELECT step.*
                     FROM payg_control_unit u
                     JOIN payg_custody_step step ON step.id = (
                              SELECT max(last.id) FROM payg_custody_step last WHERE last.unit_id = u.id)
                    WHERE u.place = 'lost' AND step.kind = 'lost')
               SELECT a.id::bigint * 2 AS id, a.unit_id, a.technician_id, a.warehouse_id, a.company_id,
                      a.assigned_at AS date, 1 AS handled, (lost.id IS NOT NULL)::int AS lost,
                      (a.state = 'open' AND a.deadline <= %(now)s)::int AS overdue, NULL::float AS share
                 FROM payg_assignment a LEFT JOIN lost ON lost.assignment_id = a.id
            UNION ALL
               SELECT lost.id::bigint * 2 + 1, lost.unit_id, NULL, COALESCE(place.warehouse_id, %(last_shop)s),
                      lost.company_id, lost.at, 0, 1, 0, NULL
                 FROM lost LEFT JOIN stock_location place ON place.id = lost.location_from_id
                WHERE lost.assignment_id IS NULL""",
            now=fields.Datetime.now(),
            last_shop=SQL(
                """(SELECT a.warehouse_id FROM payg_assignment a
                     WHERE a.unit_id = lost.unit_id AND a.warehouse_id IS NOT NULL ORDER BY a.id DESC LIMIT 1)"""
            ),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The share of sums, not the average of shares."""
        if aggregate_spec != "share:share":
            return super()._read_group_select(aggregate_spec, query)
        lost, overdue, handled = (
            self._field_to_sql(self._table, name, query) for name in ("lost", "overdue", "handled")
        )
        return SQL("100.0 * SUM(%s + %s) / NULLIF(SUM(%s), 0)", lost, overdue, handled)
