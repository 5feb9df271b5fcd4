from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..custody import Step


class PaygControlUnit(models.Model):
    """The fleet that exists already: its stock is put where it is, and custody follows. Nothing is switched by it."""

    _inherit = "payg.control.unit"

    @api.model
    def _import_custody(self, rows):
        """Put imported units where they are said to be, with whom, since when.

        A unit that somebody is said to have already stays as it is, and so does one of which nobody is said to have
        it and that lies somewhere.

        :param list rows: of (``stock.lot``, dict of ``stock.lot._cu_told``)
        :raise ValidationError: what is said cannot be
        """
        lots = self.env["stock.lot"].browse([lot.id for lot, _told in rows])
        # Who may import was checked; nobody needs rights on custody for it.
        units = {unit.lot_id.id: unit for unit in self.sudo().search([("lot_id", "in", lots.ids)])}
        known, moving = {"customers": self.env.ref("stock.stock_location_customers").sudo()}, {}
        for lot, told in rows:
            unit = units.get(lot.id)
            if unit and not unit._is_as_told(told):
                unit._check_told(told)
                key = (unit.company_id, unit.product_id, unit._import_source(), unit._import_dest(told, known))
                moving.setdefault(key, []).append((unit, told))
            elif not unit and (told["customer"] or told["technician"]):
                raise ValidationError(self.env._("%s is no control unit: nobody has it in custody.", lot.name))
        for (company, product, source, dest), moved in moving.items():
            self.sudo()._import_to(company, product, source, dest, moved)

    # ------------------------------------------------------------------
    # What is said
    # ------------------------------------------------------------------
    def _is_as_told(self, told):
        self.ensure_one()
        if told["customer"] and not told["technician"]:
            return told["customer"] == self.customer_id
        if told["technician"] and not told["customer"]:
            return told["technician"] == self.technician_id
        return not told["customer"] and bool(self.place)

    def _check_told(self, told):
        """
        :raise ValidationError: with the serial and what is wrong
        """
        if reason := self._why_not_as_told(told):
            raise ValidationError(self.env._("%(serial)s: %(reason)s.", serial=self.name, reason=reason))

    def _why_not_as_told(self, told):
        customer, technician, location = told["customer"], told["technician"], told["location"].sudo()
        if customer and technician:
            return self.env._("a unit is with a customer or with a technician, not with both")
        if told["since"] and told["since"] > fields.Datetime.now():
            return self.env._("since %s lies in the future", self._at(told["since"]))
        if self.holding_id:
            return self.env._("it is with the customer %s already", self.customer_id.display_name)
        if self.assignment_id:
            return self.env._("it is with the technician %s already", self.technician_id.display_name)
        if technician and not technician.sudo().cu_is_technician:
            return self.env._("%s is no technician: tick Technician on the contact", technician.display_name)
        if told["shop"] and told["shop"].company_id != self.company_id:
            return self.env._("the shop %s is another company's", told["shop"].name)
        if location and (location.cu_holder_id != technician or (location.cu_place == "customer") != bool(customer)):
            return self.env._("who has it is not who is at the location %s", location.display_name)
        return None

    # ------------------------------------------------------------------
    # Where it goes
    # ------------------------------------------------------------------
    def _import_source(self):
        """
        :raise ValidationError: the serial is in several places
        """
        lot = self.lot_id
        if not lot.location_id and any(quant.quantity > 0 for quant in lot.quant_ids):
            raise ValidationError(self.env._("%s is in several places in stock: put that right first.", self.name))
        return lot.location_id or self.product_id.with_company(self.company_id).property_stock_inventory

    def _import_dest(self, told, known):
        """
        :param dict known: where customers are, and the shops and vans that were found for earlier rows
        """
        if told["location"]:
            return told["location"].sudo()
        if told["customer"]:
            return known["customers"]
        technician = told["technician"].sudo().with_company(self.company_id)
        shop = told["shop"].sudo() or technician.cu_shop_id or self._first_shop(known)
        if not technician:
            return shop.lot_stock_id
        if (shop, technician) not in known:
            known[shop, technician] = shop._cu_van(technician)
        return known[shop, technician]

    def _first_shop(self, known):
        """
        :raise ValidationError: the company has no shop
        """
        if self.company_id not in known:
            known[self.company_id] = self.company_id._cu_first_shop()
        if not known[self.company_id]:
            raise ValidationError(self.env._("%s has no shop.", self.company_id.name))
        return known[self.company_id]

    @api.model
    def _import_to(self, company, product, source, dest, moved):
        """Move the serials there, as an inventory adjustment does; custody follows.

        :param list moved: of (unit, told)
        """
        step = self._import_step(moved)
        units = self.with_context(payg_step=step).browse([unit.id for unit, _told in moved])
        if source == dest:
            # Delivered before, to nobody that Odoo knew.
            units._follow_stock(units.lot_id, self.env["stock.move.line"], quiet=True)
            return
        moves = self.env["stock.move"].sudo().with_company(company).with_context(payg_step=step, inventory_mode=False)
        move = moves.create(units._prepare_import_move_vals(company, product, source, dest))
        move.with_context(ignore_dest_packages=True)._action_done()

    @api.model
    def _import_step(self, moved):
        """Technicians have the full *Days with Technician* from now on, however long they have had the unit."""
        now, company = fields.Datetime.now(), moved[0][0].company_id
        days = self.env["payg.crm.config"]._of(company).days_with_technician
        return Step(
            kind="imported",
            began="imported",
            customers={unit.lot_id.id: told["customer"] for unit, told in moved if told["customer"]},
            dates={unit.lot_id.id: told["since"] for unit, told in moved if told["since"]},
            granted={"deadline": now + timedelta(hours=24 * days), "extended": True},
        )

    def _prepare_import_move_vals(self, company, product, source, dest):
        shared = {
            "product_id": product.id,
            "company_id": company.id,
            "location_id": source.id,
            "location_dest_id": dest.id,
        }
        lies = self._how_they_lie(source)
        line = {**shared, "product_uom_id": product.uom_id.id, "quantity": 1}
        return {
            **shared,
            "product_uom": product.uom_id.id,
            "product_uom_qty": len(self),
            "inventory_name": self.env._("Import of control units"),
            "is_inventory": True,
            "picked": True,
            "state": "confirmed",
            "move_line_ids": [Command.create({**line, **lies.get(lot, {}), "lot_id": lot.id}) for lot in self.lot_id],
        }
