"""Nothing secret in what is shown, logged or raised; nothing of the environment in what is sent."""

import logging
import traceback

import pytest
from hostile import LOGIN, answer, hostile

from smart_solar import Settings, SmartSolar, SmartSolarError

SECRET = "hunter2-Zürich"
TOKEN = "t" * 64


def everything_of(error):
    """All that a log or a crash reporter could get hold of."""
    seen, parts = set(), []
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts += [repr(error), str(error), repr(vars(error)), "".join(traceback.format_exception(error))]
        for link in (getattr(error, "request", None), getattr(error, "response", None)):
            parts.append(repr(getattr(link, "headers", "")) + repr(getattr(link, "body", "")))
        error = error.__cause__ or error.__context__
    return "".join(parts)


@pytest.fixture
def logged(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


FAULTS = ["error-before", "throttle", "html", "redirect", "cut", "garbage", "validation-error", "unauthorized", "huge"]


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("path", ["login", "disable"])
def test_no_error_and_no_log_holds_the_password_or_the_token(connect, simulator, logged, kind, path):
    client = connect(max_body=100_000)
    client.login()
    token = client.token
    simulator.faults.add(kind, path=path, size=1_000_000)
    simulator.door.forget()
    with pytest.raises(SmartSolarError) as failure:
        client.disable("111")
    for text in (everything_of(failure.value), logged.text, repr(client)):
        assert token not in text and "simulator:" not in text and "password=simulator" not in text


def test_a_broken_connection_does_not_carry_the_request_along(connect):
    def talk(connection, request):
        if b"/auth/login" in request:
            connection.sendall(answer(LOGIN))
        else:
            connection.close()

    with hostile(talk) as url:
        client = connect(url=url, password=SECRET)
        client.login()
        with pytest.raises(SmartSolarError) as failure:
            client.disable("111")
    assert failure.value.__context__ is None and failure.value.__cause__ is None
    assert TOKEN not in everything_of(failure.value)


def test_what_the_server_says_back_is_blotted(connect):
    def talk(connection, request):
        if b"/auth/login" in request:
            connection.sendall(answer(LOGIN))
        else:
            body = f'{{"status": "error", "message": "{TOKEN}\\n\\u0007 {SECRET}", "validation_errors": '
            connection.sendall(answer((body + f'{{"{TOKEN}": ["{SECRET}"]}}}}').encode(), "400 BAD REQUEST"))

    with hostile(talk) as url, pytest.raises(SmartSolarError) as failure:
        connect(url=url, password=SECRET).disable("111")
    shown = everything_of(failure.value)
    assert TOKEN not in shown and SECRET not in shown and "***" in failure.value.detail
    assert failure.value.detail.isprintable()


def test_a_long_refusal_is_shortened(connect):
    body = b'{"status": "error", "message": "%s"}' % (b"x" * 5000)
    told = {True: answer(LOGIN), False: answer(body, "400 BAD REQUEST")}
    with (
        hostile(lambda connection, request: connection.sendall(told[b"/login" in request])) as url,
        pytest.raises(SmartSolarError) as failure,
    ):
        connect(url=url).disable("111")
    assert len(failure.value.detail) <= 300


def test_a_refused_login_that_repeats_the_password_is_blotted(connect):
    body = answer(f'{{"status": "error", "message": "bad {SECRET}"}}'.encode(), "400 BAD REQUEST")
    with (
        hostile(lambda connection, request: connection.sendall(body)) as url,
        pytest.raises(SmartSolarError) as failure,
    ):
        connect(url=url, password=SECRET).login()
    assert SECRET not in everything_of(failure.value)


def test_no_repr_holds_a_secret(client):
    login = client.login()
    settings = Settings("https://api.example.com/v1", "me", SECRET)
    with SmartSolar(settings, TOKEN) as other:
        for thing in (login, settings, client, other):
            assert SECRET not in repr(thing) and TOKEN not in repr(thing) and login.token not in repr(thing)


def test_a_proxy_of_the_environment_is_not_used(client, simulator, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    client.disable("111")
    assert simulator.calls.total == 2


def test_a_netrc_of_the_environment_is_not_used(client, simulator, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client.disable("111")
    assert {call.user for call in simulator.calls} == {None, "erp@example.com"}


def test_cookies_are_not_kept(connect):
    asked = []

    def talk(connection, request):
        asked.append(request)
        body = LOGIN if b"/login" in request else b'{"status": "success"}'
        connection.sendall(answer(body, headers=["Set-Cookie: who=me; Path=/"]))

    with hostile(talk) as url:
        client = connect(url=url)
        client.disable("111")
        client.disable("111")
        assert not client._transport._session.cookies
    assert len(asked) == 3 and not any(b"ookie" in request for request in asked)


def test_the_login_is_a_form_and_the_token_a_header(connect):
    asked = []

    def talk(connection, request):
        asked.append(request)
        connection.sendall(answer(LOGIN if b"/login" in request else b'{"status": "success"}'))

    with hostile(talk) as url:
        connect(url=url, password="a&b=c").disable("111")
    login, call = asked
    assert login.startswith(b"POST /v1/auth/login HTTP/1.1\r\n")
    assert b"application/x-www-form-urlencoded" in login and b"password=a%26b%3Dc" in login
    assert call.startswith(b"PUT /v1/products/111/disable HTTP/1.1\r\n")
    assert b"Authorization: Token token=" + TOKEN.encode() in call and b"Content-Type: application/json" in call
