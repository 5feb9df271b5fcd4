"""One stretch of a dispatcher's work: claims ahead of the threads that send, and records behind them."""

import logging
import random
from datetime import timedelta
from time import monotonic

from .. import smart_solar
from ..clock import utc_now
from ..transaction import end_transaction, transact
from .smart_solar_command_record import Ruling
from .smart_solar_courier import Courier, Outcome, Task

_logger = logging.getLogger(__name__)

# Seconds of work that are claimed ahead: long enough that no thread waits, short enough that what people wait for
# is not behind minutes of mass commands.
_AHEAD_SECONDS = 2
_AHEAD_MAX = 1000
_BATCH = 250
_BATCH_SECONDS = 0.5
_BACKOFF_FIRST, _BACKOFF_MAX = 30, 6 * 3600


def backoff(attempts):
    """Seconds until the next try after `attempts` ones: anything up to 30 s doubled each time, at most 6 h.

    The whole range, so that thousands of commands that failed together do not come back together.
    """
    return random.uniform(1, min(_BACKOFF_MAX, _BACKOFF_FIRST * 2 ** min(attempts - 1, 20)))


class Shift:
    """Sends the due commands of one connection for some seconds, many at once.

    No transaction is open while it waits for answers. Killed at any point it loses nothing: what it held is claimed
    again when its lease ends.
    """

    def __init__(self, client, wire, seconds, probing=False):
        self.client = client
        self.company = client.company_id
        self.login_key = client._login_key()
        self.commands = client.env["smart.solar.command"]
        self.env = client.env
        self.wire = wire
        self.began = monotonic()
        self.ends = self.began + seconds
        self.probing = probing
        self.limits = client.read(["breaker_failures", "max_attempts", "threads", "lease_minutes"], load=None)[0]
        # Read once: between transactions nothing may be read from the database.
        self.slowest = client._slowest_answer()
        # A probe is one call; the failures in a row are also those of shifts before.
        failures = 1 if probing else self.limits["breaker_failures"]
        self.courier = Courier(wire, self.limits["threads"], failures, client.failure_count)
        self.claims = {}
        self.open = set()
        self.answers = []
        self.backlog = True
        self.recorded_at = self.began
        self.counts = {}
        self.error = None
        self.pause = None

    def run(self):
        """Work until the time is up, nothing is due, or SMART Solar does not let us.

        :return: how many commands got somewhere
        """
        try:
            while True:
                self._feed()
                if not self.open:
                    break
                self._collect()
                if self._is_due():
                    self._record()
            self._record()
        finally:
            self.courier.stop()
        return sum(self.counts.values()) - self.counts.get("unsent", 0)

    @property
    def heard(self):
        """Whether SMART Solar answered at all, be it with a refusal."""
        return any(self.counts.get(result) for result in ("accepted", "rejected", "unknown_unit", "forbidden"))

    # ------------------------------------------------------------------
    # Ahead
    # ------------------------------------------------------------------
    def _feed(self):
        """Claim more work when half of what was claimed ahead is done."""
        if monotonic() >= self.ends:
            self.courier.halt()
        ahead = 1 if self.probing else self._ahead()
        if self.courier.halted or not self.backlog or len(self.open) > ahead // 2:
            return
        wanted = ahead - len(self.open)
        claim, claimed = transact(
            self.env, lambda: self.commands._claim(self.company, wanted, self.limits["lease_minutes"] * 60)
        )
        self.backlog = len(claimed) == wanted
        send_before = monotonic() + self.limits["lease_minutes"] * 60 - self.slowest
        for command in claimed:
            self._take(command, claim, send_before)

    def _ahead(self):
        """How many commands to hold: what the threads get done in two seconds."""
        done = sum(self.counts.values())
        seconds = monotonic() - self.began
        rate = done / seconds if done and seconds else 0
        return int(min(max(rate * _AHEAD_SECONDS, self.limits["threads"] * 4), _AHEAD_MAX))

    def _take(self, command, claim, send_before):
        self.claims[command.id] = claim
        credit = (command.value, command.transaction_id, command.maybe_sent)
        task = Task(command.id, command.kind, command.imei, command.attempts, send_before, *credit)
        if command.flaw:
            self.answers.append(Outcome(task, command.flaw, None, utc_now()))
        else:
            self.open.add(command.id)
            self.courier.put(task)

    # ------------------------------------------------------------------
    # Behind
    # ------------------------------------------------------------------
    def _collect(self):
        for outcome in self.courier.collect(timeout=0.1):
            self.open.discard(outcome.task.id)
            self.answers.append(outcome)
            self._watch(outcome)

    def _watch(self, outcome):
        """Notice what concerns the connection, not only the command."""
        if outcome.result in ("unavailable", "authentication"):
            self.error = outcome.message
        elif outcome.result == "throttled":
            self.pause = self.pause or outcome
        elif self.probing and outcome.result != "unsent":
            self.probing = False
            self.courier.failures = self.limits["breaker_failures"]

    def _is_due(self):
        if not self.answers:
            return False
        waited = monotonic() - self.recorded_at >= _BATCH_SECONDS
        return waited or len(self.answers) >= _BATCH or not self.open

    def _record(self):
        self.recorded_at = monotonic()
        answers, self.answers = self.answers, []
        if not answers:
            return
        answers = self._look_into_forbidden(answers)
        rulings = [self._rule(answer) for answer in answers]
        transact(self.env, lambda: self._write(rulings))
        for answer in answers:
            self.counts[answer.result] = self.counts.get(answer.result, 0) + 1
            self.claims.pop(answer.task.id, None)

    def _write(self, rulings):
        self.commands._record(self.claims, rulings)
        if self.client._login_key() != self.login_key:
            # Another address or login, or none any more: this wire is not to be used further.
            self.courier.halt()
        self.client._keep_token(self.wire, self.login_key)

    # ------------------------------------------------------------------
    # What an answer means for its command
    # ------------------------------------------------------------------
    def _rule(self, outcome):
        """The Ruling on an outcome; every result of the courier, and every flaw found while claiming, has one."""
        rule = getattr(self, f"_rule_{outcome.result}", self._rule_flaw)
        return rule(outcome, outcome.task.attempts)

    def _rule_accepted(self, outcome, attempts):
        # A reset asks nothing of the unit.
        state = "confirmed" if outcome.task.kind == "force_reset" else "accepted"
        return Ruling(outcome.task.id, state, None, None, outcome.at, attempts + 1)

    def _rule_unavailable(self, outcome, attempts):
        """The outcome is unknown: the same command again, later, but not for ever."""
        tries = attempts + 1
        if tries >= self.limits["max_attempts"]:
            return Ruling(outcome.task.id, "rejected", "exhausted", outcome.message, outcome.at, tries)
        again = utc_now() + timedelta(seconds=backoff(tries))
        return Ruling(outcome.task.id, "retry", "unavailable", outcome.message, outcome.at, tries, again)

    def _rule_throttled(self, outcome, attempts):
        return Ruling(outcome.task.id, "retry", "throttled", outcome.message, outcome.at, attempts)

    def _rule_unsent(self, outcome, attempts):
        return Ruling(outcome.task.id, "queued", None, None, outcome.at, attempts)

    # A login that is refused says nothing about the command; credit for a unit that cannot have it now waits.
    _rule_authentication = _rule_unready = _rule_unsent

    def _rule_rejected(self, outcome, attempts):
        return Ruling(outcome.task.id, "rejected", outcome.result, outcome.message, outcome.at, attempts + 1)

    _rule_unknown_unit = _rule_forbidden = _rule_rejected

    def _rule_flaw(self, outcome, attempts):
        """Not sent: the wish, or the reason for it, is gone."""
        return Ruling(outcome.task.id, "superseded", outcome.result, None, outcome.at, attempts)

    def _look_into_forbidden(self, answers):
        """Tell a unit that is out of the login's reach from a login that lost its permission.

        The latter must not make two hundred thousand commands fail for good.
        """
        if not any(answer.result == "forbidden" for answer in answers) or self.counts.get("forbidden"):
            return answers
        try:
            login = self.wire.login()
        except smart_solar.SmartSolarError as error:
            _logger.info("The login's permission could not be asked: %s", error.detail)
        else:
            transact(self.env, lambda: self.client._keep_login(login, self.login_key))
        permitted = self.client._may("TECHNICAL")
        end_transaction(self.env)
        if permitted:
            return answers
        self.courier.halt()
        return [answer._replace(result="unsent") if answer.result == "forbidden" else answer for answer in answers]
