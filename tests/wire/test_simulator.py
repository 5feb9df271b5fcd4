"""The simulator as people and scripts use it: over HTTP, on the command line, in a browser."""

import json
import re
import signal
import subprocess
import sys

import pytest
import requests
from simulator import Clock, Fleet, Simulator, User

from smart_solar import parse_enable_status


@pytest.fixture
def sim(simulator):
    """A function that calls an address below /sim and returns its JSON."""

    def sim(method, address, /, status=200, **content):
        url = simulator.base_url.removesuffix("/v1") + address
        with requests.request(method, url, json=content or None, timeout=5) as response:
            assert response.status_code == status, response.text
            return response.json() if address != "/" else response.text

    return sim


def test_somebody_else_switches_a_unit(sim, client, fleet):
    seen = sim("POST", "/sim/units/222/switch", to="enabled", user="mary@example.com")
    assert (seen["current_enable_state"], seen["user"], seen["on"]) == ("enabled", "mary@example.com", True)
    good, _ = parse_enable_status(client.enable_status_page(1, 10))
    assert (good[1].state, good[1].changed_by) == ("enabled", "mary@example.com")
    assert sim("GET", "/sim/units/222")["history"][-1]["user"] == "mary@example.com"
    sim("POST", "/sim/units/222/switch", status=400, to="broken")
    sim("POST", "/sim/units/999/switch", status=400, to="enabled")


def test_a_fleet_is_loaded_and_listed(sim, client):
    rows = [
        {"imei": "1"},
        {"imei": "2", "serial": "S2", "state": "pending_disabled", "connect_after": "never"},
        {"imei": "3", "dcm": True, "balance": 60, "life_state": 8, "changed_at": "2020-01-01T00:00:00"},
    ]
    assert sim("POST", "/sim/units", units=rows, replace=True) == {"total": 3}
    listed = sim("GET", "/sim/units")
    assert listed["counts"] == {"enabled": 2, "pending_disabled": 1}
    assert [u["never_connects"] for u in listed["units"]] == [False, True, False]
    assert (listed["units"][2]["balance"], listed["units"][2]["date"]) == (60, "2020-01-01T00:00:00")
    assert sim("GET", "/sim/units?state=pending_disabled&limit=1")["total"] == 1
    sim("POST", "/sim/units", status=400, units=[{"imei": "1"}])
    sim("POST", "/sim/units", status=400, units=[{"imei": "7", "colour": "red"}])


def test_a_fleet_tells_what_was_long_before_it_was_loaded(sim, fleet):
    told = {"imei": "2", "dcm": True, "balance": 5 * 86400, "told_days_ago": 3}
    sim("POST", "/sim/units", units=[{"imei": "1", "changed_days_ago": 2.5}, told], replace=True)
    now = fleet.clock.now()
    assert now - fleet["1"].changed_at == pytest.approx(2.5 * 86400, abs=5)
    assert now - fleet["2"].known_at == pytest.approx(3 * 86400, abs=5)
    assert fleet["2"].balance(now) == pytest.approx(2 * 86400, abs=5)
    assert fleet["2"].known_balance == 5 * 86400


def test_a_unit_that_never_connects_stays_pending(sim, client, fleet):
    sim("PATCH", "/sim/units/111", connect_after="never")
    client.disable("111")
    client.force_connection("111")
    fleet.clock.advance(10**6)
    assert fleet["111"].state == "pending_disabled"
    sim("POST", "/sim/units/111/connect")
    assert fleet["111"].state == "disabled"


def test_the_clock_is_pushed_and_sped_up(sim, client, fleet):
    client.disable("111")
    assert sim("GET", "/sim/clock") == {"now": "2020-09-13T12:26:40", "speed": 0}
    assert sim("POST", "/sim/clock", advance=20)["now"] == "2020-09-13T12:27:00"
    assert fleet["111"].state == "disabled"
    assert sim("POST", "/sim/clock", speed=60)["speed"] == 60


def test_faults_come_and_go_over_http(sim, client, fleet):
    sim("POST", "/sim/faults", kind="error-before", path="disable", times=2)
    assert sim("GET", "/sim/faults")["faults"][0]["kind"] == "error-before"
    sim("POST", "/sim/faults", status=400, kind="earthquake")
    sim("POST", "/sim/faults", status=400, kind="html", colour="red")
    sim("DELETE", "/sim/faults")
    client.disable("111")
    assert fleet["111"].state == "pending_disabled"


def test_a_fault_may_strike_by_chance_or_one_method_only(client, simulator):
    simulator.faults.add("error-before", probability=0)
    simulator.faults.add("error-before", method="GET", path="disable")
    client.disable("111")


def test_settings_change_while_it_runs(sim, client, fleet):
    assert sim("POST", "/sim/settings", connect_after=5, latency_ms=1)["connect_after"] == 5
    client.disable("111")
    fleet.clock.advance(5)
    assert fleet["111"].state == "disabled"


def test_the_calls_are_told(sim, client):
    client.disable("111")
    told = sim("GET", "/sim/calls")
    assert told["total"] == 2
    assert [(c["method"], c["imei"], c["user"], c["status"]) for c in told["calls"]] == [
        ("PUT", "111", "erp@example.com", 200),
        ("POST", None, None, 200),
    ]


def test_every_token_can_be_killed(sim, client, simulator):
    client.login()
    sim("POST", "/sim/tokens")
    client.disable("111")
    assert simulator.door.logins == 2


def test_the_page_shows_the_fleet_and_escapes_what_others_wrote(sim, client, simulator):
    sim("POST", "/sim/units/111/switch", to="pending_disabled", user="<script>alert(1)</script>")
    simulator.faults.add("drip", path="nowhere")
    page = sim("GET", "/")
    for text in ("111", "222", "pending_disabled", "connects in 20 s", "drip", "1000 s", "MONITORED"):
        assert text in page
    assert "<script>alert" not in page and "setInterval" in page


def test_the_page_finds_a_unit(simulator):
    root = simulator.base_url.removesuffix("/v1")
    page = requests.get(f"{root}/?imei=22'><i>", timeout=5).text
    assert "<i>" not in page
    page = requests.get(f"{root}/?imei=22", timeout=5).text
    assert "<td>222</td>" in page and "<td>111</td>" not in page


def test_an_unknown_address_is_not_found(sim):
    sim("GET", "/sim/nothing", status=404)
    sim("GET", "/nothing", status=404)


def test_somebody_of_one_entity_sees_and_switches_only_its_units(fleet):
    users = [User("rwanda", "pw", "FACTORY", "ENTITY", 7)]
    with Simulator(fleet, users) as simulator:
        told = requests.post(
            f"{simulator.base_url}/auth/login", data={"username": "rwanda", "password": "pw"}, timeout=5
        )
        token = told.json()["message"]["login_successful"]["API_token"]
        headers = {"Authorization": f"Token token={token}"}
        rows = requests.get(f"{simulator.base_url}/current_enable_status", headers=headers, timeout=5).json()["data"]
        assert [row["product_imei"] for row in rows] == ["222"]
        rows = requests.get(f"{simulator.base_url}/products", headers=headers, timeout=5).json()["objects"]
        assert [row["product_imei"] for row in rows] == ["222"]
        url = f"{simulator.base_url}/products/111/disable"
        assert requests.put(url, headers=headers, timeout=5).status_code == 403


def test_kept_pages_say_the_same_as_built_ones(fleet, client, simulator):
    fleet.generate(50)
    built = [client.enable_status_page(page, 20) for page in range(1, 5)]
    simulator.api.pages.preserialise(20)
    assert [client.enable_status_page(page, 20) for page in range(1, 5)] == built
    client.disable("111")
    assert client.enable_status_page(1, 20)[0]["current_enable_state"] == "pending_disabled"
    fleet.clock.advance(30)
    assert client.enable_status_page(1, 20)[0]["current_enable_state"] == "disabled"


def test_a_generated_fleet_is_always_the_same_and_holds_every_situation():
    one, two = Fleet(Clock(0, 0)), Fleet(Clock(0, 0))
    one.generate(100)
    two.generate(100)
    assert [u.as_status() for u in one.order] == [u.as_status() for u in two.order]
    assert {u.state for u in one.order} >= {"enabled", "disabled", "init"}
    assert {u.life_state for u in one.order} >= {3, 5, 6, 8, 9} and any(u.dcm for u in one.order)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_where_it_is_first_and_stops_when_asked(checkout, tmp_path, number):
    (tmp_path / "fleet.json").write_text(json.dumps([{"imei": "42"}]))
    options = ["--port", "0", "--units", "3", "--fleet", str(tmp_path / "fleet.json"), "--preserialise", "2",
               "--user", "me:pw:SYSTEM", "--fault", '{"kind": "html", "path": "products", "times": 1}']  # fmt: skip
    command = [sys.executable, str(checkout / "dev" / "simulator"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        try:
            line = process.stdout.readline()
            url = re.fullmatch(r"SMART Solar simulator: (http://127\.0\.0\.1:\d+/v1)\n", line).group(1)
            told = requests.post(f"{url}/auth/login", data={"username": "me", "password": "pw"}, timeout=5)
            assert told.json()["message"]["login_successful"]["permissions"] == "SYSTEM"
            assert requests.get(url.replace("/v1", "/sim/units"), timeout=5).json()["total"] == 4
        finally:
            process.send_signal(number)
        assert process.wait(timeout=5) == 0
