from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Let the custody of control units follow the goods. Other products cost no query."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        control = moves.filtered(lambda move: move.state == "done" and move.product_id.cu_is_control_unit)
        if control:
            control._cu_follow()
        return moves

    def _cu_follow(self):
        """Inventory adjustments never switch anything by themselves, nor does an import."""
        for quiet, moves in self.grouped(lambda move: move._cu_is_quiet()).items():
            lines = moves.move_line_ids.filtered("lot_id")
            self.env["payg.control.unit"]._follow_stock(lines.lot_id, lines, quiet)

    def _cu_is_quiet(self):
        if self.env.context.get("import_file"):
            return True
        return self.is_inventory and not self.env.context.get("payg_relocated")
