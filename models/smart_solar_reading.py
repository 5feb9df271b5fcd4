from odoo import api, models
from odoo.tools import SQL

from .. import const


class PaygControlUnit(models.Model):
    """What SMART Solar reports, written on the units."""

    _inherit = "payg.control.unit"

    @api.model
    def _write_reported(self, company, began, statuses):
        """Write a page of reported states on the units of a company, never over a newer reading.

        Units that left repair are asked for by the rule at once. A unit that the page does not name is not touched.
        To be called in a READ COMMITTED transaction.

        :param datetime began: when the page's request began (UTC, naive)
        :param list statuses: of EnableStatus
        :return: how many units of the company it names, and how many IMEIs that are none
        """
        latest = {status.imei: status for status in statuses}
        if not latest:
            return 0, 0
        self.flush_model()
        matched, repaired, now_dcm = self._update_reported(company, began, latest.values())
        self.invalidate_model(flush=False)
        self.browse(now_dcm)._keeps_own_credit()
        if repaired:
            units = self.with_context(**company.partner_id._cu_words()).browse(repaired)
            units._ask_rule(units.env._("Out of repair"))
        return matched, len(latest) - matched

    def _update_reported(self, company, began, statuses):
        """One statement a page.

        :return: how many units there are of these, the ids of those that left repair, and of those that were SCM
            before and keep their own credit now
        """
        # SQL: a million rows every two hours. No indexed column is written, so no index is (HOT).
        query = SQL(
            """WITH hit AS (
                SELECT u.id, u.life_state AS was, u.reported_changed_at AS was_changed,
                       u.reported_at IS NOT NULL AND NOT COALESCE(u.dcm, FALSE) AS scm, r.*
                  FROM %(rows)s
                  JOIN payg_control_unit u ON u.imei = r.imei AND u.company_id = %(company)s
              ORDER BY u.id FOR NO KEY UPDATE OF u
            ), written AS (
                UPDATE payg_control_unit u
                   SET reported_state = hit.state, life_state = COALESCE(hit.life::text, u.life_state),
                       reported_changed_at = hit.changed, reported_changed_by = hit.by, reported_at = %(began)s,
                       dcm = hit.dcm, smart_solar_entity_id = hit.entity, hardware_type = hit.hardware,
                       unknown_since = NULL
                  FROM hit
                 WHERE u.id = hit.id AND (u.reported_at IS NULL OR u.reported_at <= %(began)s)
             RETURNING u.id, hit.was, u.life_state, hit.scm, u.dcm
            ), elsewhere AS (%(elsewhere)s)
            SELECT (SELECT count(*) FROM hit),
                   (SELECT array_agg(id) FROM written WHERE was = %(repair)s AND life_state <> %(repair)s),
                   (SELECT array_agg(id) FROM written WHERE scm AND dcm)""",
            rows=self._statuses_sql(statuses),
            elsewhere=self._changes_elsewhere_sql(company, began),
            company=company.id,
            began=began,
            repair=const.LIFE_IN_REPAIR,
        )
        matched, repaired, now_dcm = self.env.execute_query(query)[0]
        return matched, repaired or [], now_dcm or []

    @api.model
    def _statuses_sql(self, statuses):
        """The statuses of a page as rows ``r``."""
        imeis, _serials, states, lives, changed, users, dcms, entities, hardware = zip(*statuses, strict=True)
        return SQL(
            """unnest(%s::text[], %s::text[], %s::int[], %s::timestamp[], %s::text[], %s::bool[], %s::int[], %s::text[])
               AS r(imei, state, life, changed, by, dcm, entity, hardware)""",
            *(list(column) for column in (imeis, states, lives, changed, users, dcms, entities, hardware)),
        )

    @api.model
    def _changes_elsewhere_sql(self, company, began):
        """An INSERT of what others than our own logins switched since the reading before; a first one tells nothing."""
        return SQL(
            """INSERT INTO payg_status_change (unit_id, company_id, at, state, changed_by, read_at)
               SELECT hit.id, %(company)s, hit.changed, hit.state, hit.by, %(began)s
                 FROM hit JOIN written ON written.id = hit.id
                WHERE hit.changed > hit.was_changed
                  AND NOT EXISTS (SELECT FROM smart_solar_client c
                                   WHERE c.company_id = %(company)s AND lower(c.username) = lower(hit.by))""",
            company=company.id,
            began=began,
        )
