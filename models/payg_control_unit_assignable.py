from odoo import models
from odoo.exceptions import UserError

from .. import const


class PaygControlUnit(models.Model):
    """Which units may be handed to a technician."""

    _inherit = "payg.control.unit"

    def _check_assignable(self):
        """Whether all of these units may be handed to a technician.

        :raise UserError: with who has it, or what it is
        """
        seen = self.browse()
        for unit in self.sudo():
            reason = (unit in seen and self.env._("it is named twice")) or unit._why_not_assignable()
            if reason:
                raise UserError(
                    self.env._("%(serial)s cannot be assigned: %(reason)s.", serial=unit.name, reason=reason)
                )
            seen |= unit

    def _check_in_stock(self, shop_id=None):
        """Whether the unit lies in a shop's stock, from which alone units are assigned.

        :param int shop_id: of that ``stock.warehouse``; any of the company by default
        :return: ``stock.warehouse``
        :raise UserError: with where it is
        """
        unit = self.sudo()
        place = unit.lot_id.location_id
        shop = place.warehouse_id
        wanted = shop.browse(shop_id or shop.id)
        in_stock = shop and shop.lot_stock_id.parent_path in (place.parent_path or "")
        if wanted == shop and in_stock and shop.company_id == unit.company_id:
            return shop
        raise UserError(
            self.env._(
                "%(serial)s cannot be assigned: it is not in the stock of %(shop)s, it is in %(place)s.",
                serial=unit.name,
                shop=wanted.name or self.env._("a shop"),
                place=place.display_name or self.env._("no place that is known"),
            )
        )

    def _why_not_assignable(self):
        if self.assignment_id:
            return self.env._("it is with the technician %s", self.technician_id.display_name)
        if self.holding_id:
            return self.env._("it is with the customer %s", self.customer_id.display_name)
        return self._why_not_usable()

    def _why_not_usable(self):
        if self.life_state == const.LIFE_IN_REPAIR or self.place == "repair":
            return self.env._("it is in repair")
        if self.life_state in const.LIFE_RETIRED:
            return self.env._("it is retired (%s)", self._label("life_state"))
        return None
