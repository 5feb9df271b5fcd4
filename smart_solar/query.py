"""The `q` of a table call, in the Flask-Restless form, and its limit: it travels in the URL."""

import json

MAX_QUERY = 8000  # bytes, as they stand in the URL
_UNQUOTED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~ "


def encode(q):
    """`q` as compact JSON, or ValueError when it is too long to travel."""
    text = json.dumps(q, separators=(",", ":"))
    if _length(text) > MAX_QUERY:
        raise ValueError(f"This query is longer than {MAX_QUERY} bytes; split its lists with split_in().")
    return text


def _length(text):
    """Bytes of a text in the URL, where each byte that cannot stand there takes three. A space becomes a plus."""
    raw = text.encode()
    return len(raw) + 2 * len(raw.translate(None, _UNQUOTED))


_AROUND = _length('"",')


def _cost(value):
    """Bytes in the URL of a value of a list, with its comma."""
    if type(value) is str and value.isascii() and value.isalnum():
        return len(value) + _AROUND
    return _length(json.dumps(value) + ",")


def split_in(field, values, q=None):
    """Yield copies of `q` with a filter `field in [...]` added, as few as hold all `values` within the limit."""
    base = dict(q or {})
    filters = list(base.get("filters", ()))

    def with_values(chunk):
        return {**base, "filters": [*filters, {"name": field, "op": "in", "val": chunk}]}

    # The last value has no comma.
    room = MAX_QUERY - _length(json.dumps(with_values([]), separators=(",", ":"))) + _length(",")
    chunk, used = [], 0
    for value in values:
        cost = _cost(value)
        if cost > room:
            raise ValueError("A single value leaves no room in the query.")
        if chunk and used + cost > room:
            yield with_values(chunk)
            chunk, used = [], 0
        chunk.append(value)
        used += cost
    if chunk:
        yield with_values(chunk)
