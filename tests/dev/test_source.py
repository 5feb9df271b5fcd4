"""Which Odoo the commands take when `ODOO=…` names one."""

import sys

import pytest

from devkit import source
from devkit.console import MissingError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO", str(tmp_path))
    monkeypatch.setenv("ODOO_PYTHON", sys.executable)
    return tmp_path


def a_checkout(folder, version="19, 0"):
    (folder / "odoo").mkdir()
    (folder / "odoo" / "release.py").write_text(f"version_info = ({version}, 'final', 0, '')\n")
    (folder / "odoo-bin").write_text("#!/usr/bin/env python3\n")


def an_installed_odoo(folder, series):
    """A command whose interpreter says that Odoo's package is of `series`."""
    interpreter = folder / "python"
    interpreter.write_text(f"#!/bin/sh\necho {series} /somewhere/odoo/release.py\n")
    script = folder / "odoo"
    script.write_text(f"#!{interpreter}\n")
    for program in (interpreter, script):
        program.chmod(0o755)
    return interpreter, script


def test_a_checkout_is_taken(folder):
    a_checkout(folder)
    assert source.odoo().command == (sys.executable, str(folder / "odoo-bin"))


def test_the_script_of_a_checkout_names_it_too(folder, monkeypatch):
    a_checkout(folder)
    monkeypatch.setenv("ODOO", str(folder / "odoo-bin"))
    assert source.odoo().command == (sys.executable, str(folder / "odoo-bin"))


def test_an_installed_odoo_runs_on_the_interpreter_of_its_first_line(folder, monkeypatch):
    interpreter, script = an_installed_odoo(folder, "19.0")
    monkeypatch.setenv("ODOO", str(script))
    assert source.odoo().command == (str(interpreter), str(script))


def test_an_installed_odoo_of_another_version_is_refused(folder, monkeypatch, capsys):
    _interpreter, script = an_installed_odoo(folder, "18.0")
    monkeypatch.setenv("ODOO", str(script))
    with pytest.raises(MissingError, match=r"ODOO=/path/to/odoo"):
        source.odoo()
    assert "is Odoo 18.0, not 19.0" in capsys.readouterr().out


def test_a_checkout_of_another_version_is_refused(folder):
    a_checkout(folder, version="18, 0")
    with pytest.raises(MissingError, match="another version"):
        source.odoo()


def test_a_folder_without_odoo_is_refused(folder):
    with pytest.raises(MissingError, match="no odoo-bin"):
        source.odoo()


def test_a_program_that_is_no_odoo_is_refused(folder, monkeypatch):
    (folder / "ls").write_text("not a script")
    monkeypatch.setenv("ODOO", str(folder / "ls"))
    with pytest.raises(MissingError, match="cannot be run"):
        source.odoo()
