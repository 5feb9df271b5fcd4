"""The `q` of a table call, in the Flask-Restless form, and its limit: it travels in the URL."""

import json
from urllib.parse import quote_plus

MAX_QUERY = 8000  # bytes, as they stand in the URL


def encode(q):
    """`q` as compact JSON, or ValueError when it is too long to travel."""
    text = json.dumps(q, separators=(",", ":"))
    if len(quote_plus(text)) > MAX_QUERY:
        raise ValueError(f"This query is longer than {MAX_QUERY} bytes; split its lists with split_in().")
    return text


def split_in(field, values, q=None):
    """Yield copies of `q` with a filter `field in [...]` added, as few as hold all `values` within the limit."""
    base = dict(q or {})
    filters = list(base.get("filters", ()))

    def with_values(chunk):
        return {**base, "filters": [*filters, {"name": field, "op": "in", "val": chunk}]}

    room = MAX_QUERY - len(quote_plus(json.dumps(with_values([]), separators=(",", ":"))))
    chunk, used = [], 0
    for value in values:
        cost = len(quote_plus(json.dumps(value) + ","))
        if cost > room:
            raise ValueError("A single value leaves no room in the query.")
        if chunk and used + cost > room:
            yield with_values(chunk)
            chunk, used = [], 0
        chunk.append(value)
        used += cost
    if chunk:
        yield with_values(chunk)
