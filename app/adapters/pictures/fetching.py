"""One picture read over HTTP: bounded in time and size, never redirected, not again when its place says it is the same.

Straight on httpcore, so that neither proxies of the environment nor redirects come in between. Which addresses may be
connected to is decided by the connections that are handed in. Knows nothing of what a picture is.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import httpcore

from app import __version__
from app.domain.pictures import MOST_BYTES
from app.ports.picture_source import Fetched, FetchedPicture, NotFetched, ReadBefore, Unchanged

CONNECT_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 60.0
AT_ONCE: Final = 10
"""Connections to one or many places."""
IDLE_SECONDS: Final = 2.0
OK: Final = 200
NOT_MODIFIED: Final = 304

Refusal = Callable[[str], Awaitable[str | None]]
Headers = Sequence[tuple[bytes, bytes]]


class HttpPictures:
    """The PictureSource of a process; safe to use from many tasks. Close it when done."""

    def __init__(
        self, connections: httpcore.AsyncNetworkBackend, refusal: Refusal, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._connections = connections
        self._refusal = refusal
        self._tls = tls
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def aclose(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def refusal(self, url: str) -> str | None:
        return await self._refusal(url)

    async def fetch(self, url: str, before: ReadBefore) -> Fetched:
        if (refused := await self.refusal(url)) is not None:
            return NotFetched(refused)
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                status, headers, content = await self._got(url, before)
        except TimeoutError:
            return NotFetched(f"It was not whole within {WHOLE_SECONDS:.0f} s.", unanswered=True)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError):
            return NotFetched("There is no connection to its place.", unanswered=True)
        if status == NOT_MODIFIED and before:
            return Unchanged()
        if status != OK:
            return NotFetched(f"Its place answers {status}.")
        if len(content) > MOST_BYTES:
            return NotFetched(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
        read = ReadBefore(etag=_header(headers, b"etag"), last_modified=_header(headers, b"last-modified"))
        return FetchedPicture(content=content, read=read)

    async def _got(self, url: str, before: ReadBefore) -> tuple[int, Headers, bytes]:
        """Of what is too large, a byte more than may be."""
        headers = [(b"accept", b"image/*"), (b"accept-encoding", b"identity")]
        headers.append((b"user-agent", f"Orderbridge/{__version__}".encode()))
        if before.etag:
            headers.append((b"if-none-match", before.etag.encode("latin-1", "ignore")))
        if before.last_modified:
            headers.append((b"if-modified-since", before.last_modified.encode("latin-1", "ignore")))
        waits = {"connect": CONNECT_SECONDS, "read": WHOLE_SECONDS, "write": WHOLE_SECONDS, "pool": WHOLE_SECONDS}
        pool = await self._opened()
        parts: list[bytes] = []
        left = MOST_BYTES + 1
        async with pool.stream("GET", url, headers=headers, extensions={"timeout": waits}) as response:
            if response.status == OK:
                async for part in response.aiter_stream():
                    parts.append(part[:left])
                    left -= len(parts[-1])
                    if not left:
                        break
        return response.status, response.headers, b"".join(parts)

    async def _opened(self) -> httpcore.AsyncConnectionPool:
        """Made for the first picture; beside all other work, for reading the trusted certificates takes a while."""
        if self._tls is None:
            self._tls = await asyncio.to_thread(httpcore.default_ssl_context)
        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=AT_ONCE,
                keepalive_expiry=IDLE_SECONDS,
                network_backend=self._connections,
            )
        return self._pool


def _header(headers: Headers, wanted: bytes) -> str | None:
    found = next((value for name, value in headers if name.lower() == wanted), None)
    return None if found is None else found.decode("latin-1")[:500]
