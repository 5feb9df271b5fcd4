"""The page at `/`: what a person sees who watches a demo."""

from html import escape

from .clock import text
from .http import page_of_html
from .units import LIFE_STATES, STATES

ROWS, CALLS = 100, 25
_STYLE = """
body{font:14px/1.45 system-ui,sans-serif;margin:1.5rem;color:#222;background:#fafafa}
h1{font-size:1.3rem;margin:0 0 .3rem}h2{font-size:1rem;margin:1.4rem 0 .4rem}
table{border-collapse:collapse;background:#fff}td,th{padding:.2rem .6rem;border:1px solid #ddd;text-align:left}
th{background:#f0f0f0}
.big{display:inline-block;background:#fff;border:1px solid #ddd;padding:.4rem .9rem;margin:0 .4rem .4rem 0}
.big b{display:block;font-size:1.4rem}.on{color:#1a7f37}.off{color:#b42318}.muted{color:#666}
"""
# Not while somebody types: a reload would take the text away.
_SCRIPT = "setInterval(()=>{if(document.activeElement.id!=='imei')location.reload()},2000)"


def status_page(simulator, arguments):
    """The Reply; `arguments` of the query: `imei`, a part of the IMEI or the serial number to look for."""
    fleet, wanted = simulator.fleet, arguments.get("imei", "").strip()
    fleet.settle()
    parts = [
        _head(simulator),
        _counts(fleet),
        _faults(simulator.faults.as_rows()),
        f"<form><label>IMEI or serial <input id=imei name=imei value='{escape(wanted, quote=True)}'></label> "
        "<button>Search</button></form>",
        _units(fleet, wanted),
        _calls(simulator.calls),
    ]
    return page_of_html(
        "<!doctype html><html lang=en><meta charset=utf-8><title>SMART Solar simulator</title>"
        f"<style>{_STYLE}</style><body>{''.join(parts)}<script>{_SCRIPT}</script>"
    )


def _head(simulator):
    clock = simulator.clock
    return (
        "<h1>SMART Solar simulator</h1><p class=muted>"
        f"{escape(simulator.base_url)}, simulated time {escape(text(clock.now())[:19])} UTC, speed {clock.speed:g}; "
        f"units connect after {simulator.fleet.connect_after:g} s, when poked after {simulator.fleet.poke_after:g} s; "
        f"{simulator.calls.total} calls, {simulator.door.logins} logins</p>"
    )


def _counts(fleet):
    tiles = [f"<span class=big><b>{len(fleet)}</b>units</span>"]
    tiles += [f"<span class=big><b>{fleet.counts[state]}</b>{state}</span>" for state in STATES]
    return f"<p>{''.join(tiles)}</p>"


def _faults(rows):
    if not rows:
        return "<h2>No faults</h2>"
    cells = [
        (row["kind"], "for ever" if row["times"] is None else f"{row['times']} more", row["path"] or "every call",
         f"{row['probability']:.0%}", row["says"])
        for row in rows
    ]  # fmt: skip
    return "<h2>Faults in force</h2>" + _table(("Kind", "Times", "Path", "Probability", ""), cells)


def _units(fleet, wanted):
    now = fleet.clock.now()
    found = (unit for unit in fleet.order if not wanted or wanted in unit.imei or wanted in unit.serial)
    cells = []
    for unit, _ in zip(found, range(ROWS), strict=False):
        seen = unit.as_seen(now)
        waits = "never connects" if seen["never_connects"] else ""
        if seen["connects_in"] is not None:
            waits = f"connects in {seen['connects_in']} s"
        cells.append((
            unit.imei, unit.serial, unit.state, "on" if seen["on"] else "off", waits, LIFE_STATES[unit.life_state],
            "" if seen["balance"] is None else f"{seen['balance']} s", unit.changed_by, text(unit.changed_at)[:19],
            unit.entity,
        ))  # fmt: skip
    head = ("IMEI", "Serial", "Enable state", "Light", "", "Life cycle", "Credit", "Changed by", "Changed at", "Entity")
    title = f"Units with “{escape(wanted)}”" if wanted else "Units"
    return f"<h2>{title} (at most {ROWS})</h2>" + _table(head, cells)


def _calls(calls):
    cells = [
        (call.time[11:19], call.method, call.path, call.status, call.user or "", call.fault or "")
        for call in calls.last(CALLS)
    ]
    return "<h2>Last calls</h2>" + _table(("Time", "Method", "Path", "Status", "User", "Fault"), cells)


def _table(head, rows):
    def cell(value):
        mark = f" class={value}" if value in ("on", "off") else ""
        return f"<td{mark}>{escape(str(value))}</td>"

    lines = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{lines}</table>"
