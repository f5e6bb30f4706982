"""Fetching the file of a bulk operation, line by line, and proving that all of it came.

An exchange that breaks off goes on where it was. The address is a secret of its own and takes no token. What a line
says is not known here.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import anyio
import httpx
import msgspec

from app.adapters.shopify.bulk_spool import BulkSpool
from app.adapters.shopify.points import Sleep
from app.ports.bulk_orders import BulkResultGone, BulkResultIncomplete
from app.ports.errors import StoreUnavailable

LONGEST_LINE: Final = 48 * 1024 * 1024
"""Bytes: the same as of an answer. Lists of an order stand on lines of their own."""
LINES_AT_ONCE: Final = 1000
BYTES_AT_ONCE: Final = 2 * 1024 * 1024
PAUSES: Final = (1.0, 5.0, 15.0)
_TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)
_PARTIAL: Final = 206


@dataclass(slots=True)
class _Lines:
    """What has come of the file, cut into lines."""

    taken: int = 0
    """Bytes of whole lines."""
    _rest: bytes = b""

    def cut(self, chunk: bytes) -> list[bytes]:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise BulkResultIncomplete("A line of the bulk operation's file is longer than we read.")
        self.taken += sum(len(line) + 1 for line in whole)
        return whole

    def last(self) -> list[bytes]:
        """The line that no line break ends; only at the end of the file it may be whole."""
        rest, self._rest = self._rest, b""
        return [rest] if rest else []

    def forget_rest(self) -> None:
        self._rest = b""


@dataclass(slots=True)
class _Batch:
    """Lines on their way into the spool."""

    spool: BulkSpool
    lines: list[bytes] = field(default_factory=list)
    size: int = 0

    async def add(self, lines: Sequence[bytes]) -> None:
        self.lines += [line for line in lines if line]
        self.size += sum(map(len, lines))
        if len(self.lines) >= LINES_AT_ONCE or self.size >= BYTES_AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        lines, self.lines, self.size = self.lines, [], 0
        if lines:
            await asyncio.to_thread(self.spool.add, lines)


@asynccontextmanager
async def fetched(
    http: httpx.AsyncClient, url: str, *, lines: int, roots: int, sleep: Sleep = anyio.sleep
) -> AsyncIterator[BulkSpool]:
    """The file's lines, as many as were counted and none without its parent. Raises BulkResultGone,
    BulkResultIncomplete, and StoreUnavailable when it cannot be had.
    """
    spool = BulkSpool()
    try:
        for pause in (*PAUSES, None):
            trouble = await _attempt(http, url, spool, sleep)
            trouble = trouble or await asyncio.to_thread(_missing, spool, lines, roots)
            if trouble is None:
                break
            if pause is None:
                raise trouble
            await asyncio.to_thread(spool.clear)
            await sleep(pause)
        yield spool
    finally:
        await asyncio.to_thread(spool.close)


def _missing(spool: BulkSpool, lines: int, roots: int) -> StoreUnavailable | None:
    """What is wrong with what has come."""
    found = spool.counts()
    if found != (lines, roots):
        return BulkResultIncomplete(
            f"The file of the bulk operation has {found[0]} lines with {found[1]} orders; Shopify counted {lines} with"
            f" {roots}."
        )
    spool.complete()
    if orphans := spool.orphans():
        return BulkResultIncomplete(f"{orphans} lines of the bulk operation's file belong to nothing that is in it.")
    return None


async def _attempt(http: httpx.AsyncClient, url: str, spool: BulkSpool, sleep: Sleep) -> StoreUnavailable | None:
    """Read to the end, going on where it broke off. What is in the way, or None. Raises BulkResultGone."""
    read, batch = _Lines(), _Batch(spool)
    try:
        for pause in (*PAUSES, None):
            try:
                await _exchange(http, url, read, batch)
                await batch.add(read.last())
                await batch.flush()
                return None
            except (httpx.HTTPError, httpx.StreamError) as broken:
                read.forget_rest()
                if pause is None:
                    return StoreUnavailable(f"The file of the bulk operation cannot be read: {type(broken).__name__}.")
                await sleep(pause)
    except msgspec.DecodeError:
        return BulkResultIncomplete("A line of the bulk operation's file is not whole.")
    return None


async def _exchange(http: httpx.AsyncClient, url: str, read: _Lines, batch: _Batch) -> None:
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={read.taken}-"} if read.taken else {})
    async with http.stream("GET", url, headers=headers, timeout=_TIMEOUT) as answer:
        if answer.is_client_error:
            raise BulkResultGone(f"Shopify does not give out the file of the bulk operation ({answer.status_code}).")
        answer.raise_for_status()
        if read.taken and answer.status_code != _PARTIAL:
            # It begins anew: so do we.
            batch.lines, batch.size, read.taken = [], 0, 0
            await asyncio.to_thread(batch.spool.clear)
        async for chunk in answer.aiter_raw():
            await batch.add(read.cut(chunk))
