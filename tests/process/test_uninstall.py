"""Uninstalling leaves nothing of ours, and takes nothing of others."""

import json
from pathlib import Path

import pytest
import snapshot

from devkit import database, install_addon, workspace
from devkit.workspace import ADDON

LIVE = Path(__file__).with_name("live.py").read_text() + "\n\nlive(env)\n"


@pytest.fixture(scope="module")
def story():
    """What a database had before, what was lived in it, and what it has after."""
    with workspace() as space, database(space) as name:
        # A real company has none of our demo data, which would have to go too.
        space.sql(name, "UPDATE ir_module_module SET demo = FALSE")
        before = snapshot.schema(space, name), snapshot.rows(space, name)
        install_addon(space, name)
        lived = _live(space, name)
        done = space.run("module", "uninstall", "-d", name, ADDON, capture_output=True, text=True)
        after = snapshot.schema(space, name), snapshot.rows(space, name)
        kept = _kept(space, name, lived)
    return {"before": before, "lived": lived, "done": done, "after": after, "kept": kept}


def _live(space, name):
    done = space.shell(name, LIVE)
    assert not done.returncode, done.stderr[-3000:]
    [line] = [line for line in done.stdout.splitlines() if line.startswith("lived ")]
    return json.loads(line.removeprefix("lived "))


def _kept(space, name, lived):
    transfers = "SELECT count(*) FROM stock_picking WHERE state = 'done' AND location_dest_id = %s"
    return {
        "van": space.sql(name, "SELECT usage FROM stock_location WHERE id = %s", lived["van"]),
        "serials": space.sql(name, "SELECT count(*) FROM stock_lot WHERE name LIKE 'BB17-0%'"),
        "transfers": space.sql(name, transfers, lived["van"]),
    }


def test_there_was_something_to_leave_behind(story):
    lived = story["lived"]
    assert lived["payg.control.unit"] == 30
    assert lived["payg.assignment"] == 3
    assert lived["smart.solar.command"] > 20
    assert lived["run"] == "done"
    assert lived["payg.holding"] and lived["activities"] and lived["triggers"]


def test_it_ends_without_an_error(story):
    assert story["done"].returncode == 0, story["done"].stderr[-3000:]
    loud = [line for line in story["done"].stderr.splitlines() if " ERROR " in line or " CRITICAL " in line]
    assert not loud


def test_the_schema_is_what_it_was(story):
    """Tables, columns, indexes, constraints, sequences and functions."""
    before, after = story["before"][0], story["after"][0]
    assert len(before) > 5000
    assert not after - before, "left behind"
    assert not before - after, "taken along"


@pytest.mark.parametrize("kind", snapshot.ROWS)
def test_what_describes_the_application_is_what_it_was(story, kind):
    before, after = story["before"][1][kind], story["after"][1][kind]
    assert not after - before, "left behind"
    assert not before - after, "taken along"


def test_the_stock_stays_with_its_history(story):
    assert story["kept"] == {"van": [["internal"]], "serials": [[30]], "transfers": story["kept"]["transfers"]}
    assert story["kept"]["transfers"][0][0]
