"""Threads that carry commands to SMART Solar. They touch bytes only: never an environment, never a cursor."""

import logging
import queue
import threading
from datetime import datetime
from functools import partial
from time import monotonic
from typing import NamedTuple

from .. import smart_solar
from ..clock import utc_now
from ..smart_solar import Authentication, Forbidden, Rejected, SmartSolarError, Throttled, Unavailable, UnknownUnit

_logger = logging.getLogger(__name__)

# What became of a task; the first type that fits an error, the special ones before those that they extend.
_RESULTS = (
    (Throttled, "throttled"),
    (Unavailable, "unavailable"),
    (Authentication, "authentication"),
    (UnknownUnit, "unknown_unit"),
    (Forbidden, "forbidden"),
    (Rejected, "rejected"),
)
# After these the other threads would only knock at a closed door.
_HALTING = ("throttled", "authentication")
# SMART Solar's word for our kinds of credit commands.
_CATEGORIES = {"payment": "payment", "bad_payment": "bad-payment", "zero": "zero-command"}


class Task(NamedTuple):
    """A claimed command. `send_before`: on the monotonic clock; later its lease could end before the answer comes.

    Of a command of credit: its seconds, its id, and whether it may have arrived before.
    """

    id: int
    kind: str
    imei: str
    attempts: int
    send_before: float
    value: int | None = None
    transaction_id: str | None = None
    maybe_sent: bool = False


class Outcome(NamedTuple):
    """What became of a task, and when (UTC, naive). `unsent`: it never left."""

    task: Task
    result: str
    message: str | None
    at: datetime
    retry_after: float | None = None


class Courier:
    """A pool of threads between two queues. Put tasks in, collect outcomes; each task comes back exactly once.

    It halts by itself when an answer closes the door for all, and when `failures` calls in a row had no answer:
    before the next call, not when somebody gets round to counting. `streak`: those in a row so far.
    """

    def __init__(self, wire, threads, failures, streak=0):
        self.failures, self.streak = failures, streak
        self.broken = False
        self._wire = wire
        self._lock = threading.Lock()
        self._tasks = queue.SimpleQueue()
        self._outcomes = queue.SimpleQueue()
        self._halted = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _number in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def halted(self):
        """Whether nothing more is sent."""
        return self._halted.is_set()

    def put(self, task):
        self._tasks.put(task)

    def halt(self):
        """Send nothing more. What is not on its way comes back as `unsent`."""
        self._halted.set()

    def collect(self, timeout):
        """The outcomes that are there; waits up to `timeout` seconds for the first one."""
        found = []
        try:
            found.append(self._outcomes.get(timeout=timeout))
            while True:
                found.append(self._outcomes.get_nowait())
        except queue.Empty:
            return found

    def stop(self):
        """End the threads, without waiting for those that are in a call."""
        self.halt()
        for _thread in self._threads:
            self._tasks.put(None)

    def _work(self):
        while (task := self._tasks.get()) is not None:
            outcome = self._deliver(task)
            self._watch(outcome.result)
            self._outcomes.put(outcome)

    def _deliver(self, task):
        if self._halted.is_set() or monotonic() >= task.send_before:
            return Outcome(task, "unsent", None, utc_now())
        try:
            self._send(task)
        except SmartSolarError as error:
            return self._refused(task, error)
        except Exception as error:  # A thread that died would keep its task for ever.
            _logger.exception("Command %s could not be sent", task.id)
            return Outcome(task, "unavailable", type(error).__name__, utc_now())
        return Outcome(task, "accepted", None, utc_now())

    def _send(self, task):
        if task.kind == "force_reset":
            self._once(task, partial(self._wire.force_reset, task.imei, task.transaction_id))
        elif task.kind in _CATEGORIES:
            arguments = (task.imei, task.value or 0, _CATEGORIES[task.kind], task.transaction_id)
            self._once(task, partial(self._wire.add_payment_command, *arguments))
        else:
            getattr(self._wire, task.kind)(task.imei)

    def _once(self, task, call):
        """Make a call that counts once: a refusal of what arrived before, when only its answer was lost, is none.

        :raise Unavailable: refused, and nobody can say whether it arrived
        """
        try:
            call()
        except (Forbidden, UnknownUnit):
            raise
        except Rejected as refusal:
            if not (refusal.duplicate or task.maybe_sent):
                raise
            if not self._has_arrived(task, refusal):
                raise

    def _has_arrived(self, task, refusal):
        if task.kind == "force_reset":
            # Resets are in no list; nobody else has our id.
            return refusal.duplicate and task.maybe_sent
        condition = {"name": "transaction_id", "op": "eq", "val": task.transaction_id}
        try:
            page = self._wire.table("payment_commands", {"filters": [condition]})
        except Rejected as error:
            raise Unavailable(f"refused, and its arrival could not be looked up: {error.detail}") from None
        rows, _bad = smart_solar.parse_payment_commands(page.objects)
        asked = (task.imei, task.transaction_id, _CATEGORIES[task.kind], task.value or 0)
        return any((row.imei, row.transaction_id, row.category, row.value) == asked for row in rows)

    def _watch(self, result):
        """Notice what concerns all calls, not only this one."""
        if result in _HALTING:
            self.halt()
        elif result == "unavailable":
            with self._lock:
                self.streak += 1
                self.broken = self.broken or self.streak >= self.failures
            if self.broken:
                self.halt()
        elif result != "unsent":
            with self._lock:
                self.streak = 0

    def _refused(self, task, error):
        result = next((name for kind, name in _RESULTS if isinstance(error, kind)), "unavailable")
        return Outcome(task, result, error.detail, utc_now(), getattr(error, "retry_after", None))
