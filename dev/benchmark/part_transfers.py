"""Transfers of control units against the same transfers of the same serials, and a day of steps by people.

The baseline is the same database with the product unticked: the same serials, rows, indexes and code, of which only
the following of custody is left out. A database without the addon would also lack its tables, and say less.
"""

from statistics import median

from devkit import MissingError, step

from .table import Line, spread

TRANSFERS, DAY, FLEET = 999, 1_000, 50_000
LIMIT = 1.1


def measure(stage):
    """Return the lines of this part."""
    number = min(TRANSFERS, stage.options.assignments // 3 * 3)
    base = stage.fleet(min(FLEET, stage.options.units), min(FLEET, stage.options.units) // 5)
    ours, plain = [], []
    for turn in range(stage.options.repeat):
        with step(f"{number} transfers, with custody and without by turns {turn + 1}"), stage.copy(base) as name:
            found = stage.ask(name, "transfers.plain", number=number)
            ours.append(found["ours"])
            plain.append(found["plain"])
    # No target, and long: once tells enough.
    with step(f"A day of {min(DAY, number)} assignments and installations"), stage.copy(base) as name:
        day = stage.ask(name, "transfers.day", number=min(DAY, number))
    _check(ours, plain, number)
    what = f"{number:,} transfers of control units: a third each shelved, delivered, returned"
    return [
        *_compare(what, ours, plain, LIMIT),
        *_compare(f"{min(DAY, number):,} units assigned and installed, once", [day["ours"]], [day["plain"]]),
    ]


def _check(ours, plain, number):
    """A comparison of different work would mean nothing."""
    for found in ours:
        if any(found["steps"].get(kind, 0) < number // 3 for kind in ("moved", "installed", "returned")):
            raise MissingError(f"custody that follows {number} transfers: {found['steps']}")
    for found in plain:
        if found["steps"]:
            raise MissingError(f"transfers that nobody follows: {found['steps']}")


def _compare(what, ours, plain, limit=None):
    lines = []
    for key, tail, form, unit in (
        ("seconds", "", "{:.1f}", "s"),
        ("work", ", processor time", "{:.1f}", "s"),
        ("queries", ", queries each", "{:.1f}", ""),
    ):
        mine, theirs = ([found[key] / (found["number"] if key == "queries" else 1) for found in side]
                        for side in (ours, plain))  # fmt: skip
        # Both sides of a turn had the same machine.
        ratio = median(one / other for one, other in zip(mine, theirs, strict=True))
        baseline = f"plain {spread(theirs, form, unit)}"
        lines.append(Line(what + tail, spread(mine, form, unit), baseline, ratio, limit if key == "seconds" else None))
    return lines
