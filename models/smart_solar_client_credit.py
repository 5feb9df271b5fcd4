import logging
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import NamedTuple

from odoo import api, fields, models

from .. import const, smart_solar
from ..clock import utc_now
from ..transaction import end_transaction, transact
from .smart_solar_command_acknowledge import Answer
from .smart_solar_command_credit import FIRST_LOOK

_logger = logging.getLogger(__name__)

# Under the limits at which Odoo kills a scheduled action's worker; the rest is read in the next slice.
_SECONDS = 40
# Units a transaction: some fifteen calls.
BATCH = 5000
# A batch that could not be kept lets the others go first.
_UNKEPT_AGAIN = timedelta(minutes=15)
# What SMART Solar refuses to tell is not asked for again before this.
_REFUSED_AGAIN = timedelta(hours=1)
_PAGE = 1000
_ORDER = {"order_by": [{"field": "product_imei", "direction": "asc"}]}


class Reading(NamedTuple):
    """What a batch of calls brought. `asked`: the IMEIs of the calls that were answered in full."""

    began: datetime
    answers: list
    finals: dict
    asked: set
    balances: list
    bad: int
    error: smart_solar.SmartSolarError | None


class SmartSolarClient(models.Model):
    """Reading the credit of DCM units: in bulk, and only what is due."""

    _inherit = "smart.solar.client"

    last_credit_at = fields.Datetime("Last Reading of Credit", readonly=True, copy=False)
    last_credit_message = fields.Char("Last Reading of Credit in Words", readonly=True, copy=False)
    last_credit_error = fields.Char("Last Reading of Credit Failed", readonly=True, copy=False)

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------
    @api.model
    def _cron_read_credit(self):
        """Read what is due on every connection, a slice of time each; come back for the rest."""
        clients = self.search([("active", "=", True)])
        unfinished = clients.filtered(lambda it: it._safely("Reading credit", it._read_credit, _SECONDS / len(clients)))
        if unfinished:
            self._wake_credit_reading()

    @api.model
    def _wake_credit_reading(self):
        """Have the credit read that is due, as soon as this transaction commits."""
        # sudo: scheduled actions are the system administrator's; waking ours is what the callers are for.
        self.env.ref("payg_control_unit.ir_cron_read_credit").sudo()._trigger()

    def _read_credit(self, seconds=_SECONDS):
        """Read the credit of the units that are due, for at most some seconds. Ends transactions.

        :return: whether some are left
        """
        self.ensure_one()
        if transact(self.env, self._gate) == "closed":
            return False
        first = transact(self.env, self._take_credit_batch)
        if not first:
            return False
        with self._wire() as wire:
            return self._ensure_login(wire) and self._read_batches(wire, first, monotonic() + seconds)

    def _read_batches(self, wire, batch, ends):
        key, counts = self._login_key(), {"read": 0, "absent": 0, "bad": 0}
        end_transaction(self.env)
        error = None
        while batch and not error and monotonic() < ends:
            waiting = self.env["smart.solar.command"]._waiting_of([unit for unit, _imei in batch])
            end_transaction(self.env)
            reading = self._ask_credit(wire, batch, waiting)
            found = self._keep_or_postpone(wire, key, batch, reading)
            if found is None:
                return False
            counts["read"] += found
            counts["absent"] += len(reading.asked) - found
            counts["bad"] += reading.bad
            error = reading.error
            batch = [] if error else transact(self.env, self._take_credit_batch)
        transact(self.env, lambda: self._end_credit(key, counts, error))
        return bool(batch)

    def _take_credit_batch(self):
        return self.env["payg.control.unit"]._due_credit(self.company_id, BATCH)

    # ------------------------------------------------------------------
    # Asking: no transaction is open
    # ------------------------------------------------------------------
    def _ask_credit(self, wire, batch, waiting=()):
        """Ask what became of commands, then for the balances of a batch, as far as SMART Solar lets us.

        In this order: what a unit has acknowledged is part of the balance that is read after it.

        :param list batch: of (unit id, IMEI)
        :param list waiting: of Waiting, commands of these units
        :return: Reading
        """
        answers, finals, asked, rows, error, began = [], {}, set(), [], None, utc_now()
        try:
            answers = self._ask_commands(wire, waiting)
            finals = self._ask_finals(wire, answers)
            began = utc_now()
            for query in smart_solar.split_in("product_imei", [imei for _unit, imei in batch], _ORDER):
                # The page size asked for is no promise: the wire reads as many pages as there are.
                part = list(wire.iter_table("balances", query, _PAGE))
                rows += part
                asked.update(query["filters"][-1]["val"])
        except smart_solar.SmartSolarError as failure:
            error = failure
        balances, bad = smart_solar.parse_balances(rows)
        if bad:
            _logger.info("SMART Solar: balances not understood: %s", bad[:3])
        return Reading(began, answers, finals, asked, balances, len(bad), error)

    @staticmethod
    def _ask_commands(wire, waiting):
        """What SMART Solar lists of waiting commands; what it does not list says nothing.

        :return: list of Answer
        """
        began = utc_now()
        known = {command.transaction_id: command for command in waiting}
        rows = wire.iter_table_in("payment_commands", "transaction_id", known, results_per_page=_PAGE)
        listed, _bad = smart_solar.parse_payment_commands(list(rows))
        found = {}
        for row in listed:
            command = known.get(row.transaction_id)
            if command and command.imei == row.imei:
                # As with balances: nothing happened later than we heard of it.
                at = min(row.modified_at or began, began)
                status = (row.status or "").strip().lower()
                found[command.id] = Answer(command, status, row.created_at or at, at)
        return list(found.values())

    @staticmethod
    def _ask_finals(wire, answers):
        """What units had left when they carried out the zeros among these.

        :return: dict of command id to FinalBalance
        """
        zeros = [a for a in answers if a.command.kind == "zero" and a.status == const.ACKNOWLEDGED]
        imeis = {answer.command.imei for answer in zeros}
        rows = wire.iter_table_in("final_balances", "product_imei", sorted(imeis), results_per_page=_PAGE)
        listed, _bad = smart_solar.parse_final_balances(list(rows))
        finals = {}
        for answer in zeros:
            # SMART Solar takes no other zero before this one is carried out: the first final since then is its own.
            same = [final for final in listed if final.imei == answer.command.imei]
            own = [final for final in same if (final.created_at or answer.at) >= answer.created_at]
            if own:
                finals[answer.command.id] = min(own, key=lambda final: final.created_at or datetime.max)
        return finals

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------
    def _keep_or_postpone(self, wire, key, batch, reading):
        """Keep what a batch brought, in a transaction. What a defect keeps us from keeping is read again later."""
        try:
            return transact(self.env, partial(self._keep_credit, wire, key, batch, reading))
        except Exception:
            self.env.cr.rollback()
            units = self.env["payg.control.unit"].browse([unit for unit, _imei in batch])
            transact(self.env, lambda: units._postpone_credit(utc_now() + _UNKEPT_AGAIN))
            raise

    def _keep_credit(self, wire, key, batch, reading):
        """Write what a batch brought. What was asked for and is absent changes nothing but when it is asked again.

        :return: how many units have a balance; None when the connection was given another login meanwhile
        """
        if self._login_key() != key:
            return None
        self._keep_token(wire, key)
        units = self.env["payg.control.unit"]
        missing = self.env["smart.solar.command"]._acknowledge(reading.answers, reading.finals)
        named = units._write_balances(self.company_id, reading.began, reading.balances)
        found = set(named.all)
        told = [unit for unit, imei in batch if imei in reading.asked]
        units.browse([unit for unit in told if unit not in found])._note_absent(reading.began)
        if isinstance(reading.error, smart_solar.Rejected):
            # A refusal will not be another one in a minute. What was only not reached stays due.
            refused = [unit for unit, imei in batch if imei not in reading.asked and unit not in found]
            units.browse(refused)._postpone_credit(utc_now() + _REFUSED_AGAIN)
        units._level_new_credit(named.new, reading.began)
        self.env["payg.account"]._align_to_units(named.paying, reading.began)
        units._reconcile_credit(named.off, reading.began)
        missing._read_credit_by(utc_now() + FIRST_LOOK)
        return len(found)

    def _end_credit(self, key, counts, error):
        """Keep how the reading ended."""
        if self._login_key() != key:
            return
        words = [self.env._("Units read: %s", counts["read"])]
        if counts["absent"]:
            words.append(self.env._("Units without a balance: %s", counts["absent"]))
        if counts["bad"]:
            words.append(self.env._("Rows not understood: %s", counts["bad"]))
        self.write(
            {
                "last_credit_at": utc_now(),
                "last_credit_message": ", ".join(words),
                # What is only not reached is told by the connection's own state.
                "last_credit_error": error.detail if isinstance(error, smart_solar.Rejected) else False,
            }
        )
        if error and not isinstance(error, smart_solar.Rejected):
            self._mark_error(error, key)
        else:
            # Also a refusal is an answer.
            self._mark_ok()
        self._settle_activity()

    def _trouble(self):
        refused = self.last_credit_error and self.env._("Unit credit could not be read: %s", self.last_credit_error)
        return super()._trouble() or refused or ""
