"""Blocked work is found by the names of the facts it waits for."""

from collections.abc import Collection

import asyncpg


class PostgresAwaitingWork:
    """Uses the GIN index on ``orders.waits_for``."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def appeared(self, facts: Collection[str]) -> int:
        if not facts:
            return 0
        done: str = await self._driver.execute(
            "UPDATE orders SET document_due_at = now() WHERE waits_for && $1::text[] AND document_due_at IS NULL",
            sorted(facts),
        )
        return int(done.rpartition(" ")[2])
