from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..custody import Step
from ..transaction import lock_rows
from ..vocabulary import labels


class PaygControlUnit(models.Model):
    """The steps of a unit that is with a customer, or lost: each one transfer, with a person, a time and a reason.

    Whoever calls them has checked that the user may. Nobody but the addon can: they are no remote procedures.
    """

    _inherit = "payg.control.unit"

    held_since = fields.Datetime(related="holding_id.date_from", string="With Customer Since")
    correctable = fields.Boolean(compute="_compute_correctable", help="Its serial number can still be corrected.")

    @api.depends("holding_id.date_from")
    def _compute_correctable(self):
        for unit in self.sudo():
            unit.correctable = unit._is_correctable()

    def _is_correctable(self):
        earliest = fields.Datetime.now() - timedelta(weeks=const.CORRECTION_WEEKS)
        return bool(self.holding_id) and self.holding_id.date_from >= earliest

    def _check_date(self, date, earliest=None):
        """
        :param datetime date: when the step happened (UTC)
        :param datetime earliest: what it cannot be before
        :raise UserError: it is in the future, or before that
        """
        if date > fields.Datetime.now():
            raise UserError(self.env._("%s is in the future.", self._at(date)))
        if earliest and date < earliest:
            raise UserError(
                self.env._("%(date)s is before %(earliest)s.", date=self._at(date), earliest=self._at(earliest))
            )

    def _check_company_of(self, other):
        """
        :param other: a ``payg.control.unit`` or a ``stock.warehouse``
        :raise UserError: it belongs to another company than one of these units
        """
        for unit in self.sudo():
            if other and other.sudo().company_id != unit.company_id:
                raise UserError(
                    self.env._(
                        "%(serial)s belongs to another company than %(other)s.",
                        serial=unit.name,
                        other=other.sudo().display_name,
                    )
                )

    def _check_held(self):
        for unit in self.sudo():
            if not unit.holding_id:
                raise UserError(self.env._("%s is with no customer.", unit.name))

    def _install(self, customer, date, kind="installed", reason=None):
        """The unit is at this customer's from now on: transferred to the customer location.

        :param datetime date: since when (UTC)
        :raise UserError: in the future, or before its technician had it, or its last customer gave it back
        """
        self.ensure_one()
        unit = self.sudo()
        known = [*unit.holding_ids.mapped("date_to"), unit.assignment_id.assigned_at]
        self._check_date(date, max(filter(None, known), default=None))
        return self._transfer(
            self.env.ref("stock.stock_location_customers"),
            self._shop(),
            customer,
            kind="installed",
            began=kind,
            date=date,
            reason=reason,
        )

    def _take_back(self, kind, date, reason, to_repair=False, condition=None, shop=None):
        """Units come back from their customers, to the shop or to repair: their holdings end, the rule is asked.

        :param str kind: ``returned``, ``repossessed`` or ``swapped``
        :param datetime date: when (UTC)
        :param str reason: for people
        :param shop: ``stock.warehouse``; each unit's own by default
        :raise UserError: one of them is with no customer, or the date is before it came there
        """
        lock_rows(self)
        self._check_held()
        self._check_company_of(shop)
        words = labels(self.env["payg.custody.step"], "kind")
        for unit in self.sudo():
            unit._check_date(date, unit.holding_id.date_from)
            own = shop or unit._shop()
            dest = own._cu_repair() if to_repair else own.lot_stock_id
            unit._transfer(
                dest,
                own,
                unit.customer_id,
                kind=kind,
                ended=kind,
                date=date,
                reason=reason,
                condition=condition,
                why=words[kind],
            )

    def _swap(self, new, date, reason, to_repair=False, condition=None, shop=None):
        """At a customer's, another unit takes this one's place: all of it or nothing.

        :param new: the ``payg.control.unit`` that takes its place: in a technician's custody, or free in a shop
        :param datetime date: when (UTC)
        :param shop: ``stock.warehouse`` to which this one comes back; its own by default
        :raise UserError: this one is with no customer, the other one cannot be installed, or the date is before it
            was assigned
        """
        self.ensure_one()
        lock_rows(self | new)
        self._check_held()
        customer = self.sudo().customer_id
        new._check_company_of(self)
        new._check_installable()
        new._check_date(date, new.sudo().assignment_id.assigned_at)
        self._take_back("swapped", date, reason, to_repair, condition, shop)
        new._install(customer, date, "swapped", reason)

    def _check_installable(self, technician=None):
        """Whether the unit may be installed at a customer's: with a technician, or free in a shop's stock.

        :param technician: ``res.partner`` who alone may have it; anyone by default
        :raise UserError: with who has it, or what and where it is
        """
        self.ensure_one()
        holder = self.sudo().assignment_id.technician_id
        if not holder or (technician and holder != technician):
            self._check_assignable()
            self._check_in_stock()

    def _lose(self, date, reason):
        """Units are lost or stolen: scrapped, with Odoo's own scrap; the rule is asked for them at once.

        :param str reason: for people
        :raise UserError: the stock does not know where one of them was
        """
        lock_rows(self)
        for unit in self.sudo():
            unit._check_date(date, unit.holding_id.date_from or unit.assignment_id.assigned_at)
            if not unit.lot_id.location_id:
                raise UserError(self.env._("Nobody knows where %s is: it is not in stock anywhere.", unit.name))
            if unit.lot_id.location_id.cu_place == "lost":
                raise UserError(self.env._("%s is lost or scrapped already.", unit.name))
            step = Step(kind="lost", ended="lost", date=date, reason=reason, why=self.env._("Lost"))
            scraps = self.env["stock.scrap"].sudo().with_company(unit.company_id).with_context(payg_step=step)
            scraps.create(
                {
                    "product_id": unit.product_id.id,
                    "lot_id": unit.lot_id.id,
                    "scrap_qty": 1,
                    "location_id": unit.lot_id.location_id.id,
                    "company_id": unit.company_id.id,
                    "origin": reason,
                    **unit._how_they_lie(unit.lot_id.location_id).get(unit.lot_id, {}),
                }
            ).do_scrap()

    def _correct_serial(self, real, reason):
        """The customer got another unit than the one recorded: the last installation of it is put right.

        The one recorded by mistake goes back to its shop; the real one has been with the customer from the same moment
        on, or since it was free.

        :param real: the ``payg.control.unit`` that is really there
        :raise UserError: with no customer, too long ago, or the real one is with somebody else
        """
        self.ensure_one()
        lock_rows(self | real)
        self._check_held()
        holding = self.sudo().holding_id
        if not self.sudo()._is_correctable():
            raise UserError(
                self.env._(
                    "%(serial)s was installed %(when)s: a serial number can be corrected for %(weeks)s weeks.",
                    serial=self.name,
                    when=self._at(holding.date_from),
                    weeks=const.CORRECTION_WEEKS,
                )
            )
        real._check_company_of(self)
        real._check_installable()
        customer, since = holding.customer_id, holding.date_from
        shop, now = self._shop(), fields.Datetime.now()
        step = {"kind": "corrected", "reason": reason, "why": self.env._("Serial number corrected"), "date": now}
        self._transfer(shop.lot_stock_id, shop, customer, ended="corrected", **step)
        since = max(filter(None, [since, real.sudo().holding_ids[:1].date_to]))
        real._transfer(
            self.env.ref("stock.stock_location_customers"),
            shop,
            customer,
            began="corrected",
            **{**step, "date": since},
        )
