"""The virtual environment: what Odoo 19 imports, and the tools of the tests."""

import os
import subprocess
import sys

from .cache import CHECKOUT, built, cache, digest
from .console import MissingError, step
from .machine import last_line

REQUIREMENTS = (CHECKOUT / "dev" / "requirements.txt", CHECKOUT / "dev" / "requirements-test.txt")


def _run(*command):
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, check=False, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        message = last_line(done.stderr or done.stdout)
        raise MissingError(f"the Python packages of dev/requirements*.txt: {message} (the index is pip's setting).")


def _build(path):
    with step("Making the virtual environment"):
        _run(sys.executable, "-m", "venv", path)
        requirements = [argument for file in REQUIREMENTS for argument in ("-r", file)]
        _run(path / "bin" / "python", "-m", "pip", "install", "-q", "--no-input", *requirements)


def venv_python():
    """Return the interpreter of the environment for these requirements and this Python, made if needed."""
    key = digest(sys.version, sys.base_prefix, *(file.read_text() for file in REQUIREMENTS))
    return built(cache() / "venv" / key, _build) / "bin" / "python"
