"""Threads that carry commands to SMART Solar. They touch bytes only: never an environment, never a cursor."""

import logging
import queue
import threading
from datetime import datetime
from time import monotonic
from typing import NamedTuple

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


class Task(NamedTuple):
    """A claimed command. `send_before`: on the monotonic clock; later its lease could end before the answer comes."""

    id: int
    kind: str
    imei: str
    attempts: int
    send_before: float


class Outcome(NamedTuple):
    """What became of a task, and when (UTC, naive). `unsent`: it never left."""

    task: Task
    result: str
    message: str | None
    at: datetime
    retry_after: float | None = None
    duplicate: bool = False


class Courier:
    """A pool of threads between two queues. Put tasks in, collect outcomes; each task comes back exactly once.

    It halts by itself when an answer closes the door for all, and when `failures` calls in a row had no answer:
    before the next call, not when somebody gets round to counting. `streak`: those in a row so far.
    """

    def __init__(self, wire, threads, failures, streak=0):
        self.failures, self.streak = failures, streak
        self.broken = False
        self._lock = threading.Lock()
        self._calls = {
            "enable": wire.enable,
            "disable": wire.disable,
            "force_connection": wire.force_connection,
        }
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
            self._calls[task.kind](task.imei)
        except SmartSolarError as error:
            return self._refused(task, error)
        except Exception as error:  # A thread that died would keep its task for ever.
            _logger.exception("Command %s could not be sent", task.id)
            return Outcome(task, "unavailable", type(error).__name__, utc_now())
        return Outcome(task, "accepted", None, utc_now())

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
        retry_after, duplicate = getattr(error, "retry_after", None), getattr(error, "duplicate", False)
        return Outcome(task, result, error.detail, utc_now(), retry_after, duplicate)
