"""The fleet: units that do what they are told once they connect."""

import heapq
import threading
from collections import Counter

from .clock import Clock, text
from .credit import Ledger
from .units import DISABLED, DONE, ENABLED, NEVER, NEXT_LIFE, PENDING_DISABLED, PENDING_ENABLED, Unit, read_unit


class Refused(Exception):
    """The data is refused; `errors` by field."""

    def __init__(self, message, **errors):
        super().__init__(message)
        self.errors = errors


class Fleet:
    """Units by IMEI. `connect_after`, `poke_after`: seconds of the clock until a unit connects, by itself or poked.

    Every public method first lets the units connect whose time has come.
    """

    def __init__(self, clock=None, connect_after=20.0, poke_after=2.0):
        self.clock = clock or Clock()
        self.connect_after, self.poke_after = connect_after, poke_after
        self.lock = threading.RLock()
        self.on_change = lambda unit: None
        self.clear()

    def clear(self):
        with self.lock:
            self.units, self.order = {}, []
            self.counts, self.history, self._due = Counter(), [], []
            self.pokes = Counter()
            self.ledger = Ledger()

    # -------------------------------------------------------------- filling

    def add(self, unit, balance=None):
        with self.lock:
            if unit.imei in self.units:
                raise ValueError(f"unit {unit.imei} is there twice")
            unit.index = len(self.order)
            self.units[unit.imei] = unit
            self.order.append(unit)
            self.counts[unit.state] += 1
            if balance is not None:
                self._give(unit, balance)
            if unit.state in DONE:
                self._schedule(unit, self._delay(unit))
            self.on_change(unit)
        return unit

    def _give(self, unit, balance):
        """Credit that was there before the simulator began."""
        unit.known_at = unit.known_at or self.clock.now()
        unit.expiry, unit.known_balance = unit.known_at + balance, balance
        self.ledger.added[unit.imei] = balance

    def load(self, rows):
        """Add the units of a fleet file: a list of objects, of which only `imei` must be there."""
        now = self.clock.now()
        for row in rows:
            self.add(*read_unit(row, now))

    def generate(self, number):
        """Add `number` units, always the same ones: most enabled with customers, some in every other situation."""
        now = self.clock.now()
        for i in range(len(self.order), len(self.order) + number):
            state = DISABLED if i % 5 == 4 else "init" if i % 50 == 17 else ENABLED
            life = {3: 5, 4: 5, 7: 3, 13: 8, 19: 9}.get(i % 20, 6)
            unit = Unit(f"0137778{i:08d}", f"BB17SMART-{i:06d}", state, life, i % 10 == 6, changed_at=now - 86400)
            self.add(unit, 30 * 86400 if unit.dcm else None)

    # -------------------------------------------------------------- reading

    def __getitem__(self, imei):
        self.settle()
        return self.units[imei]

    def get(self, imei):
        self.settle()
        return self.units.get(imei)

    def __len__(self):
        return len(self.order)

    # ------------------------------------------------------------ switching

    def switch(self, imei, wanted, user):
        """Accept a wish (`enabled` or `disabled`); the unit follows when it connects."""
        with self.lock:
            unit = self[imei]
            pending = PENDING_ENABLED if wanted == ENABLED else PENDING_DISABLED
            if unit.state not in (wanted, pending):
                self._become(unit, pending, user)
                self._schedule(unit, self._delay(unit))
            return unit

    def force_state(self, imei, state, user):
        """Somebody else switches the unit, at once."""
        with self.lock:
            unit = self[imei]
            self._become(unit, state, user)
            unit.due = None
            if state in DONE:
                self._schedule(unit, self._delay(unit))
            return unit

    def change_life(self, imei, new):
        with self.lock:
            unit = self[imei]
            if new not in NEXT_LIFE[unit.life_state]:
                raise Refused("forbidden change of state", new_state=f"not allowed from {unit.life_state} to {new}")
            unit.life_state = new
            self.on_change(unit)
            return unit

    def set_dcm(self, imei, enabled):
        with self.lock:
            unit = self[imei]
            unit.dcm = enabled
            if enabled and unit.known_balance is None:
                unit.known_balance, unit.known_at = 0, self.clock.now()
            self.on_change(unit)
            return unit

    def poke(self, imei):
        """Ask the unit to connect now; costs an SMS, which `pokes` counts."""
        with self.lock:
            unit = self[imei]
            self.pokes[imei] += 1
            if unit.connect_after != NEVER:
                self._schedule(unit, self.poke_after)
            return unit

    def expect(self, unit):
        """Something waits for the unit: it will connect."""
        self._schedule(unit, self._delay(unit))

    # ----------------------------------------------------------- connecting

    def connect(self, imei):
        """The unit connects this moment."""
        with self.lock:
            self._connect(self[imei], self.clock.now())

    def settle(self):
        """Let every unit connect whose time has come."""
        now = self.clock.now()
        if not self._due or self._due[0][0] > now:
            return
        with self.lock:
            while self._due and self._due[0][0] <= now:
                due, index = heapq.heappop(self._due)
                if index < len(self.order) and self.order[index].due == due:
                    self._connect(self.order[index], due)

    def _delay(self, unit):
        return self.connect_after if unit.connect_after is None else unit.connect_after

    def _schedule(self, unit, delay):
        due = self.clock.now() + delay
        if delay == NEVER or (unit.due is not None and unit.due <= due):
            return
        unit.due = due
        heapq.heappush(self._due, (due, unit.index))

    def _connect(self, unit, now):
        unit.due = None
        if unit.state in DONE:
            self._become(unit, DONE[unit.state], unit.changed_by, now)
        if unit.dcm:
            self.ledger.carry_out(unit, now)

    def _become(self, unit, state, user, now=None):
        self.counts[unit.state] -= 1
        self.counts[state] += 1
        # A pending state that gives way to another leaves the device as it was.
        unit.previous = unit.previous if unit.state in DONE and state in DONE else unit.state
        unit.state, unit.changed_by = state, user
        unit.changed_at = self.clock.now() if now is None else now
        self.history.append((unit.imei, unit.previous, state, user, unit.changed_at))
        self.on_change(unit)

    def history_rows(self, imei=None):
        return [
            {"product_imei": i, "prev_enable_state": before, "current_enable_state": after, "user": u, "date": text(d)}
            for i, before, after, u, d in self.history
            if imei in (None, i)
        ]
