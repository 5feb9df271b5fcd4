"""Screens that look at the whole fleet: mismatches and reports."""

from devkit import step

from .table import Line, spread


def measure(stage):
    """Return a line a screen: told, without a target."""
    found = {}
    with step("Mismatches and reports"), stage.copy(stage.large()) as name:
        stage.ask(name, "screens.prepare")
        for _ in range(stage.options.repeat):
            for what, seconds in stage.ask(name, "screens.look").items():
                found.setdefault(what, []).append(seconds)
    return [Line(f"{what}, {stage.options.units:,} units", spread(seconds)) for what, seconds in found.items()]
