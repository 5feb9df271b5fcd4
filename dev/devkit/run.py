"""dev/run: a demo to look at, with everything that it needs."""

import argparse
import contextlib
import fcntl
import time

from .cache import cache
from .console import StopError, entry, say
from .databases import log_folder
from .demo import DEFAULT_PORT, connect, demo_name, fleet_options, prepare
from .servers import odoo_server, simulator
from .workspace import workspace

ODOO_PORT = 8069
ROLES = ("technician", "shop_manager", "operator", "supervisor", "manager", "administrator")
EPILOG = """
Odoo 19 is the one at ODOO=/path/to/odoo, or installed, or else fetched once into the cache folder (PAYG_CACHE=…);
PostgreSQL is the server that PGHOST, PGPORT, PGUSER and PGPASSWORD name, or else a private one. Ctrl-C stops all.
"""


def options(arguments):
    """Return what the command line says."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "dev/run", description="Start Odoo 19 with the addon and demo data.", epilog=EPILOG, formatter_class=layout
    )
    parser.add_argument("--fresh", action="store_true", help="make the demo database again from nothing")
    parser.add_argument("--port", type=int, default=ODOO_PORT, help=f"port of Odoo (default: {ODOO_PORT})")
    parser.add_argument(
        "--simulator-port", type=int, default=DEFAULT_PORT, help=f"port of the simulator (default: {DEFAULT_PORT})"
    )
    return parser.parse_args(arguments)


@contextlib.contextmanager
def alone():
    """Refuse a second demo of the same checkout: both would use one database."""
    name = cache() / "locks" / f"{demo_name()}.running"
    name.parent.mkdir(exist_ok=True)
    with open(name, "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StopError("The demo of this checkout is running already: stop that one first.") from None
        yield


def announce(address, simulated, wanted, begin):
    """Tell where the demo is, who may log in and how to stop it."""
    for what, port, found in (("Odoo", wanted.port, address), ("the simulator", wanted.simulator_port, simulated)):
        if f":{port}" not in found:
            say(f"Port {port} is taken: {what} has another.")
    say(f"""
Ready after {time.monotonic() - begin:.0f} s.

  Odoo        {address}
  Logins      {", ".join(ROLES)} (the password is the login), or admin / admin
  Simulator   {simulated}
  Logs        {log_folder()}/{demo_name()}.*

Ctrl-C stops all of it.""")


def watch(processes):
    """Wait until Ctrl-C, or until one of the servers ends by itself."""
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                raise StopError(f"{name} ended by itself, code {process.returncode}. See {log_folder()}.")
        time.sleep(0.5)


def main(arguments):
    """Start everything, wait, stop everything."""
    wanted, begin = options(arguments), time.monotonic()
    logs = log_folder()
    with alone(), workspace("demo") as space, contextlib.ExitStack() as stack:
        name = prepare(space, wanted.fresh)
        output = stack.enter_context(open(logs / f"{name}.simulator.log", "w"))
        simulated, simulation = stack.enter_context(
            simulator(space, *fleet_options(), port=wanted.simulator_port, log=output)
        )
        connect(space, name, simulated)
        log = stack.enter_context(open(logs / f"{name}.odoo.log", "w"))
        serving = odoo_server(space, name, "--max-cron-threads=2", port=wanted.port, log=log)
        address, server = stack.enter_context(serving)
        announce(address, simulated, wanted, begin)
        try:
            watch({"Odoo": server, "the simulator": simulation})
        except KeyboardInterrupt:
            say("Stopping ...")
    say("Stopped.")
    return 0


if __name__ == "__main__":
    entry(main)
