"""Tests of the wire and of the simulator, over real sockets, without Odoo.

`python -m pytest -c tests/wire/pytest.ini tests/wire` from the checkout.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
# Nothing is left in the checkout.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir(), "hypothesis")))
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "dev")]

from hypothesis import settings as hypothesis_settings  # noqa: E402
from simulator import Clock, Fleet, Simulator, Unit  # noqa: E402

from smart_solar import Settings, SmartSolar  # noqa: E402

# On a busy machine a slow example is no failure.
hypothesis_settings.register_profile("wire", deadline=None, database=None, max_examples=150)
hypothesis_settings.load_profile("wire")

USERNAME, PASSWORD = "erp@example.com", "simulator"


@pytest.fixture
def fleet():
    """Three units, on a clock that stands still: A enabled, B disabled, D with its own credit."""
    fleet = Fleet(Clock(speed=0, start=1_600_000_000), connect_after=20, poke_after=2)
    fleet.add(Unit("111", "A", "enabled", 6, changed_at=1_500_000_000))
    fleet.add(Unit("222", "B", "disabled", 5, entity="Rwanda", entity_id=7))
    fleet.add(Unit("333", "D", "enabled", 6, dcm=True), balance=1000)
    return fleet


@pytest.fixture
def simulator(fleet):
    with Simulator(fleet) as simulator:
        yield simulator


@pytest.fixture
def connect(simulator):
    """A function that makes a client; every one is closed."""
    made = []

    def connect(username=USERNAME, password=PASSWORD, token=None, url=None, **limits):
        limits = {"connect_timeout": 1.0, "read_timeout": 1.0, **limits}
        made.append(SmartSolar(Settings(url or simulator.base_url, username, password, **limits), token))
        return made[-1]

    yield connect
    for client in made:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def environment():
    """The environment for a process of ours, which finds both packages."""
    return {**os.environ, "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'dev'}"}


@pytest.fixture
def checkout():
    return CHECKOUT
