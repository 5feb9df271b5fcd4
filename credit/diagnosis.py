"""What to tell a customer whose light is off or on: one answer for every combination of what is known. Plain Python.

The rows of `TABLE` are read from the top; the first that fits answers. A row names the values that it fits; what it
does not name fits always. What the answers say stands with the model, where it is translated.
"""

from typing import NamedTuple

DOMAINS = {
    # Who keeps the credit: the server (scm) or the unit itself (dcm).
    "mode": ("scm", "dcm"),
    # The customer's account: none, not begun, with credit, run out.
    "pulse": ("none", "waiting", "left", "out"),
    # What the unit itself holds: not applicable (scm), never read, some, nothing.
    "unit": ("na", "unknown", "left", "out"),
    "wanted": ("none", "enabled", "disabled"),
    "reported": ("unread", "init", "on", "off", "turning_on", "turning_off"),
    # The switching command of what is wanted.
    "flight": ("none", "live", "accepted", "failed"),
    # Credit on its way to the unit.
    "credit": ("none", "pending", "failed"),
    # The reading that decides: the unit's credit (dcm), its state (scm).
    "age": ("fresh", "stale", "never"),
    # Whether SMART Solar can be asked about it: it can, the unit has no IMEI, or SMART Solar has no such unit.
    "known": ("yes", "nameless", "unknown"),
}


class State(NamedTuple):
    """What is known of a unit, each in the words of `DOMAINS`."""

    mode: str
    pulse: str
    unit: str
    wanted: str
    reported: str
    flight: str
    credit: str
    age: str
    known: str


class Row(NamedTuple):
    """An answer, and when it is given."""

    code: str
    conditions: dict

    def fits(self, state):
        return all(getattr(state, name) in values for name, values in self.conditions.items())


def _row(code, **conditions):
    return Row(code, {name: (values,) if isinstance(values, str) else values for name, values in conditions.items()})


_FLYING = ("live", "accepted")
_DARKENING = ("off", "turning_off", "turning_on")
_UNPAID = ("none", "waiting", "out")

TABLE = (
    # Nobody can be asked, so what was read of it, if anything, is no answer.
    _row("nameless", known="nameless"),
    _row("unknown", known="unknown"),
    # Something failed: whatever else is known, that comes next.
    _row("credit_failed", mode="dcm", credit="failed"),
    _row("on_failed", wanted="enabled", flight="failed"),
    _row("off_failed", flight="failed"),
    # The unit keeps its own credit.
    _row("dcm_switching_off", mode="dcm", wanted="disabled", flight=_FLYING),
    _row("dcm_switching_on", mode="dcm", reported=("off", "turning_off"), wanted="enabled", flight=_FLYING),
    _row("dcm_turning_on", mode="dcm", reported="turning_on"),
    _row("dcm_disabled_paid", mode="dcm", reported=("off", "turning_off"), pulse="left"),
    _row("dcm_disabled", mode="dcm", reported=("off", "turning_off")),
    _row("dcm_credit_coming_on", mode="dcm", credit="pending", unit="left"),
    _row("dcm_credit_coming", mode="dcm", credit="pending"),
    _row("dcm_unknown", mode="dcm", unit=("unknown", "na")),
    _row("dcm_old_paid", mode="dcm", age=("stale", "never"), pulse="left"),
    _row("dcm_old_on", mode="dcm", age=("stale", "never"), unit="left"),
    _row("dcm_old_off", mode="dcm", age=("stale", "never")),
    _row("dcm_on", mode="dcm", unit="left", pulse="left"),
    _row("dcm_on_unpaid", mode="dcm", unit="left", pulse=_UNPAID),
    _row("dcm_off_paid", mode="dcm", unit="out", pulse="left"),
    _row("dcm_off_out", mode="dcm", unit="out", pulse="out"),
    _row("dcm_off", mode="dcm", unit="out"),
    # The server keeps it, and switches the unit.
    _row("scm_unread", mode="scm", reported="unread"),
    _row("scm_unread", mode="scm", age="never"),
    _row("scm_init", mode="scm", reported="init"),
    _row("scm_on_going_off", mode="scm", reported=("on", "turning_off"), wanted="disabled", flight=_FLYING),
    _row("scm_off_going_on", mode="scm", reported=_DARKENING, wanted="enabled", flight=_FLYING),
    _row("scm_turning_on", mode="scm", reported="turning_on"),
    _row("scm_turning_off", mode="scm", reported="turning_off"),
    _row("scm_old", mode="scm", age="stale"),
    _row("scm_on_unwanted", mode="scm", reported="on", wanted="disabled"),
    _row("scm_on", mode="scm", reported="on", pulse="left"),
    _row("scm_on_out", mode="scm", reported="on", pulse="out"),
    _row("scm_on_alone", mode="scm", reported="on"),
    _row("scm_off_unwanted", mode="scm", reported="off", wanted="enabled"),
    _row("scm_off_paid", mode="scm", reported="off", pulse="left"),
    _row("scm_off_out", mode="scm", reported="off", pulse="out"),
    _row("scm_off", mode="scm", reported="off"),
)

# Whether there should be light: yes, no, or nobody can say.
LIGHT = {
    "yes": ("dcm_credit_coming_on", "dcm_old_on", "dcm_on", "dcm_on_unpaid", "scm_on", "scm_on_out", "scm_on_alone",
            "scm_on_going_off", "scm_turning_off", "scm_on_unwanted", "off_failed", "dcm_switching_off"),
    "no": ("dcm_disabled_paid", "dcm_disabled", "dcm_credit_coming", "dcm_old_off", "dcm_off_paid", "dcm_off_out",
           "dcm_off", "scm_off_going_on", "scm_turning_on", "scm_off_unwanted", "scm_off_paid", "scm_off_out",
           "scm_off", "dcm_switching_on", "dcm_turning_on", "scm_init"),
    "unsure": ("nameless", "unknown", "credit_failed", "on_failed", "dcm_unknown", "dcm_old_paid", "scm_unread",
               "scm_old"),
}  # fmt: skip


def diagnose(state):
    """The code of the first row that fits.

    :param State state: what is known
    :raise LookupError: no row fits, which no combination of `DOMAINS` comes to
    """
    for row in TABLE:
        if row.fits(state):
            return row.code
    raise LookupError(state)


def light(code):
    """Whether there should be light, by the code of an answer: yes, no or unsure."""
    return next(word for word, codes in LIGHT.items() if code in codes)
