from odoo import fields, models
from odoo.tools import SQL

from .. import const

OUTCOMES = [
    ("installed", "Installed"),
    ("failed", "Installation failed"),
    ("cancelled", "Cancelled"),
    ("open", "Open"),
    ("overdue", "Open, past its deadline"),
]


class PaygInstallationReport(models.Model):
    """How long it takes from an assignment until its installation is recorded, and which share is recorded in time.

    One row an assignment. An assignment of which another unit was installed counts as installed.
    """

    _name = "payg.installation.report"
    _description = "Time to Installation"
    _auto = False
    _log_access = False
    _order = "assigned_at desc, id desc"
    _rec_name = "unit_id"

    unit_id = fields.Many2one("payg.control.unit", "Assigned Unit", readonly=True)
    technician_id = fields.Many2one("res.partner", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", "Shop", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(const.ASSIGNMENT_KINDS, readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    assigned_at = fields.Datetime("Assigned", readonly=True)
    recorded_at = fields.Datetime("Installation Recorded", readonly=True)
    hours = fields.Float(
        "Hours to Record (Average)", readonly=True, aggregator="avg", digits=(16, 1), help="From assignment to record."
    )
    hours_median = fields.Float(
        "Hours to Record (Median)",
        readonly=True,
        aggregator="median",
        digits=(16, 1),
        help="Half of the installations were recorded within so many hours after the assignment.",
    )
    in_time = fields.Float(
        "Recorded in Time (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Recorded before “Days with Technician” were over: of the installations recorded, and of the assignments "
        "that are still open after them. An extension does not count as time.",
    )
    timely = fields.Selection(
        [("in_time", "In time"), ("late", "Late")],
        "Recorded",
        readonly=True,
        help="Whether it counts for “Recorded in Time”, and how; empty as long as nothing can be said.",
    )
    installed_count = fields.Integer("Installations Recorded", readonly=True)
    failed_count = fields.Integer("Installations Failed", readonly=True)
    overdue_count = fields.Integer("Overdue", readonly=True)

    @property
    def _table_query(self):
        self.env["payg.assignment"].flush_model()
        self.env["payg.crm.config"].flush_model()
        # The deadline as it was given is stored, unless it was extended.
        return SQL(
            """SELECT a.id, a.unit_id, a.technician_id, a.customer_id, a.warehouse_id, a.company_id, a.kind,
                      a.assigned_at, a.recorded_at, a.hours, a.hours AS hours_median,
                      judged.timely, CASE judged.timely WHEN 'in_time' THEN 100.0 WHEN 'late' THEN 0.0 END AS in_time,
                      CASE WHEN a.installed THEN 'installed'
                           WHEN a.fail_reason IS NOT NULL THEN 'failed'
                           WHEN a.state <> 'open' THEN 'cancelled'
                           WHEN a.deadline <= %(now)s THEN 'overdue' ELSE 'open' END AS outcome,
                      a.installed::int AS installed_count,
                      (a.fail_reason IS NOT NULL AND NOT a.installed)::int AS failed_count,
                      (a.state = 'open' AND a.deadline <= %(now)s)::int AS overdue_count
                 FROM (SELECT a.*, recorded.installed,
                              CASE WHEN recorded.installed THEN a.ended_at END AS recorded_at,
                              CASE WHEN recorded.installed
                                   THEN EXTRACT(EPOCH FROM a.ended_at - a.assigned_at) / 3600.0 END AS hours,
                              CASE WHEN a.extended
                                   THEN a.assigned_at + make_interval(days => config.days_with_technician)
                                   ELSE a.deadline END AS due
                         FROM payg_assignment a
                    LEFT JOIN payg_crm_config config ON config.company_id = a.company_id
                   CROSS JOIN LATERAL (SELECT a.state <> 'open' AND a.installed_unit_id IS NOT NULL AS installed)
                              recorded) a
           CROSS JOIN LATERAL (SELECT CASE WHEN a.installed AND a.recorded_at < a.due THEN 'in_time'
                                           WHEN a.installed OR (a.state = 'open' AND a.due <= %(now)s) THEN 'late' END
                                      AS timely) judged""",
            now=fields.Datetime.now(),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Odoo knows no median; PostgreSQL does."""
        if aggregate_spec == "hours_median:median":
            hours = self._field_to_sql(self._table, "hours", query)
            return SQL("percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)", hours)
        return super()._read_group_select(aggregate_spec, query)
