"""The `q` of the tables: every operator, nesting, order and limits."""

import pytest

from smart_solar import Rejected


def found(client, *filters, **q):
    return [row["product_imei"] for row in client.iter_table("products", {"filters": list(filters), **q})]


@pytest.mark.parametrize(
    ("name", "op", "val", "imeis"),
    [
        ("product_imei", "eq", "111", ["111"]),
        ("product_imei", "eq", "999", []),
        ("product_imei", "neq", "111", ["222", "333"]),
        ("product_imei", "in", ["333", "111", "111"], ["333", "111"]),
        ("product_imei", "not_in", ["333"], ["111", "222"]),
        ("product_imei", "like", "2%", ["222"]),
        ("product_imei", "like", "_1_", ["111"]),
        ("entity_id", "gt", 4, ["222"]),
        ("entity_id", "ge", 4, ["111", "222", "333"]),
        ("entity_id", "lt", 7, ["111", "333"]),
        ("entity_id", "le", 3, []),
        ("entity_id", "is_null", None, []),
        ("entity_id", "is_not_null", None, ["111", "222", "333"]),
    ],
)
def test_each_operator_finds_its_rows(client, name, op, val, imeis):
    assert found(client, {"name": name, "op": op, "val": val}) == imeis


def test_filters_are_joined_and_nest(client):
    is_a, is_b = ({"name": "serial_number", "op": "eq", "val": letter} for letter in "AB")
    kenya = {"name": "entity_id", "op": "eq", "val": 4}
    assert found(client, kenya, is_b) == []
    assert found(client, {"or": [is_a, is_b]}) == ["111", "222"]
    assert found(client, {"or": [is_b, {"and": [kenya, is_a]}]}) == ["111", "222"]
    assert found(client, {"and": [{"or": [is_a, is_b]}, kenya]}) == ["111"]


def test_rows_are_ordered_and_limited(client):
    down = [{"field": "entity_id", "direction": "desc"}, {"field": "product_imei", "direction": "asc"}]
    assert found(client, order_by=down) == ["222", "111", "333"]
    assert found(client, order_by=down, limit=1, offset=1) == ["111"]


def test_ten_rows_come_unless_more_are_asked_for(client, fleet):
    fleet.generate(30)
    assert len(client.table("products", results_per_page=0).objects) == 10


@pytest.mark.parametrize(
    "q",
    [{"filters": [{"name": "colour", "op": "eq", "val": 1}]}, {"filters": [{"name": "entity_id", "op": "about"}]},
     {"filters": 5}, {"filters": [5]}, {"order_by": [{"field": "colour"}]}, {"limit": "many"},
     {"filters": [{"name": "entity_id", "op": "gt", "val": "x"}]}],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused(client, q):
    with pytest.raises(Rejected) as refusal:
        client.table("products", q)
    assert refusal.value.status == 400
