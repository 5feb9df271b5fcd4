"""Debian's package of Odoo 19, unpacked into a folder of its own: nothing is installed system-wide.

apt fetches and verifies the packages for any user, with a private state directory beside the machine's own, from the
mirror that the machine's own settings name.
"""

import re
import subprocess
from pathlib import Path

from .console import MissingError, step
from .machine import find_program, last_line

SUITE = "sid"
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
)
# The web client is drawn with Font Awesome 4.7; Debian's unstable suite has 7.
STABLE_PACKAGES = ("fonts-font-awesome",)
ROLLING = ("sid", "unstable", "testing")
RELEASE = Path("/etc/os-release")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LIBRARIES = Path("usr/lib/python3/dist-packages")
# Debian leaves this file out, and the web client's bundle logs an error without it. It blurs the background in video
# calls; an empty one does for everything else.
LEFT_OUT = LIBRARIES / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
OTHERWISE = "set ODOO=/path/to/odoo (a checkout of Odoo 19)."


def available():
    """Return whether this is a Debian whose apt can fetch Odoo."""
    if not (find_program("apt-get") and find_program("dpkg") and RELEASE.exists()):
        return False
    return "ID=debian" in RELEASE.read_text().splitlines()


def fetch(prefix):
    """Unpack Odoo 19 and what it needs of Debian into the folder `prefix`."""
    options = _private_apt(prefix / "apt")
    with step("Downloading Odoo 19"):
        _apt(*options, "update")
        downloads = [f"{name}/{SUITE}" for name in PACKAGES] + [f"{name}/{_suite()}" for name in STABLE_PACKAGES]
        _apt(*options, "download", *downloads, cwd=prefix / "apt")
    with step("Unpacking Odoo 19"):
        for package in sorted((prefix / "apt").glob("*.deb")):
            subprocess.run(["dpkg", "-x", package, prefix], check=True)
            package.unlink()
        (prefix / LEFT_OUT).parent.mkdir(parents=True, exist_ok=True)
        (prefix / LEFT_OUT).touch()


def _private_apt(folder):
    """Write a source list with the machine's mirror and return the options that keep apt to this folder."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    sources = "".join(f"deb {signed}{_mirror()[0]} {suite} main\n" for suite in (SUITE, _suite()))
    (folder / "sources.list").write_text(sources)
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": folder,
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "",
    }
    return [argument for key, value in options.items() for argument in ("-o", f"{key}={value}")]


def _suite():
    """Return the stable suite that this machine uses."""
    return "stable" if _mirror()[1] in ROLLING else _mirror()[1]


def _mirror():
    """Return the address and the suite of the Debian archive in the machine's own apt sources."""
    codename = re.search(r"^VERSION_CODENAME=(\S+)", RELEASE.read_text(), re.MULTILINE)
    suites = {codename and codename[1], "stable", "oldstable", *ROLLING}
    for address in re.findall(r"^'(\S+)/InRelease'", _apt("update", "--print-uris"), re.MULTILINE):
        mirror, _, suite = address.rpartition("/dists/")
        if suite in suites:
            return mirror, suite
    raise MissingError(f"Debian's archive in this machine's apt sources. Add it, or {OTHERWISE}")


def _apt(*arguments, cwd=None):
    command = ["apt-get", *map(str, arguments)]
    done = subprocess.run(command, check=False, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise MissingError(
            f"Odoo 19: apt-get {arguments[-1]} failed: {last_line(done.stderr)} Try again, or {OTHERWISE}"
        )
    return done.stdout
