from odoo import api, fields, models

# A done line that changes one of these moves stock.
MOVES_STOCK = {"lot_id", "quant_id", "quantity", "product_uom_id", "location_id", "location_dest_id"}


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    cu_imei = fields.Char("IMEI", help="IMEI of a control unit that is received with this line.")

    @api.model_create_multi
    def create(self, vals_list):
        """A line that is added to a done transfer moves stock, like any other."""
        lines = super().create(vals_list)
        lines._cu_done()._cu_follow()
        return lines

    def write(self, vals):
        """Let the custody of control units follow a done line whose serial, quantity or places are put right."""
        done = self._cu_done() if not MOVES_STOCK.isdisjoint(vals) else self.browse()
        before = {line.lot_id.id: line for line in done}
        res = super().write(vals)
        done._cu_follow(before)
        return res

    def _cu_done(self):
        return self.filtered(lambda line: line.state == "done" and line.product_id.cu_is_control_unit)

    def _cu_follow(self, before=None):
        """Let the custody of the serials of these done lines follow.

        :param dict before: the line that moved a serial until it was edited, by id of the lot
        """
        for quiet, lines in self.grouped(lambda line: line.move_id._cu_is_quiet()).items():
            left = {lot: line for lot, line in (before or {}).items() if lot and line in lines}
            lots = lines.lot_id | lines.lot_id.browse(left)
            self.env["payg.control.unit"]._follow_stock(lots, lines.filtered("lot_id"), quiet, left)

    def _cu_leads(self, lot, location):
        """Whether this line brings that serial there."""
        return self.lot_id == lot and self.quantity > 0 and self.location_dest_id == location

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

    def _cu_leads_to_place(self):
        return self._cu_leads(self.lot_id, self.lot_id.location_id)

    def _cu_customer(self):
        """The customer to whom this line brings a unit: a person, not their delivery address. Maybe none.

        The move's partner comes first: with drop shipping the transfer's is the vendor.
        """
        return (self.move_id.partner_id or self.picking_id.partner_id)._cu_person()
