"""A workspace: Odoo 19 with the addon on its path, a PostgreSQL that runs, and a folder for what they write."""

import contextlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .cache import CHECKOUT, cache, checkout_key, digest
from .console import StopError
from .machine import last_line
from .postgres import is_given, postgres
from .processes import die_with_parent
from .source import Odoo, odoo

ADDON = "payg_control_unit"
SUBCOMMANDS = ("shell", "i18n", "neutralize", "module")
GROUPS = ("i18n", "module")  # subcommands that have subcommands
_QUERY = """
import json, sys, psycopg2
connection = psycopg2.connect(dbname=sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(sys.argv[2], json.loads(sys.argv[3]) or None)
print(json.dumps(cursor.fetchall() if cursor.description else [], default=str))
"""


@dataclass(frozen=True)
class Workspace:
    """What is needed to run Odoo's commands and SQL; made by `workspace`."""

    odoo: Odoo
    server: dict  # the PG… variables
    data: Path  # Odoo's filestore and sessions
    private: bool  # the server is devkit's own

    def variables(self, **more):
        """Return the environment for Odoo and PostgreSQL's clients: nothing of the caller's PG… or ODOO… in it."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "ODOO", "PYTHONPATH"))}
        path = {"PYTHONPATH": self.odoo.python_path} if self.odoo.python_path else {}
        return {**kept, **path, **self.server, **more}

    def command(self, *arguments):
        """Return the command line of Odoo, a subcommand first if there is one."""
        sub, rest = (arguments[:1], arguments[1:]) if arguments[:1] and arguments[0] in SUBCOMMANDS else ((), arguments)
        if sub and sub[0] in GROUPS:
            sub, rest = arguments[:2], arguments[2:]
        return [*self.odoo.command, *sub, "-c", str(self._configuration()), *map(str, rest)]

    def _configuration(self):
        """Write Odoo's configuration file; its name is the key of what it says."""
        settings = {"addons_path": addons_path(), "data_dir": self.data, "http_interface": "127.0.0.1"}
        text = "\n".join(["[options]", *(f"{key} = {value}" for key, value in settings.items()), ""])
        file = cache() / "configuration" / f"{digest(text)}.conf"
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            scratch = file.with_suffix(f".{os.getpid()}")
            scratch.write_text(text)
            scratch.rename(file)
        return file

    def run(self, *arguments, **options):
        """Run Odoo to its end and return the completed process; its log goes where `options` say."""
        options = {"env": self.variables(), "stdin": subprocess.DEVNULL, "preexec_fn": die_with_parent, **options}
        return subprocess.run(self.command(*arguments), check=False, **options)

    def shell(self, database, script, **options):
        """Run a script in Odoo's shell (`env` is there) and return the completed process with its output."""
        options = {"env": self.variables(), "capture_output": True, "text": True, **options}
        command = self.command("shell", "-d", database, "--no-http", "--log-level=warn")
        return subprocess.run(command, check=False, input=script, **options)

    def sql(self, database, query, *parameters):
        """Run one SQL statement, committed at once, and return its rows."""
        command = [self.odoo.python, "-c", _QUERY, database, query, json.dumps(parameters)]
        environ = self.variables()
        done = subprocess.run(command, check=False, env=environ, cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise StopError(f"PostgreSQL refused: {_reason(done.stderr)} ({query})")
        return json.loads(done.stdout)


def _reason(traceback):
    """Return the line of a traceback that names the error; PostgreSQL adds hints after it."""
    return next((line for line in traceback.splitlines() if "Error: " in line), last_line(traceback))


def addons_path():
    """Return the folder in which the checkout has the addon's name, made if it is not there."""
    folder = cache() / "addons" / checkout_key()
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / ADDON
    with contextlib.suppress(FileExistsError):
        link.symlink_to(CHECKOUT)
    return folder


@contextlib.contextmanager
def workspace(profile="test"):
    """Provide a workspace on the PostgreSQL of that profile (`postgres.PROFILES`), all provisioned as needed."""
    source = odoo()
    with postgres(profile) as server:
        private = not is_given()
        where = profile if private else digest(*server.values())
        data = cache() / "data" / where
        data.mkdir(parents=True, exist_ok=True)
        yield Workspace(source, server, data, private)
