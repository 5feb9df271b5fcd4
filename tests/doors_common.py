from itertools import pairwise

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .test_steps import StepsCommon


class DoorsCommon(StepsCommon):
    """Transfers made in Odoo's Inventory, by a stock user without any role of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env,
            "storekeeper",
            groups="stock.group_stock_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.keeper = cls.env(user=cls.stock_user)
        cls.van = cls.technician.cu_van_ids
        cls.next_customer = cls.env["res.partner"].create({"name": "Next Customer"})

    # ------------------------------------------------------------------
    # Transfers
    # ------------------------------------------------------------------
    def order(self, **values):
        """What a sales order asks of the stock: a control unit for a customer."""
        procure = self.env["stock.rule"]
        values = {"warehouse_id": self.warehouse, **values}
        whole = (self.product, 1, self.product.uom_id, self.customers, "SO1", "SO1", self.company, values)
        procure.run([procure.Procurement(*whole)])

    def picking(self, picking_type, source, dest, number=1, partner=None, **vals):
        """A confirmed transfer of control units, as the storekeeper makes it."""
        picking = self.keeper["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "location_id": source.id,
                "location_dest_id": dest.id,
                "partner_id": partner.id if partner else False,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": number,
                            "location_id": source.id,
                            "location_dest_id": dest.id,
                        }
                    )
                ],
                **vals,
            }
        )
        picking.action_confirm()
        return picking

    def delivery(self, units, partner=None, **vals):
        """A delivery order in which these serials are reserved."""
        picking = self.picking(
            self.warehouse.out_type_id, self.shop, self.customers, len(units), partner or self.customer, **vals
        )
        self.choose(picking, units)
        return picking

    def choose(self, picking, units):
        """Have just these serials in the transfer, as a person who scans them does."""
        picking.move_line_ids.unlink()
        lines = [
            {**picking.move_ids._prepare_move_line_vals(), "lot_id": unit.lot_id.id, "quantity": 1} for unit in units
        ]
        picking.move_ids.move_line_ids = [Command.create(line) for line in lines]

    def validate(self, picking, **context):
        picking.move_ids.picked = True
        done = picking.with_context(**context).button_validate()
        self.assertEqual(picking.state, "done", done)
        return picking

    def done_delivery(self, unit, partner=None):
        return self.validate(self.delivery(unit, partner))

    def unit_of(self, moved):
        """The unit of the one serial in a transfer or a line."""
        lines = moved.move_line_ids if moved._name == "stock.picking" else moved
        return self.Unit.search([("lot_id", "=", lines.lot_id.id)])

    def return_of(self, picking):
        """The return that core's wizard makes, not yet done."""
        wizard = self.keeper["stock.return.picking"].with_context(active_id=picking.id, active_model="stock.picking")
        action = wizard.create({"picking_id": picking.id}).action_create_returns_all()
        return self.keeper["stock.picking"].browse(action["res_id"])

    def relocate(self, unit, location):
        """*Relocate* in the list of quantities."""
        quants = self.keeper["stock.quant"].search([("lot_id", "=", unit.lot_id.id), ("quantity", ">", 0)])
        wizard = self.keeper["stock.quant.relocate"].create({"quant_ids": quants.ids, "dest_location_id": location.id})
        wizard.action_relocate_quants()

    # ------------------------------------------------------------------
    # What must hold
    # ------------------------------------------------------------------
    def assert_with(self, unit, place, location=None, customer=None, technician=None, wanted=None, kinds=None):
        """Place, customer, technician, wish and steps are these, agree with each other, and stay when asked again."""
        empty = self.env["res.partner"]
        location = location or self.env["stock.location"]
        for _again in range(2):
            unit.invalidate_recordset()
            self.assertEqual((unit.place, unit.place_id), (place, location))
            self.assertEqual(unit.customer_id, customer or empty)
            self.assertEqual(unit.technician_id, technician or empty)
            self.assertEqual(unit.wanted, wanted or False)
            if kinds is not None:
                self.assertEqual(self.steps(unit), kinds)
            self.assert_continuous(unit)
            self.follow_again(unit)

    def assert_continuous(self, unit):
        """At most one is open, holdings never overlap, and each step begins where the one before ended."""
        holding, assignment = unit.holding_ids.filtered("active_now"), unit.assignment_ids
        self.assertEqual((holding, holding.customer_id), (unit.holding_id, unit.customer_id))
        assignment = assignment.filtered(lambda found: found.state == "open")
        self.assertEqual((assignment, assignment.technician_id), (unit.assignment_id, unit.technician_id))
        now = fields.Datetime.now()
        holdings = unit.holding_ids.sorted(lambda found: (found.date_from, found.date_to or now, found.id))
        for earlier, later in pairwise(holdings):
            self.assertLessEqual(earlier.date_to, later.date_from)
        steps = unit.custody_step_ids.sorted("id")
        for earlier, later in pairwise(steps):
            self.assertEqual((earlier.place, earlier.location_id), (later.place_from, later.location_from_id))
        if steps:
            self.assertEqual((steps[-1].place, steps[-1].location_id), (unit.place, unit.place_id))

    def follow_again(self, unit):
        """Whoever asks twice changes nothing."""
        lines = self.env["stock.move.line"].search([("lot_id", "=", unit.lot_id.id), ("state", "=", "done")])
        for asked in (lines, lines.browse()):
            self.Unit._follow_stock(unit.lot_id, asked)
