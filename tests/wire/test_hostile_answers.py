"""Answers that no simulator would send: the outcome is unknown, the wait is bounded, nothing leaks out."""

import gzip
import json
import time

import pytest
from hostile import LOGIN, answer, hostile

from smart_solar import Authentication, Forbidden, Rejected, Throttled, Unavailable, UnknownUnit

SUCCESS = b'{"status": "success", "message": "done", "data": {"product_imei": "111"}}'


def served(connect, talk, **limits):
    """A context with a client of a server that sends `talk` (bytes, or a function of the connection) for a call."""

    def speak(connection, request):
        if b"/auth/login" in request:
            connection.sendall(answer(LOGIN))
        elif callable(talk):
            talk(connection)
        else:
            connection.sendall(talk)

    class Served:
        def __enter__(self):
            self.server = hostile(speak)
            return connect(url=self.server.__enter__(), **limits)

        def __exit__(self, *error):
            self.server.__exit__(*error)

    return Served()


def test_a_plain_success_is_a_success(connect):
    with served(connect, answer(SUCCESS)) as client:
        client.disable("111")


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'"success"', b"{}", b'{"status": true}', b'{"status": null}', b'{"status": ["success"]}',
     b'{"status": "success"', b'{"status": "success", "data": NaN}', b"\xff\xfe", b"[" * 100_000, b"1" * 10_000,
     b'{"objects": []}', b'{"status": "success", "data": {"product_imei": "112"}}',
     b'{"status": "success", "data": {"product_imei": 111}}'],
)  # fmt: skip
def test_what_is_not_a_clear_success_of_this_unit_is_no_success(connect, body):
    with served(connect, answer(body)) as client, pytest.raises(Unavailable):
        client.disable("111")


def test_a_success_may_come_without_data(connect):
    with served(connect, answer(b'\xef\xbb\xbf{"status": "success"}')) as client:
        client.disable("111")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("400 BAD REQUEST", {"message": "no"}, Rejected),
        ("403 FORBIDDEN", {"status": "error", "message": "no"}, Forbidden),
        ("405 METHOD NOT ALLOWED", {"status": "error"}, Rejected),
        ("409 CONFLICT", {"status": "error"}, Rejected),
        ("422 UNPROCESSABLE", {"status": "validation-error"}, Rejected),
        ("500 ERROR", {"status": "validation-error"}, Rejected),
        ("200 OK", {"status": "error", "message": "no"}, Rejected),
        ("201 CREATED", {"status": "validation-error"}, Rejected),
        ("404 NOT FOUND", {"status": "error", "message": "no such product"}, UnknownUnit),
        ("404 NOT FOUND", {"status": "validation-error"}, UnknownUnit),
        ("404 NOT FOUND", {"message": "no Route matched with those values"}, Unavailable),
        ("404 NOT FOUND", {"status": 404, "error": "Not Found"}, Unavailable),
        ("404 NOT FOUND", {"status": "success"}, Unavailable),
        ("400 BAD REQUEST", {"status": "success"}, Unavailable),
        ("403 FORBIDDEN", None, Unavailable),
        ("400 BAD REQUEST", None, Unavailable),
        ("408 TIMEOUT", {"status": "error"}, Unavailable),
        ("500 ERROR", {"status": "error"}, Unavailable),
        ("500 ERROR", {"status": "success"}, Unavailable),
        ("300 CHOICES", {"status": "success"}, Unavailable),
        ("429 TOO MANY", None, Throttled),
        ("401 NO", None, Authentication),
        ("401 NO", {"status": "error"}, Authentication),
    ],
)
def test_the_status_and_the_body_together_say_what_happened(connect, status, body, kind):
    content = b"<html>no</html>" if body is None else json.dumps(body).encode()
    with served(connect, answer(content, status)) as client:
        with pytest.raises(kind) as failure:
            client.disable("111")
        assert type(failure.value) is kind
        assert failure.value.status in (int(status[:3]), 401)


def test_absence_is_only_believed_of_a_unit(connect):
    with served(connect, answer(b'{"status": "error"}', "404 NOT FOUND")) as client, pytest.raises(Rejected) as failure:
        client.enable_status_page(1, 10)
    assert not isinstance(failure.value, UnknownUnit)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("0", 0.0), ("1.5", 1.5), ("-5", None), ("nan", None), ("inf", None), ("soon", None), ("", None),
     ("9" * 400, None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Wed, 21 Oct 2015", None),
     ("Sun, 13 Sep 2020 12:27:40 GMT", 60.0), ("Sun, 13 Sep 2020 14:27:40 +0200", 60.0)],
)  # fmt: skip
def test_how_long_to_wait_is_read_with_care(connect, monkeypatch, header, seconds):
    monkeypatch.setattr("smart_solar.reading.time.time", lambda: 1_600_000_000.0)
    told = answer(b"", "429 TOO MANY", [f"Retry-After: {header}"])
    with served(connect, told) as client, pytest.raises(Throttled) as failure:
        client.disable("111")
    assert failure.value.retry_after == seconds


def test_a_body_shorter_than_announced_is_cut_even_if_it_reads_well(connect):
    def talk(connection):
        connection.sendall(answer(SUCCESS).replace(b"Content-Length: 7", b"Content-Length: 97"))
        connection.close()

    with served(connect, talk) as client, pytest.raises(Unavailable):
        client.disable("111")


def test_a_cut_body_is_seen_also_with_a_urllib3_that_does_not_compare(connect, monkeypatch):
    monkeypatch.setattr("urllib3.response.HTTPResponse._init_length", lambda self, method: None)
    test_a_body_shorter_than_announced_is_cut_even_if_it_reads_well(connect)


def test_a_chunked_body_without_its_end_is_cut(connect):
    def talk(connection):
        chunk = b"%x\r\n%s\r\n" % (len(SUCCESS), SUCCESS)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
        connection.close()

    with served(connect, talk) as client, pytest.raises(Unavailable):
        client.disable("111")


def test_a_connection_that_ends_without_a_word_is_an_unknown_outcome(connect):
    with served(connect, lambda connection: connection.close()) as client, pytest.raises(Unavailable):
        client.disable("111")


def test_a_packed_answer_is_unpacked(connect):
    with served(connect, answer(gzip.compress(SUCCESS), headers=["Content-Encoding: gzip"])) as client:
        client.disable("111")


def test_a_packed_answer_is_bounded_by_what_it_unpacks_to(connect):
    bomb = answer(gzip.compress(b" " * 30_000_000), headers=["Content-Encoding: gzip"])
    with served(connect, bomb, max_body=1_000_000) as client, pytest.raises(Unavailable, match="larger"):
        client.disable("111")


def test_an_answer_that_says_gzip_and_is_not_is_no_answer(connect):
    with served(connect, answer(SUCCESS, headers=["Content-Encoding: gzip"])) as client, pytest.raises(Unavailable):
        client.disable("111")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b""])
def test_headers_or_a_body_that_drip_do_not_hold_us(connect, head):
    def talk(connection):
        connection.sendall(head)
        for _ in range(100):
            connection.sendall(b"X")
            time.sleep(0.05)

    with served(connect, talk, read_timeout=0.4) as client:
        client.login()
        began = time.monotonic()
        with pytest.raises(Unavailable, match="in time"):
            client.disable("111")
        # One and a half times the timeout of a single read.
        assert 0.5 < time.monotonic() - began < 1.2


def test_a_byte_shortly_before_the_end_does_not_begin_a_new_wait(connect):
    def talk(connection):
        time.sleep(0.9)
        connection.sendall(b"H")
        time.sleep(1)

    with served(connect, talk, read_timeout=1.0) as client:
        client.login()
        began = time.monotonic()
        with pytest.raises(Unavailable, match="in time"):
            client.disable("111")
        assert 1.4 < time.monotonic() - began < 1.75


def test_a_flood_of_small_pieces_does_not_hold_us(connect):
    def talk(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1\r\nX\r\n" * 1000)

    with served(connect, talk, read_timeout=0.3) as client:
        client.login()
        began = time.monotonic()
        with pytest.raises(Unavailable, match="in time"):
            client.disable("111")
        assert time.monotonic() - began < 1.5


def test_a_redirect_is_read_no_further_than_any_answer(connect):
    def talk(connection):
        connection.sendall(
            b"HTTP/1.1 302 FOUND\r\nLocation: https://evil.example.com/\r\nContent-Length: 999999\r\n\r\n"
        )
        for _ in range(100):
            connection.sendall(b"X" * 1000)

    with served(connect, talk, max_body=5000) as client, pytest.raises(Unavailable, match="larger"):
        client.disable("111")


def test_nobody_there_is_an_unknown_outcome(connect):
    with pytest.raises(Unavailable):
        connect(url="http://127.0.0.1:9/v1").login()


@pytest.mark.parametrize("page", [{"objects": {}}, {"objects": []}, {"objects": [], "num_results": 0, "page": 1},
    {"objects": [], "num_results": 0, "page": "1", "total_pages": 0},
    {"objects": [], "num_results": 0, "page": 1, "total_pages": -1},
    {"objects": [], "num_results": True, "page": 1, "total_pages": 0}])  # fmt: skip
def test_what_is_no_page_is_a_failure(connect, page):
    with served(connect, answer(json.dumps(page).encode())) as client, pytest.raises(Unavailable):
        client.table("products")


@pytest.mark.parametrize("data", [None, {}, "text", {"0": {}}])
def test_what_is_no_list_of_rows_is_a_failure(connect, data):
    body = json.dumps({"status": "success", "data": data}).encode()
    with served(connect, answer(body)) as client, pytest.raises(Unavailable):
        client.enable_status_page(1, 10)


@pytest.mark.parametrize("data", [
    None, {}, {"balance": 5}, {"balance": "5", "pending_payment_commands": []},
    {"balance": -5, "pending_payment_commands": []}, {"balance": 5, "pending_payment_commands": [5]},
    {"balance": 5, "pending_payment_commands": [{"category": "gift", "value": 1}]},
    {"balance": 5, "expected_expiry": "soon", "pending_payment_commands": []}])  # fmt: skip
def test_a_balance_that_is_not_as_agreed_is_a_failure(connect, data):
    body = json.dumps({"status": "success", "data": data}).encode()
    with served(connect, answer(body)) as client, pytest.raises(Unavailable):
        client.balance_and_pending_payments("111")


@pytest.mark.parametrize("login", [
    b'{"status": "success"}', b'{"status": "success", "message": "welcome"}',
    b'{"status": "success", "message": {"login_successful": {}}}',
    b'{"status": "success", "message": {"login_successful": {"API_token": "a\\r\\nX: 1"}}}',
    b'{"status": "success", "message": {"login_successful": {"API_token": 5}}}'])  # fmt: skip
def test_a_login_without_a_usable_token_stops_the_connection(connect, login):
    with hostile(lambda connection, request: connection.sendall(answer(login))) as url, pytest.raises(Authentication):
        connect(url=url).login()


@pytest.mark.parametrize(
    ("errors", "message", "duplicate"),
    [
        ({"transaction_id": "duplicate"}, "refused", True),
        ({"transaction_id": ["already exists"]}, "refused", True),
        ({"transaction_id": "must be unique"}, "refused", True),
        ({}, "Transaction t1 was already used", True),
        ({"transaction_id": "missing"}, "refused", False),
        ({"transaction_id": "does not exist"}, "refused", False),
        ({"value": "already at zero"}, "refused", False),
        ({}, "a zero-command already waits", False),
    ],
)
def test_a_duplicate_is_told_from_other_refusals(connect, errors, message, duplicate):
    body = json.dumps({"status": "validation-error", "validation_errors": errors, "message": message}).encode()
    with served(connect, answer(body, "400 BAD REQUEST")) as client, pytest.raises(Rejected) as refusal:
        client.add_payment_command("111", 5, "payment", "t1")
    assert refusal.value.duplicate is duplicate and refusal.value.errors == errors
