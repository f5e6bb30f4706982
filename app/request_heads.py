"""How long the address and the headers of a request may be, and may take. The library would wait without end.

Bodies have limits of their own: `app/api/middleware.py`, `app/api/shopify_door.py`.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

LONGEST_HEAD = 64 * 1024
"""Bytes of the address and all headers; proxies rarely let half of it pass."""
TOO_LONG = (
    b'{"type":"urn:orderbridge:problem:headers_too_long","title":"Too large","status":431,"code":"headers_too_long"}'
)


class BoundedHeads(HttpToolsProtocol):
    """A connection that is ended when the head of a request does not end."""

    seconds = 30.0
    """From the first byte of a head, or from the connection, to the end of the head."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bytes = 0
        self._within = True
        self._too_long = False
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._within, self._bytes = True, 0
        self._wait()

    def on_headers_complete(self) -> None:
        self._within = False
        self._arrived()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LONGEST_HEAD:
            self._too_long = True
            raise ValueError("the head of a request is too long")
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._within and not self._too_long:
            # The parser tells of a header once it is whole: until then nobody but us counts.
            self._bytes += len(data)
            if self._bytes > LONGEST_HEAD and not self.transport.is_closing():
                self._too_long = True
                self.send_400_response("")

    def send_400_response(self, msg: str) -> None:
        if not self._too_long:
            super().send_400_response(msg)
            return
        length = str(len(TOO_LONG)).encode()
        head = [STATUS_LINE[431], b"content-type: application/problem+json\r\ncontent-length: ", length]
        self.transport.write(b"".join([*head, b"\r\nconnection: close\r\n\r\n", TOO_LONG]))
        self.transport.close()

    def _wait(self) -> None:
        self._arrived()
        self._late = self.loop.call_later(self.seconds, self.transport.close)

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
