"""The credit that a unit holds itself: what it will have once all has arrived, and how much may still be removed.

Seconds are integers, moments naive UTC datetimes. A command is `Sent`; refused ones and those that became void are not
among them.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

# They leave nothing: what came before is void.
CLEARING = ("zero", "force_reset")
# What two readings of the same credit may differ by, since balances are whole seconds.
TOLERANCE = 1


class Told(NamedTuple):
    """What the unit last told: its credit ends at `until`, as of `as_of`."""

    until: datetime
    as_of: datetime


class Sent(NamedTuple):
    """A credit command, oldest first. `at`: when the unit carried it out, None while that is not known."""

    kind: str
    value: int
    at: datetime | None = None


def expected(told, commands, now):
    """Seconds that the unit has once all commands have arrived, if they arrived now.

    :param told: Told, or None when it was never read
    """
    until = told.until if told else None
    for command in commands:
        if command.at and told and command.at <= told.as_of:
            continue  # part of what it told
        when = command.at or now
        until = max(until or when, when)
        until = when if command.kind in CLEARING else max(when, until + timedelta(seconds=command.value))
    return max(0, int((until - now).total_seconds())) if until else 0


def removable(told, commands, now):
    """Seconds that may be removed: SMART Solar refuses to remove more than was ever added.

    Counted since all was cleared last, which forgoes nothing: nothing older is left to be removed. Credit that was
    there before us was added by somebody, too.
    """
    added = 0
    for command in commands:
        added = 0 if command.kind in CLEARING else added + command.value
    return max(0, added, expected(told, commands, now))


def to_send(asked, told, commands, now):
    """The value of a command for seconds that are to be added or removed: 0 when there is nothing to remove."""
    return asked if asked >= 0 else -min(-asked, removable(told, commands, now))
