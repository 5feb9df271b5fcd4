"""dev/test: all tests, or a part of them."""

import argparse
import time
from dataclasses import dataclass, field

from . import checks
from .console import StopError, entry, say
from .selection import is_process, is_pytest, relative
from .verdict import Verdict

PARTS = {"wire": checks.wire, "odoo": checks.odoo, "process": checks.process, "lint": checks.lint}
EPILOG = """
examples:
  dev/test                      everything: the wire, the addon in Odoo, Odoo in processes, the linters
  dev/test wire lint            the parts that need no Odoo
  dev/test tests/test_rule.py   one file
  dev/test -k some_test_name    the tests whose class or method has this in its name

Odoo 19 is the one at ODOO=/path/to/odoo, or installed, or else fetched once into the cache folder (PAYG_CACHE=…);
PostgreSQL is the server that PGHOST, PGPORT, PGUSER and PGPASSWORD name, or else a private one; the browser is the one
at CHROME=…, or installed. Each run has a database of its own: several may run at the same time.
"""


@dataclass
class Selection:
    """What to run."""

    parts: list
    pytest_files: list = field(default_factory=list)
    odoo_files: list = field(default_factory=list)
    keyword: str = ""
    keep: bool = False
    write_terms: bool = False


def select(arguments):
    """Return the selection that the command line describes."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("dev/test", description="Run the tests.", epilog=EPILOG, formatter_class=layout)
    parser.add_argument("what", nargs="*", help=f"{', '.join(PARTS)}, or test files (default: everything)")
    parser.add_argument("-k", dest="keyword", default="", help="only tests whose class or method name contains this")
    parser.add_argument("--keep", action="store_true", help="keep Odoo's database after the run")
    parser.add_argument("--write-terms", action="store_true", help="write the template for translators from the code")
    options = parser.parse_args(arguments)
    files = {name: relative(name) for name in options.what if name not in PARTS}
    if unknown := [name for name, file in files.items() if file is None]:
        parser.error(f"no such part or test file: {', '.join(unknown)}")
    parts = [part for part in PARTS if part in options.what]
    selection = Selection(parts, [], [], options.keyword, options.keep, options.write_terms)
    for file in files.values():
        (selection.pytest_files if is_pytest(file) else selection.odoo_files).append(file)
    selection.parts = selection.parts or _parts_for(selection)
    return selection


def _parts_for(selection):
    """Return the parts that the files or the keyword need, else all."""
    if selection.pytest_files or selection.odoo_files:
        processes = [file for file in selection.pytest_files if is_process(file)]
        plain = [file for file in selection.pytest_files if not is_process(file)]
        wanted = {"wire": plain, "odoo": selection.odoo_files, "process": processes}
        return [part for part, files in wanted.items() if files]
    return ["wire", "odoo", "process"] if selection.keyword else list(PARTS)


def run_part(name, selection):
    """Run one part and report it; something missing is a failure of that part, the others still run."""
    say(f"== {name}")
    begin = time.monotonic()
    try:
        verdict = PARTS[name](selection)
    except StopError as reason:
        verdict = Verdict(0, 1, [str(reason)])
    for complaint in verdict.complaints:
        say(complaint)
    say(f"== {name}: {verdict} ({time.monotonic() - begin:.0f} s)")
    return verdict


def main(arguments):
    """Run what is selected; the last line is the sum."""
    selection = select(arguments)
    total = sum((run_part(part, selection) for part in selection.parts), Verdict())
    if not total.passed + total.failed:
        say("no test matched")
        total = Verdict(0, 1)
    say(f"{total}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    entry(main)
