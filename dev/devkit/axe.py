"""axe-core, which judges the accessibility of a page: for the tests alone, fetched by npm as the machine has it."""

import base64
import hashlib
import os
import subprocess
import tarfile

from .cache import built, cache
from .console import MissingError, step
from .machine import find_program, install, last_line

VERSION = "4.10.3"
SHA512 = "Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg=="
SCRIPT = "package/axe.min.js"
OTHERWISE = "or set AXE=/path/to/axe.min.js."


def axe():
    """Return the path of the script: the one at `AXE=…`, or the pinned version, fetched once."""
    if given := os.environ.get("AXE"):
        return given
    return built(cache() / "axe" / VERSION, _fetch) / SCRIPT


def _fetch(folder):
    if not find_program("npm"):
        install(f"npm, for axe-core ({OTHERWISE})", "npm")
    with step(f"Fetching axe-core {VERSION}"):
        command = ["npm", "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", str(folder)]
        quiet = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
        done = subprocess.run(command, check=False, cwd=folder, **quiet)
    package = next(folder.glob("axe-core-*.tgz"), None)
    if done.returncode or not package:
        raise MissingError(f"axe-core: npm failed: {last_line(done.stderr)} Try again, {OTHERWISE}")
    if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != SHA512:
        raise MissingError(f"axe-core {VERSION} as it was published: what npm fetched is another one.")
    with tarfile.open(package) as archive:
        (folder / SCRIPT).parent.mkdir()
        (folder / SCRIPT).write_bytes(archive.extractfile(SCRIPT).read())
