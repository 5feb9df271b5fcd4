from odoo import models
from odoo.fields import Domain

from .. import const


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_gather_domain(self, product_id, location_id, lot_id=None, package_id=None, owner_id=None, strict=False):
        """Offer no unit of a van or in repair, unless that place, or that very serial, is asked for."""
        domain = super()._get_gather_domain(product_id, location_id, lot_id, package_id, owner_id, strict)
        if strict or lot_id or not product_id.cu_is_control_unit or location_id.sudo()._cu_is_with_someone():
            return domain
        # sudo ("any!"): whoever reserves need not see where custody is.
        return domain & Domain("location_id", "any!", [("cu_place", "not in", const.PLACES_OF_SOMEONE)])

    def move_quants(self, *args, **kwargs):
        """A person who relocates stock (*Relocate*, *Location* of a lot or package) moves it: the rule is asked."""
        return super(StockQuant, self.with_context(payg_relocated=True)).move_quants(*args, **kwargs)
