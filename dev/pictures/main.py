"""The command line: a fresh demo, and the story told in it."""

import argparse
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from devkit import StopError, database, log_folder, odoo_server, say, simulator, step, venv_python, workspace
from devkit.browser import NAMES, path_with_browser
from devkit.cache import CHECKOUT
from devkit.demo import connect, fleet_options
from devkit.processes import die_with_parent

FOLDER = CHECKOUT / "doc" / "pictures"
APP_FOLDER = CHECKOUT / "static" / "description"
PATIENCE = 180  # seconds for the first reading of the states, which the demo data ask for
EPILOG = """
Needs what dev/test needs. The demo has a database of its own, so a running dev/run is not disturbed.
"""


def options(arguments):
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        "dev/screenshots", description="Take the pictures of the documentation from a demo.", epilog=EPILOG
    )
    parser.add_argument("--folder", type=Path, help="where to put all of them (default: where the pages show them)")
    parser.add_argument("--language", metavar="CODE", help="of the screens, such as fr_FR (default: English)")
    return parser.parse_args(arguments)


def main(arguments):
    """Make the demo, take the pictures, drop the demo."""
    wanted = options(arguments)
    browser = _browser()
    with workspace() as space, database(space, addon=True) as name:
        if wanted.language:
            _speak(space, name, wanted.language)
        # Units that take their time to connect: they are looked at while they are being switched off.
        with simulator(space, *fleet_options(), "--connect-after", 120) as (simulated, _):
            connect(space, name, simulated)
            with (
                open(log_folder() / f"{name}.odoo.log", "w") as log,
                odoo_server(space, name, "--max-cron-threads=2", log=log) as (address, _),
            ):
                _wait_for_reading(space, name)
                _tell(
                    browser=browser,
                    database=name,
                    odoo=address,
                    simulator=simulated.removesuffix("/v1"),
                    folder=str((wanted.folder or FOLDER).absolute()),
                    app_folder=str((wanted.folder or APP_FOLDER).absolute()),
                )
    return 0


def _browser():
    path = path_with_browser()
    return next(filter(None, (shutil.which(name, path=path) for name in NAMES)))


def _speak(space, name, language):
    """Load a language, and let everybody have it."""
    with step(f"Loading {language}"):
        done = space.run("i18n", "loadlang", "-d", name, "-l", language, capture_output=True, text=True)
    if done.returncode:
        raise StopError(f"The language {language} could not be loaded: {done.stderr}")
    space.sql(name, "UPDATE res_partner SET lang = %s", language)


def _wait_for_reading(space, name):
    """Wait until SMART Solar was read: before that nobody knows what is in repair, nor what credit units hold."""
    deadline = time.monotonic() + PATIENCE
    while not space.sql(name, "SELECT 1 FROM payg_control_unit WHERE unit_credit_until IS NOT NULL"):
        if time.monotonic() > deadline:
            raise StopError(f"The first reading of the states did not come: see {log_folder()}.")
        time.sleep(1)


def _tell(**where):
    """Run the story in the virtual environment, which has the client of the browser."""
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT / "dev")}
    command = [venv_python(), "-m", "pictures.story", json.dumps(where)]
    if subprocess.run(command, check=False, env=environ, preexec_fn=die_with_parent).returncode:
        raise StopError("The pictures could not be taken: see above.")
    say(f"The pictures are in {' and '.join({where['folder'], where['app_folder']})}.")
