"""Calls and replies: HTTP/1.1 with connections that are kept, and replies that can be cut or dripped."""

import contextlib
import json
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Call:
    """What came in. `arguments`: of the query; `user`, `imei`: found out on the way."""

    method: str
    path: str
    arguments: dict
    headers: object
    body: bytes
    user: object = None
    imei: str | None = None

    def json(self):
        """The body as a JSON object; empty when it is none."""
        try:
            content = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}

    def form(self):
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass
class Reply:
    """What goes out. `cut`: only half of the body is sent; `pace`: seconds between its bytes."""

    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    cut: bool = False
    pace: float = 0

    @classmethod
    def json(cls, content, status=200, headers=None):
        return cls(status, json.dumps(content).encode(), {"Content-Type": "application/json", **(headers or {})})

    @classmethod
    def error(cls, status, message, headers=None):
        return cls.json({"status": "error", "message": message}, status, headers)


def page_of_html(content, status=200):
    return Reply(status, content.encode(), {"Content-Type": "text/html; charset=utf-8"})


class Handler(BaseHTTPRequestHandler):
    """Reads a call whole, hands it to `server.answer`, writes the reply in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self):
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(length)) if length.isdigit() else b""
        url = urlsplit(self.path)
        call = Call(self.command, url.path, dict(parse_qsl(url.query)), self.headers, body)
        self._write(self.server.answer(call))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 - the names that the base class asks for

    def _write(self, reply):
        name = HTTPStatus(reply.status).phrase
        lines = [f"HTTP/1.1 {reply.status} {name}", f"Content-Length: {len(reply.body)}"]
        lines += [f"{key}: {value}" for key, value in reply.headers.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if reply.pace:
            self.wfile.write(head)
            for i in range(len(reply.body)):
                self.wfile.write(reply.body[i : i + 1])
                time.sleep(reply.pace)
        elif reply.cut:
            self.wfile.write(head + reply.body[: len(reply.body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(head + reply.body)

    def handle(self):
        with contextlib.suppress(ConnectionError):  # the client went away
            super().handle()

    def log_message(self, *args):
        """Nothing: the calls are on the status page."""


class Server(ThreadingHTTPServer):
    """A thread a connection; they end with the process."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, answer):
        super().__init__(address, Handler)
        self.answer = answer
