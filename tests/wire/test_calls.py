"""Every call, and what it does to the unit at the other end."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_solar import (
    Forbidden,
    PaymentCommand,
    Rejected,
    UnknownUnit,
    parse_balances,
    parse_enable_status,
    parse_final_balances,
    parse_payment_commands,
    split_in,
)
from smart_solar.query import MAX_QUERY, encode


def test_a_disabled_unit_is_off_only_once_it_has_connected(client, fleet):
    client.disable("111")
    assert fleet["111"].state == "pending_disabled" and fleet["111"].is_on(fleet.clock.now())
    fleet.clock.advance(19)
    assert fleet["111"].state == "pending_disabled"
    fleet.clock.advance(1)
    assert fleet["111"].state == "disabled" and not fleet["111"].is_on(fleet.clock.now())


def test_enabling_works_the_same_way_and_is_recorded(client, fleet):
    client.enable("222")
    fleet.connect("222")
    assert fleet["222"].state == "enabled"
    rows = list(client.iter_table("enable_history"))
    assert [(r["product_imei"], r["prev_enable_state"], r["current_enable_state"], r["user"]) for r in rows] == [
        ("222", "disabled", "pending_enabled", "erp@example.com"),
        ("222", "pending_enabled", "enabled", "erp@example.com"),
    ]


def test_disabling_a_disabled_unit_is_a_success_that_changes_nothing(client, fleet):
    client.disable("222")
    assert fleet["222"].state == "disabled" and not fleet.history


def test_a_change_of_mind_before_the_unit_connects_wins(client, fleet):
    client.disable("111")
    client.enable("111")
    fleet.clock.advance(60)
    assert fleet["111"].state == "enabled"


def test_a_poked_unit_connects_soon_and_the_sms_is_counted(client, fleet):
    client.disable("111")
    client.force_connection("111")
    fleet.clock.advance(2)
    assert fleet["111"].state == "disabled" and fleet.pokes["111"] == 1


def test_a_unit_moves_through_its_life_only_as_allowed(client, fleet):
    client.change_state("111", 8)
    assert fleet["111"].life_state == 8
    with pytest.raises(Rejected) as refusal:
        client.change_state("111", 6)
    assert "new_state" in refusal.value.errors and not refusal.value.duplicate
    assert fleet["111"].life_state == 8


def test_an_unknown_unit_is_told_from_every_other_refusal(client):
    for call in (client.enable, client.disable, client.force_connection, client.balance_and_pending_payments):
        with pytest.raises(UnknownUnit):
            call("999")


@pytest.mark.parametrize("imei", ["", "1" * 16, "12a", "../1", "1/2", "1?x", "٣", None, 111, "1 "])
def test_only_digits_reach_the_path(client, simulator, imei):
    with pytest.raises(ValueError, match="IMEI"):
        client.disable(imei)
    assert not simulator.calls.total


def test_a_permission_or_a_scope_that_does_not_reach_is_forbidden(connect, fleet):
    with pytest.raises(Forbidden):
        connect("overview@example.com").disable("111")
    with pytest.raises(Forbidden):
        connect("technical@example.com").change_state("111", 8)
    with pytest.raises(Forbidden):
        connect("admin@example.com").enable_status_page(1, 10)
    assert fleet["111"].state == "enabled" and fleet["111"].life_state == 6
    connect("technical@example.com").disable("111")
    assert fleet["111"].state == "pending_disabled"


def test_the_bulk_status_is_read_page_by_page_until_one_is_empty(client, fleet):
    pages = [client.enable_status_page(page, 2) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 1, 0]
    good, bad = parse_enable_status([row for page in pages for row in page])
    assert [row.imei for row in good] == ["111", "222", "333"] and not bad
    assert (good[0].state, good[0].life_state, good[0].dcm) == ("enabled", 6, False)
    assert good[2].dcm and good[1].entity_id == 7


def test_the_server_caps_the_size_of_a_page(client, fleet, simulator):
    simulator.api.page_cap = 2
    assert len(client.enable_status_page(1, 1000)) == 2
    assert [row["product_imei"] for row in client.iter_table("products", results_per_page=1000)] == [
        "111",
        "222",
        "333",
    ]


def test_a_table_tells_its_pages(client):
    page = client.table("products", page=2, results_per_page=2)
    assert (len(page.objects), page.num_results, page.page, page.total_pages) == (1, 3, 2, 2)


def test_many_units_are_asked_for_in_as_many_calls_as_the_url_needs(client, fleet, simulator):
    imeis = [f"{i:015d}" for i in range(1200)]
    found = list(client.iter_table_in("products", "product_imei", [*imeis, "111", "333"]))
    assert [row["product_imei"] for row in found] == ["111", "333"]
    assert len([call for call in simulator.calls if call.path == "/v1/products"]) == len(
        list(split_in("product_imei", [*imeis, "111", "333"]))
    )


@given(st.lists(st.one_of(st.from_regex(r"[0-9]{1,15}", fullmatch=True), st.text(max_size=30), st.integers())))
def test_a_list_is_split_into_as_few_queries_as_the_url_takes(values):
    values = values * 40
    parts = list(split_in("field", values))
    held = [part["filters"][0]["val"] for part in parts]
    assert [value for part in held for value in part] == values
    for part, after in pairwise([*parts, None]):
        assert len(quote_plus(encode(part))) <= MAX_QUERY
        if after:
            filters = part["filters"][0]
            more = {"filters": [{**filters, "val": [*filters["val"], after["filters"][0]["val"][0]]}]}
            assert len(quote_plus(json.dumps(more, separators=(",", ":")))) > MAX_QUERY


def test_a_query_that_is_too_long_for_a_url_is_refused_before_it_is_sent(client, simulator):
    q = {"filters": [{"name": "product_imei", "op": "in", "val": ["1" * 15] * 1000}]}
    with pytest.raises(ValueError, match=str(MAX_QUERY)):
        client.table("products", q)
    assert not simulator.calls.total


def test_credit_reaches_the_unit_when_it_connects(client, fleet):
    client.add_payment_command("333", 500, "payment", "t1")
    detail = client.balance_and_pending_payments("333")
    assert detail.balance == 1000
    began = datetime(2020, 9, 13, 12, 26, 40)
    assert detail.pending == (PaymentCommand("payment", 500, began, began),)
    assert detail.expected_expiry == began + timedelta(seconds=1000)
    fleet.clock.advance(20)
    assert fleet["333"].balance(fleet.clock.now()) == 1480
    assert client.balance_and_pending_payments("333").pending == ()
    [command], bad = parse_payment_commands(client.iter_table("payment_commands"))
    assert (command.imei, command.transaction_id, command.status, command.value) == ("333", "t1", "acknowledged", 500)
    [balance], bad = parse_balances(client.iter_table_in("balances", "product_imei", ["333", "111"]))
    assert (balance.imei, balance.balance) == ("333", 1480) and not bad


def test_a_transaction_id_is_taken_once(client):
    client.add_payment_command("333", 500, "payment", "t1")
    with pytest.raises(Rejected) as refusal:
        client.add_payment_command("333", 500, "payment", "t1")
    assert refusal.value.duplicate
    with pytest.raises(Rejected) as refusal:
        client.add_payment_command("333", -5000, "bad-payment", "t2")
    assert not refusal.value.duplicate


def test_a_zero_command_gives_back_what_is_left(client, fleet):
    client.add_payment_command("333", 0, "zero-command", "z")
    with pytest.raises(Rejected, match="zero-command"):
        client.add_payment_command("333", 1, "payment", "t")
    fleet.clock.advance(20)
    [final], bad = parse_final_balances(client.iter_table("final_balances"))
    assert (final.imei, final.final_balance, final.total_added) == ("333", 980, 1000) and not bad
    assert fleet["333"].balance(fleet.clock.now()) == 0


def test_a_reset_tells_what_is_lost(client, fleet):
    client.add_payment_command("333", 500, "payment", "t1")
    reset = client.force_reset("333", "r1")
    assert (reset.outstanding_payments, reset.last_known_balance) == (500, 1000)
    with pytest.raises(Rejected) as refusal:
        client.force_reset("333", "r1")
    assert refusal.value.duplicate


@pytest.mark.parametrize(
    ("value", "category", "transaction"),
    [(0, "payment", "t"), (5, "bad-payment", "t"), (-5, "payment", "t"), (1, "zero-command", "t"), (5, "gift", "t"),
     (5.0, "payment", "t"), (True, "payment", "t"), (5, "payment", ""), (5, "payment", None)],
)  # fmt: skip
def test_a_senseless_credit_command_is_never_sent(client, simulator, value, category, transaction):
    with pytest.raises(ValueError, match=r"payment|transaction"):
        client.add_payment_command("333", value, category, transaction)
    assert not simulator.calls.total


def test_the_device_credit_flag_is_set(client, fleet):
    client.set_dcm_enabled_flag("111", True)
    assert fleet["111"].dcm
    client.set_dcm_enabled_flag("111", False)
    assert not fleet["111"].dcm


def test_a_subscription_returns_its_key(client, simulator):
    assert len(client.subscribe("dcm", "https://erp.example.com/hook")) == 32
    assert simulator.api.subscriptions == [("dcm", "https://erp.example.com/hook")]
    with pytest.raises(ValueError, match="channel"):
        client.subscribe("other", "https://erp.example.com/hook")


def test_a_table_or_a_state_that_does_not_exist_is_refused_here(client):
    with pytest.raises(ValueError, match="table"):
        client.table("users")
    for state in (0, 10, "5", True, 5.0):
        with pytest.raises(ValueError, match="life-cycle"):
            client.change_state("111", state)
