"""A server that answers whatever bytes a test wants, as slowly as it wants."""

import contextlib
import socket
import threading

LOGIN = (
    b'{"status": "success", "message": {"login_successful": {"username": "erp", "API_token": "'
    + b"t" * 64
    + b'", "token_expiry": "Mon, 01 Aug 2016 17:05:11 GMT", "permissions": "FACTORY"}}}'
)


def answer(body, status="200 OK", headers=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def _request(connection):
    """The request up to the end of its body, or nothing when the other side went away."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        if not more:
            return b""
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"ontent-Length" in line), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def hostile(talk):
    """The base URL of a server whose `talk(connection, request)` sends the answer to a request."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def speak(connection):
        with connection, contextlib.suppress(OSError):
            while not ended.is_set() and (request := _request(connection)):
                talk(connection, request)

    def listen():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=speak, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
