"""One attempt to deliver: signed by Standard Webhooks, bounded in time and size, never redirected.

Straight on httpcore, so that neither proxies of the environment nor redirects nor decompression come between the
checked address and what is read. Knows nothing of retries.
"""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpcore
from standardwebhooks import Webhook

from app import __version__
from app.adapters.webhooks_out.addresses import refused_url
from app.adapters.webhooks_out.connecting import AddressRefused, GuardedConnections, Resolve, Resolver
from app.domain.webhook_deliveries import Attempt
from app.ports.tracing import NO_SPANS, Spans

CONNECT_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 15.0
MOST_READ: Final = 64 * 1024
MOST_KEPT: Final = 1024
IDLE_SECONDS: Final = 2.0
"""A kept connection is used again within this time only: most servers close theirs after five."""

Redact = Callable[[str], str]
_KINDS: Final[Sequence[tuple[type[Exception], str, str]]] = (
    (AddressRefused, "address_refused", "The name leads to an address that is not public."),
    (TimeoutError, "timeout", f"There was no whole answer within {WHOLE_SECONDS:.0f} s."),
    (httpcore.ConnectTimeout, "connect_timeout", f"Nobody took the connection within {CONNECT_SECONDS:.0f} s."),
    (httpcore.TimeoutException, "timeout", f"There was no whole answer within {WHOLE_SECONDS:.0f} s."),
    (ssl.SSLError, "tls_failed", "No trusted TLS connection could be made."),
    (httpcore.ConnectError, "connection_refused", "No connection could be made."),
    (httpcore.NetworkError, "connection_lost", "The connection was lost before the answer."),
    (httpcore.ProtocolError, "answer_unreadable", "The answer is not HTTP."),
    (OSError, "connection_lost", "The connection was lost before the answer."),
)

_TROUBLE: Final = tuple(kind for kind, _, _ in _KINDS)


class HttpWebhookSender:
    """The WebhookSender of a process; safe to use from many tasks. Close it when done."""

    def __init__(
        self,
        *,
        private: bool,
        own_hosts: Iterable[str] = (),
        redact: Redact = str,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        spans: Spans = NO_SPANS,
    ) -> None:
        self._spans = spans
        self._private = private
        self._own_hosts = frozenset(own_hosts)
        self._redact = redact
        self._resolver = Resolver()
        self._connections = GuardedConnections(resolve or self._resolver, private=private)
        self._tls = tls
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}

    @property
    def connections(self) -> GuardedConnections:
        """For others who go where somebody told them to."""
        return self._connections

    async def aclose(self) -> None:
        self._resolver.close()
        for pool in self._pools.values():
            await pool.aclose()

    async def refusal(self, url: str) -> str | None:
        """By its form, and by where its name leads now; a name that leads nowhere yet is not refused."""
        if refused := refused_url(url, private=self._private, own_hosts=self._own_hosts):
            return refused
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._connections.checked(urlsplit(url).hostname or "")
        except AddressRefused:
            return "The name leads to an address that is not public."
        except (OSError, TimeoutError):
            return None
        return None

    async def send(self, url: str, body: bytes, *, message_id: str, secrets: Sequence[bytes], now: datetime) -> Attempt:
        began = time.monotonic()
        refused = refused_url(url, private=self._private, own_hosts=self._own_hosts)
        if refused is not None:
            return Attempt(status=None, code="address_refused", detail=refused)
        headers = [
            (b"content-type", b"application/json"),
            (b"accept-encoding", b"identity"),
            (b"user-agent", f"Orderbridge/{__version__}".encode()),
            (b"webhook-id", message_id.encode()),
            (b"webhook-timestamp", str(int(now.timestamp())).encode()),
            (b"webhook-signature", signatures(body, message_id=message_id, secrets=secrets, now=now).encode()),
        ]
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                status, answered, start = await self._posted(url, body, headers)
        except _TROUBLE as error:
            code, detail = _told(error)
            seconds = time.monotonic() - began
            self._spans.done("webhook delivery", seconds=seconds, failed=True, code=code, event_id=message_id)
            return Attempt(status=None, code=code, detail=detail, seconds=seconds)
        seconds = time.monotonic() - began
        self._spans.done("webhook delivery", seconds=seconds, status=status, event_id=message_id)
        return Attempt(
            status=status,
            code=_code(status),
            detail=self._excerpt(start),
            retry_after=_retry_after(answered, now=now),
            seconds=seconds,
        )

    async def _posted(
        self, url: str, body: bytes, headers: Sequence[tuple[bytes, bytes]]
    ) -> tuple[int, Sequence[tuple[bytes, bytes]], bytes]:
        waits = {"connect": CONNECT_SECONDS, "read": WHOLE_SECONDS, "write": WHOLE_SECONDS, "pool": WHOLE_SECONDS}
        read = b""
        pool = await self._pool_of(url)
        async with pool.stream("POST", url, headers=headers, content=body, extensions={"timeout": waits}) as response:
            async for part in response.aiter_stream():
                read += part[: MOST_READ - len(read)]
                if len(read) >= MOST_READ:
                    break
        return response.status, response.headers, read[:MOST_KEPT]

    async def _pool_of(self, url: str) -> httpcore.AsyncConnectionPool:
        """Made for the first attempt; beside all other work, for reading the trusted certificates takes a while."""
        scheme = urlsplit(url).scheme
        if scheme not in self._pools:
            tls = self._tls
            if tls is None and scheme == "https":
                tls = await asyncio.to_thread(httpcore.default_ssl_context)
            self._pools.setdefault(scheme, self._new_pool(tls))
        return self._pools[scheme]

    def _new_pool(self, tls: ssl.SSLContext | None) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=tls,
            # Without a bound over all endpoints: one that is slow must not use up the others' connections.
            max_connections=None,
            max_keepalive_connections=50,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self._connections,
        )

    def _excerpt(self, start: bytes) -> str:
        """The first words of an answer, without what a log would not print either."""
        text = start.decode("utf-8", "replace").replace("\x00", "")
        return self._redact("".join(each if each.isprintable() else " " for each in text)).strip()[:MOST_KEPT]


def signatures(body: bytes, *, message_id: str, secrets: Sequence[bytes], now: datetime) -> str:
    """What ``webhook-signature`` holds: one for each secret, in their order."""
    return " ".join(Webhook(secret).sign(message_id, now.astimezone(UTC), body.decode()) for secret in secrets)


def _told(error: BaseException) -> tuple[str, str]:
    """What went wrong in our words: those of libraries may tell where the name led."""
    cause = error.__cause__ or error.__context__
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            error = cause
            break
        cause = cause.__cause__ or cause.__context__
    return next((code, detail) for kind, code, detail in _KINDS if isinstance(error, kind))


def _code(status: int) -> str:
    if 200 <= status < 300:
        return "delivered"
    return "redirected" if 300 <= status < 400 else "refused"


def _retry_after(headers: Iterable[tuple[bytes, bytes]], *, now: datetime) -> timedelta | None:
    """In either of its forms; what cannot be read was not said."""
    given = next((value.decode("latin-1").strip() for name, value in headers if name.lower() == b"retry-after"), "")
    if given.isascii() and given.isdigit() and len(given) < 10:
        return timedelta(seconds=int(given))
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(until - now, timedelta(0))
