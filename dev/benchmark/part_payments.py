"""Posting customers' payments in batches, against the same in a database without this addon."""

import contextlib
from statistics import median

from devkit import database, step

from .table import Line, spread

LIMIT = 1.25
BATCHES = (500, 1)  # as an import is confirmed, and as people do
SINGLES = 10  # of the payments this share is posted one by one


def measure(stage):
    """Return the lines of this part; ours and plain Odoo take turns, each on a fresh copy."""
    lines = []
    with _prepared(stage, addon=True) as ours, _prepared(stage, addon=False) as plain:
        for batch in BATCHES:
            number = stage.options.payments // (1 if batch > 1 else SINGLES)
            lines.append(_line(stage, ours, plain, number, batch))
        lines.append(_by_reference(stage, ours, plain))
    return lines


@contextlib.contextmanager
def _prepared(stage, addon):
    """Provide a database with draft payments, with the addon or without it."""
    with database(stage.space, addon=addon) as name:
        what = "with the addon" if addon else "in plain Odoo"
        with step(f"Making {stage.options.payments:,} draft payments {what}"):
            stage.ask(name, "payments.prepare", number=stage.options.payments)
        yield name


def _line(stage, ours, plain, number, batch):
    took = {ours: [], plain: []}
    for repeat in range(stage.options.repeat):
        with step(f"Posting {number:,} payments, {batch} at a time {repeat + 1}"):
            for source, seconds in took.items():
                seconds.append(_post(stage, source, number=number, batch=batch))
    value = median(took[ours]) / median(took[plain])
    what = f"posting {number:,} payments, {batch} at a time"
    return Line(what, spread(took[ours]), f"plain Odoo {spread(took[plain])}", value, LIMIT)


def _by_reference(stage, ours, plain):
    """The same when each payment must find its customer and account by a reference first; told without a target."""
    number, batch = stage.options.payments, BATCHES[0]
    with step("Posting payments that name their account"):
        mine = _post(stage, ours, number=number, batch=batch, by_reference=True)
        theirs = _post(stage, plain, number=number, batch=batch)
    what = f"posting {number:,} payments that name their account, {batch} at a time"
    return Line(what, f"{mine:.1f} s", f"plain Odoo {theirs:.1f} s", mine / theirs)


def _post(stage, source, **arguments):
    with stage.copy(source) as name:
        return stage.ask(name, "payments.post", **arguments)["seconds"]
