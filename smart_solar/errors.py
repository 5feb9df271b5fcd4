"""What can go wrong between us and SMART Solar, as types that say what to do next."""

MAX_DETAIL = 300


def tidy(text, limit=MAX_DETAIL):
    """One line of printable text of at most `limit` characters: what others wrote is shown and logged."""
    line = "".join(c if c.isprintable() else " " for c in str(text)[: limit * 4])
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class SmartSolarError(Exception):
    """Base of all. `detail` is safe to show and log; `status` is the HTTP status, or None without an answer."""

    def __init__(self, detail="", status=None):
        self.detail = tidy(detail)
        self.status = status
        super().__init__(self.detail)


class Unavailable(SmartSolarError):
    """No answer that can be relied on; whether the call took effect is unknown. Retry."""


class Throttled(Unavailable):
    """Asked to slow down. `retry_after`: seconds, as asked and not clamped, or None when not said."""

    def __init__(self, detail="", status=None, retry_after=None):
        super().__init__(detail, status)
        self.retry_after = retry_after


class Authentication(SmartSolarError):
    """The login or the token is refused. Stop the connection."""


class Rejected(SmartSolarError):
    """Understood and refused: final for this command.

    `errors`: the server's validation errors by field. `duplicate`: refused because the transaction id was used before.
    """

    def __init__(self, detail="", status=None, errors=None, duplicate=False):
        super().__init__(detail, status)
        self.errors = errors or {}
        self.duplicate = duplicate


class Forbidden(Rejected):
    """The login's permission or scope does not reach this."""


class UnknownUnit(Rejected):
    """SMART Solar itself says that it has no such unit: final for this unit."""
