"""A connection for looking alone: each statement is for itself, with no transaction to begin and to end.

Whoever reads one thing needs no more, and under READ COMMITTED several statements of a transaction agree no better.
Knows no table. Nothing goes through that changes a row, locks one, or would last to the end of a transaction.
"""

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, Final

import asyncpg

from app.adapters.postgres.database import CONNECTION_TROUBLE

_MORE_THAN_LOOKING: Final = re.compile(
    r"\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|SHARE|CALL|DO|SET|set_config|nextval|pg_notify|pg_\w*advisory\w*)\b"
)


class Looking:
    """What repositories ask, in place of the driver's connection; ``again`` gives another one for one that has died."""

    def __init__(self, driver: asyncpg.Connection, again: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._driver = driver
        self._again: Callable[[], Awaitable[asyncpg.Connection]] | None = again

    async def fetch(self, query: str, *parameters: object) -> Any:
        return await self._asked("fetch", query, *parameters)

    async def fetchrow(self, query: str, *parameters: object) -> Any:
        return await self._asked("fetchrow", query, *parameters)

    async def fetchval(self, query: str, *parameters: object) -> Any:
        return await self._asked("fetchval", query, *parameters)

    def is_closed(self) -> bool:
        return bool(self._driver.is_closed())

    def is_in_transaction(self) -> bool:
        return bool(self._driver.is_in_transaction())

    async def _asked(self, how: str, query: str, *parameters: object) -> Any:
        if not only_looks(query):
            raise RuntimeError("Who only looks can neither change nor lock anything.")
        again, self._again = self._again, None
        try:
            return await getattr(self._driver, how)(query, *parameters)
        except CONNECTION_TROUBLE:
            # As where a transaction begins: a server that has just ended one connection may let in the next.
            if again is None or not self._driver.is_closed():
                raise
        self._driver = await again()
        return await getattr(self._driver, how)(query, *parameters)


@lru_cache(maxsize=256)
def only_looks(query: str) -> bool:
    """Whether a statement of ours changes nothing: we write what does in capitals."""
    return _MORE_THAN_LOOKING.search(query) is None
