"""Where SMART Solar is and how patiently to speak to it."""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Narrow on purpose: what two URL parsers could read differently (backslash, space, @) must not pass.
_HOST = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*\.?|\[[0-9a-f:.]+\]")
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/v1")


class AddressError(ValueError):
    """An address that cannot be used. ``code`` says why, for whoever says it in another language."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_address(url):
    """Return the normalised base URL, or raise AddressError with a sentence that a person can act on."""
    text = (url or "").strip().rstrip("/")
    if any(ord(c) <= 32 or ord(c) > 126 or c == "\\" for c in text):
        raise AddressError(
            "characters", "The address holds a space, a backslash or a character that is not plain ASCII."
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise AddressError("malformed", "This is not a web address.") from None
    scheme = parts.scheme.lower()
    if scheme not in ("https", "http"):
        raise AddressError("scheme", "The address must begin with https://.")
    if "@" in parts.netloc:
        raise AddressError("login", "The address must not hold a user name or a password.")
    if "?" in text or "#" in text:
        raise AddressError("query", "The address must not hold a query or a fragment.")
    host = parts.netloc.lower()[: -len(f":{port}")] if port is not None else parts.netloc.lower().rstrip(":")
    if not _HOST.fullmatch(host):
        raise AddressError("host", "The address holds no valid host name.")
    if scheme == "http" and not _is_loopback(host):
        raise AddressError("plain", "Only https:// is accepted; http:// is for a simulator on this machine alone.")
    if not _PATH.fullmatch(parts.path):
        raise AddressError("path", "The address must end in /v1.")
    return f"{scheme}://{host}{'' if port is None else f':{port}'}{parts.path}"


@dataclass(frozen=True)
class Settings:
    """One connection. Timeouts in seconds, `max_body` in bytes after decompression."""

    base_url: str
    username: str
    password: str = field(repr=False)
    connect_timeout: float = 3.0
    read_timeout: float = 20.0
    threads: int = 16
    max_body: int = 32 * 1024 * 1024

    def __post_init__(self):
        object.__setattr__(self, "base_url", check_address(self.base_url))
        for name in ("connect_timeout", "read_timeout", "threads", "max_body"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be greater than 0.")
