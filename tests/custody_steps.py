from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError

from ..smart_solar.answers import EnableStatus
from .custody_model import RefusedError

REASON = "Because"
FAILURES = ("not_home", "no_longer", "different_unit", "other")


class SenselessError(Exception):
    """There is no unit at all of which the step would make sense."""


class CustodySteps:
    """Everything that people do with units, in the model and in the real world at once.

    A step that the model refuses must be refused, with a sentence for people, and one that it allows must work. Each
    method takes a ``random.Random``, by which it decides: mostly what makes sense, now and then what does not.
    """

    case = None  # the test case, with the real world
    model = None
    reached = None  # a Counter

    # How often each step is tried, among all.
    STEPS = {
        "assign": 8,
        "install": 6,
        "install_another": 5,
        "fail": 6,
        "cancel": 2,
        "reassign": 4,
        "extend": 3,
        "take_back": 6,
        "swap": 6,
        "correct_serial": 5,
        "lose": 3,
        "way_of_every_day": 8,
        "plain_transfer": 6,
        "wrong_transfer": 1,
        "edit_location": 3,
        "adjust_out": 2,
        "adjust_in": 2,
        "edit_done_line": 4,
        "undo_done_line": 3,
        "time_passes": 6,
        "change_days": 2,
        "read_states": 4,
    }

    def both(self, kind, ours, theirs):
        """Take a step in both worlds.

        :param ours: takes it in the model
        :param theirs: takes it in Odoo
        """
        self.model.now = datetime.now()
        why = None
        try:
            with self.model.step():
                ours()
        except RefusedError as refusal:
            why = str(refusal)
        self.tell(kind, why)
        try:
            with self.case.cr.savepoint():
                theirs()
                self.case.env.flush_all()
        except AccessError:
            raise
        except UserError as error:
            assert why, f"{kind} was refused: {error}"
        else:
            assert not why, f"{kind} was not refused: {why}"
        self.reached[kind, "refused" if why else "done"] += 1
        self.match_lines()

    def tell(self, kind, why):
        """Note a step, for the report of a failure."""

    def match_lines(self):
        """Find the lines of the model's new moves in the stock: each was done exactly once, and nothing else was."""
        moves = {move.key: (name, move) for name, unit in self.model.units.items() for move in unit.moves}
        found = {}
        for line in self.case.lines_after(max(self.lines.values(), default=0)):
            found.setdefault((line.lot_id, line.location_id.id, line.location_dest_id.id), []).append(line.id)
        for key in sorted(moves.keys() - self.lines.keys()):
            name, move = moves[key]
            lines = found.get((self.unit(name).lot_id, move.source, move.dest))
            assert lines, f"no transfer of {name} from {move.source} to {move.dest}"
            self.lines[key] = lines.pop(0)
        assert not any(found.values()), f"more transfers than expected: {found}"

    # ------------------------------------------------------------------ who, what, when

    def unit(self, name, person=None):
        unit = self.case.units[name]
        return unit.with_user(self.case.people[person]) if person else unit

    def one(self, random, condition):
        """Mostly a unit of which the step makes sense, now and then any.

        :raise SenselessError: there is none
        """
        names = sorted(self.model.units)
        if random.random() < 0.1:
            return random.choice(names)
        likely = [name for name in names if condition(self.model.units[name])]
        if not likely:
            raise SenselessError
        return random.choice(likely)

    def assigned(self, random):
        """A unit with an open assignment, and that or the last one it had; maybe none."""
        name = self.one(random, lambda unit: unit.assignment)
        assignments = self.unit(name).assignment_ids.sorted("id")[-1:]
        return name, assignments.with_user(self.case.people[self.clerk(random)])

    def clerk(self, random):
        return random.choice(("clerk_1", "clerk_2"))

    def moment(self, random, *earliest):
        """When it happened: mostly between what it cannot be before and now, to the second at times."""
        now = datetime.now()
        edges = [edge + timedelta(seconds=random.choice((0, 0, -1))) for edge in (*earliest, now) if edge]
        wild = (now - timedelta(days=2), now + timedelta(seconds=1))
        return random.choice(wild) if random.random() < 0.1 else random.choice([*edges, now, now])

    def usable(self, unit):
        """Whether it makes sense to install it instead of another one."""
        place = self.model.places.get(unit.location)
        return place and (place.stock or unit.assignment) and unit.life in "56"

    # ------------------------------------------------------------------ technicians

    def assign(self, random):
        name = self.one(random, lambda unit: not unit.assignment and not unit.holding)
        place = self.model.places.get(self.model.units[name].location)
        known = [shop for shop in self.case.shops if place and shop.id == place.shop]
        shop = random.choice([None, *(known * 3), *self.case.shops])
        self.take_assign(name, self.clerk(random), random.choice(self.case.technicians), self.customer(random), shop)

    def take_assign(self, name, person, technician, customer, shop=None):
        vals = {
            "unit_id": self.unit(name).id,
            "technician_id": technician.id,
            "customer_id": customer.id,
            **({"warehouse_id": shop.id} if shop else {}),
        }
        self.both(
            "assign",
            lambda: self.model.assign(name, technician.id, customer.id, shop.id if shop else None),
            lambda: self.unit(name, person).env["payg.assignment"].create(vals),
        )

    def customer(self, random):
        return random.choice(self.case.clients)

    def install(self, random, other=None):
        name, assignment = self.assigned(random)
        unit = self.model.units[name]
        if other is None or other != name:
            date = self.moment(random, unit.assignment and unit.assignment.at)
            self.take_install(name, assignment, date, self.customer(random), other)

    def install_another(self, random):
        self.install(random, self.one(random, self.usable))

    def take_install(self, name, assignment, date, customer, other=None):
        if assignment:
            instead = None if other is None else self.unit(other).with_env(assignment.env)
            self.both(
                "install" if other is None else "install another",
                lambda: self.model.record(name, date, customer.id, other),
                lambda: assignment._record_installation(date, customer, instead),
            )

    def fail(self, random):
        name, assignment = self.assigned(random)
        reason = random.choice(FAILURES)
        if assignment:
            self.both(reason, lambda: self.model.back(name), lambda: assignment._record_failure(reason, REASON))

    def cancel(self, random):
        name, assignment = self.assigned(random)
        if assignment:
            self.both("cancel", lambda: self.model.back(name), assignment.action_cancel)

    def reassign(self, random):
        name, assignment = self.assigned(random)
        technician = random.choice(self.case.technicians)
        if assignment:
            self.both(
                "reassign",
                lambda: self.model.reassign(name, technician.id),
                lambda: assignment._reassign(technician, REASON),
            )

    def extend(self, random):
        name, assignment = self.assigned(random)
        if assignment:
            assignment = assignment.with_user(self.case.people["supervisor"])
            deadline = assignment.deadline + timedelta(days=random.choice((-1, 0, 3, 9)))
            self.both("extend", lambda: self.model.extend(name, deadline), lambda: assignment._extend(deadline, REASON))

    # ------------------------------------------------------------------ customers

    def take_back(self, random):
        name = self.one(random, lambda unit: unit.holding)
        holding, repair = self.model.units[name].holding, random.random() < 0.4
        date, kind = self.moment(random, holding and holding.begin), random.choice(("returned", "repossessed"))
        unit = self.unit(name, self.clerk(random))
        self.both(
            kind,
            lambda: self.model.take_back(name, date, repair),
            lambda: unit._take_back(kind, date, REASON, repair, "good"),
        )

    def swap(self, random):
        name, new = self.one(random, lambda unit: unit.holding), self.one(random, self.usable)
        holding, repair, person = self.model.units[name].holding, random.random() < 0.5, self.clerk(random)
        date = self.moment(random, holding and holding.begin)
        self.both(
            "swap",
            lambda: self.model.swap(name, new, date, repair),
            lambda: self.unit(name, person)._swap(self.unit(new, person), date, REASON, repair, "defective"),
        )

    def correct_serial(self, random):
        name, real = self.one(random, lambda unit: unit.holding), self.one(random, self.usable)
        person = self.clerk(random)
        self.both(
            "correct serial",
            lambda: self.model.correct(name, real),
            lambda: self.unit(name, person)._correct_serial(self.unit(real, person), REASON),
        )

    def lose(self, random):
        name = self.one(random, lambda unit: unit.location)
        date, unit = self.moment(random), self.unit(name, self.clerk(random))
        self.both("lose", lambda: self.model.lose(name, date), lambda: unit._lose(date, REASON))

    # ------------------------------------------------------------------ time, settings, readings

    def time_passes(self, random):
        """Some time, or until a second before the next deadline, or to the second; then deadlines are swept, or not."""
        open_ones = [unit.assignment for unit in self.model.units.values() if unit.assignment]
        ahead = sorted(one.deadline for one in open_ones if one.deadline > datetime.now())
        if ahead and random.random() < 0.5:
            self.clock.move_to(ahead[0] - timedelta(seconds=random.choice((0, 1))))
        else:
            hours = 25 * 7 * 24 if random.random() < 0.05 else random.choice((1, 24, 96))
            self.clock.tick(timedelta(hours=hours))
        if random.random() < 0.7:
            self.both("sweep", self.model.sweep, self.case.env["payg.disable.run"]._ask_for_deadlines)

    def change_days(self, random):
        days = random.choice((3, 4, 5, 9))
        config = self.case.config.with_user(self.case.people["supervisor"])
        self.both("days", lambda: self.model.set_days(days), lambda: config.write({"days_with_technician": days}))

    def read_states(self, random):
        name = self.one(random, lambda unit: unit.life != "5")
        life, state = random.choice("5555689"), random.choice(("enabled", "disabled"))
        unit, now = self.unit(name), datetime.now()
        status = EnableStatus(unit.imei, None, state, int(life), now, "someone", False, 4, "BB17")
        self.both(
            "read",
            lambda: self.model.reading(name, life, state),
            lambda: unit._write_reported(self.case.company, now, [status]),
        )
