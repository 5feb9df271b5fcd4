"""The weekly run against the plain SQL pair that writes the same rows, and against a loop; and a second run."""

from statistics import median

from devkit import MissingError, simulator, step

from .calls import count_calls
from .table import Line, spread

LIMIT, LOOP_LIMIT = 1.5, 50
SAMPLE = 2_000


def measure(stage):
    """Return the lines of this part. Ours and the pair take turns, each on a fresh copy of the same database."""
    ours, raw, again = [], [], []
    base = stage.large()
    for number in range(stage.options.repeat):
        with step(f"Weekly run and SQL pair {number + 1}"):
            with stage.copy(base) as name:
                ours.append(stage.ask(name, "weekly.run"))
                again.append(_second_run(stage, name))
            with stage.copy(base) as name:
                raw.append(stage.ask(name, "raw.pair"))
    _check_same(stage, ours, raw)
    return [*_against_pair(stage, ours, raw), _against_loop(stage, ours), *_nothing_left(again)]


def _second_run(stage, name):
    """Run again where all is done; count what it writes, and what reaches SMART Solar."""
    with simulator(stage.space) as (address, _):
        stage.ask(name, "fleet.connect_to", address=address)
        before = count_calls(address)
        found = stage.ask(name, "weekly.again")
        return {**found, "calls": count_calls(address) - before}


def _check_same(stage, ours, raw):
    """A comparison of different work would mean nothing."""
    for found in (*ours, *raw):
        if not found["switched"] == found["commands"] == stage.options.to_switch:
            raise MissingError(f"a run that switches {stage.options.to_switch} units off: {found}")


def _against_pair(stage, ours, raw):
    what = f"weekly run, {stage.options.units:,} units, {stage.options.to_switch:,} off"
    seconds, baseline = _column(ours, "seconds"), _column(raw, "seconds")
    work, least = _column(ours, "work"), _column(raw, "work")
    return [
        Line(what, spread(seconds), f"SQL pair {spread(baseline)}", median(seconds) / median(baseline), LIMIT),
        Line("weekly run, processor time", spread(work), f"SQL pair {spread(least)}", median(work) / median(least)),
    ]


def _column(found, key):
    return [answer[key] for answer in found]


def _against_loop(stage, ours):
    """Units a second of the run against the ORM's, one by one, on a sample."""
    size = min(SAMPLE, stage.options.to_switch // stage.options.repeat)
    loops = []
    with stage.copy(stage.large()) as name, step("ORM loop"):
        for number in range(stage.options.repeat):
            loops.append(stage.ask(name, "raw.loop", number=size, offset=number * size))
    rates = [stage.options.to_switch / found["seconds"] for found in ours]
    slow = [found["switched"] / found["seconds"] for found in loops]
    value = median(rates) / median(slow)
    baseline = f"ORM loop {spread(slow, '{:,.0f}', 'units/s')}"
    return Line("weekly run, unit by unit", spread(rates, "{:,.0f}", "units/s"), baseline, value, LOOP_LIMIT, True)


def _nothing_left(again):
    seconds = spread([found["seconds"] for found in again])
    written, calls = (max(found[key] for found in again) for key in ("written", "calls"))
    return [
        Line("second weekly run, rows written", seconds, value=written, limit=0, form="{:.0f}"),
        Line("second weekly run, HTTP calls", "", value=calls, limit=0, form="{:.0f}"),
    ]
