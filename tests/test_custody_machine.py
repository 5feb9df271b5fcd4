import logging
import os
from collections import Counter
from contextlib import ExitStack, suppress
from datetime import datetime
from itertools import pairwise
from random import Random

from freezegun import freeze_time
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from odoo.tests import tagged

from .custody_doors import CustodyDoors
from .custody_steps import CustodySteps, SenselessError
from .custody_world import CustodyWorld

# With PAYG_EXAMPLES another, and longer, search each time; else the same one, so that what it reaches is certain.
EXAMPLES = int(os.environ.get("PAYG_EXAMPLES", "0"))
STAGES = st.sampled_from(("shop", "assigned", "installed"))
# What must have been done successfully: otherwise the test would prove little. Of the reasons of a failure, some.
FAILURES = ("not_home", "no_longer", "different_unit", "other")
MUST_REACH = {
    "assign", "install", "install another", "cancel", "reassign",
    "extend", "returned", "repossessed", "swap", "correct serial", "lose", "sweep", "days", "read", "edit location",
    "adjust in", "adjust out", "edit done line", "undo done line", "shop to customer", "customer to shop",
    "shop to technician", "technician to shop", "technician to customer",
}  # fmt: skip
MUST_REFUSE = {"assign", "install", "install another", "swap", "correct serial", "returned", "reassign", "extend"}

_logger = logging.getLogger(__name__)


class Machine(CustodySteps, CustodyDoors, RuleBasedStateMachine):
    """Several people do what they like with a handful of units; after each step both worlds must say the same."""

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        savepoint = self.case.cr.savepoint()
        self.stack.callback(savepoint.close, rollback=True)
        self.clock = self.stack.enter_context(freeze_time(self.case.start))
        self.model = self.case.make_model()
        self.number = 0
        self.lines = {}  # the ids of stock.move.line by the model's keys

    def teardown(self):
        self.stack.close()

    def tell(self, kind, why):
        note(f"{datetime.now():%Y-%m-%d %H:%M:%S} {kind}" + (f": refused, {why}" if why else ""))

    @initialize(stages=st.tuples(*[STAGES] * CustodyWorld.UNITS))
    def begin(self, stages):
        """Units that have come a part of their way, so that every step makes sense of one from the beginning."""
        for name, stage in enumerate(stages):
            technician, customer = self.case.technicians[name % 2], self.case.clients[name % 3]
            if stage != "shop":
                self.take_assign(name, "clerk_1", technician, customer)
            if stage == "installed":
                self.take_install(name, self.unit(name, "clerk_2").assignment_id, datetime.now(), customer)

    @rule(seed=st.integers(0, 2**32))
    def step(self, seed):
        """Any of the steps. Not a rule each: of some it would try few, and some hundred times in a row."""
        self.number += 1
        random = Random(f"{seed} {self.number}")  # so that what was drawn twice is not done twice
        for kind in random.choices([*self.STEPS], [*self.STEPS.values()], k=len(self.STEPS)):
            with suppress(SenselessError):
                getattr(self, kind)(random)
                break

    # ------------------------------------------------------------------ what must be true at every point

    @invariant()
    def both_worlds_agree(self):
        self.model.now = datetime.now()
        self.case.env.invalidate_all()
        quantities = self.case.quantities()
        for name, ours in self.model.units.items():
            unit = self.unit(name)
            found = {key: number for key, number in ours.quantities.items() if number}
            self.case.assertEqual(quantities.get(unit.lot_id.id, {}), found)
            self.compare_place(unit, ours)
            self.compare_holdings(unit, ours)
            self.compare_assignments(unit, ours)
            self.follow_custody(unit)
            self.case.assertEqual(unit.wanted, ours.wanted or False, "what is wanted")
            self.case.assertEqual(unit.verdict, self.model.verdict(name, unit.command_state), "the verdict")

    def compare_place(self, unit, ours):
        place = self.model.places.get(ours.at)
        self.case.assertEqual(unit.lot_id.location_id.id, ours.location or False)
        self.case.assertEqual((unit.place_id.id, unit.place), (ours.at or False, place.kind if place else False))

    def compare_holdings(self, unit, ours):
        case, rows = self.case, unit.holding_ids.sorted("id")
        found = [(row.customer_id.id, row.date_from, row.date_to or None) for row in rows]
        case.assertEqual(found, [(held.customer, held.begin, held.end) for held in ours.holdings])
        case.assertEqual(unit.holding_id, rows.filtered(lambda row: not row.date_to))
        case.assertEqual(unit.customer_id.id, ours.customer or False)
        for before, after in pairwise(rows):
            case.assertLessEqual(before.date_to, after.date_from, "holdings overlap")

    def compare_assignments(self, unit, ours):
        case, rows = self.case, unit.assignment_ids.sorted("id")
        found = [(row.technician_id.id, row.state, row.deadline) for row in rows]
        case.assertEqual(found, [(one.technician, one.state, one.deadline) for one in ours.assignments])
        case.assertEqual(unit.assignment_id, rows.filtered(lambda row: row.state == "open"))
        case.assertEqual(unit.technician_id.id, ours.technician or False)
        case.assertEqual(unit.kept_until, ours.assignment.deadline if ours.assignment else False)
        if ours.location:
            case.assertEqual(self.model.places[ours.location].technician, ours.technician, "in a van, or not")

    def follow_custody(self, unit):
        """Each step begins where the one before ended, and none was recorded before it."""
        case, steps = self.case, unit.custody_step_ids.sorted("id")
        for before, after in pairwise(steps):
            case.assertEqual((after.place_from, after.location_from_id), (before.place, before.location_id))
            case.assertLessEqual(before.recorded_at, after.recorded_at)
        if steps:
            case.assertEqual((steps[-1].place, steps[-1].location_id), (unit.place, unit.place_id))


@tagged("post_install", "-at_install")
class TestCustodyMachine(CustodyWorld):
    def test_custody_agrees_with_an_independent_model_whatever_people_do(self):
        reached = Counter()
        machine = type("Machine", (Machine,), {"case": self, "reached": reached})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES or 24, stateful_step_count=30, deadline=None, derandomize=not EXAMPLES
            ),
        )
        _logger.info("%s steps: %s", sum(reached.values()), sorted(reached.items()))
        self.assertFalse([kind for kind in MUST_REACH if not reached[kind, "done"]], reached)
        self.assertTrue(any(reached[reason, "done"] for reason in FAILURES), reached)
        self.assertFalse([kind for kind in MUST_REFUSE if not reached[kind, "refused"]], reached)
