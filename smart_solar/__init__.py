"""The wire to SMART Solar: plain Python, no ORM. Bytes go out, typed answers and typed errors come back."""

from .answers import Balance, BalanceDetail, EnableStatus, FinalBalance, ForceReset, Login, Page, PaymentCommand
from .client import SmartSolar
from .credit_rows import parse_balances, parse_final_balances, parse_payment_commands
from .errors import Authentication, Forbidden, Rejected, SmartSolarError, Throttled, Unavailable, UnknownUnit
from .query import split_in
from .settings import AddressError, Settings, check_address
from .status_rows import parse_enable_status
from .vocabulary import is_imei

__all__ = [
    "AddressError",
    "Authentication",
    "Balance",
    "BalanceDetail",
    "EnableStatus",
    "FinalBalance",
    "Forbidden",
    "ForceReset",
    "Login",
    "Page",
    "PaymentCommand",
    "Rejected",
    "Settings",
    "SmartSolar",
    "SmartSolarError",
    "Throttled",
    "Unavailable",
    "UnknownUnit",
    "check_address",
    "is_imei",
    "parse_balances",
    "parse_enable_status",
    "parse_final_balances",
    "parse_payment_commands",
    "split_in",
]
