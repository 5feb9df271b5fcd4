"""The words of SMART Solar's API, exactly as it spells them."""

INIT = "init"
ENABLED = "enabled"
DISABLED = "disabled"
PENDING_ENABLED = "pending_enabled"
PENDING_DISABLED = "pending_disabled"
ENABLE_STATES = frozenset({INIT, ENABLED, DISABLED, PENDING_ENABLED, PENDING_DISABLED})

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

PAYMENT = "payment"
BAD_PAYMENT = "bad-payment"
ZERO_COMMAND = "zero-command"
CATEGORIES = frozenset({PAYMENT, BAD_PAYMENT, ZERO_COMMAND})

TABLES = frozenset({"products", "balances", "payment_commands", "final_balances", "enable_history"})
CHANNELS = frozenset({"product-status", "dcm", "product-alert"})

IMEI_LENGTH = 15


def is_imei(value):
    """Whether `value` is a text of 1 to 15 ASCII digits: the only thing that may stand for a unit in a path."""
    return isinstance(value, str) and 0 < len(value) <= IMEI_LENGTH and value.isascii() and value.isdigit()
