"""Parsers of the credit of DCM units. Same shape as the bulk status: `(good, bad)`."""

from datetime import datetime
from operator import itemgetter

from .answers import Balance, BalanceDetail, FinalBalance, ForceReset, PaymentCommand
from .fields import INT4, Malformed, excerpt, imei_of, integer, optional_integer, optional_moment, optional_text
from .vocabulary import CATEGORIES, IMEI_LENGTH

_fields = itemgetter("product_imei", "balance", "expected_expiry", "modified_at", "balance_id")
_new = tuple.__new__
_from_iso = datetime.fromisoformat
_ISO_LENGTHS = frozenset({19, 26})  # without and with microseconds


def parse_balances(rows):
    """As the bulk status: the ordinary row takes the short way, every other one is read again field by field."""
    good, bad = [], []
    keep = good.append
    for row in rows:
        try:
            imei, balance, expiry, modified, number = _fields(row)
            if (
                len(imei) <= IMEI_LENGTH
                and imei.isascii()
                and imei.isdigit()
                and type(balance) is int
                and 0 <= balance <= INT4
                and type(number) is int
                and _is_plain(expiry)
                and _is_plain(modified)
            ):
                ends, told = _from_iso(expiry), _from_iso(modified)
                if ends.tzinfo is None and told.tzinfo is None:
                    keep(_new(Balance, (imei, balance, ends, told, number)))
                    continue
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):  # pylint: disable=except-pass
            pass  # the slow way says what is wrong with the row
        _read_into(row, _balance, good, bad)
    return good, bad


def _is_plain(date):
    # A week or an ordinal date is read by some Pythons, and is none of SMART Solar's.
    return len(date) in _ISO_LENGTHS and date[7] == "-" and date[10] == "T"


def parse_final_balances(rows):
    return _parse(rows, _final_balance)


def parse_payment_commands(rows):
    return _parse(rows, _command)


def _parse(rows, read):
    good, bad = [], []
    for row in rows:
        _read_into(row, read, good, bad)
    return good, bad


def _read_into(row, read, good, bad):
    try:
        if not isinstance(row, dict):
            raise Malformed("not an object")
        good.append(read(row))
    except Malformed as reason:
        bad.append((excerpt(row), str(reason)))


def _balance(row):
    return Balance(
        imei=imei_of(row),
        balance=integer(row, "balance", 0, INT4),
        expected_expiry=optional_moment(row, "expected_expiry"),
        modified_at=optional_moment(row, "modified_at"),
        balance_id=optional_integer(row, "balance_id"),
    )


def _final_balance(row):
    return FinalBalance(
        imei=imei_of(row),
        final_balance=integer(row, "final_balance", 0, INT4),
        total_added=optional_integer(row, "total_added"),
        zero_command_id=optional_integer(row, "zero_command_id"),
        status=optional_text(row, "status"),
        created_at=optional_moment(row, "created_at"),
    )


def _command(row):
    return _pending(row)._replace(
        imei=imei_of(row),
        transaction_id=optional_text(row, "transaction_id"),
        status=optional_text(row, "status"),
    )


def _pending(row):
    category = row.get("category")
    if not isinstance(category, str) or category not in CATEGORIES:
        raise Malformed("unknown category")
    return PaymentCommand(
        category=category,
        value=integer(row, "value"),
        created_at=optional_moment(row, "created_at"),
        modified_at=optional_moment(row, "modified_at"),
    )


def balance_detail(data):
    """The BalanceDetail in the `data` of an answer, or Malformed: half a list of commands proves nothing."""
    pending = data.get("pending_payment_commands")
    if not isinstance(pending, list) or not all(isinstance(row, dict) for row in pending):
        raise Malformed("no list of pending commands")
    return BalanceDetail(
        balance=optional_integer(data, "balance", 0),
        expected_expiry=optional_moment(data, "expected_expiry"),
        pending=tuple(_pending(row) for row in pending),
    )


def force_reset(data):
    """The ForceReset in the `data` of an answer, or Malformed."""
    return ForceReset(
        outstanding_payments=integer(data, "outstanding_payments"),
        last_known_balance=optional_integer(data, "last_known_balance", 0),
    )
