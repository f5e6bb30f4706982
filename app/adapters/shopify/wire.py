"""One bounded HTTP exchange: a JSON body out, an answer of limited size in. Knows nothing of GraphQL, tokens
or retries.
"""

import zlib
from dataclasses import dataclass
from typing import Final

import anyio
import httpx

ANSWER_LIMIT: Final = 48 * 1024 * 1024
"""Bytes, unpacked. A page of the largest orders is a tenth of it; an answer that unpacks to more is an attack
or a mistake.
"""

EXCHANGE_SECONDS: Final = 60.0
_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireAnswer:
    status: int
    headers: httpx.Headers
    body: bytes


class WireFailure(Exception):
    """No whole answer came. ``sent`` is False when the request certainly did not reach the store."""

    def __init__(self, detail: str, *, sent: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.sent = sent


class AnswerTooLarge(Exception):
    """The answer is larger than we read."""


def new_http_client() -> httpx.AsyncClient:
    """A client with connections kept for many stores, and no redirects: a token must not follow one."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=30.0)
    return httpx.AsyncClient(timeout=_TIMEOUT, limits=limits, follow_redirects=False)


async def post_json(
    http: httpx.AsyncClient, url: str, body: bytes, *, headers: dict[str, str], limit: int = ANSWER_LIMIT
) -> WireAnswer:
    """Send a JSON body and read the answer up to ``limit`` bytes.

    Raises WireFailure and AnswerTooLarge, nothing of the library.
    """
    sending = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "gzip", **headers}
    try:
        with anyio.fail_after(EXCHANGE_SECONDS):
            async with http.stream("POST", url, content=body, headers=sending, timeout=_TIMEOUT) as response:
                packed = await _bounded(response, limit)
                return WireAnswer(
                    status=response.status_code,
                    headers=response.headers,
                    body=unpacked(packed, response.headers.get("content-encoding", ""), limit=limit),
                )
    except _NOT_SENT as exc:
        raise WireFailure(f"no connection ({type(exc).__name__})", sent=False) from exc
    except (httpx.HTTPError, httpx.StreamError) as exc:
        raise WireFailure(f"no whole answer ({type(exc).__name__})", sent=True) from exc
    except TimeoutError as exc:
        raise WireFailure(f"no whole answer within {EXCHANGE_SECONDS:.0f} s", sent=True) from exc


def unpacked(packed: bytes, encoding: str, *, limit: int) -> bytes:
    """The body without its compression, never more than ``limit`` bytes (B12)."""
    if encoding in ("", "identity"):
        return packed
    if encoding not in ("gzip", "deflate"):
        raise WireFailure(f"the answer is packed in a way that was not asked for ({encoding[:20]})", sent=True)
    unpacking = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)
    try:
        body = unpacking.decompress(packed, limit + 1)
    except zlib.error as exc:
        raise WireFailure("the answer cannot be unpacked", sent=True) from exc
    if len(body) > limit:
        raise AnswerTooLarge
    if not unpacking.eof:
        raise WireFailure("the answer was cut off", sent=True)
    return body


async def _bounded(response: httpx.Response, limit: int) -> bytes:
    """The raw body; httpx would unpack it without any limit."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > limit:
            raise AnswerTooLarge
        chunks.append(chunk)
    return b"".join(chunks)
