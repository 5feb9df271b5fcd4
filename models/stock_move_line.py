from odoo import fields, models

# A done line that changes one of these moves stock.
MOVES_STOCK = {"lot_id", "quant_id", "quantity", "product_uom_id", "location_id", "location_dest_id"}


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    cu_imei = fields.Char("IMEI", help="IMEI of a control unit that is received with this line.")

    def write(self, vals):
        """Let the custody of control units follow a done line whose serial, quantity or places are put right."""
        done = self.browse()
        if not MOVES_STOCK.isdisjoint(vals):
            done = self.filtered(lambda line: line.state == "done" and line.product_id.cu_is_control_unit)
        lots = done.lot_id
        res = super().write(vals)
        if done:
            quiet = bool(self.env.context.get("import_file"))
            self.env["payg.control.unit"]._follow_stock(lots | done.lot_id, done, quiet)
        return res

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
