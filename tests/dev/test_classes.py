"""Odoo's runner looks for classes: one that a decorator for functions was put on is a function, and never runs."""

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
# They give the class back.
FOR_CLASSES = {"tagged", "dataclass"}


def wrapped(path):
    """The classes of a file that have another decorator than these."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            names = {ast.unparse(getattr(decorator, "func", decorator)) for decorator in node.decorator_list}
            if names - FOR_CLASSES:
                yield f"{path.name}: {node.name}"


def test_every_test_class_stays_a_class():
    assert not [found for path in sorted(TESTS.rglob("*.py")) for found in wrapped(path)]
