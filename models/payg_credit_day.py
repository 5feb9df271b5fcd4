from odoo import fields, models
from odoo.tools import SQL


class PaygCreditDay(models.Model):
    """How much credit an account had at the end of each day, from its ledger: the graph *Credit over Time*.

    The days are UTC's. Nothing is stored: asked for one account it reads that account's rows alone.
    """

    _name = "payg.credit.day"
    _description = "Credit over Time"
    _auto = False
    _log_access = False
    _order = "day, id"

    account_id = fields.Many2one("payg.account", "PAYG Account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    day = fields.Date(readonly=True)
    credit_days = fields.Float("Pulse Credit (days)", readonly=True, aggregator="max")

    @property
    def _table_query(self):
        self.env["payg.account"].flush_model()
        self.env["payg.ontime.transaction"].flush_model()
        # The number of a row: its account, and its day within a hundred thousand of them.
        return SQL(
            """SELECT account.id::bigint * 100000 + (days.day::date - DATE '2000-01-01') AS id,
                      account.id AS account_id, account.company_id, days.day::date AS day,
                      GREATEST(0, COALESCE(EXTRACT(EPOCH FROM last.expiry_after - days.moment), last.kept_after))
                          / 86400.0 AS credit_days
                 FROM payg_account account
           CROSS JOIN LATERAL (
                      SELECT day, LEAST(day + interval '1 day', %(now)s::timestamp) AS moment
                        FROM generate_series(
                                 (SELECT date_trunc('day', min(first.at)) FROM payg_ontime_transaction first
                                   WHERE first.account_id = account.id), %(now)s::timestamp, interval '1 day') AS day
                      ) days
           CROSS JOIN LATERAL (
                      SELECT row.expiry_after, row.kept_after FROM payg_ontime_transaction row
                       WHERE row.account_id = account.id AND row.at <= days.moment ORDER BY row.id DESC LIMIT 1
                      ) last""",
            now=fields.Datetime.now(),
        )
