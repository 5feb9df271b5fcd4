"""The parser of the bulk status: what it takes, what it leaves out and why, and that nothing breaks it."""

import json
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_solar import EnableStatus, parse_enable_status
from smart_solar.vocabulary import ENABLE_STATES

ROW = {
    "product_imei": "013777894687",
    "serial_number": "BB17SMART-150127",
    "current_enable_state": "enabled",
    "prev_enable_state": "disabled",
    "current_state_type": 5,
    "date": "2015-06-04T10:59:48",
    "user": "someone@example.com",
    "dcm_enabled_flag": False,
    "entity": "Kenya",
    "entity_id": 4,
    "hardware_type": "BB17SMART_v2",
    "product_type_id": 2,
    "total_accessory_energy": None,
}
READ = EnableStatus(
    imei="013777894687",
    serial="BB17SMART-150127",
    state="enabled",
    life_state=5,
    changed_at=datetime(2015, 6, 4, 10, 59, 48),
    changed_by="someone@example.com",
    dcm=False,
    entity_id=4,
    hardware_type="BB17SMART_v2",
)


def test_the_row_of_the_documentation_is_read():
    assert parse_enable_status([ROW]) == ([READ], [])


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2020-11-06T07:07:45.796359", datetime(2020, 11, 6, 7, 7, 45, 796359)),
        ("2020-11-06T07:07:45.5", datetime(2020, 11, 6, 7, 7, 45, 500000)),
        ("2020-11-06T07:07:45Z", datetime(2020, 11, 6, 7, 7, 45)),
        ("2020-11-06T07:07:45.25Z", datetime(2020, 11, 6, 7, 7, 45, 250000)),
        ("2020-11-06T00:07:45+03:00", datetime(2020, 11, 5, 21, 7, 45)),
        ("2020-11-06T07:07:45.796359+0530", datetime(2020, 11, 6, 1, 37, 45, 796359)),
        ("2020-11-06 07:07:45", datetime(2020, 11, 6, 7, 7, 45)),
        (None, None),
    ],
)
def test_dates_become_naive_utc(text, when):
    good, bad = parse_enable_status([{**ROW, "date": text}])
    assert good == [READ._replace(changed_at=when)]
    assert good[0].changed_at is None or good[0].changed_at.tzinfo is None
    assert not bad


@pytest.mark.parametrize("field", ["serial_number", "current_state_type", "date", "user", "entity_id", "hardware_type"])
def test_what_may_be_unknown_may_be_null_or_left_out(field):
    without = {key: value for key, value in ROW.items() if key != field}
    good, bad = parse_enable_status([{**ROW, field: None}, without])
    assert len(good) == 2 and good[0] == good[1] and not bad
    assert None in good[0]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("product_imei", None, "IMEI"),
        ("product_imei", "", "IMEI"),
        ("product_imei", "35X", "IMEI"),
        ("product_imei", "1" * 16, "IMEI"),
        ("product_imei", "٣٣٣", "IMEI"),
        ("product_imei", "²", "IMEI"),
        ("product_imei", 13777894687, "IMEI"),
        ("product_imei", ["1"], "IMEI"),
        ("current_enable_state", "off", "enable state"),
        ("current_enable_state", None, "enable state"),
        ("current_enable_state", ["enabled"], "enable state"),
        ("current_state_type", 0, "current_state_type"),
        ("current_state_type", 10, "current_state_type"),
        ("current_state_type", "5", "current_state_type"),
        ("current_state_type", 5.0, "current_state_type"),
        ("current_state_type", True, "current_state_type"),
        ("date", "", "date"),
        ("date", "2015-06-04", "date"),
        ("date", "2015-06-04T10:59", "date"),
        ("date", "2015-06-04x10:59:48", "date"),
        ("date", "2015-W23-4T10:59:48", "date"),
        ("date", "2015-06-04T10+05:00", "date"),
        ("date", "2015-13-04T10:59:48", "date"),
        ("date", "2015-06-04T25:59:48", "date"),
        ("date", "2015-06-04T10:59:48+99:00", "date"),
        ("date", "0001-01-01T00:00:00+05:00", "date"),
        ("date", "20150604T10:59:48000", "date"),
        ("date", 1433415588, "date"),
        ("user", 5, "user"),
        ("user", "a\0b", "cannot be stored"),
        ("serial_number", "\ud800", "cannot be stored"),
        ("serial_number", 5, "serial_number"),
        ("hardware_type", {}, "hardware_type"),
        ("dcm_enabled_flag", None, "dcm_enabled_flag"),
        ("dcm_enabled_flag", 1, "dcm_enabled_flag"),
        ("dcm_enabled_flag", "false", "dcm_enabled_flag"),
        ("entity_id", "4", "entity_id"),
        ("entity_id", 2**31, "entity_id"),
        ("entity_id", True, "entity_id"),
    ],
)
def test_a_bad_row_is_left_out_with_its_reason_and_the_others_stay(field, value, reason):
    good, bad = parse_enable_status([ROW, {**ROW, field: value}, ROW])
    assert good == [READ, READ]
    [(row, why)] = bad
    assert reason in why
    assert len(row) <= 120


@pytest.mark.parametrize("row", [None, 5, "text", [], ["product_imei"], {}, True])
def test_what_is_no_row_at_all_is_left_out(row):
    good, bad = parse_enable_status([row])
    assert not good and len(bad) == 1


def test_a_text_with_an_unusual_but_harmless_character_is_kept():
    good, _ = parse_enable_status([{**ROW, "user": "J\u00a0Kamau\n"}])
    assert good == [READ._replace(changed_by="J\u00a0Kamau\n")]


def test_an_enormous_row_is_shown_by_its_beginning():
    [(row, _)] = parse_enable_status([{"user": "x" * 10_000_000}])[1]
    assert len(row) <= 120


moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1))
texts = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
statuses = st.builds(
    EnableStatus,
    imei=st.text("0123456789", min_size=1, max_size=15),
    serial=texts,
    state=st.sampled_from(sorted(ENABLE_STATES)),
    life_state=st.one_of(st.none(), st.integers(1, 9)),
    changed_at=st.one_of(st.none(), moments),
    changed_by=texts,
    dcm=st.booleans(),
    entity_id=st.one_of(st.none(), st.integers(0, 2**31 - 1)),
    hardware_type=texts,
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=8,
)


def row_of(status):
    return {
        **ROW,
        "product_imei": status.imei,
        "serial_number": status.serial,
        "current_enable_state": status.state,
        "current_state_type": status.life_state,
        "date": status.changed_at and status.changed_at.isoformat(),
        "user": status.changed_by,
        "dcm_enabled_flag": status.dcm,
        "entity_id": status.entity_id,
        "hardware_type": status.hardware_type,
    }


@given(st.lists(statuses, max_size=5))
def test_what_is_written_as_rows_is_read_back(written):
    rows = json.loads(json.dumps([row_of(status) for status in written]))
    assert parse_enable_status(rows) == (written, [])


@given(st.lists(st.one_of(anything, st.fixed_dictionaries({}, optional=dict.fromkeys(ROW, anything))), max_size=4))
def test_no_json_breaks_the_parser_and_no_row_is_lost(rows):
    good, bad = parse_enable_status(rows)
    assert len(good) + len(bad) == len(rows)


@given(status=statuses, field=st.sampled_from(sorted(ROW)), value=anything)
def test_whatever_one_field_holds_what_is_taken_can_be_stored(status, field, value):
    good, _ = parse_enable_status([{**row_of(status), field: value}])
    for read in good:
        assert 1 <= len(read.imei) <= 15 and read.imei.isdecimal() and read.state in ENABLE_STATES
        for text in (read.serial, read.changed_by, read.hardware_type):
            assert text is None or (text.encode() and "\0" not in text) or text == ""
        assert read.life_state is None or (type(read.life_state) is int and 1 <= read.life_state <= 9)
        assert type(read.dcm) is bool


def test_a_row_costs_a_few_microseconds():
    rows = [dict(ROW, product_imei=str(10**11 + i)) for i in range(5000)]
    best = min(_cost(rows) for _ in range(15))
    # About 2 µs where this was written; the bound is loose for the sake of busy machines.
    assert best < 8e-6


def _cost(rows):
    began = time.process_time()
    good, _ = parse_enable_status(rows)
    return (time.process_time() - began) / len(good)
