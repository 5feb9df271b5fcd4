"""Opening Home."""

from devkit import step

from .table import Line, spread


def measure(stage):
    """Return the lines of this part: told, without a target."""
    with step("Home"), stage.copy(stage.large()) as name:
        found = stage.ask(name, "home.read", times=stage.options.repeat)
    fleet = f"{stage.options.units:,} units"
    return [
        Line(f"Home, {fleet}", spread(found["seconds"])),
        Line(f"its tile of mismatches, counted afterwards, {fleet}", spread(found["mismatches"])),
    ]
