"""The parts of the tests. Each returns a verdict."""

import contextlib
import os
import subprocess
import tempfile
import xml.etree.ElementTree
from dataclasses import dataclass
from pathlib import Path

from .axe import axe
from .browser import path_with_browser
from .cache import CHECKOUT
from .console import StopError, say
from .databases import database, log_folder
from .machine import find_program, free_port, install, last_line
from .processes import running
from .selection import PROCESS_FOLDERS, PYTEST_FOLDERS, odoo_shares
from .venv import venv_python
from .verdict import Verdict, judge
from .workspace import ADDON, addons_path, workspace

TEMPLATE = CHECKOUT / "i18n" / f"{ADDON}.pot"
# pylint-odoo enables its whole set, so what does not apply here is named on the command line: both are about
# repositories of the OCA, its name as the author and the README that its generator writes.
NOT_OURS = "missing-readme,manifest-required-author"
NOTHING_COLLECTED = 5
LONGEST_RUN = 60 * 60  # seconds, after which Odoo's runner is taken to hang
HANGS = 124  # as timeout(1) says it


def wire(selection):
    """Run the tests that need no Odoo: the wire, the simulator, devkit itself."""
    return _with_pytest(selection, PYTEST_FOLDERS)


def process(selection):
    """Run the tests that start Odoo in processes of its own: what its life in a database leaves behind."""
    return _with_pytest(selection, PROCESS_FOLDERS)


def _with_pytest(selection, folders):
    verdict = Verdict()
    for folder in folders:
        files = [file for file in selection.pytest_files if str(file).startswith(folder)]
        if (CHECKOUT / folder).is_dir() and (files or not selection.pytest_files):
            verdict += _pytest(folder, files, selection.keyword)
    if not verdict.passed + verdict.failed and not selection.keyword:
        verdict += Verdict(0, 1, [f"no test ran in {', '.join(folders)}"])
    return verdict


def _pytest(folder, files, keyword):
    """Run pytest and count from its report."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        command = [venv_python(), "-m", "pytest", "-q", "-c", f"{folder}/pytest.ini", f"--junitxml={report}"]
        command += ["-p", "no:cacheprovider", *(files or [folder]), *(["-k", keyword] if keyword else [])]
        code = subprocess.run(command, check=False, cwd=CHECKOUT, stdin=subprocess.DEVNULL).returncode
        if code == NOTHING_COLLECTED and keyword:
            return Verdict()
        if not report.exists():
            return Verdict(0, 1, [f"pytest {folder} ended with code {code} before the tests did"])
        return count(xml.etree.ElementTree.parse(report).getroot(), code, folder)


def count(report, code, folder):
    """Return the verdict on pytest's report."""
    suites = list(report.iter("testsuite"))
    total, skipped, failed = (
        sum(int(suite.get(name, 0)) for suite in suites for name in names)
        for names in (["tests"], ["skipped"], ["failures", "errors"])
    )
    if not total:
        return Verdict(0, 1, [f"no test ran in {folder}"])
    unexplained = code and not failed
    complaints = [f"pytest {folder} ended with code {code}"] if unexplained else []
    return Verdict(max(0, total - skipped - failed), failed + bool(unexplained), complaints)


def odoo(selection):
    """Run the addon's tests in Odoo, browser tours among them, each share on a database of its own."""
    shares = odoo_shares(selection.odoo_files, selection.keyword)
    if not shares:
        return Verdict()
    path = path_with_browser()
    _printer()
    with workspace() as space, contextlib.ExitStack() as stack:
        variables = space.variables(PATH=path, PAYG_AXE=_axe())
        runs = [stack.enter_context(_run(space, variables, tags, selection.keep)) for tags in shares]
        verdict = sum((run.verdict() for run in runs), Verdict())
        if selection.write_terms:
            export(space, runs[0].database, TEMPLATE)
        whole = not selection.odoo_files and not selection.keyword
        return verdict + translations(space, runs[0].database) if whole and TEMPLATE.exists() else verdict


@dataclass
class _Run:
    """Odoo's runner at work."""

    database: str
    log: Path
    process: subprocess.Popen

    def verdict(self):
        """Wait for its end, and return the verdict on its log."""
        code = _finished(self.process)
        return judge(self.log.read_text(errors="replace"), code)


@contextlib.contextmanager
def _run(space, variables, tags, keep):
    """Have Odoo's runner run the tests of these tags, on a database of its own."""
    with database(space, keep=keep) as name:
        log = log_folder() / f"{name}.log"
        print(f"Log: {log}", flush=True)
        arguments = ("-d", name, "-i", ADDON, "--test-tags", tags, "--stop-after-init", "--log-level=test")
        command = space.command(*arguments, "--http-port", free_port())
        with (
            open(log, "w") as output,
            running(command, stdout=output, stderr=subprocess.STDOUT, env=variables) as process,
        ):
            yield _Run(name, log, process)


def _axe():
    """Return the path of axe-core; without it the tests of accessibility fail, and the others run."""
    try:
        return str(axe())
    except StopError as reason:
        say(str(reason))
        return ""


def _printer():
    """Have wkhtmltopdf, with which Odoo prints; without it the tests of paper are skipped, and the others run."""
    if not find_program("wkhtmltopdf"):
        try:
            install("wkhtmltopdf, to print statements", "wkhtmltopdf")
        except StopError as reason:
            say(str(reason))


def _finished(process):
    """Return the exit code of the runner, or one of our own when it hangs."""
    try:
        return process.wait(LONGEST_RUN)
    except subprocess.TimeoutExpired:
        return HANGS


def translations(space, name):
    """Check that the committed template for translators has exactly the terms of the code."""
    with tempfile.TemporaryDirectory() as scratch:
        exported = terms(export(space, name, Path(scratch) / TEMPLATE.name))
    committed = terms(TEMPLATE.read_text())
    stale = [f"i18n template lacks {term}" for term in sorted(exported - committed)]
    stale += [f"i18n template has the unused {term}" for term in sorted(committed - exported)]
    return Verdict(0, 1, [*stale, "dev/test odoo --write-terms writes it anew"]) if stale else Verdict(1)


def export(space, name, file):
    """Write the terms of the code into a template and return its text."""
    done = space.run("i18n", "export", "-d", name, "-o", file, ADDON, capture_output=True, text=True)
    if done.returncode:
        raise StopError(f"The export of the terms failed: {last_line(done.stderr)}")
    return file.read_text()


def terms(template):
    """Return the terms of a template, each as the text between its quotes."""
    entries = template.replace('"\n"', "").splitlines()
    return {line.removeprefix("msgid ") for line in entries if line.startswith("msgid ")}


def lint(_selection):
    """Run the linters; each counts as one test."""
    python = str(venv_python())
    ruff = [python, "-m", "ruff"]
    style = [*ruff, "check", "--no-cache", "--output-format=concise", str(CHECKOUT)]
    layout = [*ruff, "format", "--no-cache", "--check", str(CHECKOUT)]
    pylint = [python, "-m", "pylint", f"--rcfile={CHECKOUT / '.pylintrc'}", f"--disable={NOT_OURS}", ADDON]
    return (
        _linter("ruff", style, CHECKOUT)
        + _linter("ruff format", layout, CHECKOUT)
        + _linter("pylint-odoo", pylint, addons_path())
    )


def _linter(name, command, folder):
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, check=False, cwd=folder, env=environ, capture_output=True, text=True)
    return Verdict(0, 1, [f"{name}:\n{done.stdout}{done.stderr}"]) if done.returncode else Verdict(1)
