"""What SMART Solar says, typed. Moments are naive UTC; balances and values are in seconds."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True)
class Login:
    """A login that worked. `visibility`: GLOBAL or ENTITY; `permission`: OVERVIEW to SYSTEM."""

    token: str = field(repr=False)
    username: str | None
    display_name: str | None
    entity_id: int | None
    visibility: str | None
    permission: str | None
    expires: datetime | None


class EnableStatus(NamedTuple):
    """A row of the bulk status: the enable state, who changed it last and when, and the life-cycle state."""

    imei: str
    serial: str | None
    state: str
    life_state: int | None
    changed_at: datetime | None
    changed_by: str | None
    dcm: bool
    entity_id: int | None
    hardware_type: str | None


class Page(NamedTuple):
    """A page of a table."""

    objects: list
    num_results: int
    page: int
    total_pages: int


class Balance(NamedTuple):
    """The latest known credit of a DCM unit. `modified_at` says how old it is."""

    imei: str
    balance: int
    expected_expiry: datetime | None
    modified_at: datetime | None
    balance_id: int | None


class FinalBalance(NamedTuple):
    """What a unit had left when it carried out a zero-command."""

    imei: str
    final_balance: int
    total_added: int | None
    zero_command_id: int | None
    status: str | None
    created_at: datetime | None


class PaymentCommand(NamedTuple):
    """A credit command. Pending ones are listed without `imei`, `transaction_id` and `status`."""

    category: str
    value: int
    created_at: datetime | None
    modified_at: datetime | None
    imei: str | None = None
    transaction_id: str | None = None
    status: str | None = None


class BalanceDetail(NamedTuple):
    """The latest known credit of one unit and the commands that it has not acknowledged."""

    balance: int | None
    expected_expiry: datetime | None
    pending: tuple


class ForceReset(NamedTuple):
    """What was not acknowledged when a unit that cannot answer was reset, and its last known credit."""

    outstanding_payments: int
    last_known_balance: int | None
