import logging
from functools import partial

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, format_amount

from .. import const
from ..credit import recompute
from ..duration import duration_text, moment_text

_logger = logging.getLogger(__name__)
SHOWN = 20  # differences in an activity or a message
TO_DO = "mail.mail_activity_data_todo"


class PaygAccount(models.Model):
    """Recomputing an account from its ledger gives what it stores; and the ledger has what the payments say."""

    _inherit = "payg.account"

    _CHUNK = 1000  # accounts whose ledger is held in memory at a time

    # ------------------------------------------------------------------
    # The check
    # ------------------------------------------------------------------
    def _differences(self):
        """What differs between these accounts, their ledgers and their payments. Changes nothing.

        :return: dict of account to list of sentences
        """
        found = {}
        entries = self._entries()
        for account in self:
            for sentence in account._ledger_differences(recompute(entries[account.id])):
                found.setdefault(account, []).append(sentence)
        for account, sentence in self._payment_differences():
            found.setdefault(account, []).append(sentence)
        return found

    def _ledger_differences(self, balance):
        """Compare the account with what its ledger says.

        :param credit.Balance balance: recomputed
        """
        stored = self._balance()
        values = [
            (self.env._("Cash balance"), stored.cash, balance.cash, self._money_text),
            (self.env._("Expiry"), stored.expiry, balance.expiry, self._moment_text),
            (self.env._("On-time kept"), stored.kept, balance.kept, partial(duration_text, self.env)),
        ]
        return [
            self.env._(
                "%(what)s: the account has %(has)s, its ledger says %(says)s.",
                what=what,
                has=in_words(has),
                says=in_words(says),
            )
            for what, has, says, in_words in values
            if has != says
        ]

    def _money_text(self, units):
        return format_amount(self.env, self._from_minor(units), self.currency_id)

    def _moment_text(self, moment):
        # With its seconds, in which the two may differ.
        return moment_text(self.env, moment, "medium") if moment else "–"

    def _payment_differences(self):
        """Payments that count and were not counted, or were and do not count, or not so.

        :return: list of (account, sentence)
        """
        suspects = self._suspect_payments()
        rows = {row.payment_id: row for row in suspects._cu_counted()}
        found = []
        for payment in suspects:
            row = rows.get(payment)
            key = payment._cu_key() if payment._cu_counts() else None
            if not row and key:
                sentence = self.env._("%s counts, and was not counted.", payment._cu_label())
                found.append((payment.cu_account_id, sentence))
            elif row and not key:
                found.append((row.account_id, self.env._("%s was counted, and does not count.", payment._cu_label())))
            elif row and row._payment_key() != key:
                found.append((row.account_id, self.env._("%s was counted otherwise.", payment._cu_label())))
        return [*found, *self._lost_payments()]

    def _suspect_payments(self):
        """Payments of these accounts whose plain columns do not agree with the ledger, to be looked at closely."""
        self.env.flush_all()
        # SQL: an account has years of payments, and almost all of them agree.
        rows = self.env.execute_query(
            SQL(
                """SELECT payment.id
                     FROM account_payment payment
                LEFT JOIN payg_ontime_transaction row ON row.payment_id = payment.id
                                                     AND row.kind IN %(kinds)s AND row.reversal_id IS NULL
                LEFT JOIN account_move move ON move.id = payment.move_id
                    WHERE (payment.cu_account_id = ANY(%(ids)s) OR row.account_id = ANY(%(ids)s))
                      AND ((row.id IS NULL AND payment.state IN %(states)s)
                           OR (row.id IS NOT NULL
                               AND (payment.state NOT IN %(states)s OR payment.partner_id IS NULL
                                    OR payment.cu_account_id IS DISTINCT FROM row.account_id
                                    OR abs(row.amount) <> payment.amount OR row.currency_id <> payment.currency_id
                                    OR row.payment_date <> payment.date OR move.state <> 'posted'
                                    OR EXISTS (SELECT FROM account_move reversal
                                                WHERE reversal.reversed_entry_id = move.id))))""",
                ids=list(self.ids),
                kinds=const.PAYMENT_KINDS,
                states=const.COUNTED_STATES,
            )
        )
        return self.env["account.payment"].browse([row[0] for row in rows])

    def _lost_payments(self):
        """Transactions that count although their payment is gone."""
        rows = self.env["payg.ontime.transaction"].search(
            [
                ("account_id", "in", self.ids),
                ("kind", "in", const.PAYMENT_KINDS),
                ("reversal_id", "=", False),
                ("payment_id", "=", False),
            ]
        )
        return [(row.account_id, self.env._("The payment of transaction %s is gone.", row.id)) for row in rows]

    # ------------------------------------------------------------------
    # Run by people, and every night
    # ------------------------------------------------------------------
    def action_check(self):
        """Check the selected accounts against their ledgers and payments, and say what was found."""
        self.check_access("read")
        found = self.sudo()._differences()
        lines = [f"{account.name}: {sentence}" for account, sentences in found.items() for sentence in sentences]
        if lines:
            message = "\n".join(lines[:SHOWN])
        else:
            message = self.env._("Accounts that agree with their ledgers and payments: %s.", len(self))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Check PAYG accounts"),
                "type": "danger" if lines else "success",
                "sticky": bool(lines),
                "message": message,
            },
        }

    @api.model
    def _cron_check(self):
        """*Check PAYG accounts*: all accounts, in chunks that begin where the last call had to stop."""
        for each in self.env["payg.crm.config"].search([]):  # pylint: disable=no-search-all
            config = each.with_context(**each.company_id.partner_id._cu_words())
            while chunk := config._next_accounts_to_check():
                found = chunk._differences()
                config._tell_differences(found)
                remaining = self.search_count([("company_id", "=", config.company_id.id), ("id", ">", chunk.ids[-1])])
                if not self.env["ir.cron"]._commit_progress(len(chunk), remaining=remaining) and remaining:
                    return
                self.env.invalidate_all()


class PaygCrmConfig(models.Model):
    _inherit = "payg.crm.config"

    accounts_checked_until = fields.Integer(readonly=True, help="The last account that the nightly check looked at.")

    def _next_accounts_to_check(self):
        """The next chunk of the company's accounts; empty at the end, and the next time from the beginning."""
        accounts = self.env["payg.account"].search(
            [("company_id", "=", self.company_id.id), ("id", ">", self.accounts_checked_until)],
            order="id",
            limit=self.env["payg.account"]._CHUNK,
        )
        self.accounts_checked_until = accounts.ids[-1] if accounts else 0
        return accounts

    def _tell_differences(self, found):
        """Raise one activity for a supervisor of the company; none while there is an open one.

        :param dict found: as `_differences` returns it
        """
        summary = self.env._("PAYG accounts that do not agree with their ledger")
        if not found or self.activity_search([TO_DO], additional_domain=[("summary", "=", summary)]):
            return
        _logger.info("%s PAYG accounts of %s do not agree with their ledger", len(found), self.company_id.name)
        lines = Markup().join(
            Markup("<li>%s: %s</li>") % (account.name, " ".join(sentences))
            for account, sentences in list(found.items())[:SHOWN]
        )
        self.activity_schedule(
            TO_DO,
            summary=summary,
            user_id=self._supervisor().id,
            note=Markup("<ul>%s</ul>") % lines,
        )
