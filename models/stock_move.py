from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Let the customers of control units follow the goods. Other products cost no query."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        control = moves.filtered(lambda move: move.state == "done" and move.product_id.cu_is_control_unit)
        if control:
            self.env["payg.control.unit"]._follow_move_lines(control.move_line_ids.filtered("lot_id"))
        return moves
