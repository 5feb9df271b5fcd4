"""The credit of DCM units: commands that wait for the unit, and what it makes of them."""

from collections import Counter, defaultdict

from .clock import text

PENDING, DONE, VOID = "pending", "acknowledged", "void"
SIGN = {"payment": 1, "bad-payment": -1, "zero-command": 0}


class Command:
    """A payment command: PENDING until the unit connects; VOID after a zero or a reset."""

    __slots__ = ("category", "created_at", "id", "imei", "modified_at", "status", "transaction_id", "value")

    def __init__(self, number, imei, value, category, transaction_id, now):
        self.id, self.imei, self.value, self.category = number, imei, value, category
        self.transaction_id, self.status = transaction_id, PENDING
        self.created_at = self.modified_at = now

    def become(self, status, now):
        self.status, self.modified_at = status, now

    def as_row(self):
        return {"payment_command_id": self.id, "product_imei": self.imei, "transaction_id": self.transaction_id,
                "status": self.status, **self.as_pending()}  # fmt: skip

    def as_pending(self):
        return {"category": self.category, "value": self.value, "created_at": text(self.created_at),
                "modified_at": text(self.modified_at)}  # fmt: skip


class Ledger:
    """All commands of a fleet. `added` and `removed`: seconds ever, by IMEI."""

    def __init__(self):
        self.commands, self.finals = [], []
        self.of_unit = defaultdict(list)
        self.transactions = {}
        self.added, self.removed = Counter(), Counter()

    def refusal(self, unit, value, category, transaction_id):
        """Why a command is refused, as errors by field; empty when it is not."""
        errors = self.reset_refusal(unit, transaction_id)
        if errors:
            return errors
        if category not in SIGN:
            return {"category": "unknown"}
        if type(value) is not int or (value > 0) - (value < 0) != SIGN[category]:
            return {"value": f"does not fit the category {category}"}
        if self.zero_waits(unit.imei):
            return {"category": "a zero-command is not acknowledged yet"}
        if category == "bad-payment" and self.removed[unit.imei] - value > self.added[unit.imei]:
            return {"value": "removes more than was ever added"}
        return {}

    def reset_refusal(self, unit, transaction_id):
        """Why even a reset is refused."""
        if not isinstance(transaction_id, str) or not transaction_id:
            return {"transaction_id": "missing"}
        if transaction_id in self.transactions:
            return {"transaction_id": "duplicate: this transaction_id was already used"}
        return {} if unit.dcm else {"product_imei": "not a DCM unit"}

    def zero_waits(self, imei):
        return any(c.category == "zero-command" for c in self.pending(imei))

    def pending(self, imei):
        return [c for c in self.of_unit.get(imei, ()) if c.status == PENDING]

    def add(self, unit, value, category, transaction_id, now):
        """Record an accepted command; it waits for the unit."""
        command = Command(len(self.commands) + 1, unit.imei, value, category, transaction_id, now)
        self.commands.append(command)
        self.of_unit[unit.imei].append(command)
        self.transactions[transaction_id] = unit.imei
        self.added[unit.imei] += max(value, 0)
        self.removed[unit.imei] += max(-value, 0)
        return command

    def carry_out(self, unit, now):
        """The unit has connected: it applies what waited, in order, and says what it has left."""
        for command in self.pending(unit.imei):
            if command.category == "zero-command":
                self._zero(unit, command, now)
            else:
                unit.expiry = max(now, max(now, unit.expiry) + command.value)
            command.become(DONE, now)
        unit.known_balance, unit.known_at = unit.balance(now), now

    def _zero(self, unit, command, now):
        final = {
            "product_imei": unit.imei,
            "final_balance": unit.balance(now),
            "total_added": self.added[unit.imei],
            "zero_command_id": command.id,
            "status": "new",
            "created_at": text(now),
        }
        self.finals.append(final)
        unit.expiry = now
        self._void(unit, now, before=command)

    def _void(self, unit, now, before=None):
        for command in self.of_unit[unit.imei]:
            if command is before:
                break
            command.become(VOID, now)

    def reset(self, unit, transaction_id, now):
        """Give up on a unit that cannot answer: nothing waits any more, nothing is left."""
        told = {"outstanding_payments": sum(c.value for c in self.pending(unit.imei)),
                "last_known_balance": unit.known_balance}  # fmt: skip
        self.transactions[transaction_id] = unit.imei
        self._void(unit, now)
        unit.expiry = unit.known_at = now
        unit.known_balance = 0
        return told
