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
            lines += _lines(stage, ours, plain, number, batch)
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


def _lines(stage, ours, plain, number, batch):
    found = {ours: [], plain: []}
    for repeat in range(stage.options.repeat):
        with step(f"Posting {number:,} payments, {batch} at a time {repeat + 1}"):
            for source, answers in found.items():
                answers.append(_post(stage, source, number=number, batch=batch))
    what = f"posting {number:,} payments, {batch} at a time"
    wall = _compare(found, ours, plain, "seconds")
    cpu = _compare(found, ours, plain, "cpu")
    queries = [median(answer["queries"] for answer in found[source]) / number for source in (ours, plain)]
    return [
        Line(what, *wall, LIMIT),
        Line(f"{what}, CPU of Odoo", *cpu),
        Line(f"{what}, queries a payment", f"{queries[0]:.1f}", f"plain Odoo {queries[1]:.1f}"),
    ]


def _compare(found, ours, plain, key):
    """Return what a line says of one figure: ours, the baseline, and how many times as much."""
    mine, theirs = [[answer[key] for answer in found[source]] for source in (ours, plain)]
    return spread(mine), f"plain Odoo {spread(theirs)}", median(mine) / median(theirs)


def _by_reference(stage, ours, plain):
    """The same when each payment must find its customer and account by a reference first; told without a target."""
    number, batch = stage.options.payments, BATCHES[0]
    with step("Posting payments that name their account"):
        mine = _post(stage, ours, number=number, batch=batch, by_reference=True)["seconds"]
        theirs = _post(stage, plain, number=number, batch=batch)["seconds"]
    what = f"posting {number:,} payments that name their account, {batch} at a time"
    return Line(what, f"{mine:.1f} s", f"plain Odoo {theirs:.1f} s", mine / theirs)


def _post(stage, source, **arguments):
    with stage.copy(source) as name:
        return stage.ask(name, "payments.post", **arguments)
