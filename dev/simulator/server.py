"""The simulator as one object: start it, look into its fleet, give it faults, stop it."""

import threading
import time
from collections import deque
from itertools import islice
from typing import NamedTuple

from .api import Api
from .clock import Clock, text
from .control import Control
from .faults import Faults, answer_with
from .fleet import Fleet
from .http import Reply, Server
from .page import status_page
from .users import DEFAULT_USERS, Door


class Received(NamedTuple):
    """A call that was answered; `time` on the simulator's clock."""

    method: str
    path: str
    imei: str | None
    user: str | None
    time: str
    status: int
    fault: str | None


class Calls:
    """The last calls below /v1, and how many there were."""

    def __init__(self, keep=10_000):
        self._kept = deque(maxlen=keep)
        self.total = 0

    def add(self, received):
        self._kept.append(received)
        self.total += 1

    def last(self, number):
        """The newest first."""
        return list(islice(reversed(self._kept.copy()), number))

    def clear(self):
        self._kept.clear()
        self.total = 0

    def __iter__(self):
        return iter(self._kept.copy())

    def __len__(self):
        return len(self._kept)


class Simulator:
    """`with Simulator(fleet) as simulator: ... simulator.base_url`. `latency`, `login_latency` in real seconds."""

    def __init__(self, fleet=None, users=DEFAULT_USERS, latency=0.0, login_latency=0.0, page_cap=1000, host="127.0.0.1",
                 port=0):  # fmt: skip
        self.fleet = fleet if fleet is not None else Fleet(Clock())
        self.clock = self.fleet.clock
        self.door = Door(self.clock, users)
        self.faults, self.calls = Faults(), Calls()
        self.api = Api(self.fleet, self.door, page_cap)
        self.latency, self.login_latency = latency, login_latency
        self._control = Control(self)
        self._server = Server((host, port), self.answer)
        self._thread = None

    @property
    def base_url(self):
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}/v1"

    @property
    def port(self):
        return self._server.server_address[1]

    def start(self):
        """Serve in a thread; the port is open already."""
        self._thread = threading.Thread(target=self.serve, name="smart-solar-simulator", daemon=True)
        self._thread.start()
        return self

    def serve(self):
        self._server.serve_forever(poll_interval=0.02)

    def stop(self):
        if self._thread:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()

    def answer(self, call):
        """The Reply to any call."""
        if call.path.startswith("/v1/"):
            return self._answer_api(call)
        if call.path == "/sim" or call.path.startswith("/sim/"):
            return self._control.handle(call)
        if call.path == "/" and call.method == "GET":
            return status_page(self, call.arguments)
        return Reply.error(404, "no such address")

    def _answer_api(self, call):
        due = time.monotonic() + self.latency + (self.login_latency if call.path == "/v1/auth/login" else 0)
        fault = self.faults.take(call.method, call.path)
        handle = self.api.handle
        reply = answer_with(fault, call, handle, time.time()) if fault else handle(call)
        user = call.user.username if call.user else None
        kind = fault.kind if fault else None
        self.calls.add(Received(call.method, call.path, call.imei, user, text(self.clock.now()), reply.status, kind))
        # What the work took is part of the latency, so that the figures of speed tests mean what they say.
        time.sleep(max(0.0, due - time.monotonic()))
        return reply
