from odoo import api, fields, models

from .. import const
from ..custody import Journey

# What following reads of a unit's row.
CUSTODY_FIELDS = (
    *("lot_id", "company_id", "place", "place_id"),
    *("holding_id", "customer_id", "assignment_id", "account_id"),
)


class PaygControlUnit(models.Model):
    """Who has the unit. Written in the transaction of the event that changed it, since the rule reads only this row."""

    _inherit = "payg.control.unit"

    place = fields.Selection(const.PLACES, readonly=True)
    place_id = fields.Many2one(
        "stock.location", "Place of Custody", readonly=True, help="Where its serial was, when its custody last changed."
    )
    custody_step_ids = fields.One2many("payg.custody.step", "unit_id", "Custody", readonly=True)
    event_ids = fields.One2many("payg.unit.event", "unit_id", "Timeline", readonly=True)

    # ------------------------------------------------------------------
    # Custody follows the stock
    # ------------------------------------------------------------------
    @api.model
    def _follow_stock(self, lots, lines, quiet=False, left=None):
        """Let custody and customers follow where the serials lie now, whatever moved them; exactly once.

        The stock is the one truth: what was undone or edited afterwards is followed like what was done. At the end the
        rule is asked for what came to rest with nobody, as after a receipt: units arrive disabled.

        :param lots: ``stock.lot``
        :param lines: the done ``stock.move.line`` that moved them
        :param bool quiet: switch nothing by it: inventory adjustments and imports
        :param dict left: the line that no longer moves a serial, by the id of its lot
        """
        line_of = {**(left or {})}
        # What brought it to where it is goes before what came later, as when two moves are done at once.
        for line in lines.sorted(lambda line: (line._cu_leads_to_place(), line.date, line.id)):
            line_of[line.lot_id.id] = line
        units = self.sudo().search_fetch([("lot_id", "in", lots.ids)], CUSTODY_FIELDS, order="id")
        journeys = units._journeys(line_of)
        if journeys:
            units._follow(journeys, quiet)

    @api.model
    def _follow(self, journeys, quiet):
        for journey in journeys:
            journey.unit.write({"place": journey.location.cu_place, "place_id": journey.location.id})
        self._follow_customers(journeys)
        self._follow_technicians(journeys, quiet)
        self._log_journeys(journeys)
        if not quiet:
            self._want_after(journeys)

    def _want_after(self, journeys):
        """Light for who has a unit from now on; the rule is asked for what rests with nobody."""
        delivered = [journey for journey in journeys if journey.customer]
        resting = self.browse([j.unit.id for j in journeys if j.ends_custody and not j.customer])
        resting = resting.filtered(lambda unit: not unit.assignment_id)
        for customer, units in self._by(delivered, lambda journey: journey.customer).items():
            units._want_for(customer)
        resting._ask_rule(self._step().get("why") or self.env._("Moved in stock to nobody"))

    @api.model
    def _by(self, journeys, key):
        """The units of journeys, grouped: dict of key to units."""
        groups = {}
        for journey in journeys:
            groups.setdefault(key(journey), []).append(journey.unit.id)
        return {found: self.browse(ids) for found, ids in groups.items()}

    # ------------------------------------------------------------------
    # Where it is
    # ------------------------------------------------------------------
    def _journeys(self, line_of):
        """What changed for these units: where they are, or with which customer.

        :param dict line_of: the ``stock.move.line`` at hand, by id of the lot
        :return: list of ``Journey``
        """
        where = self._where()
        lines = {unit: line_of.get(unit.lot_id.id, self.env["stock.move.line"]) for unit in where}
        came = self._came_by(where, lines)
        journeys = []
        for unit, location in where.items():
            customer = unit._customer_at(location, came.get(unit))
            if location != unit.place_id or customer != unit.customer_id:
                journeys.append(unit._journey(location, customer, lines[unit]))
        return journeys

    def _journey(self, location, customer, line):
        step = self._step()
        date = step.get("dates", {}).get(self.lot_id.id) or step.get("date")
        undone = bool(line) and (line.lot_id != self.lot_id or line.quantity <= 0)
        return Journey(
            unit=self,
            line=line,
            date=date or (not undone and line.date) or fields.Datetime.now(),
            undone=undone,
            place_from=self.place,
            location_from=self.place_id,
            customer_from=self.customer_id,
            assignment_from=self.assignment_id,
            location=location,
            customer=customer,
        )

    def _where(self):
        """Where the serials lie. A serial in several places is left out: nobody knows where, so nothing is concluded.

        Beyond the walls quantities say little: a serial that came from a supplier or a customer without having been
        there counts −1, and 0 when it goes back. There its last move decides.

        :return: dict of unit to ``stock.location``, which is empty for what is nowhere
        """
        where = {unit: unit.lot_id.location_id for unit in self}
        nowhere = self.browse([unit.id for unit, location in where.items() if not location])
        last = nowhere._last_lines()
        for unit in nowhere:
            dest = last[unit].location_dest_id if unit in last else where[unit]
            if any(quant.quantity > 0 for quant in unit.lot_id.quant_ids):
                del where[unit]
            elif dest and dest.should_bypass_reservation():
                where[unit] = dest
        return where

    def _last_lines(self, arrived=False):
        """The last done move of each serial.

        :param bool arrived: the last one that brought it to where it lies now
        :return: dict of unit to ``stock.move.line``
        """
        if not self.ids:
            return {}
        lines = self.env["stock.move.line"].sudo()
        domain = [("lot_id", "in", self.lot_id.ids), ("state", "=", "done"), ("quantity", ">", 0)]
        last = {}
        for line in lines.search(domain, order="date, id"):
            if not arrived or line.location_dest_id == line.lot_id.location_id:
                last[line.lot_id.id] = line
        return {unit: last[unit.lot_id.id] for unit in self if unit.lot_id.id in last}

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------
    def _came_by(self, where, lines):
        """By which line each unit came to its customer: the one at hand, or else the last one that went there.

        :return: dict of unit to ``stock.move.line``
        """
        came, asked = {}, self.browse()
        for unit, location in where.items():
            if location.cu_place != "customer":
                continue
            if lines[unit]._cu_leads(unit.lot_id, location):
                came[unit] = lines[unit]
            elif location != unit.place_id:
                asked |= unit
        return came | asked._last_lines(arrived=True)

    def _customer_at(self, location, line):
        """With which customer the unit is at this place.

        :param line: the ``stock.move.line`` by which it came, or none
        """
        if location.cu_place != "customer":
            # Where it is already, nothing is concluded.
            return self.customer_id.browse() if location != self.place_id else self.customer_id
        if told := self._step().get("customers", {}).get(self.lot_id.id):
            return told
        if location == self.place_id and (not line or line.move_id == self.holding_id.begin_move_id):
            return self.customer_id  # a done delivery whose partner is changed moves nothing
        stays = self.customer_id if self.place == "customer" else self.assignment_id.customer_id
        return (line and line._cu_customer()) or stays

    def _follow_customers(self, journeys):
        step, changed = self._step(), [j for j in journeys if j.customer != j.customer_from]
        left = [journey for journey in changed if journey.unit.holding_id]
        for (ended, date, move), units in self._by(left, lambda j: self._end_of_holding(j, step)).items():
            units._close_holding(move, date, ended)
        arrived = [j for j in changed if j.customer and not (j.undone and j.unit._reopen_holding(j.line.move_id))]
        openings = [(j.unit, j.customer, j.line.move_id, j.date) for j in arrived]
        if openings:
            self._begin_holdings(openings, step.get("began", "delivered"))

    @api.model
    def _end_of_holding(self, journey, step):
        """How, when and with which move the holding ends; what was undone has never been there."""
        holding = journey.unit.holding_id
        if journey.undone and holding.begin_move_id == journey.line.move_id:
            return "undone", holding.date_from, journey.line.move_id
        return step.get("ended", "returned"), max(journey.date, holding.date_from), journey.line.move_id

    # ------------------------------------------------------------------
    # Technicians
    # ------------------------------------------------------------------
    def _follow_technicians(self, journeys, quiet):
        ended = [j for j in journeys if j.unit.assignment_id.technician_id != j.location.cu_holder_id]
        for location, units in self._by(ended, lambda journey: journey.location).items():
            reason = self._step().get("why") or self.env._("Moved in stock to %s", location.display_name or "–")
            units.assignment_id._end("cancelled", reason)
        taken = [j for j in journeys if j.location.cu_holder_id and not j.unit.assignment_id]
        if taken:
            vals_list = [self._prepare_assignment_vals(journey) for journey in taken]
            self.env["payg.assignment"].sudo()._insert_open(vals_list)._begin(quiet)

    @api.model
    def _prepare_assignment_vals(self, journey):
        location, step = journey.location, self._step()
        granted = step.get("granted", {}) if journey.unit.lot_id.id in step.get("dates", {}) else {}
        return {
            "unit_id": journey.unit.id,
            "technician_id": location.cu_holder_id.id,
            "warehouse_id": location.warehouse_id.id,
            "van_id": location.id,
            "assigned_at": journey.date,
            **granted,
        }
