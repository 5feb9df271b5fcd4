from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    cu_is_payg = fields.Boolean(
        "PAYG payments",
        help="Customers pay for their on-time here: what has no customer or no account waits in Unmatched payments.",
    )
