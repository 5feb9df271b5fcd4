from odoo import api, fields, models

from .. import const

_PLACE_OF_USAGE = {
    "internal": "shop",
    "customer": "customer",
    "transit": "transit",
    "supplier": "supplier",
    "inventory": "lost",
}


class StockLocation(models.Model):
    """Where control units are: in a shop, in a technician's van, at customers', in repair."""

    _inherit = "stock.location"

    cu_technician_id = fields.Many2one(
        "res.partner",
        "Technician",
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
