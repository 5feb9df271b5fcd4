from odoo import api, fields, models
from odoo.tools import SQL

from .. import const


class PaygControlUnit(models.Model):
    """Who has the unit. Written in the transaction of the event that changed it, since the rule reads only this row."""

    _inherit = "payg.control.unit"

    place = fields.Selection(const.PLACES, readonly=True)
    place_id = fields.Many2one(
        "stock.location", "Place of Custody", readonly=True, help="Where its serial was, when its custody last changed."
    )
    custody_step_ids = fields.One2many("payg.custody.step", "unit_id", "Custody", readonly=True)

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------
    def _open_holding(self, customer, move=None, date=None, began="delivered", quiet=False):
        """The unit is with this customer from now on: the holding opens, an open assignment is done, light is wanted.

        :param customer: ``res.partner``
        :param move: the stock move that brought it there
        :param datetime date: since when (UTC), now by default
        :param str began: how it began
        :param bool quiet: want nothing by it, as for an import
        """
        for unit in self.filtered(lambda u: u.customer_id != customer):
            unit._close_holding(move, date)
            holding = self.env["payg.holding"].create(
                {
                    "unit_id": unit.id,
                    "customer_id": customer.id,
                    "date_from": date or fields.Datetime.now(),
                    "begin_move_id": move.id if move else False,
                    "began": began,
                }
            )
            unit.assignment_id._end(
                "done",
                self.env._("Installed at %s", customer.display_name),
                installed_at=holding.date_from,
                installed_unit_id=unit.id,
                customer_id=customer.id,
            )
            unit.write({"holding_id": holding.id, "customer_id": customer.id})
        if not quiet:
            self._want("enabled", "person", self.env._("With the customer %s", customer.display_name))

    def _close_holding(self, move=None, date=None, ended="returned"):
        """The units are no longer with their customers. Asks nothing: the caller knows what comes next."""
        held = self.filtered("holding_id")
        vals = {"date_to": date or fields.Datetime.now(), "end_move_id": move.id if move else False, "ended": ended}
        held.holding_id.write(vals)
        # Before the next holding is inserted: the database allows one open holding a unit.
        held.holding_id.flush_recordset(["date_to"])
        held.write({"holding_id": False, "customer_id": False})

    # ------------------------------------------------------------------
    # Custody follows the stock
    # ------------------------------------------------------------------
    @api.model
    def _follow_stock(self, lots, lines, quiet=False):
        """Let custody and customers follow where the serials lie now, whatever moved them; exactly once.

        The stock is the one truth: what was undone or edited afterwards is followed like what was done. At the end the
        rule is asked for what came to rest with nobody, as after a receipt: units arrive disabled.

        :param lots: ``stock.lot``
        :param lines: the done ``stock.move.line`` that moved them, in their order
        :param bool quiet: switch nothing by it: inventory adjustments and imports
        """
        last = {line.lot_id.id: line for line in lines.sorted(lambda line: (line.date, line.id))}
        moved = self.sudo().browse()
        for unit in self.sudo().search([("lot_id", "in", lots.ids)], order="id"):
            if unit._follow(last.get(unit.lot_id.id, lines.browse()), quiet):
                moved |= unit
        if not quiet:
            resting = moved.filtered(lambda unit: not unit.holding_id and not unit.assignment_id)
            resting._ask_rule(self._step().get("why") or self.env._("Moved in stock to nobody"))

    @api.model
    def _step(self):
        """What the person who moves the stock does by it (see ``_transfer``); empty for a plain transfer."""
        return self.env.context.get("payg_step", {})

    def _follow(self, line, quiet):
        """Follow the unit to where its serial lies.

        :return: whether its custody changed
        """
        location = self.lot_id.location_id
        place = location.cu_place
        customer = place == "customer" and (line._cu_customer() or self.assignment_id.customer_id)
        if location == self.place_id and (not customer or customer == self.customer_id):
            return False
        if not location and self.lot_id.quant_ids.filtered(lambda quant: quant.quantity > 0):
            return False  # in several places at once: nobody knows where, so nothing is concluded from it
        before = self._whereabouts()
        self._follow_customer(customer, line, quiet)
        self._follow_technician(location, quiet)
        self.write({"place": place, "place_id": location.id})
        self._log_step(before, line)
        return True

    def _whereabouts(self):
        """What a step must know of before: the place, and who ended with it."""
        return {
            "place_from": self.place,
            "location_from_id": self.place_id.id,
            "customer": self.customer_id,
            "assignment": self.assignment_id,
        }

    def _follow_customer(self, customer, line, quiet):
        step = self._step()
        date = step.get("date") or line.date or fields.Datetime.now()
        if customer:
            self._open_holding(customer, line.move_id, date, step.get("began", "delivered"), quiet)
        elif self.holding_id:
            self._close_holding(line.move_id, max(date, self.holding_id.date_from), step.get("ended", "returned"))

    def _follow_technician(self, location, quiet):
        technician = location.cu_holder_id
        if self.assignment_id and self.assignment_id.technician_id != technician:
            reason = self._step().get("why") or self.env._("Moved in stock to %s", location.display_name or "–")
            self.assignment_id._end("cancelled", reason)
        if technician and not self.assignment_id:
            vals = {"unit_id": self.id, "technician_id": technician.id, "warehouse_id": location.warehouse_id.id}
            self.env["payg.assignment"].sudo()._insert_open([vals])._begin(quiet)

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------
    def _log_step(self, before=None, line=None, **vals):
        """Add what happened to the unit's custody.

        :param dict before: of ``_whereabouts``
        :param line: the ``stock.move.line`` that moved it
        """
        self.ensure_one()
        step, before = self._step(), before or self._whereabouts()
        assignment = self.assignment_id or before["assignment"]
        now = fields.Datetime.now()
        return (
            self.env["payg.custody.step"]
            .sudo()
            .create(
                {
                    "unit_id": self.id,
                    "company_id": self.company_id.id,
                    "kind": step.get("kind") or self._kind_of_step(before["place_from"]),
                    "at": step.get("date") or now,
                    "recorded_at": now,
                    "user_id": self.env.user.id,
                    "reason": step.get("reason"),
                    "condition": step.get("condition"),
                    "place_from": before["place_from"],
                    "place": self.place,
                    "location_from_id": before["location_from_id"],
                    "location_id": self.place_id.id,
                    "customer_id": (self.customer_id or before["customer"] or assignment.customer_id).id,
                    "technician_id": assignment.technician_id.id,
                    "assignment_id": assignment.id,
                    "move_id": line.move_id.id if line else False,
                    **vals,
                }
            )
        )

    def _kind_of_step(self, place_from):
        """What a plain transfer amounts to."""
        if place_from == "customer" and self.place != "customer":
            return "returned"
        return {
            "technician": "assigned",
            "customer": "installed",
            "repair": "repair",
            "lost": "lost",
            "shop": "received" if place_from in (False, "supplier") else "moved",
        }.get(self.place, "moved")

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
