from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..custody import Step


class PaygControlUnit(models.Model):
    """Each step of custody is one real, validated transfer of the units' serials."""

    _inherit = "payg.control.unit"

    def _transfer(self, dest, shop, partner=None, **step):
        """Transfer the serials from where they lie, validated at once; custody and customers follow it.

        :param dest: ``stock.location``
        :param shop: ``stock.warehouse`` whose transfer it is
        :param partner: ``res.partner``
        :param step: what the person does by it, see ``Step``
        :return: ``stock.picking``, one a place that they come from
        :raise UserError: the stock does not know where one of them is
        """
        pickings = self.env["stock.picking"]
        # Who may take a step was checked; nobody needs rights on stock for it.
        for source, units in self.sudo().grouped(lambda unit: unit.lot_id.location_id).items():
            if not source:
                raise UserError(self.env._("Nobody knows where %s is: it is not in stock anywhere.", units[:1].name))
            vals = units._prepare_picking_vals(source, dest, shop, partner)
            picking = pickings.sudo().with_company(shop.company_id).with_context(payg_step=Step(step)).create(vals)
            picking.move_ids.create(units._prepare_move_vals(picking))
            picking._action_done()
            pickings |= picking
        return pickings

    def _prepare_picking_vals(self, source, dest, shop, partner):
        return {
            "picking_type_id": self._picking_type(source, dest, shop).id,
            "partner_id": partner.id if partner else False,
            "location_id": source.id,
            "location_dest_id": dest.id,
            "company_id": shop.company_id.id,
        }

    def _prepare_move_vals(self, picking):
        """Values of moves of just these serials, ready to be done: nothing is left for a reservation to choose."""
        lies = self._how_they_lie(picking.location_id)
        shared = {
            "picking_id": picking.id,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
            "company_id": picking.company_id.id,
        }
        return [
            {
                **shared,
                "product_id": product.id,
                "product_uom_qty": len(units),
                "product_uom": product.uom_id.id,
                "picking_type_id": picking.picking_type_id.id,
                "partner_id": picking.partner_id.id,
                "state": "confirmed",
                "picked": True,
                "move_line_ids": [
                    Command.create(
                        {
                            **shared,
                            **lies.get(unit.lot_id, {}),
                            "product_id": product.id,
                            "product_uom_id": product.uom_id.id,
                            "lot_id": unit.lot_id.id,
                            "quantity": 1,
                        }
                    )
                    for unit in units
                ],
            }
            for product, units in self.grouped("product_id").items()
        ]

    def _how_they_lie(self, location):
        """Values for whatever moves those of the serials that lie there in a package, or belong to somebody else.

        A line that does not name them would leave the serial where it lies, and count −1 beside it.

        :return: dict of ``stock.lot`` to values
        """
        special = Domain("package_id", "!=", False) | Domain("owner_id", "!=", False)
        there = Domain("lot_id", "in", self.lot_id.ids) & Domain("location_id", "=", location.id)
        quants = self.env["stock.quant"].sudo().search(there & Domain("quantity", ">", 0) & special)
        return {quant.lot_id: {"package_id": quant.package_id.id, "owner_id": quant.owner_id.id} for quant in quants}

    def _picking_type(self, source, dest, shop):
        if dest.usage == "customer":
            return shop.out_type_id
        return shop.in_type_id if source.usage == "customer" else shop.int_type_id

    def _shop(self):
        """The shop in whose stock the serial lies, or from whose warehouse it came last; maybe none."""
        self.ensure_one()
        unit = self.sudo()
        places = unit.lot_id.location_id | unit.assignment_id.van_id | unit.custody_step_ids.location_from_id
        # Delivered before it was a control unit: no step of custody tells whence.
        places |= unit.holding_id.begin_move_id.location_id
        shops = places.warehouse_id.filtered(lambda shop: shop.company_id == unit.company_id)
        return shops[:1] or unit.company_id._cu_first_shop()
