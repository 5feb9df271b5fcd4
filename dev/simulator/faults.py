"""Faults on demand: what a server, or something on the way to it, does wrong."""

import json
import random
import re
import threading
import time
from dataclasses import asdict, dataclass
from email.utils import formatdate

from .http import Reply, page_of_html

# The call is not carried out; this comes instead of its answer.
INSTEAD = {
    "error-before": "an error 5xx (`status`), nothing done",
    "throttle": "429 with Retry-After `retry_after`, as a date with `as_date`",
    "maintenance": "503, with Retry-After when `retry_after` is given",
    "unauthorized": "401",
    "html": "an HTML page with 200",
    "html-404": "an HTML page with 404, as a proxy sends it",
    "redirect": "a redirect to `location`",
    "validation-error": "a refusal with status 200",
}
# The call is carried out; its answer comes late or spoiled.
SPOILED = {
    "error-after": "an error 5xx (`status`), although it is done",
    "hang-before": "waits `seconds`, then does it: late effect",
    "hang-after": "does it, then waits `seconds`",
    "drip": "one byte each `seconds`",
    "cut": "half of the answer, then the connection ends",
    "garbage": "bytes that are no JSON",
    "huge": "`size` bytes",
    "wrong-unit": "the answer names another unit",
    "wrong-imeis": "every second row has an IMEI that is none",
    "duplicate-rows": "every row twice",
    "skip-page": "the rows of the next page",
    "empty-page": "no rows",
}
KINDS = {**INSTEAD, **SPOILED}


@dataclass
class Fault:
    """`times`: how often, None for ever. `path`: a regular expression found in the path; `method`: only this one."""

    kind: str
    times: int | None = None
    path: str = ""
    method: str | None = None
    probability: float = 1.0
    seconds: float = 1.0
    status: int = 500
    retry_after: float | None = None
    as_date: bool = False
    location: str = "http://127.0.0.1:9/v1"
    size: int = 64 * 1024 * 1024

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}; there are {', '.join(KINDS)}")
        re.compile(self.path)

    def meets(self, method, path):
        return (
            (self.times is None or self.times > 0)
            and self.method in (None, method)
            and re.search(self.path, path) is not None
            and (self.probability >= 1 or random.random() < self.probability)
        )


class Faults:
    """The faults in force; each call meets at most one, the first that fits."""

    def __init__(self):
        self._lock = threading.Lock()
        self._list = []

    def add(self, kind, **options):
        fault = Fault(kind, **options)
        with self._lock:
            self._list.append(fault)
        return fault

    def clear(self):
        with self._lock:
            self._list = []

    def take(self, method, path):
        if not self._list:
            return None
        with self._lock:
            fault = next((f for f in self._list if f.meets(method, path)), None)
            if fault and fault.times is not None:
                fault.times -= 1
                self._list = [f for f in self._list if f.times != 0]
        return fault

    def as_rows(self):
        return [{**asdict(fault), "says": KINDS[fault.kind]} for fault in self._list]


def answer_with(fault, call, handle, now):
    """The Reply to a call that meets a fault; `handle(call)` is what would be done without it."""
    if fault.kind in INSTEAD:
        return _instead(fault, now)
    if fault.kind == "hang-before":
        time.sleep(fault.seconds)
    if fault.kind == "skip-page":
        call.arguments["page"] = str(int(call.arguments.get("page", 1)) + 1)
    reply = handle(call)
    if fault.kind == "hang-after":
        time.sleep(fault.seconds)
    return _spoil(fault, reply)


def _instead(fault, now):
    kind = fault.kind
    if kind == "throttle":
        return Reply.error(429, "too many requests", _retry_after(fault, now))
    if kind == "maintenance":
        return Reply.error(503, "maintenance", _retry_after(fault, now))
    if kind == "unauthorized":
        return Reply.error(401, "the token is not valid")
    if kind == "redirect":
        return Reply(302, b"", {"Location": fault.location})
    if kind == "validation-error":
        content = {"status": "validation-error", "message": "refused", "validation_errors": {"fault": "on demand"}}
        return Reply.json({**content, "data": {}})
    if kind in ("html", "html-404"):
        return page_of_html("<h1>A page of something in between</h1>", 404 if kind == "html-404" else 200)
    return Reply.error(fault.status, "an internal error")


def _retry_after(fault, now):
    if fault.retry_after is None:
        return {}
    # The date is on the client's clock, which is the real one, as everything about waiting is.
    if fault.as_date:
        return {"Retry-After": formatdate(now + fault.retry_after, usegmt=True)}
    return {"Retry-After": str(fault.retry_after)}


def _spoil(fault, reply):
    kind = fault.kind
    if kind == "error-after":
        return Reply.error(fault.status, "an internal error")
    if kind == "drip":
        return Reply(reply.status, reply.body, reply.headers, pace=fault.seconds)
    if kind == "cut":
        return Reply(reply.status, reply.body, reply.headers, cut=True)
    if kind == "garbage":
        return Reply(reply.status, b'\x00\xff{"status": "succ', reply.headers)
    if kind == "huge":
        return Reply(reply.status, b" " * fault.size, reply.headers)
    if kind in _ROWS:
        return _change_rows(reply, _ROWS[kind])
    if kind == "wrong-unit":
        return Reply(reply.status, re.sub(rb'("product_imei": ?")\d+', rb"\g<1>999", reply.body), reply.headers)
    return reply


_ROWS = {
    "wrong-imeis": lambda rows: [{**r, "product_imei": "35X"} if i % 2 else r for i, r in enumerate(rows)],
    "duplicate-rows": lambda rows: [row for row in rows for _ in (1, 2)],
    "empty-page": lambda rows: [],
}


def _change_rows(reply, change):
    body = json.loads(reply.body)
    for key in ("data", "objects"):
        if isinstance(body.get(key), list):
            body[key] = change(body[key])
    return Reply.json(body, reply.status)
