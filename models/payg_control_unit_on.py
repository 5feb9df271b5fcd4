from odoo import api, models
from odoo.tools import SQL

from .. import const


class PaygControlUnit(models.Model):
    """Units that are on, and with no customer: since when."""

    _inherit = "payg.control.unit"

    @api.model
    def _is_on_sql(self, alias, now):
        """Whether the unit gives light, or will as soon as it connects (boolean SQL on the unit's own row)."""
        return SQL(
            "(%(u)s.reported_state IN %(on_states)s AND NOT (COALESCE(%(u)s.dcm, FALSE) AND %(device_off)s))",
            u=SQL.identifier(alias),
            on_states=const.ON_STATES,
            device_off=self._device_off_sql(alias, now),
        )

    @api.model
    def _on_for_nobody_since_sql(self, alias):
        """Since when a unit that is on has neither a customer nor a technician whose time runs; null: not known.

        From the last of these on: it was switched on; it came to where it is; its technician's time ended.
        """
        return SQL(
            """GREATEST(%(u)s.reported_changed_at, %(u)s.kept_until, %(moved)s)""",
            u=SQL.identifier(alias),
            moved=self._custody_changed_sql(alias),
        )

    @api.model
    def _custody_changed_sql(self, alias):
        """When the unit came to where it is, as far as it was recorded (SQL, one look into an index a unit)."""
        return SQL(
            """(SELECT max(step.recorded_at) FROM payg_custody_step step
                 WHERE step.unit_id = %s AND step.kind <> 'extended')""",
            SQL.identifier(alias, "id"),
        )
