"""Bytes over HTTP: bounded in time and in size, to the configured host only. No judgement of what they mean."""

# The base classes' methods that are extended here return nothing.
# pylint: disable=missing-return

import io
from http.client import HTTPException, HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from .errors import Unavailable

CHUNK = 64 * 1024
# A server that sends a byte now and then never runs into the timeout of a single read: the whole answer has
# this many times the read timeout.
WHOLE_ANSWER = 1.5
_FAILURES = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)


class Answer(NamedTuple):
    """A complete HTTP answer."""

    status: int
    headers: object
    body: bytes


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket until a moment after which nobody waits any more."""

    def __init__(self, raw, sock):
        self._raw, self._sock = raw, sock
        self._wait = sock.gettimeout()  # the read timeout, which urllib3 set just before
        self._deadline = monotonic() + self._wait * WHOLE_ANSWER

    def readable(self):
        return True

    def readinto(self, buffer):
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(min(left, self._wait))
        return self._raw.readinto(buffer)

    def close(self):
        self._raw.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    """The status line, the headers and the body of an answer, all within its deadline."""

    def __init__(self, sock, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        if sock.gettimeout():
            self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock))


class _Pool(HTTPConnectionPool):
    class ConnectionCls(HTTPConnectionPool.ConnectionCls):
        response_class = _DeadlineResponse


class _SecurePool(HTTPSConnectionPool):
    class ConnectionCls(HTTPSConnectionPool.ConnectionCls):
        response_class = _DeadlineResponse


class _Adapter(HTTPAdapter):
    """Holds the timeouts, so that nothing can be sent without them. Never retries: that would sleep and forget."""

    def __init__(self, settings):
        self._timeout = (settings.connect_timeout, settings.read_timeout)
        super().__init__(pool_connections=1, pool_maxsize=settings.threads, max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def send(self, request, **kwargs):
        return super().send(request, **{**kwargs, "timeout": self._timeout})


class _Session(requests.Session):
    def get_redirect_target(self, resp):
        """None: an answer that points elsewhere is not followed, nor even looked into."""


class Transport:
    """One pool of connections to one host; safe for many threads."""

    def __init__(self, settings):
        self._max_body = settings.max_body
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(settings)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(self, method, url, headers, params=None, data=None, json=None):
        """Send and read the whole answer, or raise Unavailable."""
        try:
            request = requests.PreparedRequest()
            request.prepare(method=method, url=url, headers=headers, params=params, data=data, json=json)
            with self._session.send(request, stream=True, allow_redirects=False) as response:
                return Answer(response.status_code, response.headers, self._body(response))
        except _FAILURES as error:
            failure = Unavailable(_describe(error))
        # Outside the except: the error of the library carries the request, and the request carries the token.
        raise failure

    def _body(self, response):
        chunks = [response.content or b""] if response.raw is None else response.iter_content(CHUNK)
        kept, size = [], 0
        for chunk in chunks:
            size += len(chunk)
            if size > self._max_body:
                raise _OddAnswerError(f"the answer is larger than {self._max_body} bytes")
            kept.append(chunk)
        if _is_cut(response):
            raise _OddAnswerError("the answer was cut short")
        return b"".join(kept)

    def close(self):
        self._session.close()


class _OddAnswerError(ValueError):
    """An answer that is not taken; its text is ours."""


def _is_cut(response):
    # Older urllib3 does not compare what came with what was announced.
    announced = response.headers.get("Content-Length", "")
    return response.raw is not None and announced.isdigit() and response.raw.tell() < int(announced)


def _describe(error):
    """A short text of our own: the library's may quote addresses and headers."""
    if isinstance(error, _OddAnswerError):
        return str(error)
    if isinstance(error, requests.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, (requests.Timeout, TimeoutError)) or "timed out" in str(error).lower():
        return "no complete answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate or the encryption was not accepted"
    if isinstance(error, requests.ConnectionError):
        return "no connection, or it broke"
    return f"the answer could not be read ({type(error).__name__})"
