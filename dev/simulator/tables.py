"""Tables in the Flask-Restless form: filters, order, limit, offset, pages."""

import json
import re

DEFAULT_SIZE = 10


class BadQuery(Exception):
    """A query that cannot be understood."""


def _ordered(compare):
    return lambda value, asked: value is not None and asked is not None and compare(value, asked)


def _like(value, pattern):
    parts = re.split("([%_])", str(pattern))
    regex = "".join({"%": ".*", "_": "."}.get(part, re.escape(part)) for part in parts)
    return value is not None and re.fullmatch(regex, str(value), re.DOTALL) is not None


OPERATORS = {
    "eq": lambda value, asked: value == asked,
    "neq": lambda value, asked: value != asked,
    "gt": _ordered(lambda value, asked: value > asked),
    "ge": _ordered(lambda value, asked: value >= asked),
    "lt": _ordered(lambda value, asked: value < asked),
    "le": _ordered(lambda value, asked: value <= asked),
    "in": lambda value, asked: value in asked,
    "not_in": lambda value, asked: value not in asked,
    "is_null": lambda value, asked: value is None,
    "is_not_null": lambda value, asked: value is not None,
    "like": _like,
}


def read_query(text):
    """The `q` of a call as a dict, or BadQuery."""
    try:
        q = json.loads(text or "{}")
    except ValueError:
        raise BadQuery("q is not JSON") from None
    if not isinstance(q, dict) or not isinstance(q.get("filters", []), list):
        raise BadQuery("q is not an object with a list of filters")
    return q


def matches(row, condition):
    """Whether a row meets one filter, or a nested `or` or `and` of filters."""
    if "or" in condition:
        return any(matches(row, part) for part in condition["or"])
    if "and" in condition:
        return all(matches(row, part) for part in condition["and"])
    name, operator = condition.get("name"), OPERATORS.get(condition.get("op"))
    if name not in row or operator is None:
        raise BadQuery("unknown field or operator in a filter")
    return operator(row[name], condition.get("val"))


def imeis_asked(q):
    """The IMEIs to which a query is limited by a filter at its top, or None: saves reading the whole fleet."""
    for condition in q.get("filters", []):
        if isinstance(condition, dict) and condition.get("name") == "product_imei":
            if condition.get("op") == "in" and isinstance(condition.get("val"), list):
                return list(dict.fromkeys(str(value) for value in condition["val"]))
            if condition.get("op") == "eq":
                return [str(condition.get("val"))]
    return None


def select(rows, q):
    """The rows that a query wants, in its order."""
    try:
        rows = [row for row in rows if all(matches(row, part) for part in q.get("filters", []))]
        for order in reversed(q.get("order_by", [])):
            field, down = order["field"], order.get("direction") == "desc"
            rows.sort(key=lambda row, field=field: (row[field] is not None, row[field]), reverse=down)
        start = int(q.get("offset") or 0)
        return rows[start : start + int(q["limit"])] if q.get("limit") else rows[start:]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadQuery("a part of q is not understood") from None


def page_of(rows, page, size):
    """The body of one page."""
    start = (page - 1) * size
    return {
        "objects": rows[start : start + size],
        "num_results": len(rows),
        "page": page,
        "total_pages": -(-len(rows) // size),
    }


def paging(arguments, cap):
    """`(page, size)` as the server takes them: its own default, its own cap."""
    try:
        page = max(1, int(arguments.get("page", 1)))
        size = int(arguments.get("results_per_page", DEFAULT_SIZE))
    except ValueError:
        raise BadQuery("page and results_per_page are numbers") from None
    return page, min(size if size > 0 else DEFAULT_SIZE, cap)
