"""What custody is told of a step, and what it finds of a unit that moved: plain values."""

from dataclasses import dataclass
from typing import Any


class Step(dict):
    """What a person does by the stock that is moved.

    ``kind`` of ``const.STEPS``, ``reason``, ``date`` (UTC), ``condition``, ``why`` (for what ends by it), ``began`` and
    ``ended`` of a holding, ``customers`` and ``dates`` where each serial has its own (dicts by id of the lot), and what
    is ``granted`` to assignments that open with such a date (values). It travels in the context, and no remote call can
    put a value of this type there.
    """


@dataclass(slots=True, eq=False)
class Journey:
    """A unit that is elsewhere than it was, or with another customer."""

    unit: Any
    line: Any  # the stock.move.line by which; maybe none
    date: Any  # when (UTC)
    undone: bool  # that line was put right, and no longer moves the unit
    place_from: Any
    location_from: Any
    customer_from: Any
    assignment_from: Any
    location: Any
    customer: Any

    @property
    def ends_custody(self):
        """Whether somebody had it, or it was of another kind of place: the reason to be on may have gone."""
        return self.unit.place != self.place_from or bool(self.customer_from or self.assignment_from)
