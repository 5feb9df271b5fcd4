"""Databases: a cached template with Odoo's own applications, and copies of it that live as long as they are used."""

import ast
import contextlib
import os
import secrets
import shutil
import subprocess

from .cache import CHECKOUT, cache, digest, locked
from .console import StopError, say, step
from .workspace import ADDON

MAINTENANCE = "postgres"
# Odoo goes on without demo data that fail, with a warning; a demo or a test without them would look at nothing.
FAILURES = (" ERROR ", " CRITICAL ", "demo data failed to install")
# Besides what the addon depends on: the tests cross sales and accounting, as the addon's users do.
TEMPLATE_MODULES = ("crm", "stock", "account", "sale_stock")
PREFIX = "payg_test_"
KEPT_LOGS = 60


def dependencies():
    """Return the names of the addons that the manifest depends on."""
    return ast.literal_eval((CHECKOUT / "__manifest__.py").read_text())["depends"]


def exists(space, name):
    """Return whether there is a database of that name."""
    return bool(space.sql(MAINTENANCE, "SELECT 1 FROM pg_database WHERE datname = %s", name))


def drop(space, name):
    """Remove a database and its files, whoever is connected."""
    space.sql(MAINTENANCE, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(_files(space, name), ignore_errors=True)


def rename(space, old, new):
    """Give a database and its files another name."""
    if _files(space, old).exists():
        _files(space, old).rename(_files(space, new))
    space.sql(MAINTENANCE, f'ALTER DATABASE "{old}" RENAME TO "{new}"')


def install(space, name, modules):
    """Make a database with these modules and their demo data; one that is half made never gets the name."""
    building = f"{name}_building"
    drop(space, building)
    drop(space, name)
    log = log_folder() / f"{name}.install.log"
    command = ("-d", building, "-i", ",".join(modules), "--with-demo", "--stop-after-init", "--no-http")
    with open(log, "w") as output:
        done = space.run(*command, stdout=output, stderr=subprocess.STDOUT)
    if done.returncode or _failed(log):
        raise StopError(f"Odoo failed to install {', '.join(modules)}: see {log}.")
    rename(space, building, name)


def template(space):
    """Return the name of the template database, made if there is none for this Odoo and these modules."""
    modules = sorted({*TEMPLATE_MODULES, *dependencies()})
    name = f"payg_template_{digest(space.odoo.identity, *modules)}"
    with locked(f"{name}-{space.data.name}"):
        if not exists(space, name):
            _sweep(space)
            with step(f"Making the template database ({', '.join(modules)}; once)"):
                install(space, name, modules)
    return name


def _sweep(space):
    """Drop what killed runs left behind in the private cluster: test databases whose process is gone."""
    if not space.private:
        return
    for (name,) in space.sql(MAINTENANCE, "SELECT datname FROM pg_database WHERE datname LIKE %s", f"{PREFIX}%"):
        process = name.removeprefix(PREFIX).split("_")[0]
        if not _alive(int(process)):
            drop(space, name)


def _alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def database(space, keep=False, addon=False):
    """Provide the name of a fresh copy of the template, with the addon installed if asked for; dropped afterwards."""
    source = template(space)
    _sweep(space)
    name = f"{PREFIX}{os.getpid()}_{secrets.token_hex(3)}"
    space.sql(MAINTENANCE, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    try:
        _copy_files(space, source, name)
        if addon:
            install_addon(space, name)
        yield name
    finally:
        if keep:
            kept = name.replace(PREFIX, "payg_kept_")
            rename(space, name, kept)
            say(f"Kept: database {kept}")
        else:
            drop(space, name)


def install_addon(space, name, option="-i"):
    """Install the addon with its demo data in a database; with `-u`, update it."""
    log = log_folder() / f"{name}.addon.log"
    with open(log, "w") as output:
        done = space.run(
            "-d", name, option, ADDON, "--stop-after-init", "--no-http", stdout=output, stderr=subprocess.STDOUT
        )
    if done.returncode or _failed(log):
        raise StopError(f"Odoo failed to load the addon in the database {name}: see {log}.")


def _failed(log):
    text = log.read_text()
    return any(failure in text for failure in FAILURES)


def log_folder():
    """Return the folder of the logs, of which the newest are kept."""
    folder = cache() / "log"
    folder.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):  # another run may be tidying up at the same time
        newest_first = sorted(folder.glob("*.log"), key=os.path.getmtime, reverse=True)
        for old in newest_first[KEPT_LOGS:]:
            old.unlink()
    return folder


def _files(space, name):
    return space.data / "filestore" / name


def _copy_files(space, source, name):
    """Copy the filestore by links: Odoo never writes into a file that is there."""
    if _files(space, source).exists():
        shutil.copytree(_files(space, source), _files(space, name), copy_function=os.link)
