"""What people name on dev/test's command line."""

from pathlib import Path

import pytest

from devkit import cache, selection
from devkit import test as command

CODE = """
class TestRule:
    def test_keeps_what_is_assigned(self): ...
    def test_disables_the_rest(self): ...
    def helper_keeps(self): ...

class TestKeeper:
    def test_other(self): ...
"""


@pytest.fixture(autouse=True)
def checkout(tmp_path, monkeypatch):
    for name in ("tests/test_rule.py", "tests/wire/test_calls.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(CODE)
    for module in (cache, selection):
        monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    return tmp_path


def test_everything_without_arguments():
    assert command.select([]).parts == ["wire", "odoo", "process", "lint"]
    assert selection.odoo_tags([], "") == "/payg_control_unit"


def test_parts_keep_their_order():
    assert command.select(["lint", "wire"]).parts == ["wire", "lint"]


def test_a_file_of_the_addon_runs_in_odoo():
    selected = command.select(["tests/test_rule.py"])
    assert selected.parts == ["odoo"]
    assert selection.odoo_tags(selected.odoo_files, "") == "/payg_control_unit/tests/test_rule.py"


def test_all_of_the_addon_is_shared_by_a_runner_with_the_browser_and_one_for_the_rest(checkout, monkeypatch):
    (checkout / "tests/test_tour.py").write_text("class TestTour:\n    def test_it(self): self.start_tour('/')\n")
    files = ("/payg_control_unit/tests/test_rule.py", "/payg_control_unit/tests/test_tour.py")
    monkeypatch.setattr(selection.os, "cpu_count", lambda: 2)
    assert selection.odoo_shares([], "") == list(files)
    assert selection.odoo_shares([], "nothing_like_this") == []
    assert selection.odoo_shares([Path("tests/test_tour.py")], "") == [files[1]]
    monkeypatch.setattr(selection.os, "cpu_count", lambda: 1)
    assert selection.odoo_shares([], "") == ["/payg_control_unit"]


def test_a_file_of_the_wire_runs_in_pytest():
    selected = command.select(["tests/wire/test_calls.py"])
    assert (selected.parts, selected.pytest_files) == (["wire"], [Path("tests/wire/test_calls.py")])


def test_a_keyword_names_methods_and_whole_classes():
    assert selection.odoo_tags([], "keep") == (
        "/payg_control_unit:TestRule.test_keeps_what_is_assigned,/payg_control_unit:TestKeeper"
    )


def test_a_keyword_that_matches_nothing_gives_no_tags():
    assert selection.odoo_tags([], "nothing_like_this") == ""


def test_an_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.select(["tests/test_missing.py"])
    assert "test_missing.py" in capsys.readouterr().err
