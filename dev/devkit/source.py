"""Odoo 19: the one that is given, else the one that is found, else Debian's package in the cache folder."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import debian
from .cache import built, cache, digest
from .console import MissingError, say
from .machine import find_program
from .venv import venv_python

SERIES = "19.0"
HOW = "Get it: clone the branch 19.0 of Odoo's repository and set ODOO=/path/to/odoo."


@dataclass(frozen=True)
class Odoo:
    """An Odoo 19 that can be started."""

    command: tuple  # the interpreter and what it runs
    python_path: str  # for the interpreter to find Odoo's package
    identity: str  # what databases made by another Odoo must not be mixed with

    @property
    def python(self):
        """Return the interpreter that Odoo runs on."""
        return self.command[0]


def odoo():
    """Return the Odoo 19 to use: `ODOO=…`, on PATH, importable, or provisioned."""
    if given := os.environ.get("ODOO"):
        return _given(Path(given).expanduser().absolute())
    return _on_path() or _importable() or _provisioned()


def _given(path):
    if not path.is_file():
        return _checkout(path)
    if (path.parent / "odoo" / "release.py").exists():
        return _checkout(path.parent, path)
    installed = _script(path)
    if not installed:
        raise MissingError(f"Odoo {SERIES} at ODOO={path}: it cannot be run. {HOW}")
    return installed


def _checkout(folder, script=None):
    script = script or next((folder / name for name in ("odoo-bin", "usr/bin/odoo") if (folder / name).exists()), None)
    if script is None:
        raise MissingError(f"Odoo at ODOO={folder}: there is no odoo-bin. {HOW}")
    package = folder / (debian.LIBRARIES if script.name == "odoo" else "")
    release = package / "odoo" / "release.py"
    if not release.exists() or not re.search(r"version_info = \(19, 0,", release.read_text()):
        raise MissingError(f"Odoo {SERIES} at ODOO={folder}: that is another version. {HOW}")
    python = os.environ.get("ODOO_PYTHON") or venv_python()
    return Odoo((str(python), str(script)), str(package), f"{folder} {_revision(folder)}")


def _revision(folder):
    """Return the commit of a checkout, or nothing when it is none."""
    if not find_program("git"):
        return ""
    git = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(git, check=False, capture_output=True, text=True).stdout.strip()


def _on_path():
    script = find_program("odoo", "odoo-bin")
    return script and _script(script)


def _script(script):
    """Return the installed `odoo` command if it is Odoo 19, on the interpreter that its first line names."""
    first_line = Path(script).read_bytes().split(b"\n", 1)[0].decode(errors="replace")
    python = first_line.removeprefix("#!").strip().split()[-1:] if first_line.startswith("#!") else []
    interpreter = find_program(*python) if python else None
    return _installed(interpreter, (interpreter, str(script)), str(script))


def _importable():
    return _installed(sys.executable, (sys.executable, "-m", "odoo"), "Python's odoo package")


def _installed(python, command, where):
    """Return Odoo as `command` if the interpreter imports version 19."""
    if not python:
        return None
    question = "import odoo.release as release, odoo.cli; print(release.series, release.__file__)"
    asked = subprocess.run([python, "-c", question], check=False, cwd="/", capture_output=True, text=True)
    series, _, file = asked.stdout.strip().partition(" ")
    if asked.returncode == 0 and series == SERIES:
        return Odoo(command, "", file)
    if series:
        say(f"Not used: {where} is Odoo {series}, not {SERIES}.")
    return None


def _provisioned():
    if not debian.available():
        raise MissingError(f"Odoo {SERIES}. {HOW} (On Debian it is fetched by itself.)")
    key = f"{SERIES}-{digest(debian.SUITE, debian.PACKAGES, debian.STABLE_PACKAGES)}"
    prefix = built(cache() / "odoo" / key, debian.fetch)
    return Odoo((str(venv_python()), str(prefix / "usr/bin/odoo")), str(prefix / debian.LIBRARIES), key)
