from odoo import api, fields, models

from ..custody import Journey, Step


class PaygControlUnit(models.Model):
    """What happened to the units' custody: steps that are only ever added to."""

    _inherit = "payg.control.unit"

    @api.model
    def _step(self):
        """What the person who moves the stock does by it (see ``_transfer``); empty for a plain transfer."""
        step = self.env.context.get("payg_step")
        # A remote call may send any context, but none of that type.
        return step if isinstance(step, Step) else {}

    @api.model
    def _log_journeys(self, journeys):
        """Add the steps of units that moved."""
        self.env["payg.custody.step"]._add([journey.unit._prepare_step_vals(journey) for journey in journeys])

    def _log_step(self, **vals):
        """Add a step by which nothing moved."""
        self.ensure_one()
        stays = Journey(
            unit=self,
            line=self.env["stock.move.line"],
            date=False,
            undone=False,
            place_from=self.place,
            location_from=self.place_id,
            customer_from=self.customer_id,
            assignment_from=self.assignment_id,
            location=self.place_id,
            customer=self.customer_id,
        )
        self.env["payg.custody.step"]._add([{**self._prepare_step_vals(stays), **vals}])

    def _prepare_step_vals(self, journey):
        """
        :param Journey journey: of this unit
        """
        step, now = self._step(), fields.Datetime.now()
        assignment = self.assignment_id or journey.assignment_from
        return {
            "unit_id": self.id,
            "company_id": self.company_id.id,
            "kind": step.get("kind") or self._kind_of_step(journey),
            "at": step.get("dates", {}).get(self.lot_id.id) or step.get("date") or now,
            "recorded_at": now,
            "user_id": self.env.user.id,
            "reason": step.get("reason"),
            "condition": step.get("condition"),
            "place_from": journey.place_from,
            "place": self.place,
            "location_from_id": journey.location_from.id,
            "location_id": self.place_id.id,
            "customer_id": (self.customer_id or journey.customer_from or assignment.customer_id).id,
            "technician_id": assignment.technician_id.id,
            "assignment_id": assignment.id,
            "move_id": journey.line.move_id.id,
        }

    def _kind_of_step(self, journey):
        """What a plain transfer amounts to."""
        if journey.undone:
            return "undone"
        if journey.place_from == "customer" and self.place != "customer":
            return "returned"
        if self.place == "shop":
            came = {"technician": "cancelled", False: "received", "supplier": "received"}
            return came.get(journey.place_from, "moved")
        if self.assignment_id and self.assignment_id == journey.assignment_from:
            return "moved"
        kinds = {"technician": "assigned", "customer": "installed", "repair": "repair", "lost": "lost"}
        return kinds.get(self.place, "moved")
