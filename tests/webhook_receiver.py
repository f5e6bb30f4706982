"""An ERP's webhook endpoint as a real HTTP server: what it was sent, and how it behaves, is the test's to say."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.canaries.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hold: threading.Event | None = None
    """Answer only when this is set."""


Behaviour = Callable[[Received], Reply]


class Receiver:
    """Answers 200 unless told otherwise."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.behave: Behaviour = lambda _: Reply()
        self._ending = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.answer(self)

            do_GET = do_POST  # noqa: N815 - a redirect that is followed would come with it

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing is printed."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(path=request.path, headers=headers, body=body)
        reply = self.behave(received)
        self.received.append(received)
        while reply.hold is not None and not reply.hold.wait(0.05) and not self._ending.is_set():
            pass
        try:
            request.send_response(reply.status)
            for name, value in reply.headers.items():
                request.send_header(name, value)
            request.send_header("content-length", str(len(reply.body)))
            request.end_headers()
            request.wfile.write(reply.body)
        except OSError:
            request.close_connection = True

    def ids(self) -> list[str]:
        return [each.id for each in self.received]

    def stop(self) -> None:
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver, watch = Receiver(), Watch()
    try:
        yield receiver
    finally:
        receiver.stop()
    sent = enumerate(receiver.received, start=1)
    watch.said({f"request {no} to {each.path}": f"{each.headers} ".encode() + each.body for no, each in sent})
