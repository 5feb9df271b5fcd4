"""The import of a fleet that exists already, against Odoo's own imports of the same serials and the same stock."""

from statistics import median

from devkit import MissingError, step

from .table import Line, spread

ROWS, FLEET = 10_000, 5_000


def measure(stage):
    """Return the lines of this part: told, without a target."""
    rows = min(ROWS, stage.options.units)
    base, ours, plain, again = stage.fleet(FLEET, FLEET // 5), [], [], []
    for turn in range(stage.options.repeat):
        with step(f"Import of {rows:,} rows {turn + 1}"):
            for found, question, more in (
                (ours, "imports.load", {}),
                (again, "imports.load", {"again": True}),
                (plain, "imports.plain", {}),
            ):
                with stage.copy(base) as name:
                    found.append(stage.ask(name, question, rows=rows, **more))
    for found in (*ours, *again):
        if sum(found["placed"].get(place, 0) for place in ("customer", "technician", "shop")) != rows:
            raise MissingError(f"{rows} units where the file says: {found['placed']}")
    what = f"import of {rows:,} units with who has them"
    return [
        _line(what, ours, plain, "seconds"),
        _line(f"{what}, queries a row", ours, plain, "queries", rows),
        Line(f"{what}, memory", spread([found["peak_mb"] for found in ours], "{:.0f}", "MB")),
        _line("the same file again", again, plain, "seconds"),
    ]


def _line(what, ours, plain, key, rows=None):
    mine, theirs = ([found[key] / (rows or 1) for found in side] for side in (ours, plain))
    unit = "" if rows else "s"
    baseline = f"serials, then stock {spread(theirs, unit=unit)}"
    return Line(what, spread(mine, unit=unit), baseline, median(mine) / median(theirs))
