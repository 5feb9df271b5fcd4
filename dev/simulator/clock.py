"""The simulator's own time, which can be sped up, stopped and pushed forward."""

import threading
import time
from datetime import datetime, timezone


def text(moment):
    """ISO 8601 of seconds since the epoch, as SMART Solar writes them: naive UTC."""
    return datetime.fromtimestamp(moment, timezone.utc).replace(tzinfo=None).isoformat()


def seconds(iso):
    """Seconds since the epoch of an ISO 8601 text; without a zone it is UTC."""
    when = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()


class Clock:
    """`now()` in seconds since the epoch. `speed` 60: a minute passes in a second; 0: time stands still."""

    def __init__(self, speed=1.0, start=None):
        self._lock = threading.Lock()
        self._speed = float(speed)
        self._then = time.time() if start is None else float(start)
        self._since = time.monotonic()

    def now(self):
        return self._then + (time.monotonic() - self._since) * self._speed

    @property
    def speed(self):
        return self._speed

    @speed.setter
    def speed(self, speed):
        with self._lock:
            self._then, self._since = self.now(), time.monotonic()
            self._speed = max(0.0, float(speed))

    def advance(self, seconds):
        with self._lock:
            self._then += float(seconds)
