"""People assign stock while weekly runs go on: nothing is lost, nobody waits much longer than on a quiet day."""

from statistics import median

from devkit import step

from .table import Line, spread

LIMIT = 2
SESSIONS = 4


def measure(stage):
    """Return the lines of this part; quiet rounds and rounds with runs take turns, each on a fresh copy."""
    quiet, busy = [], []
    share = -(-stage.options.assignments // (SESSIONS * stage.options.repeat))
    for number in range(stage.options.repeat):
        with step(f"Assignments, quiet and with runs {number + 1}"):
            quiet.append(_round(stage, share, runs=False))
            busy.append(_round(stage, share, runs=True))
    return _lines(quiet, busy)


def _round(stage, share, runs):
    """Let all sessions assign their share of the units that the runs would switch off."""
    questions = [
        ("assign.session", {"number": number, "sessions": SESSIONS, "share": share}) for number in range(SESSIONS)
    ]
    if runs:
        questions.append(("assign.runs", {"sessions": SESSIONS}))
    with stage.copy(stage.large()) as name:
        found = stage.ask_together(name, questions)
        latencies = sorted(latency for session in found[:SESSIONS] for latency in session["latencies"])
        return {
            "p99": 1000 * latencies[int(len(latencies) * 0.99)],
            "p50": 1000 * median(latencies),
            "tries": sum(session["tries"] for session in found[:SESSIONS]) - len(latencies),
            "done": len(latencies),
            "runs": found[-1] if runs else None,
            **_check(stage, name, found),
        }


def _check(stage, name, found):
    """Count what was lost, and what is wrong in the end or was after a run."""
    units = [unit for session in found[:SESSIONS] for unit in session["units"]]
    ended = stage.ask(name, "assign.check", expected=units)
    during = sum(run["wrong"] for run in found[SESSIONS:])
    return {**ended, "wrong": ended["wrong"] + during}


def _lines(quiet, busy):
    done = sum(found["done"] for found in busy)
    runs = [found["runs"] for found in busy]
    p99, still = [[found["p99"] for found in side] for side in (busy, quiet)]
    middle = [spread([found["p50"] for found in side], "{:.0f}", "ms") for side in (busy, quiet)]
    number, switched = (sum(run[key] for run in runs) for key in ("runs", "switched"))
    told = f"{done:,} in {number} runs that switched {switched:,} off"
    retries = sum(found["tries"] for found in busy), sum(found["tries"] for found in quiet)
    return [
        Line("assignments during runs, p99", spread(p99, "{:.0f}", "ms"), f"quiet {spread(still, '{:.0f}', 'ms')}",
             median(p99) / median(still), LIMIT),
        Line("assignments during runs, p50", middle[0], f"quiet {middle[1]}"),
        Line("assignments during runs, retries", str(retries[0]), f"quiet {retries[1]}"),
        _none("assignments lost", told, busy + quiet, "lost"),
        _none("units with somebody wanted disabled", "", busy + quiet, "wrong"),
    ]  # fmt: skip


def _none(what, told, rounds, key):
    return Line(what, told, value=sum(found[key] for found in rounds), limit=0, form="{:.0f}")
