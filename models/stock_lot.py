from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const


class StockLot(models.Model):
    _inherit = "stock.lot"

    cu_unit_ids = fields.One2many("payg.control.unit", "lot_id", "Control Unit", groups=const.ROLE_GROUPS)
    cu_is_control_unit = fields.Boolean(
        "Is a Control Unit", related="product_id.cu_is_control_unit", groups=const.ROLE_GROUPS
    )
    cu_imei = fields.Char(
        "IMEI",
        compute="_compute_cu_imei",
        inverse="_inverse_cu_imei",
        search="_search_cu_imei",
        compute_sudo=True,
        groups=const.ROLE_GROUPS,
    )
    cu_company_id = fields.Many2one(related="cu_unit_ids.company_id", string="CU Company", groups=const.ROLE_GROUPS)
    cu_wanted = fields.Selection(related="cu_unit_ids.wanted", string="Wanted", groups=const.ROLE_GROUPS)
    cu_reported_state = fields.Selection(related="cu_unit_ids.reported_state", groups=const.ROLE_GROUPS)
    cu_life_state = fields.Selection(related="cu_unit_ids.life_state", groups=const.ROLE_GROUPS)
    cu_status_text = fields.Char(related="cu_unit_ids.status_text", groups=const.ROLE_GROUPS)
    cu_verdict = fields.Selection(related="cu_unit_ids.verdict", string="Verdict", groups=const.ROLE_GROUPS)
    cu_why = fields.Char(related="cu_unit_ids.why", groups=const.ROLE_GROUPS)
    cu_kept_until = fields.Datetime(related="cu_unit_ids.kept_until", groups=const.ROLE_GROUPS)
    cu_erp_sync = fields.Selection(related="cu_unit_ids.erp_sync", groups=const.ROLE_GROUPS)

    # ------------------------------------------------------------------
    # IMEI
    # ------------------------------------------------------------------
    @api.depends("cu_unit_ids.imei")
    def _compute_cu_imei(self):
        imeis = {unit.lot_id.id: unit.imei for unit in self.cu_unit_ids}
        for lot in self:
            lot.cu_imei = imeis.get(lot._origin.id)

    def _inverse_cu_imei(self):
        for lot in self:
            unit = lot.sudo().cu_unit_ids[:1].sudo(self.env.su)
            if not unit and lot.cu_imei:
                raise UserError(self.env._("%s is no control unit: it has no IMEI.", lot.name))
            if unit:
                unit._set_imei(lot.cu_imei)

    def _search_cu_imei(self, operator, value):
        return [("cu_unit_ids.imei", operator, value)]

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        """Make the control units with their lots, and give them their IMEIs and who has them (import, receipt)."""
        imeis = [vals.get("cu_imei") for vals in vals_list]
        told = self._cu_told(vals_list)
        vals_list = [{k: v for k, v in self._cu_untold(vals).items() if k != "cu_imei"} for vals in vals_list]
        lots = super().create(vals_list)
        lots._create_control_units(imeis)
        lots._cu_import(told)
        return lots

    def write(self, vals):
        res = super().write(self._cu_untold(vals))
        if "product_id" in vals:
            self.sudo()._cu_follow_product()
        self._cu_import(self._cu_told([vals]) * len(self))
        if vals.get("company_id"):
            self.sudo().cu_unit_ids._lot_company_changed()
        return res

    def _cu_follow_product(self):
        """A serial that was entered under the wrong product, and has not moved yet, is put right.

        :raise UserError: it is a control unit, and would no longer be one
        """
        for lot in self.filtered(lambda lot: lot.cu_unit_ids and not lot.product_id.cu_is_control_unit):
            raise UserError(self.env._("%s is a control unit, and stays one: choose a product that is.", lot.name))
        new = self.filtered(lambda lot: lot.product_id.cu_is_control_unit and not lot.cu_unit_ids)
        new._create_control_units()._take_custody_as_found()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_control_unit(self):
        if self.sudo().cu_unit_ids:
            raise UserError(self.env._("The serial number of a control unit cannot be deleted."))

    def _create_control_units(self, imeis=None):
        """Make the units of these lots, for the products that are control units, in one call.

        :param list imeis: an IMEI or nothing for each lot
        :return: the units, as superuser
        :raise UserError: an IMEI for a lot that is no control unit
        """
        vals_list = []
        for lot, imei in zip(self.sudo(), imeis or [None] * len(self), strict=True):
            if lot.product_id.cu_is_control_unit:
                vals = self.env["payg.control.unit"]._prepare_unit_vals(lot)
                vals_list.append({**vals, "imei": (imei or "").strip() or False})
            elif imei:
                raise UserError(self.env._("%s is no control unit: it has no IMEI.", lot.name))
        return self.env["payg.control.unit"].sudo().create(vals_list)
