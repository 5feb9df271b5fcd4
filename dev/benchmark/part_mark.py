"""Marking a whole filtered list DO NOT."""

from devkit import step

from .table import Line, spread

MARKED = 100_000


def measure(stage):
    """Return the line of this part: told, without a target."""
    number, seconds = min(MARKED, stage.options.units), []
    with step("Mark ERP Enable Sync"):
        for _ in range(stage.options.repeat):
            with stage.copy(stage.large()) as name:
                seconds.append(stage.ask(name, "mark.mark", number=number)["seconds"])
    return [Line(f"Mark ERP Enable Sync, {number:,} units", spread(seconds))]
