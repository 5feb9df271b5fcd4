from itertools import count

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

GROUP = "payg_control_unit.payg_control_unit_group_%s"
ROLES = ("technician", "shop_manager", "operator", "supervisor", "manager", "administrator")
_serials = count(1)


class PaygCommon(TransactionCase):
    """A company with a shop, a technician, a customer, and control units made to measure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env["res.company"].create({"name": "Light for All"})
        cls.env.user.company_ids += cls.company
        cls.env.user.company_id = cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": [cls.company.id]})
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.shop = cls.warehouse.lot_stock_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.product = cls.env["product.product"].create(cls._product_vals("Control unit BB17"))
        cls.technician = cls.env["res.partner"].create({"name": "Tariq Technician", "cu_is_technician": True})
        cls.customer = cls.env["res.partner"].create({"name": "Clara Customer"})
        cls.Unit = cls.env["payg.control.unit"]
        cls.Command = cls.env["smart.solar.command"]
        cls.config = cls.env["payg.crm.config"]._of(cls.company)

    # ------------------------------------------------------------------
    # Makers
    # ------------------------------------------------------------------
    @classmethod
    def _product_vals(cls, name, **vals):
        return {"name": name, "is_storable": True, "tracking": "serial", "cu_is_control_unit": True, **vals}

    @classmethod
    def make_unit(cls, **vals):
        """A unit in the shop, with an IMEI, read as enabled and activated; ``vals`` change its row."""
        return cls.make_units(1, **vals)

    @classmethod
    def make_units(cls, number, stocked=True, **vals):
        numbers = [next(_serials) for _ in range(number)]
        return cls._make_named([(f"BB17-{n:06d}", f"{860000000000000 + n}") for n in numbers], stocked, vals)

    @classmethod
    def make_tour_units(cls, number, stocked=True, **vals):
        """Units that a tour finds by their names: BB17-TOUR-1, with the IMEI 990000000000001, and so on."""
        named = [(f"BB17-TOUR-{n}", f"{990000000000000 + n}") for n in range(1, number + 1)]
        return cls._make_named(named, stocked, vals)

    @classmethod
    def _make_named(cls, named, stocked, vals):
        lots = cls.env["stock.lot"].create(
            [{"name": name, "product_id": cls.product.id, "cu_imei": imei} for name, imei in named]
        )
        row = {"reported_state": "enabled", "life_state": "5", "reported_at": fields.Datetime.now()}
        units = cls.Unit.browse(lots.cu_unit_ids.ids)
        units.write({**row, **vals})
        if stocked:
            cls.put_in_stock(units)
        return units

    @classmethod
    def put_in_stock(cls, units, location=None):
        """Have the serials lie in the shop, as if they had been there for long."""
        location = location or cls.shop
        cls.env["stock.quant"].create(
            [
                {"product_id": unit.product_id.id, "lot_id": unit.lot_id.id, "location_id": location.id, "quantity": 1}
                for unit in units
            ]
        )
        units.write({"place": location.cu_place, "place_id": location.id})

    @classmethod
    def turn_on(cls, **vals):
        """Turn *Disable by default* on."""
        cls.config.write({"disable_by_default": True, **vals})

    @classmethod
    def user_of(cls, role, **kwargs):
        """A user who has that role and no other right."""
        kwargs.setdefault("company_id", cls.company.id)
        kwargs.setdefault("company_ids", [Command.set(cls.company.ids)])
        return new_test_user(cls.env, f"{role}_{next(_serials)}", groups=GROUP % role, **kwargs)

    def assign(self, unit, **vals):
        return self.env["payg.assignment"].create(
            {"unit_id": unit.id, "technician_id": self.technician.id, "customer_id": self.customer.id, **vals}
        )

    # ------------------------------------------------------------------
    # Stock
    # ------------------------------------------------------------------
    def stock(self, unit, location=None):
        """Put the unit's serial in stock, by an inventory adjustment."""
        quant = self.env["stock.quant"].create(
            {
                "product_id": unit.product_id.id,
                "lot_id": unit.lot_id.id,
                "location_id": (location or self.shop).id,
                "inventory_quantity": 1,
            }
        )
        quant.action_apply_inventory()

    def _move(self, picking_type, source, dest, product, lines, partner=None):
        """A real, validated transfer of the serials in ``lines`` (values of move lines); the move."""
        move = self.env["stock.move"].create(
            {
                "picking_type_id": picking_type.id,
                "product_id": product.id,
                "product_uom_qty": len(lines),
                "product_uom": product.uom_id.id,
                "location_id": source.id,
                "location_dest_id": dest.id,
                "company_id": picking_type.company_id.id,
                "partner_id": partner.id if partner else False,
            }
        )
        move._action_confirm()
        move.move_line_ids.unlink()
        move.move_line_ids = [
            Command.create({**move._prepare_move_line_vals(), "quantity": 1, **vals}) for vals in lines
        ]
        move.picked = True
        move.picking_id.button_validate()
        self.assertEqual(move.state, "done")
        return move

    def transfer(self, unit, source, dest, partner=None, picking_type=None):
        """Move the unit's serial; the transfer."""
        lines = [{"lot_id": unit.lot_id.id}]
        return self._move(
            picking_type or self.warehouse.out_type_id, source, dest, unit.product_id, lines, partner
        ).picking_id

    def receive(self, warehouse, *serials):
        """Receive new serials, given as (serial, IMEI or False); their units."""
        lines = [{"lot_name": name, "cu_imei": imei} for name, imei in serials]
        move = self._move(warehouse.in_type_id, self.suppliers, warehouse.lot_stock_id, self.product, lines)
        return move.move_line_ids.lot_id.cu_unit_ids

    def deliver(self, unit, customer=None):
        return self.transfer(unit, self.shop, self.customers, customer or self.customer)

    def take_back(self, unit):
        return self.transfer(unit, self.customers, self.shop, self.customer, self.warehouse.in_type_id)

    # ------------------------------------------------------------------
    # Runs and commands
    # ------------------------------------------------------------------
    def live_commands(self, units):
        return self.Command.search([("unit_id", "in", units.ids), ("state", "in", ("queued", "sending", "retry"))])

    def run_cron(self, xmlid):
        """Run a scheduled action as the scheduler does, on a cursor of its own."""
        with self.enter_registry_test_mode():
            self.env.ref(f"payg_control_unit.{xmlid}").method_direct_trigger()
        self.env.invalidate_all()

    def run_weekly(self):
        """*Disable not assigned CUs*; the run of our company."""
        self.run_cron("ir_cron_disable_not_assigned")
        return self.env["payg.disable.run"].search([("company_id", "=", self.company.id)], limit=1)
