"""Logins and tokens: one login however many ask, one more when a token has died, none in vain."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from hostile import answer, hostile

from smart_solar import Authentication, SmartSolarError, Throttled, Unavailable

HOURS = 3600
THREADS = 16


def all_at_once(work, number=THREADS):
    """What `work()` returns or raises in each of many threads that begin together."""
    barrier = threading.Barrier(number)

    def one(_):
        barrier.wait()
        try:
            return work()
        except SmartSolarError as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_a_login_tells_who_we_are(client):
    login = client.login()
    assert (login.username, login.display_name, login.entity_id) == ("erp@example.com", "Erp", 4)
    assert (login.visibility, login.permission) == ("GLOBAL", "FACTORY")
    assert login.expires == datetime(2020, 9, 13, 15, 26, 40)
    assert client.token == login.token and len(login.token) == 64


def test_the_first_call_logs_in_and_the_next_ones_keep_the_token(client, simulator):
    assert client.token is None
    client.disable("111")
    client.enable("111")
    assert simulator.door.logins == 1 and client.token


def test_a_token_of_an_earlier_login_is_used_again(client, connect, simulator):
    client.login()
    connect(token=client.token).disable("111")
    assert simulator.door.logins == 1


def test_a_token_lives_three_hours_from_its_last_use(client, simulator, fleet):
    client.disable("111")
    for _ in range(3):
        fleet.clock.advance(3 * HOURS - 1)
        client.disable("111")
    assert simulator.door.logins == 1
    fleet.clock.advance(3 * HOURS)
    client.disable("111")
    assert simulator.door.logins == 2


def test_a_refused_token_means_one_login_and_one_more_try(client, simulator):
    client.login()
    old = client.token
    simulator.door.forget()
    client.disable("111")
    assert client.token != old and simulator.door.logins == 2
    assert [call.status for call in simulator.calls][1:] == [401, 200, 200]


def test_a_token_that_is_refused_again_stops_the_connection(client, simulator):
    simulator.faults.add("unauthorized", path="disable")
    with pytest.raises(Authentication):
        client.disable("111")
    assert simulator.door.logins == 2
    assert len([call for call in simulator.calls if call.path.endswith("disable")]) == 2


def test_sixteen_threads_without_a_token_make_one_login(client, simulator):
    simulator.login_latency = 0.2
    assert all_at_once(lambda: client.disable("111")) == [None] * THREADS
    assert simulator.door.logins == 1


def test_sixteen_threads_with_a_dead_token_make_one_login(client, simulator):
    client.login()
    simulator.door.forget()
    simulator.latency, simulator.login_latency = 0.05, 0.2
    assert all_at_once(lambda: client.disable("111")) == [None] * THREADS
    assert simulator.door.logins == 2


def test_sixteen_threads_with_a_wrong_password_do_not_lock_the_account(connect, simulator):
    client = connect(password="wrong")
    simulator.login_latency = 0.3
    assert {type(error) for error in all_at_once(lambda: client.disable("111"))} == {Authentication}
    assert len([call for call in simulator.calls if call.path == "/v1/auth/login"]) == 1


def test_a_login_that_failed_is_tried_again_by_the_next_call(client, simulator):
    simulator.faults.add("error-before", path="login", times=1)
    with pytest.raises(Unavailable):
        client.disable("111")
    client.disable("111")


def test_a_wrong_password_is_refused(connect):
    with pytest.raises(Authentication, match="password") as refusal:
        connect(password="wrong").login()
    assert refusal.value.status == 401


@pytest.mark.parametrize("kind", ["validation-error", "unauthorized"])
def test_a_refused_login_stops_the_connection(client, simulator, kind):
    simulator.faults.add(kind, path="login")
    with pytest.raises(Authentication):
        client.login()


@pytest.mark.parametrize("kind", ["error-before", "maintenance", "html", "html-404", "redirect", "cut", "garbage"])
def test_a_login_that_fails_for_other_reasons_is_tried_later(client, simulator, kind):
    simulator.faults.add(kind, path="login")
    with pytest.raises(Unavailable):
        client.login()
    assert client.token is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("401 NO", b"<html>no</html>", Authentication),
        ("403 NO", b'{"status": "error"}', Authentication),
        ("404 NO", b'{"status": "error", "message": "no such address"}', Unavailable),
    ],
)
def test_a_login_is_refused_by_the_api_and_not_by_a_wrong_address(connect, status, body, kind):
    with hostile(lambda connection, request: connection.sendall(answer(body, status))) as url, pytest.raises(kind):
        connect(url=url).login()


def test_a_login_may_be_asked_to_wait(client, simulator):
    simulator.faults.add("throttle", path="login", retry_after=7)
    with pytest.raises(Throttled) as failure:
        client.login()
    assert failure.value.retry_after == 7


@pytest.mark.parametrize("token", ["", "  ", "a\r\nX-Evil: 1", "clé", 5])
def test_a_token_that_cannot_travel_is_not_used(connect, simulator, token):
    client = connect(token=token)
    assert client.token is None
    client.disable("111")
    assert simulator.door.logins == 1
