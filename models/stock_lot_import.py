from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .. import const

# The columns that say who has a unit.
_CUSTODY = ("cu_customer_id", "cu_since", "cu_technician_id", "cu_shop_id")


class StockLot(models.Model):
    """The fleet that exists already comes in by Odoo's own import of serial numbers, with who has each unit.

    Nobody writes these columns otherwise: custody follows the stock.
    """

    _inherit = "stock.lot"

    cu_customer_id = fields.Many2one(
        related="cu_unit_ids.customer_id", string="Customer", readonly=False, groups=const.ROLE_GROUPS
    )
    cu_technician_id = fields.Many2one(
        related="cu_unit_ids.technician_id", string="Technician", readonly=False, groups=const.ROLE_GROUPS
    )
    cu_since = fields.Datetime(
        "Since",
        compute="_compute_cu_since",
        readonly=False,
        compute_sudo=True,
        groups=const.ROLE_GROUPS,
        help="Since when the customer or the technician has the unit.",
    )
    cu_shop_id = fields.Many2one(
        related="cu_unit_ids.place_id.warehouse_id", string="Shop", readonly=False, groups=const.ROLE_GROUPS
    )

    @api.depends("cu_unit_ids.holding_id.date_from", "cu_unit_ids.assignment_id.assigned_at")
    def _compute_cu_since(self):
        for lot in self:
            unit = lot.cu_unit_ids
            lot.cu_since = unit.holding_id.date_from or unit.assignment_id.assigned_at

    @api.model
    def get_import_templates(self):
        return [
            *super().get_import_templates(),
            {
                "label": self.env._("Import Template for Control Units"),
                "template": "/payg_control_unit/static/xlsx/control_units.xlsx",
            },
        ]

    # ------------------------------------------------------------------
    # What a row tells
    # ------------------------------------------------------------------
    @api.model
    def _cu_told(self, vals_list):
        """What these values say about who has each unit and where it is: a list of dicts of records, empty if nothing.

        Empty columns say that nobody has it.
        """
        partners = self.env["res.partner"]
        named = [vals.get(name) for vals in vals_list for name in ("cu_customer_id", "cu_technician_id")]
        seen = list(filter(None, named))
        return [
            {
                "customer": partners.browse(vals.get("cu_customer_id")).with_prefetch(seen)._cu_person(),
                "technician": partners.browse(vals.get("cu_technician_id")).with_prefetch(seen),
                "shop": self.env["stock.warehouse"].browse(vals.get("cu_shop_id")),
                "location": self.env["stock.location"].browse(vals.get("location_id")),
                "since": fields.Datetime.to_datetime(vals.get("cu_since")),
            }
            if any(name in vals for name in _CUSTODY)
            else {}
            for vals in vals_list
        ]

    @api.model
    def _cu_untold(self, vals):
        """The other values. A location is one of them when the row does not tell who has the unit."""
        if not any(name in vals for name in _CUSTODY):
            return vals
        return {name: value for name, value in vals.items() if name not in (*_CUSTODY, "location_id")}

    def _cu_import(self, told):
        """
        :param list told: of ``_cu_told``, one a lot
        :raise AccessError: the user is no shop manager
        """
        rows = [(lot, said) for lot, said in zip(self, told, strict=True) if said]
        if not rows:
            return
        if not self.env.su and not self.env.user.has_group("payg_control_unit.payg_control_unit_group_shop_manager"):
            raise AccessError(self.env._("Only a Shop Manager imports who has the control units."))
        self.env["payg.control.unit"]._import_custody(rows)

    # ------------------------------------------------------------------
    # Import: the same file again changes nothing
    # ------------------------------------------------------------------
    @api.model
    def load(self, fields, data):
        """Refuse a file that has a serial twice, and say which one."""
        if twice := self._cu_named_twice(fields, data):
            return {"ids": False, "messages": twice, "nextrow": 0}
        return super().load(fields, data)

    @api.model
    def _cu_named_twice(self, names, data):
        own = [index for index, name in enumerate(names) if name.split("/")[0] in ("name", "product_id")]
        if "name" not in names or not any(name.split("/")[0] in (*_CUSTODY, "cu_imei") for name in names):
            return []
        keys = [tuple(row[index] for index in own) for row in data]
        times, serial = Counter(keys), names.index("name")
        return [
            {
                "type": "error",
                "field": "name",
                "record": number,
                "rows": {"from": number, "to": number},
                "message": self.env._("The serial number %s is in the file more than once.", data[number][serial]),
            }
            for number, key in enumerate(keys)
            if data[number][serial] and times[key] > 1
        ]

    def _load_records(self, data_list, update=False):
        """Take units whose serial is known already, though the file has no external id, for what they are."""
        known = self._cu_known(data_list)
        others = [data for data in data_list if id(data) not in known]
        created = super()._load_records(others, update) if others else self.browse()
        found = iter(created)
        lots = self.browse([known[id(data)].id if id(data) in known else next(found).id for data in data_list])
        self._cu_load_known([(known[id(data)], data["values"]) for data in data_list if id(data) in known])
        return lots

    @api.model
    def _cu_known(self, data_list):
        """The lots of those rows that name a control unit which exists: dict by the row's identity."""
        rows = [
            data
            for data in data_list
            if not data.get("xml_id")
            and not data["values"].get("id")
            and data["values"].get("name")
            and any(name in data["values"] for name in (*_CUSTODY, "cu_imei"))
        ]
        if not rows:
            return {}
        names, products = ([data["values"].get(key) for data in rows] for key in ("name", "product_id"))
        units = self.env["payg.control.unit"].search(
            [
                ("name", "in", names),
                ("lot_id.product_id", "in", list(filter(None, products))),
                ("company_id", "=", self.env.company.id),
            ]
        )
        lots = {(unit.name, unit.product_id.id): self.browse(unit.lot_id.id) for unit in units}
        found = {id(data): lots.get((data["values"]["name"], data["values"].get("product_id"))) for data in rows}
        return {key: lot.with_prefetch([lot.id for lot in lots.values()]) for key, lot in found.items() if lot}

    @api.model
    def _cu_load_known(self, rows):
        """
        :param list rows: of (lot, values)
        :raise ValidationError: another IMEI than the unit's
        """
        for lot, vals in rows:
            imei = (vals.get("cu_imei") or "").strip()
            if imei and lot.cu_imei and imei != lot.cu_imei:
                raise ValidationError(
                    self.env._(
                        "%(serial)s has the IMEI %(own)s already, not %(imei)s. An import changes no IMEI.",
                        serial=lot.name,
                        own=lot.cu_imei,
                        imei=imei,
                    )
                )
            own = {name: value for name, value in self._cu_untold(vals).items() if name not in ("name", "product_id")}
            if not imei or lot.cu_imei:
                own.pop("cu_imei", None)
            if own:
                lot._load_records_write(own)
        self.browse([lot.id for lot, _vals in rows])._cu_import(self._cu_told([vals for _lot, vals in rows]))
