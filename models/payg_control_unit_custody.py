from odoo import api, fields, models
from odoo.tools import SQL


class PaygControlUnit(models.Model):
    """Who has the unit. Written in the transaction of the event that changed it, since the rule reads only this row."""

    _inherit = "payg.control.unit"

    def _open_holding(self, customer, move=None, date=None):
        """The unit is with this customer from now on: the holding opens, an open assignment is done, light is wanted.

        :param customer: ``res.partner``
        :param move: the stock move that brought it there
        :param datetime date: since when (UTC), now by default
        """
        for unit in self.filtered(lambda u: u.customer_id != customer):
            unit._close_holding(move, date)
            holding = self.env["payg.holding"].create(
                {
                    "unit_id": unit.id,
                    "customer_id": customer.id,
                    "date_from": date or fields.Datetime.now(),
                    "begin_move_id": move.id if move else False,
                }
            )
            unit.assignment_id._end("done", self.env._("Installed at %s", customer.display_name))
            unit.write({"holding_id": holding.id, "customer_id": customer.id})
        return self._want("enabled", "person", self.env._("With the customer %s", customer.display_name))

    def _close_holding(self, move=None, date=None):
        """The units are no longer with their customers. Asks nothing: the caller knows what comes next."""
        held = self.filtered("holding_id")
        held.holding_id.write({"date_to": date or fields.Datetime.now(), "end_move_id": move.id if move else False})
        # Before the next holding is inserted: the database allows one open holding a unit.
        held.holding_id.flush_recordset(["date_to"])
        held.write({"holding_id": False, "customer_id": False})

    @api.model
    def _follow_move_lines(self, move_lines):
        """Let holdings follow done stock moves of control units, in their order.

        A delivery to a customer location with a customer opens a holding; leaving a customer location ends it. Then
        the rule is asked at once for what came to rest anywhere else, as after a receipt: units arrive disabled.
        Inventory adjustments never switch anything by themselves.
        """
        lots = move_lines.lot_id
        units = {unit.lot_id.id: unit for unit in self.sudo().search([("lot_id", "in", lots.ids)])}
        resting = self.sudo().browse()
        for line in move_lines:
            unit = units.get(line.lot_id.id)
            if not unit:
                continue
            unit._follow_move_line(line)
            if not line.move_id.is_inventory:
                resting |= unit
        resting.filtered(lambda unit: not unit.holding_id)._ask_rule(self.env._("Moved in stock to nobody"))

    def _follow_move_line(self, line):
        customer = line._cu_customer()
        if line.location_dest_id.usage == "customer":
            if customer:
                self._open_holding(customer, line.move_id, line.date)
        elif line.location_id.usage == "customer":
            self._close_holding(line.move_id, line.date)

    def _open_holdings_of_delivered(self):
        """Open the holdings of units that lie at a customer location already, as a product becomes a control unit.

        The customer is that of the last delivery. Nothing is wanted by it: the fleet is left exactly as it is.
        """
        if not self.ids:
            return
        self.env.flush_all()
        # SQL: set-wise over a fleet of any size; the last move line of each serial decides.
        self.env.cr.execute(
            SQL(
                """WITH last_line AS (
                       SELECT DISTINCT ON (line.lot_id) unit.id AS unit_id, unit.company_id, line.date, line.move_id,
                              dest.usage, COALESCE(picking.partner_id, move.partner_id) AS partner_id
                         FROM payg_control_unit unit
                         JOIN stock_move_line line ON line.lot_id = unit.lot_id AND line.state = 'done'
                         JOIN stock_move move ON move.id = line.move_id
                         JOIN stock_location dest ON dest.id = line.location_dest_id
                    LEFT JOIN stock_picking picking ON picking.id = line.picking_id
                        WHERE unit.id = ANY(%(ids)s) AND unit.holding_id IS NULL
                     ORDER BY line.lot_id, line.date DESC, line.id DESC),
                   held AS (
                       INSERT INTO payg_holding (unit_id, company_id, customer_id, date_from, begin_move_id,
                                                 create_uid, create_date, write_uid, write_date)
                       SELECT last_line.unit_id, last_line.company_id,
                              CASE WHEN partner.type <> 'contact' THEN COALESCE(partner.parent_id, partner.id)
                                   ELSE partner.id END,
                              last_line.date, last_line.move_id, %(uid)s, %(now)s, %(uid)s, %(now)s
                         FROM last_line JOIN res_partner partner ON partner.id = last_line.partner_id
                        WHERE last_line.usage = 'customer'
                    RETURNING id, unit_id, customer_id)
                   UPDATE payg_control_unit unit SET holding_id = held.id, customer_id = held.customer_id
                     FROM held WHERE unit.id = held.unit_id""",
                ids=list(self.ids),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        # Only what was written: whoever ticks the products may have more to write.
        self.invalidate_model(["holding_id", "customer_id", "holding_ids"])
        self.env["payg.holding"].invalidate_model()
