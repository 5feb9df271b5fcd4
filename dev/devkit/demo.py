"""The demo database of this checkout: made once, updated when the addon's code changed, made anew with its story."""

import hashlib

from .cache import CHECKOUT, cache, checkout_key
from .console import step
from .databases import dependencies, drop, exists, install, install_addon
from .workspace import ADDON

# What the addon is not made of at run time.
ASIDE = {"dev", "tests", ".git", ".ci", "__pycache__"}
DEFAULT_PORT = 8070
SIMULATED = "http://127.0.0.1:%/v1"
FLEET = CHECKOUT / "demo" / "simulator_fleet.json"


def demo_name():
    """Return the name of this checkout's demo database."""
    return f"payg_demo_{checkout_key()}"


def prepare(space, fresh=False):
    """Make the demo database, or bring it up to date; return its name."""
    name, code, story = demo_name(), fingerprint(), fingerprint("demo")
    mark = cache() / "run" / f"{space.data.name}-{name}"
    mark.parent.mkdir(exist_ok=True)
    known = mark.read_text().split() if mark.exists() else []
    # Odoo adds to the demo data of an installed addon, but does not tell their story again: half of it would be there.
    if fresh or story not in known:
        drop(space, name)
    if not exists(space, name):
        with step("Making the demo database (once, and when its story changed)"):
            install(space, name, sorted({*dependencies(), ADDON}))
    elif code not in known:
        with step("The addon changed: updating the demo database"):
            install_addon(space, name, "-u")
    mark.write_text(f"{code} {story}")
    return name


def fingerprint(folder="."):
    """Return a key of the addon's code, or of a folder of it."""
    key = hashlib.sha256()
    for file in sorted((CHECKOUT / folder).rglob("*")):
        inside = file.relative_to(CHECKOUT)
        if file.is_file() and not ASIDE.intersection(inside.parts):
            key.update(f"{inside}\0".encode() + file.read_bytes() + b"\0")
    return key.hexdigest()


def connect(space, name, address):
    """Point the demo's connection, which is the simulator's, to the port that the simulator has this time."""
    query = "UPDATE smart_solar_client SET base_url = %s WHERE base_url LIKE %s AND base_url <> %s"
    space.sql(name, query, address, SIMULATED, address)


def fleet_options():
    """Return the simulator's options for the units of the demo data."""
    return ("--fleet", FLEET) if FLEET.exists() else ()
