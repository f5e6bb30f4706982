"""Blocked work is found by the names of the facts it waits for."""

from collections.abc import Collection

import asyncpg

# Locked in the order of their ids, as everywhere. One that is due already is locked, too: whoever has just taken it may
# have decided without what appears here, and is waited for.
_APPEARED = """
UPDATE orders SET document_due_at = now() WHERE id IN (
    SELECT id FROM orders
    WHERE id = ANY(ARRAY(
        SELECT id FROM orders WHERE waits_for && $1::text[]
        UNION SELECT order_id FROM refunds WHERE waits_for && $1::text[]
    ))
    ORDER BY id FOR UPDATE
)
"""


class PostgresAwaitingWork:
    """Uses the GIN indexes on ``waits_for`` of orders and refunds."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def appeared(self, facts: Collection[str]) -> int:
        if not facts:
            return 0
        done: str = await self._driver.execute(
            _APPEARED,
            sorted(facts),
        )
        return int(done.rpartition(" ")[2])
