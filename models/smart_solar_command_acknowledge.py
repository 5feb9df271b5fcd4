from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .. import const
from ..clock import utc_now
from ..credit import device
from ..transaction import lock_rows
from .payg_control_unit_device import Gift

# A final balance that did not come by then never comes.
_FINALS_WITHIN = timedelta(days=30)


class Waiting(NamedTuple):
    """An accepted command of credit that the unit has not acknowledged; or a zero whose final balance is missing."""

    id: int
    unit_id: int
    imei: str
    transaction_id: str
    kind: str
    state: str


class Answer(NamedTuple):
    """What SMART Solar lists of a waiting command: when it was made there, and when the unit carried it out."""

    command: Waiting
    status: str
    created_at: datetime
    at: datetime


class SmartSolarCommand(models.Model):
    """Accepted by SMART Solar is not yet on the unit: its lists tell when the unit has acknowledged."""

    _inherit = "smart.solar.command"

    _settle_idx = models.Index("(unit_id) WHERE held_until IS NOT NULL AND settled IS NOT TRUE")

    @api.model
    def _waiting_of(self, unit_ids):
        """The commands of these units whose acknowledgement or final balance is to be looked up."""
        # SQL: of thousands of units, few of which have any; each half on its own partial index.
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id, c.unit_id, u.imei, c.transaction_id, c.kind, c.state
                     FROM smart_solar_command c JOIN payg_control_unit u ON u.id = c.unit_id
                    WHERE c.unit_id = ANY(%(ids)s) AND c.kind IN ('payment', 'bad_payment', 'zero')
                      AND c.state = 'accepted'
                UNION ALL
                   SELECT c.id, c.unit_id, u.imei, c.transaction_id, c.kind, c.state
                     FROM smart_solar_command c JOIN payg_control_unit u ON u.id = c.unit_id
                    WHERE c.unit_id = ANY(%(ids)s) AND c.held_until IS NOT NULL AND c.settled IS NOT TRUE
                      AND c.state = 'confirmed' AND c.accepted_at > %(since)s""",
                ids=list(unit_ids),
                since=utc_now() - _FINALS_WITHIN,
            )
        )
        return [Waiting(*row) for row in rows]

    @api.model
    def _acknowledge(self, answers, finals):
        """Record what became of waiting commands, on them and on their units, which are locked here.

        :param list answers: of Answer
        :param dict finals: id of a zero-command to its FinalBalance
        :return: the units that still wait for a final balance
        """
        if not answers:
            return self.env["payg.control.unit"]
        units = self.env["payg.control.unit"].browse({answer.command.unit_id for answer in answers})
        lock_rows(units)
        done = [answer for answer in answers if answer.status == const.ACKNOWLEDGED]
        self._write_answers("confirmed", None, done)
        self._write_answers("superseded", "void", [answer for answer in answers if answer.status == const.VOID])
        zeros = [answer for answer in done if answer.command.kind == "zero"]
        self._end_zeros(zeros)
        self.invalidate_model()
        units._refresh_credit_pending()
        return self._keep_finals(zeros, finals)

    def _write_answers(self, state, failure_type, answers):
        # SQL: hundreds of different rows in one statement; only what is still as it was when it was looked up.
        self.env.cr.execute(
            SQL(
                """UPDATE smart_solar_command c
                      SET state = %s, failure_type = %s, acknowledged_at = a.at, ended_at = %s
                     FROM unnest(%s::int[], %s::timestamp[]) AS a(id, at) WHERE c.id = a.id AND c.state = 'accepted'""",
                state,
                failure_type,
                utc_now(),
                [answer.command.id for answer in answers],
                [answer.at for answer in answers],
            )
        )

    def _end_zeros(self, answers):
        """The units of acknowledged zeros are off, and nothing of their wish is in flight any more."""
        if not answers:
            return
        self.env.cr.execute(
            SQL(
                """UPDATE payg_control_unit u SET command_state = NULL, command_since = %s
                     FROM smart_solar_command c
                    WHERE c.id = ANY(%s) AND u.id = c.unit_id AND c.version = u.wanted_version
                      AND u.command_state = 'accepted'""",
                utc_now(),
                [answer.command.id for answer in answers],
            )
        )
        pairs = {answer.command.unit_id: answer.at for answer in answers}
        self.env["payg.control.unit"]._write_nothing_left(pairs.keys(), pairs.values())

    # ------------------------------------------------------------------
    # Final balances
    # ------------------------------------------------------------------
    def _keep_finals(self, answers, finals):
        """Keep what units had left when they carried out a zero.

        :return: the units for whose account it is missing
        """
        missing = self.env["payg.control.unit"]
        for answer in answers:
            command = self.browse(answer.command.id)
            final = finals.get(command.id)
            if final:
                command.final_balance = final.final_balance
            if command.held_until and not command.settled:
                if final:
                    command._settle_swap()
                else:
                    missing |= command.unit_id
        return missing

    def _settle_swap(self):
        """Give the customer, once, the difference between what the old unit had and what Pulse thought it had.

        The new unit has been given what the account had left, so nothing else is added.
        """
        self.settled = True
        held = max(0, int((self.held_until - self.acknowledged_at).total_seconds()))
        difference, account = self.final_balance - held, self.account_id
        if abs(difference) <= device.TOLERANCE or account.state != "running":
            return
        account = account.with_context(**self.company_id.partner_id._cu_words())
        reason = account.env._("Final balance of %s, which was swapped out", self.unit_id.name)
        account._align(account.expiry + timedelta(seconds=difference), reason)
        new = account.unit_id
        new._give_credit([Gift(new.id, difference, reason, account.id)])
