from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const

_PLACE_OF_USAGE = {
    "internal": "shop",
    "customer": "customer",
    "transit": "transit",
    "supplier": "supplier",
    "inventory": "lost",
}


# What makes a location another kind of place.
_MAKES_PLACE = {"usage", "location_id", "cu_technician_id", "cu_is_repair"}


class StockLocation(models.Model):
    """Where control units are: in a shop, in a technician's van, at customers', in repair."""

    _inherit = "stock.location"

    cu_technician_id = fields.Many2one(
        "res.partner",
        "Technician",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=const.ROLE_GROUPS,
        help="The van of this technician: control units here are in their custody.",
    )
    cu_is_repair = fields.Boolean(
        "Repair of Control Units", groups=const.ROLE_GROUPS, help="Control units come here to be repaired."
    )
    # Inherited from the parents, so that following a transfer reads one row.
    cu_holder_id = fields.Many2one(
        "res.partner", compute="_compute_cu_place", store=True, recursive=True, groups=const.ROLE_GROUPS
    )
    cu_place = fields.Selection(
        const.PLACES, "Place", compute="_compute_cu_place", store=True, recursive=True, groups=const.ROLE_GROUPS
    )

    _cu_one_van = models.UniqueIndex(
        "(location_id, cu_technician_id) WHERE cu_technician_id IS NOT NULL",
        "This technician has a van there already.",
    )

    @api.depends("usage", "cu_technician_id", "cu_is_repair", "location_id.cu_place", "location_id.cu_holder_id")
    def _compute_cu_place(self):
        for location in self:
            parent = location.location_id
            location.cu_holder_id = location.cu_technician_id or parent.cu_holder_id
            if location.usage != "internal":
                location.cu_place = _PLACE_OF_USAGE.get(location.usage, "elsewhere")
            elif location.cu_holder_id:
                location.cu_place = "technician"
            elif location.cu_is_repair or parent.cu_place == "repair":
                location.cu_place = "repair"
            else:
                location.cu_place = "shop"

    def write(self, vals):
        """
        :raise UserError: control units that lie there would be with somebody else, without having moved
        """
        res = super().write(vals)
        if not _MAKES_PLACE.isdisjoint(vals):
            self.sudo()._cu_check_custody()
        return res

    def _cu_check_custody(self):
        for location in self.search([("id", "child_of", self.ids)]):
            here = [("place_id", "=", location.id)]
            other = ["|", ("place", "!=", location.cu_place), ("technician_id", "!=", location.cu_holder_id.id)]
            if self.env["payg.control.unit"].search_count(here + other, limit=1):
                raise UserError(
                    self.env._(
                        "%s has control units in it: they would be with somebody else. Transfer them first.",
                        location.display_name,
                    )
                )

    def _cu_is_with_someone(self):
        """Whether whoever names this place asks for units that are with a technician, or in repair."""
        self.ensure_one()
        return self.cu_place in const.PLACES_OF_SOMEONE or self == self.warehouse_id.cu_vans_location_id
