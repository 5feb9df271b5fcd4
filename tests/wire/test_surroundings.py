"""The client inside other programs: a test runner that watches `requests`, a frozen clock, many threads."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from smart_solar import SmartSolarError, Unavailable

THREADS, LATENCY = 16, 0.05


def test_a_runner_that_compares_the_timeout_of_a_session_with_a_number_is_no_obstacle(client, monkeypatch, fleet):
    send, seen = requests.Session.send, []

    def watch(session, request, **kwargs):
        timeout = kwargs.get("timeout")
        if timeout and timeout < 10:
            kwargs["timeout"] = 10
        seen.append(kwargs["allow_redirects"])
        return send(session, request, **kwargs)

    monkeypatch.setattr(requests.Session, "send", watch)
    client.disable("111")
    assert fleet["111"].state == "pending_disabled" and seen == [False, False]


def test_a_runner_may_answer_with_a_response_of_its_own(client, monkeypatch):
    def canned(session, request, **kwargs):
        response = requests.Response()
        response.status_code = 200
        login = b'{"status": "success", "message": {"login_successful": {"API_token": "abc"}}}'
        response._content = login if "login" in request.url else b'{"status": "success"}'
        return response

    monkeypatch.setattr(requests.Session, "send", canned)
    client.disable("111")
    assert client.token == "abc"


def test_a_runner_may_block_the_call(client, monkeypatch):
    def blocked(session, request, **kwargs):
        raise requests.exceptions.ConnectionError("External requests verboten")

    monkeypatch.setattr(requests.Session, "send", blocked)
    with pytest.raises(Unavailable):
        client.disable("111")


def test_a_frozen_clock_does_not_stop_the_calls(client, fleet):
    freezegun = pytest.importorskip("freezegun")
    with freezegun.freeze_time("2030-01-01"):
        client.disable("111")
    assert fleet["111"].state == "pending_disabled"


def test_the_wire_needs_no_odoo_and_no_more_than_requests(environment, checkout):
    code = "import sys, smart_solar; print([m for m in sys.modules if m.split('.')[0] in ('odoo', 'werkzeug')])"
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, env=environment, cwd=checkout, text=True).strip() == "[]"


def test_sixteen_threads_wait_at_the_same_time(client, simulator):
    client.login()
    simulator.latency = LATENCY
    rounds = 12
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: client.disable("111"), range(THREADS)))  # opens the connections
        began = time.monotonic()
        list(pool.map(lambda _: client.disable("111"), range(THREADS * rounds)))
    # 93 % where this was written, client and simulator in processes of their own; here they share one.
    assert time.monotonic() - began < rounds * LATENCY * 2.5


def test_connections_are_kept_and_shared(client, simulator, monkeypatch):
    opened = []
    accept = simulator._server.get_request
    monkeypatch.setattr(simulator._server, "get_request", lambda: opened.append(1) or accept())
    for _ in range(10):
        client.disable("111")
    assert len(opened) == 1


def test_a_refused_call_leaves_the_connection_usable(client, simulator, monkeypatch):
    opened = []
    accept = simulator._server.get_request
    monkeypatch.setattr(simulator._server, "get_request", lambda: opened.append(1) or accept())
    for _ in range(5):
        with pytest.raises(SmartSolarError):
            client.disable("999")
    assert len(opened) == 1
