from odoo import fields, models

from .. import const


class StockWarehouse(models.Model):
    """A shop, with its technicians' vans and a place for what is to be repaired.

    Both lie beside the warehouse's stock, not in it: no delivery takes from them.
    """

    _inherit = "stock.warehouse"

    cu_vans_location_id = fields.Many2one("stock.location", "Technicians' Vans", copy=False, groups=const.ROLE_GROUPS)
    cu_repair_location_id = fields.Many2one(
        "stock.location", "Repair of Control Units", copy=False, groups=const.ROLE_GROUPS
    )

    def _cu_van(self, technician):
        """The technician's van at this shop, made when there is none yet.

        :param technician: ``res.partner``
        """
        self.ensure_one()
        parent = self._cu_vans()
        locations = self.env["stock.location"].sudo().with_context(active_test=False)
        van = locations.search([("location_id", "=", parent.id), ("cu_technician_id", "=", technician.id)], limit=1)
        if not van:
            return self._cu_make_location(technician.name, parent, cu_technician_id=technician.id)
        if not van.active:
            van.active = True
        return van

    def _cu_vans(self):
        """The one parent location of the vans of this shop."""
        shop = self.sudo()
        if not shop.cu_vans_location_id:
            name = self.env._("Technicians")
            shop.cu_vans_location_id = self._cu_make_location(name, shop.view_location_id)
        return shop.cu_vans_location_id

    def _cu_repair(self):
        """The place of this shop for units that come back to be repaired."""
        shop = self.sudo()
        if not shop.cu_repair_location_id:
            name = self.env._("Repair")
            shop.cu_repair_location_id = self._cu_make_location(name, shop.view_location_id, cu_is_repair=True)
        return shop.cu_repair_location_id

    def _cu_make_location(self, name, parent, **vals):
        # Whoever assigns stock need not have the right to make locations.
        vals = {"name": name, "location_id": parent.id, "company_id": self.company_id.id, **vals}
        return self.env["stock.location"].sudo().create(vals)
