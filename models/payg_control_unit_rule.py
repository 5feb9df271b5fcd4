from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from ..duration import moment_text
from ..vocabulary import labels

# The columns that the rule reads: all of them on the unit's own row.
RULE_FIELDS = (
    "imei",
    "controlled",
    "unknown_since",
    "erp_sync",
    "life_state",
    "holding_id",
    "assignment_id",
    "kept_until",
    "dcm",
    "wanted",
    "reported_state",
    "command_state",
    "company_id",
    "unit_credit_until",
    "credit_pending_seconds",
)


class PaygControlUnit(models.Model):
    """The rule: why each unit is kept on, or is to be switched off."""

    _inherit = "payg.control.unit"

    verdict = fields.Selection(
        const.VERDICTS,
        compute="_compute_verdict",
        search="_search_verdict",
        help="Why the unit is kept or switched off.",
    )
    why = fields.Char("Why?", compute="_compute_why")

    # ------------------------------------------------------------------
    # The one classification
    # ------------------------------------------------------------------
    @api.model
    def _verdict_sql(self, alias, feature, now):
        """The verdict on a unit: the first that matches wins (the rule of the design, in its order).

        It reads the unit's own row alone: after waiting for a lock PostgreSQL tests the condition again on that row
        only, so a join or a subquery would judge by what was true before somebody assigned the unit.

        :param str alias: alias of payg_control_unit in the query
        :param SQL feature: boolean, whether *Disable by default* is on in the unit's company
        :param datetime now: the rule's clock (UTC, naive)
        :return: SQL text, one of ``const.VERDICTS``
        """
        return SQL(
            """CASE
                WHEN NOT %(feature)s THEN 'feature_off'
                WHEN NOT %(addressable)s THEN 'not_controlled'
                WHEN %(u)s.erp_sync <> 'do' THEN 'not_synced'
                WHEN %(u)s.life_state IS NULL THEN 'not_read'
                WHEN %(u)s.life_state IN %(retired)s THEN 'retired'
                WHEN %(u)s.holding_id IS NOT NULL THEN 'with_customer'
                WHEN %(u)s.life_state = %(in_repair)s THEN 'in_repair'
                WHEN %(u)s.assignment_id IS NOT NULL AND %(u)s.kept_until > %(now)s THEN 'with_technician'
                WHEN %(u)s.dcm AND %(device_off)s THEN 'already_off'
                WHEN NOT COALESCE(%(u)s.dcm, FALSE) AND %(u)s.wanted = 'disabled' AND %(u)s.reported_state = 'disabled'
                    THEN 'already_off'
                WHEN %(u)s.wanted = 'disabled' AND %(u)s.command_state IN ('live', 'accepted') THEN 'switching_off'
                ELSE 'disable'
            END""",
            u=SQL.identifier(alias),
            feature=feature,
            addressable=self._addressable_sql(alias),
            retired=const.LIFE_RETIRED,
            in_repair=const.LIFE_IN_REPAIR,
            device_off=self._device_off_sql(alias, now),
            now=now,
        )

    @api.model
    def _device_off_sql(self, alias, now):
        """Whether a DCM unit is off: by its credit projected to a moment, with none on its way, or by its state.

        Boolean SQL on the unit's own row. What was never read is not off.
        """
        return SQL(
            """COALESCE(%(u)s.reported_state = 'disabled'
                        OR (%(u)s.unit_credit_until <= %(now)s AND COALESCE(%(u)s.credit_pending_seconds, 0) <= 0),
                        FALSE)""",
            u=SQL.identifier(alias),
            now=now,
        )

    @api.model
    def _addressable_sql(self, alias):
        """Whether SMART Solar can be asked about the unit, and told (boolean SQL on the unit's own row)."""
        return SQL(
            "(%(u)s.imei IS NOT NULL AND COALESCE(%(u)s.controlled, FALSE) AND %(u)s.unknown_since IS NULL)",
            u=SQL.identifier(alias),
        )

    def _addressable(self):
        """Those that SMART Solar can be asked about, and told of: ``_addressable_sql`` for records on a screen."""
        return self.filtered(lambda unit: unit.imei and unit.controlled and not unit.unknown_since)

    @api.model
    def _sendable_sql(self, alias):
        """Whether a switching command may be sent to the unit at all (boolean SQL on the unit's own row)."""
        return SQL("(%s = 'do' AND %s)", SQL.identifier(alias, "erp_sync"), self._addressable_sql(alias))

    def _unsendable(self):
        """Those of these units that no switching command may be sent to: what ``_sendable_sql`` leaves out."""
        return self - self._addressable().filtered(lambda unit: unit.erp_sync == "do")

    @api.model
    def _classified_query(self, now=None, feature=None):
        """Every unit with its verdict, as SQL of rows ``(id, verdict)``.

        :param datetime now: the rule's clock; now by default
        :param SQL feature: overrides each company's *Disable by default* (a preview assumes that it is on)
        """
        config_on = SQL("COALESCE(config.disable_by_default, FALSE)")
        return SQL(
            """SELECT unit.id, %s AS verdict
                 FROM payg_control_unit unit
            LEFT JOIN payg_crm_config config ON config.company_id = unit.company_id""",
            self._verdict_sql("unit", feature or config_on, now or fields.Datetime.now()),
        )

    def _flush_for_rule(self):
        self.env["payg.control.unit"].flush_model(RULE_FIELDS)
        self.env["payg.crm.config"].flush_model(["company_id", "disable_by_default"])

    def _classify(self, now=None, lock=False):
        """The verdict on each of these units, in one query.

        :param datetime now: the rule's clock (UTC, naive)
        :param bool lock: hold their rows for the rest of the transaction, and judge them as they are once locked
        :return: dict of unit id to verdict
        """
        if not self.ids:
            return {}
        self._flush_for_rule()
        # NO KEY: foreign keys to the units stay free.
        locking = SQL("ORDER BY unit.id FOR NO KEY UPDATE OF unit") if lock else SQL()
        query = SQL("%s WHERE unit.id = ANY(%s) %s", self._classified_query(now), list(self.ids), locking)
        return dict(self.env.execute_query(query))

    @api.depends(*RULE_FIELDS)
    def _compute_verdict(self):
        verdicts = self._classify()
        for unit in self:
            unit.verdict = verdicts.get(unit._origin.id, False)

    def _search_verdict(self, operator, value):
        if operator != "in":
            return NotImplemented
        self._flush_for_rule()
        verdicts = tuple(filter(None, value)) or (None,)  # every unit has one: none is without
        query = SQL("(SELECT c.id FROM (%s) c WHERE c.verdict IN %s)", self._classified_query(), verdicts)
        return Domain.custom(to_sql=lambda model, alias, _query: SQL("%s IN %s", SQL.identifier(alias, "id"), query))

    # ------------------------------------------------------------------
    # Asking it for some units, at the event that ended their reason to be on
    # ------------------------------------------------------------------
    def _ask_rule(self, reason, now=None):
        """Switch off those of these units that the rule does not keep.

        :param str reason: the event that makes us ask, for people
        :param datetime now: the rule's clock (UTC, naive)
        :return: the units that are wanted off now because of it
        """
        if not self.ids:
            return self
        # Nobody assigns a unit between the verdict and the wish.
        verdicts = self._classify(now, lock=True)
        doomed = self.filtered(lambda unit: verdicts.get(unit.id) == "disable")
        return doomed._want("disabled", "rule", reason)

    # ------------------------------------------------------------------
    # Why?
    # ------------------------------------------------------------------
    @api.depends("verdict", "customer_id", "technician_id", "wanted_at", "reported_changed_by", "reported_at")
    @api.depends_context("lang", "tz")
    def _compute_why(self):
        for unit in self:
            unit.why = unit._why_sentence() if unit.verdict else False

    def _why_sentence(self):
        """The verdict in a sentence, with the date on which it changes where it has one."""
        self.ensure_one()
        return getattr(self, f"_why_{self.verdict}")()

    def _at(self, moment):
        """A moment in the user's language and time zone."""
        return moment_text(self.env, moment) if moment else "–"

    def _why_feature_off(self):
        return self.env._("“Disable by default” is off in CRM Config: the rule switches nothing.")

    def _why_not_controlled(self):
        if not self.imei:
            return self.env._("It has no IMEI: SMART Solar cannot be told to switch it.")
        if self.unknown_since:
            return self.env._("SMART Solar does not know this IMEI (since %s).", self._at(self.unknown_since))
        return self.env._("It is not controlled by SMART Solar.")

    def _why_not_synced(self):
        return self.env._("“Enable Status sync by ERP” is DO NOT: it is sent no switching command at all.")

    def _why_not_read(self):
        return self.env._("SMART Solar was never read for it: whether it is in repair is not known, so it is kept.")

    def _why_retired(self):
        return self.env._("It is retired in SMART Solar (%s).", self._label("life_state"))

    def _why_with_customer(self):
        since = self.sudo().holding_id.date_from
        return self.env._(
            "It is with the customer %(customer)s since %(since)s.",
            customer=self.sudo().customer_id.display_name or "–",
            since=self._at(since),
        )

    def _why_in_repair(self):
        return self.env._("It is in repair (SMART Solar, read %s).", self._at(self.reported_at))

    def _why_with_technician(self):
        return self.env._(
            "It is with the technician %(technician)s, to install it, until %(until)s; then it is switched off.",
            technician=self.sudo().technician_id.display_name or "–",
            until=self._at(self.kept_until),
        )

    def _why_already_off(self):
        if self.dcm and self.reported_state != "disabled":
            return self.env._(
                "It is with nobody, and its own credit ran out %s (DCM).", self._at(self.unit_credit_until)
            )
        return self.env._("It is with nobody, and it is off since %s.", self._at(self.reported_changed_at))

    def _why_switching_off(self):
        return self.env._(
            "It is with nobody: it is being switched off since %(since)s (%(reason)s).",
            since=self._at(self.wanted_at),
            reason=self.wanted_reason or "–",
        )

    def _why_disable(self):
        if self.wanted == "disabled" and self.reported_state in const.ON_STATES:
            return self.env._(
                "It is with nobody, and it is on again (%(user)s, %(when)s): the next run switches it off.",
                user=self.reported_changed_by or "–",
                when=self._at(self.reported_changed_at),
            )
        if self.assignment_id:
            return self.env._(
                "Its time with the technician %(technician)s ended %(until)s: the next run switches it off.",
                technician=self.sudo().technician_id.display_name or "–",
                until=self._at(self.kept_until),
            )
        return self.env._("It is with nobody: the next run switches it off.")

    def _label(self, field_name):
        """The label of a selection's value, in the user's language."""
        return labels(self, field_name).get(self[field_name], "–")
