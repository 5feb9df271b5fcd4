"""The addon's clock."""

from datetime import datetime, timezone


def utc_now():
    """Now, UTC and naive, with microseconds: an acceptance and a reading may lie within one second."""
    return datetime.now(timezone.utc).replace(tzinfo=None)
