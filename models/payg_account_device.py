from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .. import const
from ..credit import device
from ..duration import moment_text
from ..vocabulary import labels
from .payg_control_unit_device import Gift

# What changes an account's on-time for money or by hand; alignments come from the unit itself.
_CARRIED = ("payment", "refund", "reversal", "bonus", "correction")


class PaygAccount(models.Model):
    """On-time goes to the DCM unit as commands, and the unit's own credit, read later, is right."""

    _inherit = "payg.account"

    unit_credit_text = fields.Char(related="unit_id.unit_credit_text")
    unit_credit_until = fields.Datetime(related="unit_id.unit_credit_until")
    unit_credit_known = fields.Boolean(related="unit_id.unit_credit_known")
    unit_credit_as_of = fields.Datetime(related="unit_id.unit_credit_as_of")
    unit_credit_stale = fields.Boolean(related="unit_id.unit_credit_stale")
    unit_credit_syncing = fields.Boolean(related="unit_id.unit_credit_syncing")
    credit_pending_text = fields.Char(related="unit_id.credit_pending_text")

    # ------------------------------------------------------------------
    # From the account to the unit
    # ------------------------------------------------------------------
    def _booked(self, rows, vals_by_account):
        transactions = super()._booked(rows, vals_by_account)
        transactions.filtered(lambda row: row.kind in _CARRIED and row.seconds)._carry_to_units()
        return transactions

    def action_begin(self):
        """Begin a waiting account; its unit is given what differs from what it has."""
        res = super().action_begin()
        account = self.sudo()
        account.unit_id._level_credit({account.unit_id: account.expiry}, self.env._("Begins: %s", account.name))
        return res

    # ------------------------------------------------------------------
    # From the unit to the account
    # ------------------------------------------------------------------
    @api.model
    def _align_to_units(self, unit_ids, began):
        """Let the accounts of these units expire when their units do, as a reading says.

        Only where nothing is on its way and the unit told it after all that it has acknowledged. Accounts that
        somebody changes this moment are left to the next reading. To be called in a READ COMMITTED transaction that
        holds the units.

        :param datetime began: when the reading began (UTC, naive)
        :return: the new transactions
        """
        if not unit_ids:
            return self.env["payg.ontime.transaction"]
        self.env.flush_all()
        # SQL: set-wise over thousands of units, almost all of which agree. Locked before they are compared.
        rows = self.env.execute_query(
            SQL(
                """SELECT a.id, u.unit_credit_until
                     FROM payg_account a JOIN payg_control_unit u ON u.account_id = a.id AND a.unit_id = u.id
                    WHERE u.id = ANY(%(ids)s) AND u.dcm AND a.state = 'running' AND u.unit_credit_read_at = %(began)s
                      AND abs(EXTRACT(EPOCH FROM u.unit_credit_until - a.expiry)) > %(tolerance)s
                      AND GREATEST(u.unit_credit_until, a.expiry) > %(began)s
                      AND NOT EXISTS (
                          SELECT FROM smart_solar_command c
                           WHERE c.unit_id = u.id AND c.kind IN %(credit)s
                             AND (c.state NOT IN ('confirmed', 'superseded')
                                  OR c.acknowledged_at > u.unit_credit_as_of))
                 ORDER BY a.id FOR NO KEY UPDATE OF a SKIP LOCKED""",
                ids=list(unit_ids),
                began=began,
                tolerance=device.TOLERANCE,
                credit=const.CREDIT_KINDS,
            )
        )
        return self._book_alignments(dict(rows))

    def _book_alignments(self, moments):
        """Book an alignment on each of these accounts.

        :param dict moments: account id to the unit's expiry
        """
        if not moments:
            return self.env["payg.ontime.transaction"]
        booking = self.browse(sorted(moments))._booking()
        for account in booking.accounts:
            told = account.unit_id.unit_credit_as_of
            env = account.with_context(**account.company_id.partner_id._cu_words()).env
            reason = env._("Unit credit as of %s", moment_text(env, told))
            booking.align(account, moments[account.id], reason)
            # That its expiry is another one now is no reason to read again.
            account.unit_id.credit_read_for = moments[account.id]
        return booking.save()

    @api.model
    def _near_expiry_sql(self, company, now):
        """The units whose account comes within two days of an expiry for which they were not read yet, as SQL."""
        return SQL(
            """SELECT u.id FROM payg_account a JOIN payg_control_unit u ON u.account_id = a.id
                WHERE a.company_id = %(company)s AND a.state = 'running' AND a.expiry <= %(soon)s
                  AND a.expiry > %(past)s AND u.dcm AND u.credit_read_for IS DISTINCT FROM a.expiry""",
            company=company.id,
            soon=now + const.SYNC_BEFORE_EXPIRY,
            past=now - timedelta(days=7),
        )


class PaygOntimeTransaction(models.Model):
    _inherit = "payg.ontime.transaction"

    def _carry_to_units(self):
        """Send this on-time to the DCM units of its accounts, each row once and in order."""
        gifts = [
            Gift(row.account_id.unit_id.id, row.seconds, row._carried_reason(), row.account_id.id, row.id)
            for row in self.sorted("id")
            if row.account_id.state == "running" and row.account_id.unit_id.dcm
        ]
        if gifts:
            self.env["payg.control.unit"].browse({gift.unit_id for gift in gifts})._give_credit(gifts)

    def _carried_reason(self):
        kind = labels(self, "kind")[self.kind]
        return ": ".join(filter(None, [kind, self.reason or self.transaction_number]))
