"""Money as integers of a currency's minor unit: 0, 2 or 3 decimals, and nothing is ever rounded twice."""

from decimal import ROUND_HALF_UP, Decimal


def to_minor(amount, places):
    """Return an amount as an integer of minor units.

    :param float amount: as Odoo reads it; its shortest text is what the database holds
    :param int places: decimals of the currency
    """
    return int(Decimal(repr(float(amount))).scaleb(places).quantize(Decimal(1), ROUND_HALF_UP))


def from_minor(units, places):
    """Return an integer of minor units as Odoo takes an amount."""
    return float(Decimal(units).scaleb(-places))
