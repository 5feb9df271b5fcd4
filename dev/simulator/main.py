"""The command line."""

import argparse
import json
import signal
import threading
from pathlib import Path

from .clock import Clock
from .faults import KINDS
from .fleet import Fleet
from .server import Simulator
from .users import DEFAULT_USERS, read_user


def arguments(argv=None):
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__, epilog=_epilog(),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("--port", type=int, default=8070, help="0 picks a free one")
    add("--units", type=int, default=0, help="generate this many units")
    add("--fleet", type=Path, help="JSON file with a list of units; only `imei` is needed of each")
    add("--latency-ms", type=float, default=0, help="before each answer, in real milliseconds")
    add("--login-latency-ms", type=float, default=0, help="more of it for a login")
    add("--connect-after", type=float, default=20, help="simulated seconds until a unit does what it is told")
    add("--poke-after", type=float, default=2, help="the same after force_connection")
    add("--speed", type=float, default=1, help="simulated seconds in a real one")
    add("--page-cap", type=int, default=1000, help="most rows on a page, whatever is asked for")
    add("--preserialise", type=int, metavar="SIZE", help="keep the pages of the bulk status of this size as bytes")
    add("--user", action="append", default=[], type=read_user, metavar="NAME:PASSWORD[:PERMISSION[:ENTITY]]",
        help="may be repeated; instead of the ones below")  # fmt: skip
    add("--fault", action="append", default=[], type=json.loads, metavar="JSON",
        help='may be repeated: \'{"kind": "error-after", "probability": 0.1, "path": "disable"}\'')  # fmt: skip
    return parser.parse_args(argv)


def _epilog():
    users = ", ".join(f"{user.username} ({user.permission})" for user in DEFAULT_USERS)
    faults = "\n".join(f"  {kind:18}{says}" for kind, says in KINDS.items())
    return f"Users, all with the password `{DEFAULT_USERS[0].password}`: {users}\n\nKinds of faults:\n{faults}"


def build(options):
    """The Simulator that the options describe, not yet serving."""
    fleet = Fleet(Clock(options.speed), options.connect_after, options.poke_after)
    if options.fleet:
        fleet.load(json.loads(options.fleet.read_text()))
    fleet.generate(options.units)
    simulator = Simulator(
        fleet,
        options.user or DEFAULT_USERS,
        options.latency_ms / 1000,
        options.login_latency_ms / 1000,
        options.page_cap,
        options.host,
        options.port,
    )
    if options.preserialise:
        simulator.api.pages.preserialise(options.preserialise)
    for fault in options.fault:
        simulator.faults.add(**fault)
    return simulator


def main(argv=None):
    simulator = build(arguments(argv))
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    simulator.start()
    print(f"SMART Solar simulator: {simulator.base_url}", flush=True)
    ended.wait()
    simulator.stop()
    return 0
