"""The dispatcher with a backlog, against what its threads could do if nothing but the answers took time."""

from statistics import median

from devkit import MissingError, simulator, step

from .calls import count_calls
from .table import Line, spread

LIMIT, DUTY_LIMIT = 85, 95
LATENCY_MS, THREADS = 50, 16
SLICES, QUICK_SECONDS = 2, 10
# Units are claimed in the order of their ids, a fifth of them: enough for the commands of a few slices.
SIMULATED = 200_000


def measure(stage):
    """Return the lines of this part: the weekly run fills the queue, the scheduler empties it for some slices."""
    options = stage.options
    seconds = QUICK_SECONDS if options.quick else None
    units = ("--units", min(options.units, SIMULATED), "--latency-ms", LATENCY_MS)
    with simulator(stage.space, *units) as (address, _), stage.copy(stage.large()) as name:
        stage.ask(name, "fleet.connect_to", address=address)
        with step("Weekly run, for a backlog"):
            stage.ask(name, "weekly.run")
        with step("Dispatch"):
            found = [stage.ask(name, "dispatch.work", slices=SLICES, seconds=seconds) for _ in range(options.repeat)]
        with step("Bare requests"):
            bare = stage.ask(name, "dispatch.bare", threads=THREADS, seconds=QUICK_SECONDS)
        _check_once(found, bare, address)
    return _lines(found, bare)


def _check_once(found, bare, address):
    """Each accepted command is one call, beside the logins."""
    sent, calls = sum(run["accepted"] for run in found) + bare["calls"], count_calls(address)
    if not sent <= calls <= sent + 5:
        raise MissingError(f"one call a command: {sent} accepted, {calls} calls.")


def _lines(found, bare):
    best = THREADS / LATENCY_MS * 1000
    rates = [run["rate"] for run in found]
    duties = [100 * run["duty"] for run in found]
    ours = spread(rates, "{:.0f}", "calls/s")
    what = f"dispatch, {THREADS} threads, {LATENCY_MS} ms"
    baseline = f"threads ÷ latency {best:.0f} calls/s"
    return [
        Line(what, ours, baseline, 100 * median(rates) / best, LIMIT, True, "{:.1f} %"),
        Line("dispatch, bare requests without Odoo", f"{bare['rate']:.0f} calls/s", baseline, 100 * bare["rate"] / best,
             form="{:.1f} %"),
        Line("dispatch, threads busy", spread(duties, "{:.1f}", "%"), "of the wall time", median(duties), DUTY_LIMIT,
             True, "{:.1f} %"),
    ]  # fmt: skip
