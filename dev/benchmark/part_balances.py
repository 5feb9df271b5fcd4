"""Reading the credit of a DCM fleet, against bare `requests` with the same questions and one bulk SQL write."""

from statistics import median

from devkit import servers, simulator, step

from .table import Line, spread

LIMIT = 1.5
SHARE = 10  # one in so many units of the simulator's fleet is DCM
STARTING = 600  # seconds that the simulator may take to make its fleet


def measure(stage):
    """Return the lines of this part; ours and the bare one take turns, each on a fresh copy."""
    servers.PATIENCE = STARTING
    options, ours, bare = stage.options, [], []
    units = options.balances * SHARE
    base = stage.fleet(units, min(options.to_switch, units // 5))
    with simulator(stage.space, "--units", units) as (address, _):
        for number in range(options.repeat):
            with step(f"Reading credit and bare reading {number + 1}"):
                ours.append(_ask(stage, base, address, "balances.ours"))
                bare.append(_ask(stage, base, address, "balances.bare"))
    cpu, baseline = [[found["cpu"] for found in side] for side in (ours, bare)]
    walls = [[found["seconds"] for found in side] for side in (ours, bare)]
    what = f"unit credit of {options.balances:,} DCM units"
    return [
        Line(f"{what}, client CPU", spread(cpu), f"bare {spread(baseline)}", median(cpu) / median(baseline), LIMIT),
        Line(f"{what}, wall time", spread(walls[0]), f"bare {spread(walls[1])}", median(walls[0]) / median(walls[1])),
    ]


def _ask(stage, base, address, question):
    with stage.copy(base) as name:
        stage.ask(name, "fleet.connect_to", address=address)
        return stage.ask(name, question, units=stage.options.balances)
