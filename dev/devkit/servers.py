"""The two servers that people and tests talk to: the SMART Solar simulator and Odoo."""

import contextlib
import re
import select
import subprocess

from .cache import CHECKOUT
from .console import StopError
from .machine import free_port
from .processes import running, wait_for_answer

SIMULATOR = CHECKOUT / "dev" / "simulator"
ANNOUNCEMENT = re.compile(r"^SMART Solar simulator: (\S+)$")
PATIENCE = 30  # seconds for the simulator to say where it listens


@contextlib.contextmanager
def simulator(space, *options, port=0, log=subprocess.DEVNULL):
    """Run the simulator and provide its address and its process; `options` are those of `dev/simulator --help`."""
    command = [space.odoo.python, SIMULATOR, "--port", free_port(port), *options]
    with running(command, stdout=subprocess.PIPE, stderr=log, text=True, env=space.variables()) as process:
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        said = ANNOUNCEMENT.match(process.stdout.readline().strip()) if ready else None
        if not said:
            raise StopError(f"The simulator did not start: see its log, and {SIMULATOR.relative_to(CHECKOUT)} --help.")
        yield said[1], process


@contextlib.contextmanager
def odoo_server(space, database, *options, port=0, log=subprocess.DEVNULL):
    """Run Odoo on a database and provide its address and its process once it answers.

    The log tells what Odoo says; `options` are Odoo's own, such as `--workers 2`.
    """
    port = free_port(port)
    arguments = ("-d", database, f"--db-filter=^{database}$", "--no-database-list", "--http-port", port, *options)
    with running(space.command(*arguments), stdout=log, stderr=subprocess.STDOUT, env=space.variables()) as process:
        address = f"http://127.0.0.1:{port}"
        wait_for_answer(f"{address}/web/health", process)
        yield address, process
