"""On-time and its money: plain Python on integers, without ORM. Nothing here knows of Odoo."""

from .ledger import (
    DAY,
    LONGEST,
    MONEY_KINDS,
    Balance,
    Change,
    Entry,
    TooLong,
    align,
    begin,
    bought,
    bring_along,
    by_hand,
    pause,
    push,
    receive,
    recompute,
    take_back,
)
from .money import from_minor, to_minor

__all__ = [
    "DAY",
    "LONGEST",
    "MONEY_KINDS",
    "Balance",
    "Change",
    "Entry",
    "TooLong",
    "align",
    "begin",
    "bought",
    "bring_along",
    "by_hand",
    "from_minor",
    "pause",
    "push",
    "receive",
    "recompute",
    "take_back",
    "to_minor",
]
