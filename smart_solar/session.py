"""The token: one login however many threads ask for it, and once again when it has died."""

import copy
import threading

from .answers import Login
from .errors import Authentication, Rejected, SmartSolarError, Unavailable
from .fields import http_moment
from .reading import judge


def _usable(token):
    """Whether a token can travel in a header at all."""
    return isinstance(token, str) and token.isascii() and token.isprintable() and bool(token.strip())


class TokenKeeper:
    """Logs in and sends calls with the token. Safe for many threads."""

    def __init__(self, settings, transport, headers, token=None):
        self._settings, self._transport, self._headers = settings, transport, headers
        self._lock = threading.Lock()
        self.token = token if _usable(token) else None
        # Grows with each login: tells a thread whose token was refused that another one has a newer already.
        self._logins = 0
        self._tries = 0
        self._failure = None

    @property
    def secrets(self):
        return self._settings.password, self.token

    def send(self, method, url, **content):
        """The answer to a call made with a token that works; logs in again once on 401."""
        token, logins = self.token, self._logins
        if token is None:
            token, logins = self._renew(logins)
        answer = self._send(token, method, url, content)
        if answer.status == 401:
            token, logins = self._renew(logins)
            answer = self._send(token, method, url, content)
        if answer.status == 401:
            raise Authentication("SMART Solar refuses the token of a login that it has just accepted", 401)
        return answer

    def _send(self, token, method, url, content):
        headers = {**self._headers, "Content-Type": "application/json", "Authorization": f"Token token={token}"}
        return self._transport.send(method, url, headers, **content)

    def _renew(self, seen):
        """Return a newer token than that of login number `seen`, and its number."""
        tries = self._tries
        with self._lock:
            if self._logins != seen and self.token:
                return self.token, self._logins
            if self._tries != tries and self._failure:
                # Somebody else's login failed while we waited: sixteen more tries would only lock the account.
                raise copy.copy(self._failure)
            self._login()
            return self.token, self._logins

    def login(self):
        """Log in now, whatever the token; return the Login."""
        with self._lock:
            return self._login()

    def _login(self):
        try:
            login = self._ask()
        except SmartSolarError as error:
            self._failure = copy.copy(error)
            raise
        finally:
            self._tries += 1
        self._failure = None
        # The token first: a thread that sees the new number without the lock must not pair it with the old token.
        self.token = login.token
        self._logins += 1
        return login

    def _ask(self):
        form = {"username": self._settings.username, "password": self._settings.password}
        answer = self._transport.send("POST", f"{self._settings.base_url}/auth/login", self._headers, data=form)
        if answer.status == 401:
            raise Authentication("SMART Solar refuses the user name or the password", 401)
        try:
            body = judge(answer, self.secrets)
        except Rejected as error:
            if error.status == 404:
                raise Unavailable("there is no login at this address", 404) from None
            raise Authentication(f"SMART Solar refuses the login: {error.detail}", error.status) from None
        return _read_login(body, answer.status)


def _read_login(body, status):
    message = body.get("message")
    told = message.get("login_successful") if isinstance(message, dict) else None
    if not isinstance(told, dict):
        raise Authentication("SMART Solar did not confirm the login", status)
    if not _usable(told.get("API_token")):
        raise Authentication("SMART Solar confirmed the login without a token", status)

    def text(key):
        return told[key] if isinstance(told.get(key), str) else None

    entity = told.get("entity_id")
    return Login(
        token=told["API_token"],
        username=text("username"),
        display_name=text("display_name"),
        entity_id=entity if type(entity) is int else None,
        visibility=text("user_product_visibility"),
        permission=text("permissions"),
        expires=http_moment(told.get("token_expiry")),
    )
