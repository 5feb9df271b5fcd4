"""Who may log in and do what; tokens that die of disuse."""

import hmac
import secrets
import threading
from dataclasses import dataclass
from email.utils import formatdate

LEVELS = ("OVERVIEW", "TECHNICAL", "ADMIN", "FACTORY", "SYSTEM")
TOKEN_LIFE = 3 * 3600  # seconds without use
PASSWORD = "simulator"


@dataclass(frozen=True)
class User:
    """`visibility` GLOBAL, or ENTITY: only units of `entity_id`."""

    username: str
    password: str = PASSWORD
    permission: str = "FACTORY"
    visibility: str = "GLOBAL"
    entity_id: int = 4

    def may(self, level):
        return LEVELS.index(self.permission) >= LEVELS.index(level)

    def sees(self, unit):
        return self.visibility == "GLOBAL" or unit.entity_id == self.entity_id

    def as_login(self, token, expires):
        return {
            "username": self.username,
            "entity_id": self.entity_id,
            "display_name": self.username.partition("@")[0].title(),
            "user_product_visibility": self.visibility,
            "API_token": token,
            "token_expiry": formatdate(expires, usegmt=True),
            "permissions": self.permission,
        }


def read_user(text):
    """A User from `name:password[:PERMISSION[:entity id]]`; with an entity id it sees only that entity."""
    name, password, *rest = text.split(":")
    permission = rest[0].upper() if rest else "FACTORY"
    if permission not in LEVELS:
        raise ValueError(f"unknown permission {permission}")
    if len(rest) > 1:
        return User(name, password, permission, "ENTITY", int(rest[1]))
    return User(name, password, permission)


# One of each level, beside the one that the ERP uses.
DEFAULT_USERS = (User("erp@example.com"), *(User(f"{level.lower()}@example.com", permission=level) for level in LEVELS))


class Door:
    """Logins and tokens, on the simulator's clock."""

    def __init__(self, clock, users=DEFAULT_USERS):
        self._clock, self._lock = clock, threading.Lock()
        self.users = {user.username: user for user in users}
        self.tokens = {}
        self.logins = 0

    def login(self, username, password):
        """The body of `login_successful`, or None."""
        user = self.users.get(username)
        if user is None or not hmac.compare_digest(user.password.encode(), password.encode()):
            return None
        token, expires = secrets.token_hex(32), self._clock.now() + TOKEN_LIFE
        with self._lock:
            self.logins += 1
            self.tokens[token] = [user, expires]
        return user.as_login(token, expires)

    def who(self, header):
        """`(user, token)` of an Authorization header; `(None, None)` when it opens nothing."""
        token = (header or "").partition("Token token=")[2]
        held = self.tokens.get(token)
        if held is None or held[1] <= self._clock.now():
            self.tokens.pop(token, None)
            return None, None
        return held[0], token

    def extend(self, token):
        held = self.tokens.get(token)
        if held:
            held[1] = self._clock.now() + TOKEN_LIFE

    def forget(self):
        """Every token dies."""
        self.tokens.clear()
