"""Opening Home."""

from devkit import step

from .table import Line, spread


def measure(stage):
    """Return the line of this part: told, without a target."""
    with step("Home"), stage.copy(stage.large()) as name:
        seconds = stage.ask(name, "home.read", times=stage.options.repeat)["seconds"]
    return [Line(f"Home, {stage.options.units:,} units", spread(seconds))]
