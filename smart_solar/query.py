"""The `q` of a table call, in the Flask-Restless form, and its limit: it travels in the URL."""

import json
from urllib.parse import quote_plus

MAX_QUERY = 8000  # bytes, as they stand in the URL
_AROUND = len(quote_plus('"",'))


def encode(q):
    """`q` as compact JSON, or ValueError when it is too long to travel."""
    text = json.dumps(q, separators=(",", ":"))
    if len(quote_plus(text)) > MAX_QUERY:
        raise ValueError(f"This query is longer than {MAX_QUERY} bytes; split its lists with split_in().")
    return text


def _cost(value):
    """Bytes in the URL of a value of a list, with its comma."""
    if type(value) is str and value.isascii() and value.isalnum():
        return len(value) + _AROUND
    return len(quote_plus(json.dumps(value) + ","))


def split_in(field, values, q=None):
    """Yield copies of `q` with a filter `field in [...]` added, as few as hold all `values` within the limit."""
    base = dict(q or {})
    filters = list(base.get("filters", ()))

    def with_values(chunk):
        return {**base, "filters": [*filters, {"name": field, "op": "in", "val": chunk}]}

    # The last value has no comma.
    room = MAX_QUERY - len(quote_plus(json.dumps(with_values([]), separators=(",", ":")))) + len(quote_plus(","))
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
