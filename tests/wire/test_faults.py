"""Every fault the simulator knows, met by the client over a real socket."""

import time

import pytest
from simulator.faults import KINDS

from smart_solar import Rejected, SmartSolarError, Throttled, Unavailable, UnknownUnit, parse_enable_status

NOT_DONE = ["error-before", "throttle", "maintenance", "html", "html-404", "redirect"]
DONE = ["error-after", "cut", "garbage", "wrong-unit"]


def disable(client):
    with pytest.raises(SmartSolarError) as failure:
        client.disable("111")
    return failure.value


@pytest.mark.parametrize("kind", NOT_DONE)
def test_a_fault_before_the_work_leaves_the_outcome_open_and_the_unit_alone(client, simulator, fleet, kind):
    simulator.faults.add(kind, path="disable", times=1)
    assert isinstance(disable(client), Unavailable)
    assert fleet["111"].state == "enabled"
    client.disable("111")
    assert fleet["111"].state == "pending_disabled"


@pytest.mark.parametrize("kind", DONE)
def test_a_fault_after_the_work_leaves_the_outcome_open_though_it_is_done(client, simulator, fleet, kind):
    simulator.faults.add(kind, path="disable", times=1)
    assert isinstance(disable(client), Unavailable)
    assert fleet["111"].state == "pending_disabled"
    client.disable("111")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_every_server_error_may_be_tried_again(client, simulator, status):
    simulator.faults.add("error-before", path="disable", status=status)
    failure = disable(client)
    assert type(failure) is Unavailable and failure.status == status


@pytest.mark.parametrize("as_date", [False, True])
def test_a_server_that_is_asked_too_much_says_how_long_to_wait(client, simulator, as_date):
    simulator.faults.add("throttle", path="disable", retry_after=90, as_date=as_date)
    failure = disable(client)
    assert isinstance(failure, Throttled) and failure.status == 429
    assert 85 < failure.retry_after <= 90


def test_maintenance_with_a_time_is_a_request_to_wait_and_without_one_a_failure(client, simulator):
    simulator.faults.add("maintenance", path="disable", retry_after=3600, times=1)
    failure = disable(client)
    assert isinstance(failure, Throttled) and failure.retry_after == 3600
    simulator.faults.add("maintenance", path="disable")
    assert type(disable(client)) is Unavailable


def test_a_throttle_without_a_time_is_still_a_throttle(client, simulator):
    simulator.faults.add("throttle", path="disable")
    failure = disable(client)
    assert isinstance(failure, Throttled) and failure.retry_after is None


def test_a_refusal_with_status_200_is_a_refusal(client, simulator, fleet):
    simulator.faults.add("validation-error", path="disable")
    failure = disable(client)
    assert type(failure) is Rejected and failure.errors == {"fault": "on demand"}
    assert fleet["111"].state == "enabled"


def test_a_page_that_a_proxy_sends_for_404_says_nothing_about_the_unit(client, simulator):
    simulator.faults.add("html-404", path="disable")
    failure = disable(client)
    assert isinstance(failure, Unavailable) and not isinstance(failure, UnknownUnit)


def test_a_redirect_is_not_followed(client, simulator):
    simulator.faults.add("redirect", path="disable", location=f"{simulator.base_url}/products/222/enable")
    assert disable(client).status == 302
    assert [call.path for call in simulator.calls if call.method == "PUT"] == ["/v1/products/111/disable"]


def test_a_server_that_hangs_is_left_and_may_still_do_it_later(client, connect, simulator, fleet):
    impatient = connect(read_timeout=0.2, token=_token(client))
    simulator.faults.add("hang-before", path="disable", seconds=0.5)
    began = time.monotonic()
    assert isinstance(disable(impatient), Unavailable)
    assert time.monotonic() - began < 0.45
    assert fleet["111"].state == "enabled"
    time.sleep(0.5)
    assert fleet["111"].state == "pending_disabled"


def test_a_server_that_hangs_after_the_work_has_done_it(client, connect, simulator, fleet):
    impatient = connect(read_timeout=0.2, token=_token(client))
    simulator.faults.add("hang-after", path="disable", seconds=0.4)
    assert isinstance(disable(impatient), Unavailable)
    assert fleet["111"].state == "pending_disabled"


def test_an_answer_that_drips_does_not_hold_us(client, connect, simulator):
    impatient = connect(read_timeout=0.4, token=_token(client))
    simulator.faults.add("drip", path="disable", seconds=0.1)
    began = time.monotonic()
    assert isinstance(disable(impatient), Unavailable)
    assert 0.4 < time.monotonic() - began < 1.5


def test_a_body_without_end_is_left(client, connect, simulator):
    small = connect(max_body=100_000, token=_token(client))
    simulator.faults.add("huge", path="disable", size=5_000_000, times=1)
    assert "larger" in disable(small).detail
    small.disable("111")


def test_one_refused_token_is_renewed_unseen(client, simulator, fleet):
    client.login()
    simulator.faults.add("unauthorized", path="disable", times=1)
    client.disable("111")
    assert fleet["111"].state == "pending_disabled" and simulator.door.logins == 2


def test_no_fault_is_left_untested():
    here = {"unauthorized", "hang-before", "hang-after", "drip", "huge", "validation-error"}
    rows = {"wrong-imeis", "duplicate-rows", "skip-page", "empty-page"}
    assert set(KINDS) == {*NOT_DONE, *DONE, *here, *rows}


# ------------------------------------------------------------------- rows


def page(client, number=1):
    return parse_enable_status(client.enable_status_page(number, 2))


def test_rows_with_wrong_imeis_are_left_out(client, simulator):
    simulator.faults.add("wrong-imeis", path="current_enable_status")
    good, bad = page(client)
    assert [row.imei for row in good] == ["111"] and bad[0][1] == "bad IMEI"


def test_rows_that_come_twice_are_seen_twice(client, simulator):
    simulator.faults.add("duplicate-rows", path="current_enable_status")
    assert [row.imei for row in page(client)[0]] == ["111", "111", "222", "222"]


def test_a_page_that_is_skipped_cannot_be_told_from_another_one(client, simulator):
    simulator.faults.add("skip-page", path="current_enable_status")
    assert [row.imei for row in page(client)[0]] == ["333"]


def test_a_page_of_the_bulk_status_that_is_empty_early_is_an_empty_page(client, simulator):
    simulator.faults.add("empty-page", path="current_enable_status", times=1)
    assert page(client) == ([], [])
    assert len(page(client)[0]) == 2


def test_a_page_of_a_table_that_is_empty_before_the_last_one_is_a_failure(client, simulator):
    simulator.faults.add("empty-page", path="products", times=1)
    with pytest.raises(Unavailable, match="empty"):
        list(client.iter_table("products", results_per_page=2))


def test_a_table_that_answers_with_another_page_is_a_failure(client, simulator):
    simulator.faults.add("skip-page", path="products", times=1)
    with pytest.raises(Unavailable, match="page 2"):
        client.table("products", results_per_page=2)


@pytest.mark.parametrize("kind", ["html", "garbage", "cut", "error-before", "html-404"])
def test_a_spoiled_page_is_a_failure_and_never_an_empty_one(client, simulator, kind):
    simulator.faults.add(kind, path="current_enable_status|products")
    with pytest.raises(Unavailable):
        client.enable_status_page(1, 10)
    with pytest.raises(Unavailable):
        client.table("products")


def _token(client):
    client.login()
    return client.token
