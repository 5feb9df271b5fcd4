from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const

_BY_UNIT = ("cu_unit_credit_text", "cu_unit_credit_until")

# Shown as they are on the unit.
_SHOWN = (
    "unit_credit_text",
    "unit_credit_known",
    "unit_credit_as_of",
    "unit_credit_stale",
    "unit_credit_syncing",
    "credit_pending_text",
)


class ResPartner(models.Model):
    """The unit credit of a customer's unit; of several the one that goes dark first."""

    _inherit = "res.partner"

    cu_credit_unit_id = fields.Many2one(
        "payg.control.unit",
        "Control Unit Next to Go Dark",
        compute="_compute_cu_credit_unit",
        groups=const.ROLE_GROUPS,
        help="The customer's only unit; of several the one whose own credit ends first.",
    )
    cu_unit_credit_text = fields.Char(
        "Unit Credit Balance", compute="_compute_cu_credit_unit", groups=const.ROLE_GROUPS
    )
    cu_unit_credit_until = fields.Datetime(
        "Unit Credit Until",
        compute="_compute_cu_credit_unit",
        search="_search_cu_unit_credit_until",
        groups=const.ROLE_GROUPS,
    )
    cu_unit_credit_known = fields.Boolean(compute="_compute_cu_credit_unit", groups=const.ROLE_GROUPS)
    cu_unit_credit_as_of = fields.Datetime(compute="_compute_cu_credit_unit", groups=const.ROLE_GROUPS)
    cu_unit_credit_stale = fields.Boolean(
        "Unit Credit Out of Date",
        compute="_compute_cu_credit_unit",
        search="_search_cu_unit_credit_stale",
        groups=const.ROLE_GROUPS,
    )
    cu_unit_credit_syncing = fields.Boolean(compute="_compute_cu_credit_unit", groups=const.ROLE_GROUPS)
    cu_credit_pending_text = fields.Char("Pending Credit", compute="_compute_cu_credit_unit", groups=const.ROLE_GROUPS)
    cu_is_dcm = fields.Boolean(
        "Has Units with Credit of Their Own", compute="_compute_cu_credit_unit", groups=const.ROLE_GROUPS
    )
    cu_diagnosis = fields.Char("Diagnosis", compute="_compute_cu_diagnosis", groups=const.ROLE_GROUPS)
    cu_diagnosis_action = fields.Char("What to Do", compute="_compute_cu_diagnosis", groups=const.ROLE_GROUPS)

    @api.depends("cu_unit_ids")
    @api.depends_context("lang")
    def _compute_cu_credit_unit(self):
        """One query for all of them."""
        units = self.env["payg.control.unit"].search(
            [("customer_id", "in", self._origin.ids)], order="dcm DESC NULLS LAST, unit_credit_until NULLS LAST, id"
        )
        first = {}
        for unit in units:
            first.setdefault(unit.customer_id.id, unit)
        for partner in self:
            unit = partner.cu_credit_unit_id = first.get(partner._origin.id, units.browse())
            # Those with credit of their own come first.
            partner.cu_is_dcm = unit.dcm
            partner.cu_unit_credit_until = unit.dcm and unit.unit_credit_until
            for name in _SHOWN:
                partner[f"cu_{name}"] = unit[name]

    @api.depends("cu_unit_ids")
    @api.depends_context("lang")
    def _compute_cu_diagnosis(self):
        for partner in self:
            unit = partner.cu_credit_unit_id
            partner.cu_diagnosis, partner.cu_diagnosis_action = unit.diagnosis, unit.diagnosis_action

    # ------------------------------------------------------------------
    # Searching and sorting
    # ------------------------------------------------------------------
    def _search_cu_unit_credit_until(self, operator, value):
        """Of several units the one that is shown."""
        if operator not in ("in", "<", "<=", ">", ">="):
            return NotImplemented
        known = Domain("id", "in", self._cu_next_units_sql())
        found = Domain("cu_unit_ids", "any", known & Domain("unit_credit_until", operator, value))
        if operator == "in" and False in value:
            found |= ~Domain("cu_unit_ids", "any", known)
        return found

    def _cu_next_units_sql(self):
        """Of each customer the unit whose own credit ends first."""
        self.env["payg.control.unit"].flush_model(["customer_id", "company_id", "dcm", "unit_credit_until"])
        # SQL: the first of each, in one sort; of the companies that the user looks at.
        return SQL(
            """(SELECT DISTINCT ON (unit.customer_id) unit.id FROM payg_control_unit unit
                 WHERE unit.dcm AND unit.customer_id IS NOT NULL AND unit.company_id = ANY(%s)
              ORDER BY unit.customer_id, unit.unit_credit_until NULLS LAST, unit.id)""",
            self.env.companies.ids,
        )

    def _search_cu_unit_credit_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        shown = Domain("id", "in", self._cu_next_units_sql()) & Domain("unit_credit_stale", "=", True)
        stale = Domain("cu_unit_ids", "any", shown)
        return Domain.OR([stale if wanted else ~stale for wanted in value])

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name not in _BY_UNIT:
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        self.env["payg.control.unit"].flush_model(["unit_credit_until", "dcm", "customer_id", "company_id"])
        # SQL: the first moment of each, in one sort; of the companies that the user looks at.
        return SQL(
            """(SELECT min(unit.unit_credit_until) FROM payg_control_unit unit
                 WHERE unit.customer_id = %s AND unit.dcm AND unit.company_id = ANY(%s)) %s NULLS LAST""",
            SQL.identifier(alias, "id"),
            self.env.companies.ids,
            direction,
        )
