from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    cu_is_control_unit = fields.Boolean(
        "Control unit",
        help="Each serial number of this product is a control unit, which SMART Solar switches on and off.",
    )

    @api.constrains("cu_is_control_unit", "tracking", "is_storable")
    def _check_control_unit(self):
        for template in self.sudo().filtered("cu_is_control_unit"):
            if template.tracking != "serial" or not template.is_storable:
                raise ValidationError(
                    self.env._("%s: a control unit is a storable product, tracked by serial number.", template.name)
                )

    def write(self, vals):
        res = super().write(vals)
        if "cu_is_control_unit" in vals:
            self._control_unit_ticked() if vals["cu_is_control_unit"] else self._control_unit_unticked()
        return res

    def _control_unit_ticked(self):
        """Make the units of the serial numbers that exist already, with the customers that hold them."""
        lots = self.env["stock.lot"].sudo().search([("product_id.product_tmpl_id", "in", self.ids)], order="id")
        units = lots._create_control_units()
        units._take_custody_as_found()

    def _control_unit_unticked(self):
        """
        :raise ValidationError: it has control units, with a history that must not be lost
        """
        units = self.env["payg.control.unit"].sudo()
        if units.search_count([("lot_id.product_id.product_tmpl_id", "in", self.ids)], limit=1):
            raise ValidationError(self.env._("This product has control units: it stays a control unit."))
