import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .. import const

OPERATOR = "payg_control_unit.payg_control_unit_group_operator"
SUPERVISOR = "payg_control_unit.payg_control_unit_group_supervisor"
_WORD = re.compile(r"[\w-]+")
_AROUND = ".,;:!?()[]'\""


class AccountPayment(models.Model):
    """Which PAYG account a payment goes to: told by a reference in it, or by a person. It is never guessed."""

    _inherit = "account.payment"

    cu_is_unmatched = fields.Boolean(
        "Unmatched",
        compute="_compute_cu_is_unmatched",
        search="_search_cu_is_unmatched",
        compute_sudo=True,
        groups=const.PAYMENT_GROUPS,
        help="It came in for on-time, and its customer or its PAYG account is not known.",
    )

    @api.depends("payment_type", "partner_type", "journal_id.cu_is_payg", "state", "partner_id", "cu_account_id")
    def _compute_cu_is_unmatched(self):
        for payment in self:
            payment.cu_is_unmatched = (
                payment._cu_is_for_on_time()
                and payment.state in ("draft", *const.COUNTED_STATES)
                and not (payment.partner_id and payment.cu_account_id)
            )

    def _search_cu_is_unmatched(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: people of the call center cannot read journals.
        journals = self.env["account.journal"].sudo().search([("cu_is_payg", "=", True)])
        unmatched = (
            Domain("payment_type", "=", "inbound")
            & Domain("partner_type", "=", "customer")
            & Domain("journal_id", "in", journals.ids)
            & Domain("state", "in", ("draft", *const.COUNTED_STATES))
            & (Domain("partner_id", "=", False) | Domain("cu_account_id", "=", False))
        )
        return unmatched if True in value else ~unmatched

    def _cu_is_for_on_time(self):
        """Whether it is a customer's payment that came in where customers pay for their on-time."""
        return self.payment_type == "inbound" and self.partner_type == "customer" and self.journal_id.cu_is_payg

    # ------------------------------------------------------------------
    # By reference
    # ------------------------------------------------------------------
    def action_post(self):
        """Payments that name their account go to it as they are posted, since their entry needs the customer."""
        with self._cu_settling():
            self.sudo()._cu_match_by_reference()
            return super().action_post()

    def _cu_match_by_reference(self):
        """Set customer and account of the drafts of PAYG journals for which there is exactly one possibility."""
        drafts = self.filtered(
            lambda payment: (
                payment.state == "draft"
                and not payment.cu_account_id
                and payment.journal_id.cu_is_payg
                and payment.payment_type == "inbound"
                and payment.partner_type == "customer"
            )
        )
        for payment, accounts in drafts._cu_candidates().items():
            if len(accounts) == 1:
                payment._cu_give(payment._cu_match_vals(accounts))

    def _cu_match_vals(self, account):
        mine = account.partner_id in (self.partner_id, self.partner_id.commercial_partner_id)
        return {"cu_account_id": account.id, **({} if mine else {"partner_id": account.partner_id.id})}

    def _cu_give(self, vals):
        """Write whose this payment is.

        Without the accounting app core gives a payment the company's outstanding account as it is made, computes it
        anew with the customer, and finds none then: nothing could be booked.
        """
        given = self.outstanding_account_id != self.payment_method_line_id.payment_account_id
        with self.env.protecting([self._fields["outstanding_account_id"]], self if given else self.browse()):
            self.write(vals)

    def _cu_candidates(self):
        """The open accounts that each of these payments may be for.

        Those that its memo or reference names by number, IMEI or serial. Or else, of a mobile-money payment whose
        customer is known, all accounts of that customer. A reference that contradicts the customer leaves none.

        :return: dict of payment to accounts
        """
        words = {payment: payment._cu_words() for payment in self}
        named = self._cu_accounts_named(set().union(*words.values()))
        owned = self._cu_accounts_of_customers()
        found = {}
        for payment in self:
            accounts = self.env["payg.account"].union(*(named[word] for word in words[payment] if word in named))
            accounts = accounts.filtered(lambda account, company=payment.company_id: account.company_id == company)
            mine = owned.filtered(lambda account, payment=payment: account._is_of(payment))
            if payment.partner_id:
                accounts = accounts & mine if accounts else mine if payment.cu_transaction_number else accounts
            found[payment] = accounts
        return found

    def _cu_words(self):
        """The words of memo and reference, as typed and in capitals; also what has signs in it, as KGL/24.17 has."""
        text = " ".join(filter(None, (self.memo, self.payment_reference)))
        words = _WORD.findall(text) + [word.strip(_AROUND) for word in text.split()]
        return {*words, *(word.upper() for word in words)} - {""}

    def _cu_accounts_named(self, words):
        """Open accounts by what names them.

        :return: dict of word to accounts
        """
        if not words:
            return {}
        words = list(words)
        accounts = self.env["payg.account"].search(
            self._cu_open_domain() & (Domain("name", "in", words) | Domain("unit_id", "any", [("imei", "in", words)]))
        )
        accounts |= self.env["payg.account"].search(
            self._cu_open_domain() & Domain("unit_id", "any", [("name", "in", words)])
        )
        named = {}
        for account in accounts:
            for word in (account.name, account.unit_id.imei, account.unit_id.name):
                if word:
                    named[word] = named.get(word, account) | account
        return named

    def _cu_accounts_of_customers(self):
        partners = self.partner_id | self.partner_id.commercial_partner_id
        return self.env["payg.account"].search(self._cu_open_domain() & Domain("partner_id", "in", partners.ids))

    def _cu_open_domain(self):
        return self.env["payg.account"]._open_domain() & Domain("company_id", "in", self.company_id.ids)

    @api.onchange("partner_id", "journal_id")
    def _onchange_cu_account(self):
        """Propose the account of a customer who has just one."""
        account = self.sudo().cu_account_id
        if account and not account._is_of(self):
            self.cu_account_id = False
        if self.partner_id and self.journal_id.cu_is_payg and not self.cu_account_id:
            accounts = self._cu_accounts_of_customers().filtered(lambda account: account._is_of(self))
            self.cu_account_id = accounts if len(accounts) == 1 else False

    # ------------------------------------------------------------------
    # By a person
    # ------------------------------------------------------------------
    def get_formview_id(self, access_uid=None):
        """People without a role in accounting get a form of what they may read."""
        user = self.env["res.users"].browse(access_uid) if access_uid else self.env.user
        if user.has_group("account.group_account_readonly") or user.has_group("account.group_account_invoice"):
            return super().get_formview_id(access_uid)
        return self.env.ref("payg_control_unit.account_payment_view_form_payg").id

    def action_cu_match(self):
        """Open the wizard that gives a payment its customer and its account."""
        self.ensure_one()
        return {
            "name": self.env._("Match"),
            "type": "ir.actions.act_window",
            "res_model": "payg.match.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payment_id": self.id},
        }

    def action_cu_unmatch(self):
        """Take payments off their accounts: what they bought is reversed, and they wait to be matched again.

        :raise AccessError: no supervisor
        """
        self.check_access("read")
        if not self.env.user.has_group(SUPERVISOR):
            raise AccessError(self.env._("Only a supervisor takes a payment off an account."))
        # sudo: people of the call center have no accounting rights; only the account of the payment is changed.
        for payment in self.sudo().filtered("cu_account_id"):
            payment.message_post(body=self.env._("Taken off the PAYG account %s", payment.cu_account_id.name))
            payment.cu_account_id = False

    def _cu_match(self, account):
        """Give this payment its account and, if it must be, its customer.

        A posted payment that belongs to another customer, or to nobody, is reset to draft and posted again, since its
        journal items name the customer; one that is the customer's already just gets the account.

        :raise AccessError: the user may not match, or not see payment or account
        :raise UserError: it is no customer's payment that could count
        """
        self.ensure_one()
        self.check_access("read")
        account.check_access("read")
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Only the call center matches payments."))
        # sudo: people of the call center have no accounting rights; they only say whose payment it is.
        payment = self.sudo()
        if payment.payment_type != "inbound" or payment.state not in ("draft", *const.COUNTED_STATES):
            raise UserError(self.env._("Only a payment that came in and is not cancelled can be matched."))
        vals = payment._cu_match_vals(account.sudo())
        with payment._cu_settling():
            again = payment.state != "draft" and "partner_id" in vals
            if again:
                payment.action_draft()
            payment._cu_give(vals)
            if again:
                payment.action_post()
        payment.message_post(body=self.env._("Matched to the PAYG account %s", account.name))


class PaygAccount(models.Model):
    _inherit = "payg.account"

    def _is_of(self, payment):
        """Whether this is an account of the payment's customer, in the payment's company."""
        partner = payment.partner_id
        return self.company_id == payment.company_id and self.partner_id in (partner, partner.commercial_partner_id)
