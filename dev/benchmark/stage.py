"""Where the measuring happens: databases with a fleet, equal copies of them, and questions asked inside Odoo."""

import contextlib
import json
import os
import secrets
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devkit import MissingError, database, step
from devkit.databases import MAINTENANCE, PREFIX, drop

from .inside import ANSWER

DEV = Path(__file__).resolve().parents[1]
SCRIPT = """
import sys
sys.path.insert(0, {dev!r})
from benchmark.inside import answer
answer(env, {question!r}, {arguments!r})
"""


class Stage:
    """A workspace with databases made for the bench; all are dropped when the stage is left."""

    def __init__(self, space, options):
        self.space, self.options = space, options
        self._stack = contextlib.ExitStack()
        self._fleets = {}
        self._empty = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    # ------------------------------------------------------------------ databases

    def fleet(self, units, to_switch):
        """Return the database with a fleet of that size, made once. Measure on copies of it."""
        if (units, to_switch) not in self._fleets:
            if not self._empty:
                with step("Installing the addon"):
                    self._empty = self._stack.enter_context(database(self.space, addon=True))
            name = self._stack.enter_context(self.copy(self._empty))
            with step(f"Making a fleet of {units:,} units, {to_switch:,} of them to switch off"):
                self.ask(name, "fleet.prepare", units=units, to_switch=to_switch)
            self._fleets[units, to_switch] = name
        return self._fleets[units, to_switch]

    def large(self):
        """Return the database with the fleet that the options ask for."""
        return self.fleet(self.options.units, self.options.to_switch)

    @contextlib.contextmanager
    def copy(self, source):
        """Provide a database equal to the source to the last page, on disk already."""
        name = f"{PREFIX}{os.getpid()}_{secrets.token_hex(3)}"
        self.space.sql(MAINTENANCE, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        try:
            self.checkpoint()
            yield name
        finally:
            drop(self.space, name)

    def checkpoint(self):
        """Write what earlier work left to be written, so that it is not paid for by what comes next."""
        with contextlib.suppress(RuntimeError):  # on a given server the role may not be allowed to
            self.space.sql(MAINTENANCE, "CHECKPOINT")

    # ------------------------------------------------------------------ questions

    def ask(self, name, question, **arguments):
        """Return the answer of a function of `inside` ("module.function"), called in a fresh process of Odoo."""
        script = SCRIPT.format(dev=str(DEV), question=question, arguments=arguments)
        done = self.space.shell(name, script)
        found = [line for line in done.stdout.splitlines() if line.startswith(ANSWER)]
        if done.returncode or not found:
            raise MissingError(f"an answer to {question}:\n{done.stderr[-4000:]}")
        return json.loads(found[-1].removeprefix(ANSWER))

    def ask_together(self, name, questions):
        """Ask several questions of one database at the same time; each begins when all are ready.

        :param questions: list of (question, arguments); each gets `folder`, in which the processes meet, and find a
            file `failed` when one of them did not come to its end
        :return: list of their answers
        """
        self.space.command()  # writes the configuration file, which threads must not do at the same time
        failures = []
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(questions)) as pool:

            def ask(question, arguments):
                try:
                    return self.ask(name, question, folder=folder, parties=len(questions), **arguments)
                except Exception as failure:
                    failures.append(failure)
                    (Path(folder) / "failed").touch()

            answers = list(pool.map(lambda asked: ask(*asked), questions))
        if failures:
            raise failures[0]
        return answers
