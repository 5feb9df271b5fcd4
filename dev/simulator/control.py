"""The endpoints below /sim: how demos, tests and people drive the simulator over HTTP. No login: it is a tool."""

from .clock import text
from .http import Reply
from .units import NEVER, STATES

MANY = 1000
_SETTINGS = ("connect_after", "poke_after")


class Control:
    """Answers calls below /sim. Bad input is a ValueError, KeyError or TypeError, answered with 400."""

    def __init__(self, simulator):
        self._simulator = simulator

    def handle(self, call):
        parts = call.path.strip("/").split("/")[1:]
        try:
            handler = getattr(self, "_" + "_".join([call.method.lower(), parts[0] if parts else ""]), None)
            if handler is None:
                return Reply.error(404, "no such address")
            return Reply.json(handler(call, *parts[1:]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return Reply.error(400, f"{type(error).__name__}: {error}")

    # ---------------------------------------------------------------- units

    def _get_units(self, call, imei=None):
        fleet = self._simulator.fleet
        fleet.settle()
        now = fleet.clock.now()
        if imei:
            return {**fleet.units[imei].as_seen(now), "history": fleet.history_rows(imei)}
        start, limit = int(call.arguments.get("offset", 0)), int(call.arguments.get("limit", MANY))
        state = call.arguments.get("state")
        units = fleet.order if state is None else [unit for unit in fleet.order if unit.state == state]
        rows = [unit.as_seen(now) for unit in units[start : start + min(limit, MANY)]]
        return {"total": len(units), "counts": +fleet.counts, "units": rows}

    def _post_units(self, call, imei=None, action=None):
        """`{"units": [...], "replace": true}`, or on one unit: `switch {"to", "user"}`, `connect`."""
        fleet, asked = self._simulator.fleet, call.json()
        if imei is None:
            if asked.get("replace"):
                fleet.clear()
            fleet.load(asked["units"])
            return {"total": len(fleet)}
        if action == "switch":
            if asked["to"] not in STATES:
                raise ValueError(f"to is one of {', '.join(STATES)}")
            fleet.force_state(imei, asked["to"], str(asked.get("user", "someone@example.com")))
        elif action == "connect":
            fleet.connect(imei)
        else:
            raise ValueError("a unit can switch or connect")
        return fleet[imei].as_seen(fleet.clock.now())

    def _patch_units(self, call, imei):
        """`{"connect_after": seconds | "never" | null, "life_state": n}` of one unit."""
        fleet, asked = self._simulator.fleet, call.json()
        with fleet.lock:
            unit = fleet[imei]
            if "connect_after" in asked:
                after = asked["connect_after"]
                unit.connect_after = NEVER if after == "never" else None if after is None else float(after)
            if "life_state" in asked:
                unit.life_state = int(asked["life_state"])
            fleet.on_change(unit)
        return unit.as_seen(fleet.clock.now())

    # --------------------------------------------------------------- faults

    def _get_faults(self, call):
        return {"faults": self._simulator.faults.as_rows()}

    def _post_faults(self, call):
        options = call.json()
        self._simulator.faults.add(options.pop("kind"), **options)
        return self._get_faults(call)

    def _delete_faults(self, call):
        self._simulator.faults.clear()
        return self._get_faults(call)

    # ---------------------------------------------------------- everything else

    def _get_clock(self, call):
        clock = self._simulator.clock
        return {"now": text(clock.now()), "speed": clock.speed}

    def _post_clock(self, call):
        """`{"advance": seconds, "speed": factor}`."""
        asked = call.json()
        if "speed" in asked:
            self._simulator.clock.speed = asked["speed"]
        self._simulator.clock.advance(asked.get("advance", 0))
        return self._get_clock(call)

    def _get_settings(self, call):
        simulator = self._simulator
        return {"latency_ms": simulator.latency * 1000, **{name: getattr(simulator.fleet, name) for name in _SETTINGS}}

    def _post_settings(self, call):
        """`{"latency_ms", "connect_after", "poke_after"}`."""
        asked = call.json()
        if "latency_ms" in asked:
            self._simulator.latency = float(asked["latency_ms"]) / 1000
        for name in _SETTINGS:
            if name in asked:
                setattr(self._simulator.fleet, name, float(asked[name]))
        return self._get_settings(call)

    def _get_calls(self, call):
        return {"total": self._simulator.calls.total, "calls": [c._asdict() for c in self._simulator.calls.last(MANY)]}

    def _post_tokens(self, call):
        """Every token dies."""
        self._simulator.door.forget()
        return {}
