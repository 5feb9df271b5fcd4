"""Reading the states of the whole fleet, against bare `requests` and one SQL write a page: the client's CPU."""

from statistics import median

from devkit import servers, simulator, step

from .table import Line, spread

LIMIT = 1.5
PAGE = 1000
STARTING = 600  # seconds that the simulator may take to make a million rows


def measure(stage):
    """Return the line of this part; ours and the bare one take turns, each on a fresh copy."""
    servers.PATIENCE = STARTING
    options, ours, bare = stage.options, [], []
    base = stage.large()
    with simulator(stage.space, "--units", options.units, "--preserialise", PAGE) as (address, _):
        for number in range(options.repeat):
            with step(f"Pull and bare pull {number + 1}"):
                ours.append(_ask(stage, base, address, "pull.ours"))
                bare.append(_ask(stage, base, address, "pull.bare"))
    cpu, baseline = [[found["cpu"] for found in side] for side in (ours, bare)]
    what = f"pull of {options.units:,} states, client CPU"
    value = median(cpu) / median(baseline)
    walls = [spread([found["seconds"] for found in side]) for side in (ours, bare)]
    return [
        Line(what, spread(cpu), f"bare {spread(baseline)}", value, LIMIT),
        Line(f"pull of {options.units:,} states, wall time", walls[0], f"bare {walls[1]}"),
    ]


def _ask(stage, base, address, question):
    with stage.copy(base) as name:
        stage.ask(name, "fleet.connect_to", address=address)
        return stage.ask(name, question, units=stage.options.units)
