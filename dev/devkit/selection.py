"""Which tests to run: what people name on the command line, as pytest and Odoo's runner want to hear it."""

import ast
import os
import re
from pathlib import Path

from .cache import CHECKOUT
from .workspace import ADDON

PYTEST_FOLDERS = ("tests/wire", "tests/dev")  # plain Python, no Odoo
PROCESS_FOLDERS = ("tests/process",)  # pytest too, with Odoo in processes of its own
_BROWSER = re.compile(r"browser_common|browser_js|start_tour")


def relative(path):
    """Return a path as it is inside the checkout, whether it was given from there or from where the caller is."""
    for candidate in (Path.cwd() / path, CHECKOUT / path):
        if candidate.exists() and candidate.resolve().is_relative_to(CHECKOUT):
            return candidate.resolve().relative_to(CHECKOUT)
    return None


def is_pytest(path):
    """Return whether the test file is run by pytest."""
    return str(path).startswith(PYTEST_FOLDERS + PROCESS_FOLDERS)


def is_process(path):
    """Return whether the test file starts Odoo in processes of its own."""
    return str(path).startswith(PROCESS_FOLDERS)


def odoo_shares(files, keyword):
    """Return the values of `--test-tags`, one a runner: for everything two that work at the same time."""
    if files or keyword or (os.cpu_count() or 1) < 2:
        tags = odoo_tags(files, keyword)
        return [tags] if tags else []
    # Much of the time of a test in the browser is waiting for it.
    watching = {file for file in test_files() if _BROWSER.search((CHECKOUT / file).read_text())}
    shares = [[file for file in test_files() if (file in watching) is wanted] for wanted in (False, True)]
    return [odoo_tags(share, "") for share in shares if share]


def odoo_tags(files, keyword):
    """Return the value of `--test-tags`: the whole addon, the files, or what the keyword matches in them."""
    if keyword:
        return ",".join(f"/{ADDON}:{name}" for name in matching(files or test_files(), keyword))
    return ",".join(f"/{ADDON}/{file.as_posix()}" for file in files) or f"/{ADDON}"


def test_files():
    """Return the addon's test files that Odoo's runner loads."""
    return sorted(file.relative_to(CHECKOUT) for file in (CHECKOUT / "tests").glob("test_*.py"))


def matching(files, keyword):
    """Return the classes (`Class`) and methods (`Class.method`) whose names contain the keyword."""
    found = []
    for file in files:
        for node in ast.parse((CHECKOUT / file).read_text()).body:
            if isinstance(node, ast.ClassDef):
                found += _matching_in(node, keyword.lower())
    return found


def _matching_in(node, keyword):
    if keyword in node.name.lower():
        return [node.name]
    methods = (item.name for item in node.body if isinstance(item, ast.FunctionDef) and item.name.startswith("test"))
    return [f"{node.name}.{name}" for name in methods if keyword in name.lower()]
