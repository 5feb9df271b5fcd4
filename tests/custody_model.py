"""What must be true of custody, in plain Python, from the design: no line, no table and no ORM of the addon.

Places, people and shops are any hashable keys. A step that is not allowed raises `Refused` and has changed nothing.
"""

from collections import Counter
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta

from .oracle import oracle

WEEKS_TO_CORRECT = 24
UNUSABLE = ("1", "8", "9")  # non-existent, in repair, terminated
OFF = ("disable", "switching_off", "already_off")


class RefusedError(Exception):
    """The step is not allowed."""


def need(condition, why):
    if not condition:
        raise RefusedError(why)


@dataclass
class Place:
    """A stock location: what it is for custody, in which shop's warehouse, whose van; `stock`: units are given out."""

    kind: str
    shop: object = None
    technician: object = None
    stock: bool = False
    parent: object = None


@dataclass
class Move:
    """A done movement of a serial; an inventory adjustment, or a relocation, counts as `inventory`."""

    key: int
    source: object
    dest: object
    partner: object
    date: object
    inventory: bool


@dataclass
class Held:
    customer: object
    begin: object
    begun_by: int
    end: object = None
    ended_by: int = None


@dataclass
class Assigned:
    technician: object
    shop: object
    at: object
    deadline: object
    customer: object = None
    extended: bool = False
    state: str = "open"


@dataclass
class Unit:
    quantities: Counter
    at: object
    life: str = "5"
    reported: str = "enabled"
    wanted: str | None = None
    holdings: list = field(default_factory=list)
    assignments: list = field(default_factory=list)
    moves: list = field(default_factory=list)
    shops: list = field(default_factory=list)

    @property
    def holding(self):
        return self.holdings[-1] if self.holdings and not self.holdings[-1].end else None

    @property
    def assignment(self):
        return self.assignments[-1] if self.assignments and self.assignments[-1].state == "open" else None

    @property
    def customer(self):
        return self.holding and self.holding.customer

    @property
    def technician(self):
        return self.assignment and self.assignment.technician

    @property
    def free_since(self):
        return max([held.end for held in self.holdings], default=None)

    @property
    def places(self):
        return [place for place, quantity in self.quantities.items() if quantity > 0]

    @property
    def location(self):
        """Where the stock says that it is, if it says so."""
        return self.places[0] if len(self.places) == 1 else None

    @property
    def last(self):
        """The last of its moves."""
        return max(self.moves, key=lambda move: (move.date, move.key), default=None)


class Custody:
    """All units, and what each step does to them."""

    def __init__(self, places, units, now, days, lost, repair, vans, shelves, customers):
        self.places, self.units, self.now, self.days = places, units, now, days
        self.lost, self.customers = lost, customers
        self.repair, self.vans, self.shelves = repair, vans, shelves
        self.swept = now
        self.keys = 0

    @contextmanager
    def step(self):
        """All of it or nothing."""
        before = deepcopy(self.units)
        try:
            yield
        except RefusedError:
            self.units.clear()
            self.units.update(before)
            raise

    # ------------------------------------------------------------------ the stock, and what follows from it

    def move(self, name, dest, partner=None, date=None, source=None, quiet=False, inventory=False):
        """A serial goes to another location, now; custody follows.

        :param date: when the person says that it happened
        """
        unit = self.units[name]
        source = source or unit.location
        self.keys += 1
        move = Move(self.keys, source, dest, partner, self.now, inventory)
        self.shift(unit, source, dest)
        self.check_once(unit, dest)
        unit.moves.append(move)
        self.follow(name, move, date or self.now, quiet)

    def edit(self, name, new):
        """The last that was done with a serial was done with another one, or never; both are followed."""
        unit = self.units[name]
        move = unit.last
        unit.moves.remove(move)
        self.shift(unit, move.dest, move.source)
        self.check_once(unit, move.dest)
        if new is not None:
            self.shift(self.units[new], move.source, move.dest)
            self.units[new].moves.append(move)
            self.follow(new, move, move.date, move.inventory)
        self.follow(name, move, self.now, move.inventory, undone=True)

    def shift(self, unit, source, dest):
        unit.quantities[source] -= 1
        unit.quantities[dest] += 1

    def check_once(self, unit, dest):
        """Odoo refuses a serial that is twice in a place, but looks only where a transfer goes."""
        for key, place in self.places.items():
            here = dest in (key, place.parent) and place.kind != "lost"
            need(not here or abs(unit.quantities[key]) <= 1, "the same serial twice in a place")

    def follow(self, name, move, date, quiet, undone=False):
        unit = self.units[name]
        if len(unit.places) > 1:
            return  # in two places: nothing is concluded
        location = unit.location or self.beyond(unit)
        place = self.places.get(location) or Place(kind=None)
        customer = self.customer_there(unit, location, place, None if undone else move)
        if location == unit.at and customer == unit.customer:
            return
        before = self.places.get(unit.at) or Place(kind=None)
        had_reason = before.kind != place.kind or unit.customer or unit.technician
        unit.at = location
        unit.shops += [place.shop] if place.shop else []
        self.be_with_customer(unit, customer, move, date, undone)
        self.want(unit, "enabled", quiet or not customer)
        self.be_with_technician(name, place, date, quiet)
        if not quiet and had_reason and not unit.holding and not unit.assignment:
            self.ask(name)

    def beyond(self, unit):
        """Beyond the walls quantities say little: there the last move counts."""
        last = unit.last
        return last.dest if last and self.places[last.dest].kind in ("customer", "supplier", "lost") else None

    def customer_there(self, unit, location, place, move):
        if place.kind != "customer":
            return None
        brought = move if move and move.dest == location else None
        if not brought:
            if location == unit.at:
                return unit.customer
            arrivals = [one for one in unit.moves if one.dest == location]
            brought = max(arrivals, key=lambda one: (one.date, one.key), default=None)
        was = self.places.get(unit.at)
        stays = unit.customer if was and was.kind == "customer" else unit.assignment and unit.assignment.customer
        return (brought and brought.partner) or stays

    def be_with_customer(self, unit, customer, move, date, undone):
        if unit.customer == customer:
            return
        if unit.holding:
            held, never = unit.holding, undone and unit.holding.begun_by == move.key
            held.end, held.ended_by = held.begin if never else max(date, held.begin), move.key
        if customer and undone and unit.holdings and unit.holdings[-1].ended_by == move.key:
            unit.holdings[-1].end = unit.holdings[-1].ended_by = None
        elif customer:
            unit.holdings.append(Held(customer, max(filter(None, [date, unit.free_since])), move.key))
            self.end(unit, "done")

    def be_with_technician(self, name, place, date, quiet):
        unit = self.units[name]
        if unit.technician != place.technician:
            self.end(unit, "cancelled")
            if place.technician:
                self.assign_to(name, place.technician, place.shop, date, quiet=quiet)

    def assign_to(self, name, technician, shop, at, customer=None, quiet=False):
        """The technician has the unit since then; what should have been installed by now stays off."""
        unit, deadline = self.units[name], at + timedelta(days=self.days)
        unit.assignments.append(Assigned(technician, shop, at, deadline, customer))
        if deadline > self.now:
            self.want(unit, "enabled", quiet or unit.life in UNUSABLE)
        elif not quiet:
            self.ask(name)

    def end(self, unit, state):
        if unit.assignment:
            unit.assignment.state = state

    def want(self, unit, wanted, quiet=False):
        unit.wanted = unit.wanted if quiet else wanted

    def verdict(self, name, in_flight=None):
        """What the rule says of the unit.

        :param in_flight: what became of its switching command, which is no matter of custody
        """
        unit = self.units[name]
        row = {
            "imei": True,
            "controlled": True,
            "unknown_since": None,
            "erp_sync": "do",
            "life_state": unit.life,
            "held": bool(unit.holding),
            "assigned": bool(unit.assignment),
            "kept_until": unit.assignment and unit.assignment.deadline,
            "dcm": False,
            "wanted": unit.wanted,
            "reported_state": unit.reported,
            "command_state": in_flight,
        }
        return oracle(row, True, self.now)

    def ask(self, name):
        if self.verdict(name) in OFF:
            self.units[name].wanted = "disabled"

    # ------------------------------------------------------------------ what is allowed

    def check_date(self, date, *earliest):
        need(date <= self.now, "in the future")
        need(all(date >= moment for moment in earliest if moment), "too early")

    def check_assignable(self, name, shop=None):
        unit = self.units[name]
        need(not unit.assignment and not unit.holding, "it is with someone")
        need(unit.life not in UNUSABLE, "in repair or retired")
        place = self.places.get(unit.location)
        need(place and place.stock and shop in (None, place.shop), "not in the shop's stock")
        return place.shop

    def check_installable(self, name, technician=None):
        unit = self.units[name]
        if not unit.assignment or technician not in (None, unit.technician):
            self.check_assignable(name)
        need(unit.location, "nowhere")

    # ------------------------------------------------------------------ steps of people

    def assign(self, name, technician, customer, shop):
        shop = self.check_assignable(name, shop)
        self.assign_to(name, technician, shop, self.now, customer)
        self.move(name, self.vans[shop, technician])

    def install(self, name, customer, date):
        unit = self.units[name]
        self.check_date(date, unit.free_since, unit.assignment and unit.assignment.at)
        self.move(name, self.customers, customer, date)

    def record(self, name, date, customer=None, other=None):
        assignment = self.units[name].assignment
        need(assignment, "ended already")
        customer = customer or assignment.customer
        need(customer, "no customer")
        installed = name if other is None else other
        self.check_date(date, assignment.at)
        self.check_installable(installed, assignment.technician)
        self.install(installed, customer, date)
        if installed != name:
            self.back(name)

    def back(self, name):
        """From the technician to the shop."""
        unit = self.units[name]
        need(unit.assignment, "ended already")
        need(unit.location, "nowhere")
        self.move(name, self.shelves[unit.assignment.shop])

    def reassign(self, name, technician):
        unit = self.units[name]
        old = unit.assignment
        need(old, "ended already")
        need(old.technician != technician, "with this technician already")
        need(unit.location, "nowhere")
        self.end(unit, "cancelled")
        self.assign_to(name, technician, old.shop, self.now, old.customer)
        self.move(name, self.vans[old.shop, technician])

    def extend(self, name, deadline):
        unit = self.units[name]
        need(unit.assignment, "ended already")
        need(deadline > max(self.now, unit.assignment.deadline), "not later")
        unit.assignment.deadline, unit.assignment.extended = deadline, True
        self.want(unit, "enabled", unit.life in UNUSABLE)

    def take_back(self, name, date, to_repair):
        unit = self.units[name]
        need(unit.holding, "with no customer")
        need(unit.location, "nowhere")
        self.check_date(date, unit.holding.begin)
        self.move(name, self.shelf(name, to_repair), unit.customer, date)

    def shelf(self, name, to_repair=False):
        """Where a unit comes back to."""
        return (self.repair if to_repair else self.shelves)[self.units[name].shops[-1]]

    def swap(self, name, new, date, to_repair):
        unit = self.units[name]
        need(unit.holding, "with no customer")
        customer = unit.customer
        self.check_installable(new)
        self.take_back(name, date, to_repair)
        self.install(new, customer, date)

    def lose(self, name, date):
        unit = self.units[name]
        need(unit.location and self.places[unit.location].kind != "lost", "nowhere, or lost already")
        self.check_date(date, unit.holding and unit.holding.begin, unit.assignment and unit.assignment.at)
        self.move(name, self.lost, date=date)

    def correct(self, name, real):
        unit = self.units[name]
        need(unit.holding, "with no customer")
        need(self.now - unit.holding.begin <= timedelta(weeks=WEEKS_TO_CORRECT), "too long ago")
        need(unit.location, "nowhere")
        self.check_installable(real)
        customer, since = unit.customer, max(filter(None, [unit.holding.begin, self.units[real].free_since]))
        self.move(name, self.shelf(name), customer)
        self.move(real, self.customers, customer, since)

    # ------------------------------------------------------------------ time, settings, readings

    def sweep(self):
        """Deadlines reached since the last sweep ask the rule, once."""
        for name, unit in self.units.items():
            if unit.assignment and self.swept < unit.assignment.deadline <= self.now:
                self.ask(name)
        self.swept = self.now

    def set_days(self, days):
        need(days >= 4, "a unit assigned on Friday must stay on until Monday")
        changed, self.days = days != self.days, days
        for name, unit in self.units.items():
            if changed and unit.assignment and not unit.assignment.extended:
                unit.assignment.deadline = unit.assignment.at + timedelta(days=days)
                if unit.assignment.deadline <= self.now:
                    self.ask(name)

    def reading(self, name, life, reported):
        unit = self.units[name]
        repaired = unit.life == "8" and life != "8"
        unit.life, unit.reported = life, reported
        if repaired:
            self.ask(name)
