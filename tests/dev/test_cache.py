"""Nothing half made is ever used."""

import pytest

from devkit.cache import built, digest


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PAYG_CACHE", str(tmp_path / "cache"))


def test_what_is_complete_is_not_built_again(tmp_path):
    calls = []
    for _ in range(2):
        built(tmp_path / "odoo" / "key", calls.append)
    assert len(calls) == 1


def test_what_was_interrupted_is_built_again_from_nothing(tmp_path):
    path = tmp_path / "odoo" / "key"

    def interrupted(folder):
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        built(path, interrupted)
    built(path, lambda folder: (folder / "whole").touch())
    assert [file.name for file in path.iterdir()] == ["whole"]


def test_keys_tell_parts_apart():
    assert digest("a", "bc") != digest("ab", "c")
