"""The browser of the tours: Odoo's runner starts the first one that it finds on PATH."""

import os
import stat

from .cache import cache, digest
from .console import MissingError
from .machine import find_program, install

NAMES = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")


def path_with_browser():
    """Return a PATH on which Odoo finds the browser: `CHROME=…`, an installed one, or Debian's Chromium."""
    if given := os.environ.get("CHROME"):
        return os.pathsep.join([str(_wrapper(given)), os.environ["PATH"]])
    if not find_program(*NAMES):
        install("Chromium, for the browser tours", "chromium")
    return os.environ["PATH"]


def _wrapper(program):
    """Return a folder with a command of the name that Odoo looks for first."""
    if not find_program(program):
        raise MissingError(f"the browser at CHROME={program}. Set it to a Chromium or Chrome, or leave it out.")
    folder = cache() / "browser" / digest(program)
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "google-chrome"
    command.write_text(f'#!/bin/sh\nexec "{find_program(program)}" "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return folder
