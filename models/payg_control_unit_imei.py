import re
from collections import Counter

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

IMEI_PATTERN = re.compile(r"[0-9]{1,15}")
# What SMART Solar said belongs to the device with the old IMEI.
READING_FIELDS = (
    "reported_state",
    "life_state",
    "reported_changed_at",
    "reported_changed_by",
    "reported_at",
    "unknown_since",
    "smart_solar_entity_id",
    "hardware_type",
    "dcm",
    "command_state",
    "command_since",
    "unit_credit_balance",
    "unit_credit_until",
    "unit_credit_as_of",
    "unit_credit_read_at",
    "credit_due_at",
    "credit_wish_at",
    "credit_misses",
    "credit_read_for",
)


class PaygControlUnit(models.Model):
    _inherit = "payg.control.unit"

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        self._check_imeis([vals["imei"] for vals in vals_list if vals.get("imei")])
        return super().create(vals_list)

    @api.model
    def _check_imeis(self, imeis):
        """A clear message, before the database refuses the same without one.

        :param list imeis: about to be given to units that do not have them
        :raise ValidationError: not up to 15 digits, twice, or another unit's
        """
        for imei in imeis:
            if not IMEI_PATTERN.fullmatch(imei):
                raise ValidationError(self.env._("“%s” is no IMEI. An IMEI has only digits, up to 15.", imei))
        taken = self.sudo().search([("imei", "in", imeis)]).mapped("imei")
        twice = [imei for imei, times in Counter([*imeis, *taken]).items() if times > 1]
        if twice:
            raise ValidationError(
                self.env._("An IMEI belongs to one control unit only. Taken already: %s.", ", ".join(twice[:20]))
            )

    def _set_imei(self, imei):
        """Give the unit an IMEI, or correct it (as superuser, on behalf of the current user).

        A wrong IMEI would switch somebody else's home: once set, only an administrator changes it, and not while a
        command may still reach the device. The change is logged on the serial number.

        :raise AccessError: it is set already, and the user is no administrator of ours
        :raise UserError: a command is live
        """
        self.ensure_one()
        unit = self.sudo()
        imei = (imei or "").strip() or False
        if imei == unit.imei:
            return
        unit._check_imeis([imei] if imei else [])
        if unit.imei:
            unit._check_imei_may_change()
            unit.command_ids.filtered(lambda command: command.state == "accepted").write({"state": "superseded"})
            unit.write(dict.fromkeys(READING_FIELDS, False))
        old, unit.imei = unit.imei, imei
        unit._log_imei(old)

    def _log_imei(self, old):
        """Keep the change with the serial number, as a tracked value: there the timeline finds it."""
        lot = self.lot_id
        tracking = self.env["mail.tracking.value"]
        values = tracking._create_tracking_values(old, self.imei, "cu_imei", {"type": "char"}, lot)
        lot._message_log(tracking_value_ids=[Command.create(values)])

    def _check_imei_may_change(self):
        if not self.env.user.has_group("payg_control_unit.payg_control_unit_group_administrator"):
            raise AccessError(
                self.env._("%s has an IMEI already. Only an administrator of PAYG Control Units changes it.", self.name)
            )
        # The dispatcher claims under a lock of the command's row only: take the unit's row first, then look.
        self.lock_for_update()
        if self.command_state == "live":
            raise UserError(
                self.env._(
                    "A command to %s is on its way. Change its IMEI when the command has been answered.", self.name
                )
            )
