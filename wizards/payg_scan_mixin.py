from odoo import api, fields, models
from odoo.exceptions import UserError


class PaygScanMixin(models.AbstractModel):
    """A wizard in which control units are named by their serial number or IMEI, typed or scanned.

    A code that names no usable unit stays in the field, with the reason below it: the next one overwrites it. A scan
    while the cursor is elsewhere comes by Odoo's own barcode events.
    """

    _name = "payg.scan.mixin"
    _inherit = ["barcodes.barcode_events_mixin"]
    _description = "Scanning Control Units"

    scan = fields.Char("Serial number or IMEI")
    scan_error = fields.Char()

    @api.onchange("scan")
    def _onchange_scan(self):
        self._take_scan()

    def on_barcode_scanned(self, barcode):
        self.scan = barcode
        self._take_scan()

    def _take_scan(self):
        self.scan_error = False
        if not self.scan:
            return
        try:
            self._scanned(self._find_scanned(self.scan))
        except UserError as error:
            self.scan_error = str(error)
        else:
            self.scan = False

    def _scanned(self, unit):
        """Take the unit into the wizard.

        :raise UserError: it cannot be used here, with the reason
        """
        raise NotImplementedError

    def _check_scan(self):
        """
        :raise UserError: what was scanned last names no usable unit
        """
        if self.scan:
            raise UserError(self.scan_error or self.env._("“%s” was not taken: press Enter after it.", self.scan))

    @api.model
    def _find_scanned(self, code):
        """The unit with this serial number or IMEI, in capitals or not; that of the current company first.

        :raise UserError: there is none that the user may use
        """
        code = code.strip()
        typed = (code, code.upper(), code.lower())
        # Who asks is told why a unit is refused, also when it belongs to another company; only that, nothing of it.
        found = self.env["payg.control.unit"].sudo().search(["|", ("name", "in", typed), ("imei", "=", code)])
        own = found.filtered(lambda unit: unit.company_id in self.env.companies)
        if own:
            own = own.sorted(lambda unit: (code not in (unit.name, unit.imei), unit.company_id != self.env.company))
            return own[:1].sudo(False)
        if found:
            raise UserError(self.env._("%s belongs to another company.", code))
        if self.env["stock.lot"].sudo().search_count([("name", "=", code)], limit=1):
            raise UserError(self.env._("%s is no control unit.", code))
        raise UserError(self.env._("No control unit has the serial number or IMEI %s.", code))
