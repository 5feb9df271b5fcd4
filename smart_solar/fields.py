"""Strict readers of one field of a row. Each returns a value that PostgreSQL takes, or raises Malformed."""

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .vocabulary import is_imei

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
INT4 = 2**31 - 1
INT8 = 2**63 - 1


class Malformed(ValueError):
    """A row that cannot be used; the text says why."""


def excerpt(row, limit=120):
    """The beginning of a row, to show beside the reason why it was left out."""
    text = repr(row[:8] if isinstance(row, (str, list)) else row)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def moment(text):
    """An ISO 8601 date and time as naive UTC."""
    match = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise Malformed("malformed date")
    day, clock, fraction, zone = match.groups()
    micro = (fraction or "")[:6].ljust(6, "0")
    zone = "+00:00" if zone in (None, "Z", "z") else f"{zone[:3]}:{zone[-2:]}"
    try:
        when = datetime.fromisoformat(f"{day}T{clock}.{micro}{zone}")
        return when.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Malformed("malformed date") from None


def http_moment(text):
    """A date as HTTP headers write them, as naive UTC, or None: nothing depends on it."""
    try:
        when = parsedate_to_datetime(text)
        return when.astimezone(timezone.utc).replace(tzinfo=None) if when.tzinfo else when
    except (TypeError, ValueError, OverflowError, IndexError, AttributeError):
        return None


def imei_of(row):
    value = row.get("product_imei")
    if not is_imei(value):
        raise Malformed("bad IMEI")
    return value


def optional_moment(row, key):
    value = row.get(key)
    return None if value is None else moment(value)


def optional_text(row, key):
    """A text without what PostgreSQL refuses (NUL, lone surrogates): one such would lose its whole batch."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed(f"{key} is not a text")
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise Malformed(f"{key} holds a character that cannot be stored")
    return value


def optional_integer(row, key, low=-INT8 - 1, high=INT8):
    return None if row.get(key) is None else integer(row, key, low, high)


def integer(row, key, low=-INT8 - 1, high=INT8):
    value = row.get(key)
    if type(value) is not int or not low <= value <= high:
        raise Malformed(f"{key} is not a whole number in range")
    return value


def boolean(row, key):
    value = row.get(key)
    if type(value) is not bool:
        raise Malformed(f"{key} is not true or false")
    return value
