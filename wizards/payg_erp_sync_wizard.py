from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from ..vocabulary import labels


class PaygErpSyncWizard(models.TransientModel):
    """Mark units as DO or DO NOT “Enable Status sync by ERP”: the selected ones, or a whole filtered list."""

    _name = "payg.erp.sync.wizard"
    _description = "Mark ERP Enable Sync"

    erp_sync = fields.Selection(const.ERP_SYNC, "Enable Status sync by ERP", required=True, default="do")
    reason = fields.Char(required=True)
    scope = fields.Selection(
        [("selection", "Selected units"), ("domain", "The whole filtered list")], required=True, default="selection"
    )
    unit_ids = fields.Many2many("payg.control.unit", string="Control Units")
    source_model = fields.Char(readonly=True)
    source_domain = fields.Char(readonly=True)
    unit_count = fields.Integer("Units", compute="_compute_unit_count")

    # ------------------------------------------------------------------
    # What it works on
    # ------------------------------------------------------------------
    @api.model
    def default_get(self, fields_list):
        """Take what the list's Action menu sends: the ids, at most 20,000 of them, and the domain of the whole list."""
        values = super().default_get(fields_list)
        model, ids = self.env.context.get("active_model"), self.env.context.get("active_ids")
        if model in ("payg.control.unit", "stock.lot") and ids:
            units = self.env["payg.control.unit"].search(self._unit_domain(model, [("id", "in", ids)]))
            values["unit_ids"] = [fields.Command.set(units.ids)]
            values["source_model"] = model
            domain = self.env.context.get("active_domain")
            if domain is not None:
                values["source_domain"] = repr(domain)
        return values

    @api.model
    def _unit_domain(self, model, domain):
        """A domain of lots as one of units."""
        return Domain("lot_id", "any", domain) if model == "stock.lot" else Domain(domain)

    @api.depends("scope", "unit_ids", "source_domain")
    def _compute_unit_count(self):
        for wizard in self:
            wizard.unit_count = self.env["payg.control.unit"].search_count(wizard._domain())

    def _domain(self):
        if self.scope == "domain" and self.source_domain:
            try:
                return self._unit_domain(self.source_model, literal_eval(self.source_domain))
            except (ValueError, SyntaxError, TypeError) as error:
                raise UserError(self.env._("This is no domain: %s", self.source_domain)) from error
        return Domain("id", "in", self.unit_ids._origin.ids)

    # ------------------------------------------------------------------
    # Marking
    # ------------------------------------------------------------------
    def action_mark(self):
        """Mark the units, under the user's own rules, and log it. Who may is who has access to this wizard.

        :raise UserError: no unit
        """
        self.ensure_one()
        self.env["payg.control.unit"].flush_model()
        query = self.env["payg.control.unit"]._search(self._domain(), order="id")
        changed = self._mark(query)
        if not changed and not self.unit_count:
            raise UserError(self.env._("There is no control unit to mark."))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Marked %(mark)s: %(count)s.", mark=self._selected_mark(), count=changed),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _selected_mark(self):
        return labels(self, "erp_sync")[self.erp_sync]

    def _mark(self, query):
        """One UPDATE and one INSERT of log rows, for any number of units; how many changed."""
        # SQL: 100,000 units in seconds; the query carries the user's access rules.
        [[count]] = self.env.execute_query(
            SQL(
                """WITH marked AS (
                       UPDATE payg_control_unit SET erp_sync = %(mark)s
                        WHERE id IN %(query)s AND erp_sync IS DISTINCT FROM %(mark)s
                    RETURNING id, company_id),
                   logged AS (
                       INSERT INTO payg_erp_sync_log (unit_id, company_id, erp_sync, reason, user_id, marked_at)
                       SELECT id, company_id, %(mark)s, %(reason)s, %(user)s, %(now)s FROM marked)
                   SELECT count(*) FROM marked""",
                mark=self.erp_sync,
                query=query.subselect(),
                reason=self.reason,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env["payg.control.unit"].invalidate_model()
        self.env["payg.erp.sync.log"].invalidate_model()
        return count
