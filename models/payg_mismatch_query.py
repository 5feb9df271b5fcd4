from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .. import const

# Rows of different kinds of one unit have different ids.
KINDS = [kind for kind, _label in const.MISMATCHES]
STRIDE = 16


class PaygMismatch(models.Model):
    """The query of the mismatches: one scan of the units for what their own row tells, and two smaller parts.

    No index serves it: every reading writes the reported states of every unit, which is cheap only while no index has
    them, not even in its condition (HOT updates).
    """

    _inherit = "payg.mismatch"

    @property
    def _table_query(self):
        # SQL: for this transaction; compiling so long a query takes PostgreSQL longer than running it on a large fleet.
        self.env.cr.execute("SET LOCAL jit = off")
        for model in ("payg.control.unit", "payg.assignment", "payg.custody.step", "stock.lot", "stock.quant"):
            self.env[model].flush_model()
        return SQL(
            """SELECT u.id::bigint * %(stride)s + found.number AS id, found.kind, found.since,
                      EXTRACT(EPOCH FROM %(now)s - found.since) / 86400.0 AS age,
                      u.id AS unit_id, u.name, u.company_id, lot.product_id, u.place,
                      COALESCE(assignment.warehouse_id, place.warehouse_id, %(last_shop)s) AS warehouse_id,
                      COALESCE(found.technician_id, u.technician_id) AS technician_id,
                      u.customer_id, COALESCE(found.assignment_id, u.assignment_id) AS assignment_id,
                      u.reported_state, u.reported_changed_by, u.life_state
                 FROM (%(found)s) found
                 JOIN payg_control_unit u ON u.id = found.unit_id
            LEFT JOIN stock_lot lot ON lot.id = u.lot_id
            LEFT JOIN stock_location place ON place.id = u.place_id
            LEFT JOIN payg_assignment assignment ON assignment.id = COALESCE(found.assignment_id, u.assignment_id)""",
            stride=STRIDE,
            now=fields.Datetime.now(),
            last_shop=SQL(
                """(SELECT a.warehouse_id FROM payg_assignment a WHERE a.unit_id = u.id AND a.warehouse_id IS NOT NULL
                  ORDER BY a.id DESC LIMIT 1)"""
            ),
            found=SQL(" UNION ALL ").join([self._of_the_unit(), self._of_other_units(), self._of_the_stock()]),
        )

    # ------------------------------------------------------------------
    # What the unit's own row tells
    # ------------------------------------------------------------------
    @api.model
    def _of_the_unit(self):
        """All kinds that a unit's own row tells, in one scan; only a row that has one is looked at again."""
        kinds = self._conditions()
        return SQL(
            """SELECT hit.number, hit.kind, hit.since, hit.unit_id, NULL::int AS technician_id,
                      NULL::int AS assignment_id
                 FROM (SELECT m.number, m.kind, u.id AS unit_id, %(since)s AS since
                         FROM payg_control_unit u
                   CROSS JOIN LATERAL (VALUES %(kinds)s) AS m(number, kind, here)
                        WHERE (%(any)s) AND m.here) hit
                WHERE hit.kind NOT IN ('on_without_customer', 'not_monitored')
                   OR COALESCE(hit.since <= %(settled)s, TRUE)""",
            since=self._since_sql(),
            kinds=SQL(", ").join(
                SQL("(%s, %s, %s)", KINDS.index(kind), kind, condition) for kind, condition in kinds.items()
            ),
            any=SQL(" OR ").join(kinds.values()),
            settled=fields.Datetime.now() - timedelta(hours=const.MISMATCH_HOURS),
        )

    @api.model
    def _conditions(self):
        """The kinds that a unit's own row tells: dict of kind to its condition, as SQL on the alias u."""
        unit, now = self.env["payg.control.unit"], fields.Datetime.now()
        is_on, verdict = unit._is_on_sql("u", now), unit._verdict_sql("u", SQL("TRUE"), now)
        unusable = SQL("u.life_state IN %s", (*const.LIFE_RETIRED, const.LIFE_IN_REPAIR))
        return {
            "on_without_customer": SQL(
                "(%s AND u.holding_id IS NULL AND %s IN ('disable', 'switching_off'))", is_on, verdict
            ),
            "past_deadline": SQL("(u.assignment_id IS NOT NULL AND u.kept_until <= %s)", now),
            "switched_on_by_other": SQL(
                """(%s AND u.wanted = 'disabled' AND u.reported_changed_at > u.wanted_at AND NOT EXISTS (
                    SELECT FROM smart_solar_client c WHERE c.company_id = u.company_id
                       AND lower(c.username) = lower(u.reported_changed_by)))""",
                is_on,
            ),
            "not_monitored": SQL(
                "(u.holding_id IS NOT NULL AND u.life_state <> %s AND NOT %s)", const.LIFE_MONITORED, unusable
            ),
            "monitored_alone": SQL("(u.holding_id IS NULL AND u.life_state = %s)", const.LIFE_MONITORED),
            "customer_unknown": SQL("(u.place = 'customer' AND u.holding_id IS NULL)"),
            "unusable": SQL("((u.holding_id IS NOT NULL OR u.assignment_id IS NOT NULL) AND %s)", unusable),
        }

    @api.model
    def _since_sql(self):
        """Since when the row m of the unit u is so: what made it so last, as far as it was recorded."""
        unit = self.env["payg.control.unit"]
        return SQL(
            """CASE m.kind
                    WHEN 'past_deadline' THEN u.kept_until
                    WHEN 'switched_on_by_other' THEN u.reported_changed_at
                    WHEN 'on_without_customer' THEN %(on_since)s
                    WHEN 'not_monitored' THEN %(held)s
                    WHEN 'unusable' THEN COALESCE(%(held)s, %(assigned)s)
                    ELSE %(moved)s END""",
            held=SQL("(SELECT h.date_from FROM payg_holding h WHERE h.id = u.holding_id)"),
            assigned=SQL("(SELECT a.assigned_at FROM payg_assignment a WHERE a.id = u.assignment_id)"),
            on_since=unit._on_for_nobody_since_sql("u"),
            moved=unit._custody_changed_sql("u"),
        )

    # ------------------------------------------------------------------
    # What others tell of it
    # ------------------------------------------------------------------
    @api.model
    def _of_other_units(self):
        """Units that were installed instead of the assigned one of late, and still are with that customer."""
        return SQL(
            """(SELECT DISTINCT ON (u.id) %(number)s, 'other_unit', COALESCE(a.installed_at, a.ended_at), u.id,
                       a.technician_id, a.id
                  FROM payg_assignment a
                  JOIN payg_control_unit u ON u.id = a.installed_unit_id AND u.customer_id = a.customer_id
                 WHERE a.installed_unit_id <> a.unit_id AND a.ended_at >= %(since)s
              ORDER BY u.id, a.id DESC)""",
            number=KINDS.index("other_unit"),
            since=fields.Datetime.now() - timedelta(weeks=const.OTHER_UNIT_WEEKS),
        )

    @api.model
    def _of_the_stock(self):
        """Units of which the stock says something else than custody.

        Beyond the walls quantities say little: what came from a supplier without having been there counts 0 when it
        goes back. So a serial that is in stock nowhere is a mismatch only when it is to be within the walls.
        """
        return SQL(
            """SELECT CASE WHEN stock.places > 1 THEN %(several)s ELSE %(unlike)s END,
                      CASE WHEN stock.places > 1 THEN 'several_places' ELSE 'unlike_stock' END,
                      GREATEST(stock.since, %(moved)s), u.id, NULL::int, NULL::int
                 FROM payg_control_unit u
                 JOIN stock_lot lot ON lot.id = u.lot_id AND lot.location_id IS DISTINCT FROM u.place_id
           CROSS JOIN LATERAL (SELECT count(DISTINCT quant.location_id) AS places, max(quant.in_date) AS since
                                 FROM stock_quant quant
                                WHERE quant.lot_id = lot.id AND quant.quantity > 0) stock
                WHERE stock.places > 0 OR u.place IN ('shop', 'technician', 'repair')""",
            several=KINDS.index("several_places"),
            unlike=KINDS.index("unlike_stock"),
            moved=self.env["payg.control.unit"]._custody_changed_sql("u"),
        )
