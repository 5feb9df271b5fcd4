"""The parser of the bulk status: a million rows at a time, so every tenth of a microsecond a row counts."""

from datetime import datetime
from operator import itemgetter

from .answers import EnableStatus
from .fields import INT4, Malformed, boolean, excerpt, imei_of, optional_integer, optional_moment, optional_text
from .vocabulary import ENABLE_STATES, IMEI_LENGTH, LIFE_STATES

_fields = itemgetter(
    "product_imei",
    "serial_number",
    "current_enable_state",
    "current_state_type",
    "date",
    "user",
    "dcm_enabled_flag",
    "entity_id",
    "hardware_type",
)
_LIFE = frozenset(LIFE_STATES)
_new = tuple.__new__
_from_iso = datetime.fromisoformat
_ISO_LENGTHS = frozenset({19, 26})  # without and with microseconds


def parse_enable_status(rows):
    """Return `(good, bad)`: EnableStatus tuples, and `(excerpt of the row, reason)` pairs.

    A row that cannot be trusted never poisons the rest. The ordinary row takes the short way; every other one is
    read again field by field, which either accepts it or finds the reason.
    """
    good, bad = [], []
    keep, states, lives = good.append, ENABLE_STATES, _LIFE
    for row in rows:
        try:
            imei, serial, state, life, date, user, dcm, entity, hardware = _fields(row)
            if (
                len(imei) <= IMEI_LENGTH
                and imei.isascii()
                and imei.isdigit()
                and state in states
                and type(life) is int
                and life in lives
                and (dcm is False or dcm is True)
                and type(entity) is int
                and 0 <= entity <= INT4
                # also false for a character that cannot be stored
                and (serial + user + hardware).isprintable()
                and len(date) in _ISO_LENGTHS
                and date[7] == "-"  # not a week or an ordinal date, which some Pythons read
                and date[10] == "T"
            ):
                when = _from_iso(date)
                if when.tzinfo is None:
                    keep(_new(EnableStatus, (imei, serial, state, life, when, user, dcm, entity, hardware)))
                    continue
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):  # pylint: disable=except-pass
            pass  # the slow way says what is wrong with the row
        _parse_carefully(row, good, bad)
    return good, bad


def _parse_carefully(row, good, bad):
    try:
        good.append(_read(row))
    except Malformed as reason:
        bad.append((excerpt(row), str(reason)))


def _read(row):
    """An EnableStatus from any row that can be trusted: what is optional may be null or left out."""
    if not isinstance(row, dict):
        raise Malformed("not an object")
    imei = imei_of(row)
    state = row.get("current_enable_state")
    if not isinstance(state, str) or state not in ENABLE_STATES:
        raise Malformed("unknown enable state")
    return EnableStatus(
        imei=imei,
        serial=optional_text(row, "serial_number"),
        state=state,
        life_state=optional_integer(row, "current_state_type", 1, 9),
        changed_at=optional_moment(row, "date"),
        changed_by=optional_text(row, "user"),
        dcm=boolean(row, "dcm_enabled_flag"),
        entity_id=optional_integer(row, "entity_id", 0, INT4),
        hardware_type=optional_text(row, "hardware_type"),
    )
