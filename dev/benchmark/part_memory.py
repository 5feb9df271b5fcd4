"""Memory of the weekly run: the peak of a fresh process on a small fleet and on a large one."""

from devkit import step

from .table import Line

SMALL, SMALL_TO_SWITCH = 10_000, 2_000
LIMIT = 100


def measure(stage):
    """Return the line of this part."""
    small = _peak(stage, stage.fleet(SMALL, SMALL_TO_SWITCH))
    large = _peak(stage, stage.large())
    what = f"memory of the run, {stage.options.units:,} units"
    return [Line(what, f"{large:.0f} MB", f"{SMALL:,} units: {small:.0f} MB", large - small, LIMIT, form="{:+.0f} MB")]


def _peak(stage, base):
    with step("Weekly run, for its memory"), stage.copy(base) as name:
        return stage.ask(name, "weekly.run")["peak_mb"]
