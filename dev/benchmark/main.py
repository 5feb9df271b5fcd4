"""The command line."""

import argparse
import os
import time
from importlib import import_module

from devkit import say, workspace

from .stage import Stage
from .table import render

NAMES = (
    "run",
    "memory",
    "dispatch",
    "pull",
    "balances",
    "assign",
    "mark",
    "transfers",
    "import",
    "payments",
    "home",
    "screens",
)
PARTS = {name: import_module(f".part_{name}", __package__) for name in NAMES}
EPILOG = """
Ours and its baseline take turns on equal copies of one database, each in a fresh process; those of transfers in short
turns within one. Figures are medians, with the range behind them. PostgreSQL is the server that PGHOST, PGPORT, PGUSER
and PGPASSWORD name, or else a private one with its safe settings. Ends with 1 when a target is missed. Use a machine
that does nothing else.
"""
SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")
QUICK = {"units": 50_000, "to_switch": 10_000, "assignments": 400, "payments": 400, "balances": 5_000}


def options(arguments):
    """Return what the command line says."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "dev/bench", description="Measure the addon against the plainest way.", epilog=EPILOG, formatter_class=layout
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--units", type=int, default=1_000_000, help="control units in the fleet")
    parser.add_argument("--to-switch", type=int, default=200_000, help="of them to switch off, at most a fifth")
    parser.add_argument("--assignments", type=int, default=2_100, help="during runs, and as many without")
    parser.add_argument("--balances", type=int, default=100_000, help="DCM units whose credit is read")
    parser.add_argument("--payments", type=int, default=10_000, help="customers' payments to be posted")
    parser.add_argument("--repeat", type=int, default=3, help="how often each figure is taken")
    parser.add_argument(
        "--quick", action="store_true", help="small, to see that the bench works; the ratios say little"
    )
    wanted = parser.parse_args(arguments)
    if unknown := [part for part in wanted.parts if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}")
    if wanted.quick:
        vars(wanted).update(QUICK)
    if wanted.to_switch * 5 > wanted.units or wanted.repeat < 1:
        parser.error("at most a fifth of the units can be switched off, and at least one repeat is needed")
    return wanted


def main(arguments):
    """Measure what is asked for, print the table."""
    wanted, lines = options(arguments), []
    with workspace("bench") as space, Stage(space, wanted) as stage:
        say(f"PostgreSQL {', '.join(f'{name} {value}' for name, value in _settings(space))}")
        for name in wanted.parts or PARTS:
            begin, load = time.monotonic(), os.getloadavg()[0]
            lines += PARTS[name].measure(stage)
            say(f"{name}: {time.monotonic() - begin:.0f} s, load {load:.1f} before, {os.getloadavg()[0]:.1f} after")
    say(f"\n{os.cpu_count()} processors, medians of {wanted.repeat}\n\n{render(lines)}")
    return 0 if all(line.ok for line in lines) else 1


def _settings(space):
    query = "SELECT name, current_setting(name) FROM unnest(string_to_array(%s, ' ')) AS name"
    return space.sql("postgres", query, " ".join(SETTINGS))
