"""One control unit, as the device and as SMART Solar see it."""

from .clock import seconds, text

INIT, ENABLED, DISABLED = "init", "enabled", "disabled"
PENDING_ENABLED, PENDING_DISABLED = "pending_enabled", "pending_disabled"
STATES = (INIT, ENABLED, DISABLED, PENDING_ENABLED, PENDING_DISABLED)
DONE = {PENDING_ENABLED: ENABLED, PENDING_DISABLED: DISABLED}
NEVER = float("inf")

LIFE_STATES = {
    1: "NON_EXISTANT",
    2: "STORED",
    3: "SHIPPED",
    4: "ACTIVATING",
    5: "ACTIVATED",
    6: "MONITORED",
    7: "UNMONITORED",
    8: "IN_REPAIR_SYSTEM",
    9: "TERMINATED",
}
NEXT_LIFE = {
    1: {2},
    2: {3, 9},
    3: {4, 5, 8, 9},
    4: {5, 8, 9},
    5: {6, 7, 8, 9},
    6: {7, 8, 9},
    7: {6, 8, 9},
    8: {5, 9},
    9: set(),
}


class Unit:
    """Slots, not a dict: a fleet may have a million of them.

    `connect_after`: seconds until the unit connects once something waits for it; None: the fleet's; NEVER: it does not.
    `due`: when it connects next. `expiry`: when a DCM unit's own credit runs out, on its own clock.
    `known_balance`, `known_at`: what the server last heard of it.
    """

    __slots__ = (
        "changed_at",
        "changed_by",
        "connect_after",
        "dcm",
        "due",
        "entity",
        "entity_id",
        "expiry",
        "hardware_type",
        "imei",
        "index",
        "known_at",
        "known_balance",
        "life_state",
        "previous",
        "serial",
        "state",
    )

    def __init__(self, imei, serial, state=ENABLED, life_state=6, dcm=False, **others):
        self.imei, self.serial, self.state, self.life_state, self.dcm = imei, serial, state, life_state, dcm
        self.previous = others.pop("previous", INIT)
        self.changed_at = others.pop("changed_at", 0.0)
        self.changed_by = others.pop("changed_by", "factory@example.com")
        self.connect_after = others.pop("connect_after", None)
        self.entity = others.pop("entity", "Kenya")
        self.entity_id = others.pop("entity_id", 4)
        self.hardware_type = others.pop("hardware_type", "BB17SMART_v2")
        self.expiry = self.known_at = others.pop("known_at", 0.0)
        self.known_balance = None
        self.due = None
        self.index = None
        if others:
            raise ValueError(f"unknown fields of a unit: {', '.join(sorted(others))}")
        if state not in STATES or life_state not in LIFE_STATES:
            raise ValueError(f"unknown state of unit {imei}: {state}, {life_state}")

    def balance(self, now):
        """Seconds of credit left in the device itself."""
        return max(0, int(self.expiry - now))

    def is_on(self, now):
        """Whether there is light: what is still pending has not reached the unit."""
        was = self.previous if self.state in DONE else self.state
        return was in (INIT, ENABLED, PENDING_ENABLED) and (not self.dcm or self.balance(now) > 0)

    def as_status(self):
        """The row of the bulk status."""
        return {
            "product_imei": self.imei,
            "serial_number": self.serial,
            "current_enable_state": self.state,
            "prev_enable_state": self.previous,
            "current_state_type": self.life_state,
            "date": text(self.changed_at),
            "user": self.changed_by,
            "dcm_enabled_flag": self.dcm,
            "entity": self.entity,
            "entity_id": self.entity_id,
            "hardware_type": self.hardware_type,
            "product_type_id": 2,
            "total_accessory_energy": None,
        }

    def as_product(self):
        """The row of the table `products`."""
        return {
            "product_imei": self.imei,
            "serial_number": self.serial,
            "current_enable_flag": (self.previous if self.state in DONE else self.state) == ENABLED,
            "desired_enable_flag": DONE.get(self.state, self.state) == ENABLED,
            "dcm_enabled_flag": self.dcm,
            "latest_state_id": self.life_state,
            "entity_id": self.entity_id,
            "hardware_type": self.hardware_type,
        }

    def as_balance(self):
        """The row of the table `balances`: what the server knows, which may be old."""
        return {
            "balance_id": self.index + 1,
            "product_imei": self.imei,
            "balance": self.known_balance or 0,
            "expected_expiry": text(self.known_at + (self.known_balance or 0)),
            "created_at": text(self.known_at),
            "modified_at": text(self.known_at),
        }

    def as_seen(self, now):
        """Everything, for those who watch the simulator."""
        return {
            **self.as_status(),
            "life_state": LIFE_STATES[self.life_state],
            "on": self.is_on(now),
            "balance": self.balance(now) if self.dcm else None,
            "connects_in": None if self.due is None else max(0, round(self.due - now)),
            "never_connects": self.connect_after == NEVER,
        }


def read_unit(row, now):
    """`(Unit, balance or None)` of a row of a fleet file; ValueError when it is not one.

    `changed_days_ago`: when it changed, before now. `told_days_ago`: when a DCM unit told its balance.
    """
    row = dict(row)
    balance = row.pop("balance", None)
    if row.get("connect_after") == "never":
        row["connect_after"] = NEVER
    ago = now - row.pop("changed_days_ago", 0) * 86400
    row["changed_at"] = seconds(row["changed_at"]) if isinstance(row.get("changed_at"), str) else ago
    if "told_days_ago" in row:
        row["known_at"] = now - row.pop("told_days_ago") * 86400
    row.setdefault("serial", f"SIM-{row.get('imei')}")
    if not str(row.get("imei", "")).isdigit():
        raise ValueError(f"a unit needs an imei of digits: {row.get('imei')!r}")
    row["imei"] = str(row["imei"])
    return Unit(**row), balance
