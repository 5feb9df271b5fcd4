from collections import Counter
from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import PaygCommon
from .custody_model import Custody, Place, Unit


class CustodyWorld(PaygCommon):
    """Two shops, two technicians, three customers, people with different roles, and a handful of units."""

    UNITS = 4

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()
        second = cls.env["stock.warehouse"].create({"name": "Second", "code": "SEC", "company_id": cls.company.id})
        cls.shops = [cls.warehouse, second]
        partners = cls.env["res.partner"]
        cls.technicians = cls.technician + partners.create({"name": "Tess", "cu_is_technician": True})
        cls.clients = cls.customer + partners.create([{"name": "Caleb"}, {"name": "Chantal"}])
        cls.people = {
            "clerk_1": cls.user_of("shop_manager"),
            "clerk_2": cls.user_of("shop_manager"),
            "supervisor": cls.user_of("supervisor"),
            "stock": cls._stock_manager(),
        }
        cls.units = cls.make_units(cls.UNITS)
        cls.places = cls._describe_places()
        cls.start = datetime.now().replace(microsecond=0) + timedelta(hours=1)
        cls.env.flush_all()

    @classmethod
    def _stock_manager(cls):
        """Somebody who works in stock and has no role of ours."""
        own = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        return new_test_user(cls.env, "stock_of_the_world", groups="stock.group_stock_manager", **own)

    @classmethod
    def _describe_places(cls):
        """What each location is, said here once more and not read from the addon; vans and repairs too are made."""
        cls.vans = {(s.id, t.id): s._cu_van(t).id for s in cls.shops for t in cls.technicians}
        cls.repairs = {shop.id: shop._cu_repair().id for shop in cls.shops}
        shelf = cls.env["stock.location"].create({"name": "Shelf", "location_id": cls.shop.id})
        cls.adjusted = cls.product.with_company(cls.company).property_stock_inventory
        scrap = cls.env["stock.scrap"].new({"product_id": cls.product.id, "company_id": cls.company.id})
        cls.scrapped = scrap.scrap_location_id
        region = cls.customers.create({"name": "Region", "location_id": cls.customers.id, "usage": "customer"})
        transit = cls.company.internal_transit_location_id
        return {
            **{van: Place("technician", *of) for of, van in cls.vans.items()},
            **{repair: Place("repair", shop) for shop, repair in cls.repairs.items()},
            **{shop.lot_stock_id.id: Place("shop", shop.id, stock=True) for shop in cls.shops},
            shelf.id: Place("shop", cls.shops[0].id, stock=True, parent=cls.shop.id),
            cls.shops[0].wh_output_stock_loc_id.id: Place("shop", cls.shops[0].id),
            cls.customers.id: Place("customer"),
            region.id: Place("customer", parent=cls.customers.id),
            cls.suppliers.id: Place("supplier"),
            transit.id: Place("transit"),
            cls.adjusted.id: Place("lost"),
            cls.scrapped.id: Place("lost"),
        }

    def make_model(self):
        """The same world, for the independent model."""
        shop = self.shops[0].id
        units = {
            name: Unit(Counter({self.shop.id: 1}), at=self.shop.id, shops=[shop]) for name in range(len(self.units))
        }
        return Custody(
            self.places,
            units,
            now=self.start,
            days=5,
            lost=self.scrapped.id,
            repair=self.repairs,
            vans=self.vans,
            shelves={shop.id: shop.lot_stock_id.id for shop in self.shops},
            customers=self.customers.id,
        )

    # ------------------------------------------------------------------
    # Plain stock, by somebody without a role
    # ------------------------------------------------------------------
    def plain_transfer(self, name, source, dest, partner):
        locations, env = self.env["stock.location"], self.env
        self.env = env(user=self.people["stock"])
        try:
            int_type = self.warehouse.int_type_id
            self.transfer(self.units[name], locations.browse(source), locations.browse(dest), partner, int_type)
        finally:
            self.env = env

    def adjust(self, name, place, quantity):
        """An inventory adjustment: the serial lies there, or not."""
        quants = self.env["stock.quant"].with_user(self.people["stock"]).with_context(inventory_mode=True)
        lot = self.units[name].lot_id
        quant = quants.search([("lot_id", "=", lot.id), ("location_id", "=", place)])
        if not quant:
            quant = quants.create({"product_id": self.product.id, "lot_id": lot.id, "location_id": place})
        quant.inventory_quantity = quantity
        quant.action_apply_inventory()

    def lines_after(self, last):
        """The done transfers of our serials that came after that id."""
        domain = [("lot_id", "in", self.units.lot_id.ids), ("state", "=", "done"), ("id", ">", last)]
        return self.env["stock.move.line"].search(domain, order="id")

    def quantities(self):
        """Where the stock says that each serial is: dict of the lot to its quantities by location, none of them 0."""
        found = {}
        for quant in self.env["stock.quant"].search([("lot_id", "in", self.units.lot_id.ids), ("quantity", "!=", 0)]):
            found.setdefault(quant.lot_id.id, {})[quant.location_id.id] = quant.quantity
        return found
