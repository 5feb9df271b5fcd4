"""No test is left out in silence: Odoo's runner takes the classes of the files that `tests/__init__.py` imports."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FILES = sorted(TESTS.glob("test_*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_class_of_tests_is_decorated_by_tagged_alone(path):
    # `mute_logger` and `freeze_time` make a function of a class, which no runner finds.
    found = [
        (node.name, ast.unparse(decorator))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
    ]
    assert [one for one in found if not one[1].startswith("tagged(")] == []


def test_every_file_is_imported():
    assert sorted(name.name for node in ast.parse((TESTS / "__init__.py").read_text()).body for name in node.names) == [
        path.stem for path in FILES
    ]
