"""The tiles, the graphs and the trends of *Home*: to add one, add it to the list.

A tile counts the records of a domain, and opens them as the list's own filter of that domain. Domains are literal, so
that the filter in the search view can say the same (a test compares them); moments in them are Odoo's own words for
them, such as ``now -24H``.
"""

from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

from .. import const

_lt = LazyTranslate(__name__)


@dataclass(frozen=True, eq=False)
class Tile:
    """A number, and a click to the list behind it; or, with a ``method``, some words and a click."""

    key: str
    label: object  # translated when it is shown
    roles: tuple  # who has the tile: any of them; each role above has it too
    hint: object = ""
    model: str = ""
    domain: tuple = ()
    action: str = ""  # what a click opens
    filter: str = ""  # the filter of the action's search view that has the same domain
    since: str = ""  # the field of a moment, of which the oldest is told
    color: str = "warning"  # when there is any: info, warning or danger
    lazy: bool = False  # counting takes long: it is counted after the screen is shown
    method: str = ""  # of payg.home, instead of counting: returns text or moment, hint, color, perhaps busy


@dataclass(frozen=True, eq=False)
class Graph:
    """Bars of how many records have each value of a selection; a click opens those of one value."""

    key: str
    label: object
    roles: tuple
    model: str
    field: str
    action: str


@dataclass(frozen=True, eq=False)
class Trend:
    """A figure week by week, as an action of reporting has it; a click opens what a week's figure is made of."""

    key: str
    label: object
    roles: tuple
    action: str  # its domain says what counts
    date: str
    measure: str
    form: str  # of the figure: hours or percent


_UNITS = {"model": "payg.control.unit", "action": "payg_control_unit.payg_control_unit_action"}
_ALL = ("shop_manager", "operator")

TILES = [
    Tile(
        "on_with_nobody",
        _lt("On without a customer"),
        _ALL,
        hint=_lt("Neither with a technician nor in repair"),
        domain=(
            ("reported_state", "in", const.ON_STATES),
            ("holding_id", "=", False),
            ("assignment_id", "=", False),
            ("life_state", "!=", const.LIFE_IN_REPAIR),
        ),
        filter="on_with_nobody",
        since="reported_changed_at",
        color="danger",
        **_UNITS,
    ),
    Tile(
        "overdue_custody",
        _lt("Overdue custody"),
        _ALL,
        hint=_lt("Assigned, past the deadline and not recorded"),
        model="payg.assignment",
        domain=(("state", "=", "open"), ("deadline", "<=", "now")),
        action="payg_control_unit.payg_assignment_action",
        filter="past_deadline",
        since="deadline",
        color="danger",
    ),
    Tile(
        "slow_switching",
        _lt("Switching for more than 24 h"),
        _ALL,
        hint=_lt("Being sent, or waiting until the unit connects"),
        domain=(("command_state", "in", ("live", "accepted")), ("command_since", "<=", "now -24H")),
        filter="slow_switching",
        since="command_since",
        **_UNITS,
    ),
    Tile(
        "failed_commands",
        _lt("Failed commands"),
        _ALL,
        hint=_lt("Refused, or never answered: they wait for “Retry”"),
        domain=(("command_state", "=", "failed"),),
        filter="failed",
        since="command_since",
        color="danger",
        **_UNITS,
    ),
    Tile(
        "waiting_runs",
        _lt("Runs that wait for a manager"),
        ("operator",),
        hint=_lt("They would switch off more units than the brake allows"),
        model="payg.disable.run",
        domain=(("state", "=", "waiting"),),
        action="payg_control_unit.payg_disable_run_action",
        filter="waiting",
        since="requested_at",
    ),
    Tile(
        "stale_credit",
        _lt("Stale unit credits"),
        _ALL,
        hint=_lt("DCM units whose credit was not read for more than a week"),
        domain=(("unit_credit_stale", "=", True),),
        filter="stale_credit",
        since="unit_credit_as_of",
        **_UNITS,
    ),
    Tile(
        "mismatches",
        _lt("Mismatches"),
        ("shop_manager", "supervisor"),
        hint=_lt("What custody, the stock and SMART Solar disagree about"),
        model="payg.mismatch",
        action="payg_control_unit.payg_mismatch_action",
        since="since",
        lazy=True,
    ),
    Tile(
        "unmatched_payments",
        _lt("Unmatched payments"),
        ("operator",),
        hint=_lt("They came in, and bought nobody on-time yet"),
        model="account.payment",
        domain=(("cu_is_unmatched", "=", True),),
        action="payg_control_unit.account_payment_action_unmatched",
        filter="unmatched",
        since="create_date",
    ),
    Tile(
        "connection",
        _lt("SMART Solar connection"),
        ("supervisor",),
        action="payg_control_unit.smart_solar_client_action",
        method="_tile_connection",
    ),
    Tile(
        "next_run",
        _lt("Next run"),
        ("supervisor",),
        action="payg_control_unit.payg_crm_config_action",
        method="_tile_next_run",
    ),
]

GRAPHS = [
    Graph("reported_state", _lt("Enable Status"), _ALL, field="reported_state", **_UNITS),
    Graph("life_state", _lt("Smart Solar Unit State"), _ALL, field="life_state", **_UNITS),
    Graph("place", _lt("Place"), _ALL, field="place", **_UNITS),
]

_ASSIGNED = {"roles": ("supervisor",), "date": "assigned_at"}

TRENDS = [
    Trend(
        "time_to_record",
        _lt("Time to Record (Median)"),
        action="payg_control_unit.payg_installation_over_time_action",
        measure="hours_median:median",
        form="hours",
        **_ASSIGNED,
    ),
    Trend(
        "recorded_in_time",
        _lt("Recorded in Time"),
        action="payg_control_unit.payg_in_time_action",
        measure="in_time:avg",
        form="percent",
        **_ASSIGNED,
    ),
]
