from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .doors_common import DoorsCommon

# What the addon hooks into stock.
HOOKS = {
    "stock.move": ["_action_done"],
    "stock.move.line": ["create", "write", "_create_and_assign_production_lot", "_prepare_new_lot_vals"],
    "stock.quant": ["_get_gather_domain", "move_quants"],
    "stock.lot": ["create", "write"],
    "stock.location": ["write"],
}


@tagged("post_install", "-at_install")
class TestCost(DoorsCommon):
    """What following costs, in queries."""

    def queries(self, work):
        """How many queries that takes, everything written, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def without_hooks(self):
        """Take away what the addon hooks into stock, for the rest of the test."""
        for model, names in HOOKS.items():
            for name in names:
                for found in type(self.env[model]).__mro__:
                    if found.__module__.startswith("odoo.addons.payg_control_unit.") and name in vars(found):
                        self.addCleanup(setattr, found, name, vars(found)[name])
                        delattr(found, name)

    def test_other_products_cost_not_one_query_more(self):
        values = self._product_vals("Radio", cu_is_control_unit=False)
        radio = self.env["product.product"].create(values)
        with freeze_time(fields.Datetime.now()):  # a date that changes is one more query, or less
            self.life_of(radio, "R0")  # fills the caches that outlive a transaction
            with_hooks = self.queries(lambda: self.life_of(radio, "R1"))
            self.without_hooks()
            self.assertEqual(with_hooks, self.queries(lambda: self.life_of(radio, "R2")))
        self.assertGreater(with_hooks, 100)

    def life_of(self, product, serial):
        """Received, shelved, delivered, put right, returned, relocated and counted."""
        types = self.warehouse
        receipt = self._move(types.in_type_id, self.suppliers, self.shop, product, [{"lot_name": serial}])
        lot = receipt.move_line_ids.lot_id
        lines = [{"lot_id": lot.id}]
        self._move(types.int_type_id, self.shop, self.van, product, lines)
        reserved = self.keeper["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": 1,
                "location_id": types.view_location_id.id,
                "location_dest_id": self.customers.id,
            }
        )
        reserved._action_confirm()
        reserved._action_assign()
        reserved._action_cancel()
        done = self._move(types.out_type_id, self.van, self.customers, product, lines, self.customer)
        done.move_line_ids.quantity = 0
        done.move_line_ids.quantity = 1
        self._move(types.in_type_id, self.customers, self.shop, product, lines, self.customer)
        lot.location_id = self.van
        quant = self.env["stock.quant"].search([("lot_id", "=", lot.id), ("location_id", "=", self.van.id)])
        quant.inventory_quantity = 0
        quant.action_apply_inventory()

    def test_many_units_of_a_transfer_cost_as_many_queries_as_one(self):
        """Following does: Odoo's own work on each serial is left out."""

        def follow(number):
            units = self.make_units(number, reported_state="disabled")
            picking = self.delivery(units)
            follow, calls = type(self.Unit)._follow_stock, []
            self.patch(type(self.Unit), "_follow_stock", lambda *args: calls.append(args))
            self.validate(picking)
            [(_model, lots, lines, quiet, left)] = calls
            self.patch(type(self.Unit), "_follow_stock", follow)
            return self.queries(lambda: self.Unit._follow_stock(lots, lines, quiet, left))

        with freeze_time(fields.Datetime.now()):  # a date that changes is one more query, or less
            follow(30)  # fills the caches that outlive a transaction
            one, many = follow(1), follow(30)
        self.assertEqual(one, many)
        self.assertLess(one, 20)
