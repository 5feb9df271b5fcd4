from odoo import api, fields, models
from odoo.tools import SQL


class PaygControlUnit(models.Model):
    """With which customers the units are, and were."""

    _inherit = "payg.control.unit"

    def _open_holding(self, customer, move=None, date=None, began="delivered", quiet=False):
        """The units are with this customer from now on: holdings open, open assignments are done, light is wanted.

        :param customer: ``res.partner``
        :param move: the stock move that brought them there
        :param datetime date: since when (UTC), now by default
        :param str began: how it began
        :param bool quiet: want nothing by it, as for an import
        """
        new = self.filtered(lambda unit: unit.customer_id != customer)
        new._close_holding(move, date)
        new._begin_holdings([(unit, customer, move, date) for unit in new], began)
        if not quiet:
            self._want_for(customer)

    def _want_for(self, customer):
        # The rule's: who records an installation is not somebody who lights up a unit by hand, credit or not.
        self._want("enabled", "rule", self.env._("With the customer %s", customer.display_name))

    @api.model
    def _begin_holdings(self, openings, began):
        """
        :param list openings: of (unit, customer, stock move or none, since when or none)
        """
        now = fields.Datetime.now()
        late = self.browse([unit.id for unit, _customer, _move, date in openings if date and date < now])
        # Only what is recorded afterwards can lie before the end of the holding before: holdings never overlap.
        free = {unit.id: max(filter(None, unit.holding_ids.mapped("date_to")), default=None) for unit in late}
        vals_list = [
            {
                "unit_id": unit.id,
                "company_id": unit.company_id.id,
                "customer_id": customer.id,
                "date_from": max(filter(None, [date or now, free.get(unit.id)])),
                "begin_move_id": move.id if move else False,
                "began": began,
            }
            for unit, customer, move, date in openings
        ]
        holdings = self.env["payg.holding"]._open(vals_list)
        for (unit, customer, _move, date), holding in zip(openings, holdings, strict=True):
            unit._end_as_installed(customer, date or now)
            unit.write({"holding_id": holding.id, "customer_id": customer.id})

    def _end_as_installed(self, customer, date):
        if self.assignment_id:
            reason = self.env._("Installed at %s", customer.display_name)
            own = {"installed_at": date, "installed_unit_id": self.id, "customer_id": customer.id}
            self.assignment_id._end("done", reason, **own)

    def _close_holding(self, move=None, date=None, ended="returned"):
        """The units are no longer with their customers. Asks nothing: the caller knows what comes next."""
        held = self.filtered("holding_id")
        vals = {"date_to": date or fields.Datetime.now(), "end_move_id": move.id if move else False, "ended": ended}
        held.holding_id.write(vals)
        # Before the next holding is inserted: the database allows one open holding a unit.
        held.holding_id.flush_recordset(["date_to"])
        held.write({"holding_id": False, "customer_id": False})

    def _reopen_holding(self, move):
        """What ended the last holding was undone: it has never ended.

        :param move: the ``stock.move`` that was undone
        :return: whether it is open again
        """
        last = self.holding_ids[:1]
        if not move or last.end_move_id != move:
            return False
        last.write({"date_to": False, "end_move_id": False, "ended": False})
        self.write({"holding_id": last.id, "customer_id": last.customer_id.id})
        return True

    # ------------------------------------------------------------------
    # A product becomes a control unit
    # ------------------------------------------------------------------
    def _take_custody_as_found(self):
        """Take over where the serials lie, as a product becomes a control unit, and with which customers.

        The customer is that of the last delivery. Nothing is wanted by it: the fleet is left exactly as it is.
        """
        if not self.ids:
            return
        self.env.flush_all()
        self._place_as_found()
        self._open_holdings_of_delivered()
        # Only what was written: whoever ticks the products may have more to write.
        self.invalidate_model(["place", "place_id", "holding_id", "customer_id", "holding_ids"])
        self.env["payg.holding"].invalidate_model()
        in_vans = self.search([("id", "in", self.ids), ("place", "=", "technician")])
        vals_list = [
            {
                "unit_id": unit.id,
                "technician_id": unit.place_id.cu_holder_id.id,
                "warehouse_id": unit.place_id.warehouse_id.id,
                "van_id": unit.place_id.id,
            }
            for unit in in_vans
        ]
        self.env["payg.assignment"].sudo()._insert_open(vals_list)._begin(quiet=True)

    def _place_as_found(self):
        # SQL: set-wise over a fleet of any size.
        self.env.cr.execute(
            SQL(
                """UPDATE payg_control_unit unit SET place = location.cu_place, place_id = location.id
                     FROM stock_lot lot JOIN stock_location location ON location.id = lot.location_id
                    WHERE lot.id = unit.lot_id AND unit.id = ANY(%s)""",
                list(self.ids),
            )
        )

    def _open_holdings_of_delivered(self):
        # SQL: set-wise over a fleet of any size; the last move line of each serial to where it lies decides.
        self.env.cr.execute(
            SQL(
                """WITH last_line AS (
                       SELECT DISTINCT ON (line.lot_id) unit.id AS unit_id, unit.company_id, line.date, line.move_id,
                              COALESCE(move.partner_id, picking.partner_id) AS partner_id
                         FROM payg_control_unit unit
                         JOIN stock_move_line line ON line.lot_id = unit.lot_id AND line.state = 'done'
                                                  AND line.location_dest_id = unit.place_id AND line.quantity > 0
                         JOIN stock_move move ON move.id = line.move_id
                    LEFT JOIN stock_picking picking ON picking.id = line.picking_id
                        WHERE unit.id = ANY(%(ids)s) AND unit.place = 'customer' AND unit.holding_id IS NULL
                     ORDER BY line.lot_id, line.date DESC, line.id DESC),
                   held AS (
                       INSERT INTO payg_holding (unit_id, company_id, customer_id, date_from, begin_move_id, began,
                                                 create_uid, create_date, write_uid, write_date)
                       SELECT last_line.unit_id, last_line.company_id,
                              CASE WHEN partner.type <> 'contact' THEN COALESCE(partner.parent_id, partner.id)
                                   ELSE partner.id END,
                              last_line.date, last_line.move_id, 'delivered', %(uid)s, %(now)s, %(uid)s, %(now)s
                         FROM last_line JOIN res_partner partner ON partner.id = last_line.partner_id
                    RETURNING id, unit_id, customer_id)
                   UPDATE payg_control_unit unit SET holding_id = held.id, customer_id = held.customer_id
                     FROM held WHERE unit.id = held.unit_id""",
                ids=list(self.ids),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
