from odoo import fields, models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    cu_imei = fields.Char("IMEI", help="IMEI of a control unit that is received with this line.")

    def _prepare_new_lot_vals(self):
        vals = super()._prepare_new_lot_vals()
        if self.cu_imei:
            vals["cu_imei"] = self.cu_imei
        return vals

    def _create_and_assign_production_lot(self):  # pylint: disable=missing-return
        """Make received serials in the company that receives them, whichever company the user works in.

        Lots mostly have no company, but the company of a control unit chooses who may switch it.
        """
        for company, lines in self.grouped("company_id").items():
            super(StockMoveLine, lines.with_company(company))._create_and_assign_production_lot()

    def _cu_customer(self):
        """The customer to whom this line brings a unit: a person, not their delivery address. Maybe none."""
        partner = self.picking_id.partner_id or self.move_id.partner_id
        while partner.type != "contact" and partner.parent_id:
            partner = partner.parent_id
        return partner
