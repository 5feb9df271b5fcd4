from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..credit import DAY, LONGEST

# The columns that say what an account brings along.
_OPENING = {"opening_cash", "opening_expiry"}


class Told(NamedTuple):
    """What a row says: the money, when the on-time ends, and whether the account has a number of its own."""

    cash: float
    expiry: object
    numbered: bool


def _told(vals):
    """What these values of an account say that it brings along."""
    expiry = fields.Datetime.to_datetime(vals.get("opening_expiry")) or None
    return Told(vals.get("opening_cash") or 0.0, expiry, (vals.get("name") or "/") != "/")


class PaygAccount(models.Model):
    """Customers who have credit already come in by Odoo's own import, each with one row *opening* in its ledger.

    Nothing is switched by it, and nothing is sent to a unit.
    """

    _inherit = "payg.account"

    opening_cash = fields.Monetary(
        "Opening Cash Balance",
        compute="_compute_opening",
        readonly=False,
        help="Of an account that was imported: the money that it brought along, which had not bought a day yet.",
    )
    opening_expiry = fields.Datetime(
        compute="_compute_opening",
        readonly=False,
        help="Of an account that was imported: when the on-time ended that it brought along.",
    )

    @api.depends("transaction_ids")
    def _compute_opening(self):
        rows = self.env["payg.ontime.transaction"].search([("account_id", "in", self.ids), ("kind", "=", "opening")])
        found = {row.account_id: row for row in rows}
        for account in self:
            row = found.get(account._origin, rows.browse())
            account.opening_cash = row.account_amount
            account.opening_expiry = row.expiry_after

    @api.model
    def get_import_templates(self):
        return [
            *super().get_import_templates(),
            {
                "label": self.env._("Import Template for PAYG Accounts"),
                "template": "/payg_control_unit/static/xlsx/payg_accounts.xlsx",
            },
        ]

    def _check_writable(self, vals):
        if _OPENING & vals.keys():
            raise UserError(self.env._("What an account brings along is said when it is opened, by an import."))
        return super()._check_writable(vals)

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------
    @api.model
    def _opening_vals(self, vals):
        return super()._opening_vals({name: value for name, value in vals.items() if name not in _OPENING})

    def _begin_opened(self, vals_by_account):
        told = {key: _told(vals) for key, vals in vals_by_account.items() if _OPENING & vals.keys()}
        bringing = self.filtered(lambda account: account.id in told)
        res = super(PaygAccount, self - bringing)._begin_opened(vals_by_account)
        if bringing:
            bringing._bring_along(told)
        return res

    def _bring_along(self, told):
        """Let the ledgers of these new accounts begin with what they bring along.

        :param dict told: account id to `Told`
        :raise ValidationError: with the customer, the unit and what is wrong
        """
        booking = self._booking()
        reason = self.env._("Opening balance")
        for account in booking.accounts:
            brought, unit = told[account.id], account.unit_id
            account._check_brought(brought)
            if brought.expiry:
                booking.begin(account, unit, booking.at, reason)
                unit.account_id = account
            if brought.expiry or brought.cash:
                booking.bring_along(account, account._to_minor(brought.cash), brought.expiry, reason)
        booking.save()

    def _check_brought(self, brought):
        """
        :raise ValidationError: with whose account it is, and what is wrong
        """
        if reason := self._why_not_brought(brought):
            whose = ", ".join(filter(None, [self.partner_id.display_name, self.unit_id.name]))
            raise ValidationError(self.env._("%(whose)s: %(reason)s.", whose=whose, reason=reason))

    def _why_not_brought(self, brought):
        unit, expiry = self.unit_id, brought.expiry
        installed = bool(unit) and unit.customer_id == self.partner_id
        if unit.account_id:
            return self.env._("the unit has the account %s already", unit.account_id.name)
        if brought.cash < 0:
            return self.env._("a cash balance is not below 0")
        if expiry and not unit:
            return self.env._("on-time runs on a control unit: say on which one")
        if expiry and not installed:
            return self.env._("the unit is not with this customer: import first who has the units")
        if installed and not expiry:
            return self.env._("the customer has the unit: say when the on-time ends")
        if expiry and abs((expiry - fields.Datetime.now()).total_seconds()) > LONGEST:
            return self.env._("an expiry so far away is a wrong one (years at most: %s)", LONGEST // (365 * DAY))
        if not installed and not brought.numbered:
            return self.env._("an account that waits for its unit needs a number, by which it is known again")
        return None

    # ------------------------------------------------------------------
    # Import: the same file again changes nothing
    # ------------------------------------------------------------------
    def _load_records(self, data_list, update=False):
        """Take a row for the account that it names already, though the file has no external id."""
        rows = [data for data in data_list if not data.get("xml_id") and _OPENING & data["values"].keys()]
        known = self._named_by([data["values"] for data in rows]) if rows else {}
        found = {id(data): known.get(self._import_key(data["values"])) for data in rows}
        return super()._load_records(
            [
                {**data, "values": {**data["values"], "id": found[id(data)]}} if found.get(id(data)) else data
                for data in data_list
            ],
            update,
        )

    @api.model
    def _import_key(self, values):
        """By what a row is known again: its number, or else the unit."""
        return ("name", values["name"]) if values.get("name") else ("unit_id", values.get("unit_id"))

    @api.model
    def _named_by(self, rows):
        """The accounts that exist by what names them in a file: dict of `_import_key` to id."""
        keys = {self._import_key(values) for values in rows}
        numbers, units = ([value for name, value in keys if name == what and value] for what in ("name", "unit_id"))
        running = Domain("state", "=", "running") & Domain("unit_id", "in", units)
        accounts = self.search(
            Domain("company_id", "=", self.env.company.id) & (Domain("name", "in", numbers) | running), order="id"
        )
        return {
            **{("unit_id", account.unit_id.id): account.id for account in accounts.filtered("unit_id")},
            **{("name", account.name): account.id for account in accounts},
        }

    def _load_records_write(self, values):
        """An account that is there stays as it is, and a file that says something else of it is refused."""
        if not _OPENING & values.keys():
            return super()._load_records_write(values)
        if not self._is_as_told(values):
            raise ValidationError(
                self.env._(
                    "The account %s is there already, with another customer, currency or opening balance.",
                    self.display_name,
                )
            )
        return None

    def _is_as_told(self, values):
        told = _told(values)
        partner = self.env["res.partner"].browse(values.get("partner_id"))._cu_person()
        return (
            partner == self.partner_id
            and (values.get("currency_id") or self.currency_id.id) == self.currency_id.id
            and self._to_minor(told.cash) == self._to_minor(self.opening_cash)
            and told.expiry == (self.opening_expiry or None)
        )


class PaygOntimeTransaction(models.Model):
    _inherit = "payg.ontime.transaction"

    _opening_uniq = models.UniqueIndex(
        "(account_id) WHERE kind = 'opening'", "An account brings something along only once."
    )
