from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..duration import duration_text, signed_duration_text

# A reading is regular once a week; one that is older by a day was missed.
STALE_AFTER = timedelta(days=8)
# Sorted and searched by the moment at which the credit ends.
_BY_MOMENT = ("unit_credit_seconds", "unit_credit_text")


class PaygControlUnit(models.Model):
    """The credit that a DCM unit holds itself: as it was read, and projected to now."""

    _inherit = "payg.control.unit"

    # ------------------------------------------------------------------
    # As read
    # ------------------------------------------------------------------
    unit_credit_balance = fields.Integer(
        "Unit Credit as Read (s)", readonly=True, aggregator=None, help="Seconds that the unit had when it last told."
    )
    unit_credit_until = fields.Datetime(
        readonly=True, help="When the unit's own credit ends. Empty when it was never read."
    )
    unit_credit_as_of = fields.Datetime(
        "Unit Credit as of", readonly=True, help="When the unit last told SMART Solar what it has."
    )
    unit_credit_read_at = fields.Datetime(readonly=True, help="When our reading of it began.")

    # ------------------------------------------------------------------
    # When it is read next
    # ------------------------------------------------------------------
    credit_due_at = fields.Datetime("Unit Credit Due", readonly=True, help="From then on it is read again.")
    credit_wish_at = fields.Datetime("Sync Asked At", readonly=True, help="A person waits for this reading since then.")
    credit_misses = fields.Integer(
        "Absent in Readings", readonly=True, aggregator=None, help="Readings in a row that did not know its credit."
    )
    credit_read_for = fields.Datetime(
        "Read before Expiry", readonly=True, help="The expiry of the account before which the credit was read already."
    )

    # ------------------------------------------------------------------
    # On its way: payments and bad payments that the unit has not acknowledged
    # ------------------------------------------------------------------
    credit_pending_count = fields.Integer("Credit Commands on Their Way", readonly=True, aggregator=None)
    credit_pending_seconds = fields.Integer(
        "Pending Credit (s)", readonly=True, aggregator=None, help="Seconds on their way to the unit."
    )
    credit_failed_count = fields.Integer(
        "Failed Credit Commands", readonly=True, aggregator=None, help="They are sent again by a person."
    )

    # ------------------------------------------------------------------
    # Now
    # ------------------------------------------------------------------
    credit_mode = fields.Selection([("scm", "SCM"), ("dcm", "DCM")], compute="_compute_unit_credit")
    unit_credit_seconds = fields.Integer(
        "Unit Credit (s)", compute="_compute_unit_credit", search="_search_unit_credit_seconds", aggregator=None
    )
    unit_credit_text = fields.Char(
        "Unit Credit Balance",
        compute="_compute_unit_credit",
        help="What the unit holds itself, projected to now. N/A: the server keeps it (SCM). Unknown: never read.",
    )
    credit_pending_text = fields.Char("Pending Credit", compute="_compute_unit_credit")
    unit_credit_known = fields.Boolean(
        compute="_compute_unit_credit", help="Whether the credit of a DCM unit was ever read."
    )
    unit_credit_stale = fields.Boolean(
        "Unit Credit Out of Date",
        compute="_compute_unit_credit",
        search="_search_unit_credit_stale",
        help="The unit told it longer ago than a week, or the last reading did not know it.",
    )
    unit_credit_syncing = fields.Boolean("Being Synced", compute="_compute_unit_credit")

    _credit_due_idx = models.Index("(company_id, credit_due_at) WHERE dcm")
    _credit_wish_idx = models.Index("(company_id, credit_wish_at) WHERE credit_wish_at IS NOT NULL")

    @api.depends(
        "dcm",
        "unit_credit_until",
        "unit_credit_as_of",
        "unit_credit_read_at",
        "credit_misses",
        "credit_wish_at",
        "credit_pending_count",
        "credit_pending_seconds",
    )
    @api.depends_context("lang")
    def _compute_unit_credit(self):
        now = fields.Datetime.now()
        for unit in self:
            known = unit.dcm and bool(unit.unit_credit_until)
            unit.credit_mode = "dcm" if unit.dcm else "scm"
            unit.unit_credit_known = known
            unit.unit_credit_seconds = unit._unit_credit_left(now) if known else 0
            unit.unit_credit_stale = unit._is_credit_stale(now)
            unit.unit_credit_syncing = unit.dcm and bool(unit.credit_wish_at)
            unit.unit_credit_text = unit._unit_credit_words()
            unit.credit_pending_text = unit._pending_words()

    def _unit_credit_left(self, now):
        """Seconds of its own credit that the unit has left, as read and projected; never below 0."""
        return max(0, int((self.unit_credit_until - now).total_seconds()))

    def _is_credit_stale(self, now):
        if not self.dcm or not self.unit_credit_until:
            return False
        return bool(self.credit_misses) or self.unit_credit_as_of < now - STALE_AFTER

    def _unit_credit_words(self):
        if not self.dcm:
            return self.env._("N/A")
        if not self.unit_credit_known:
            return self.env._("Unknown")
        return duration_text(self.env, self.unit_credit_seconds)

    def _pending_words(self):
        """What is on its way to the unit, with its sign; empty without anything."""
        if not self.dcm or not self.credit_pending_count:
            return ""
        return signed_duration_text(self.env, self.credit_pending_seconds)

    # ------------------------------------------------------------------
    # Searching and sorting, by the stored moment
    # ------------------------------------------------------------------
    @api.model
    def _unit_credit_sql(self, alias):
        """`unit_credit_seconds` as SQL on the unit's own row; NULL for SCM and for what was never read."""
        return SQL(
            """CASE WHEN %(u)s.dcm AND %(u)s.unit_credit_until IS NOT NULL
                    THEN GREATEST(0, floor(EXTRACT(EPOCH FROM %(u)s.unit_credit_until - %(now)s))) END""",
            u=SQL.identifier(alias),
            now=fields.Datetime.now(),
        )

    def _search_unit_credit_seconds(self, operator, value):
        """Only of units whose credit is known: what was never read is not 0."""
        if operator not in ("<", "<=", ">", ">=", "in"):
            return NotImplemented
        self.flush_model(["dcm", "unit_credit_until"])
        value = (tuple(map(int, value)) or (None,)) if operator == "in" else value
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL("%s %s %s", self._unit_credit_sql(alias), SQL(operator), value)
        )

    def _search_unit_credit_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        before = fields.Datetime.now() - STALE_AFTER
        known = Domain("dcm", "=", True) & Domain("unit_credit_until", "!=", False)
        stale = known & (Domain("credit_misses", ">", 0) | Domain("unit_credit_as_of", "<", before))
        return Domain.OR([stale if wanted else ~stale for wanted in value])

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name not in _BY_MOMENT:
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        self.flush_model(["dcm", "unit_credit_until"])
        moment = SQL("CASE WHEN %(u)s.dcm THEN %(u)s.unit_credit_until END", u=SQL.identifier(alias))
        # What has no credit of its own, or none that is known, comes last either way.
        return SQL("%s %s NULLS LAST", moment, direction)
