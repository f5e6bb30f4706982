"""Deleting what is old: each statement takes a batch by index, so that no lock is held for long."""

from datetime import datetime

import asyncpg

from app.domain.identifiers import RunId

WEBHOOKS = """
DELETE FROM webhook_inbox USING (
    SELECT store_id, webhook_id FROM webhook_inbox
    WHERE received_at < $1 AND state IN ('handled', 'kept') ORDER BY received_at LIMIT $2
) AS old
WHERE webhook_inbox.store_id = old.store_id AND webhook_inbox.webhook_id = old.webhook_id
"""

KEYS = """
DELETE FROM idempotency_keys USING (
    SELECT api_key_id, operation, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2
) AS old
WHERE idempotency_keys.api_key_id = old.api_key_id AND idempotency_keys.operation = old.operation
  AND idempotency_keys.key = old.key
"""

RUNS = """
DELETE FROM runs WHERE id IN (
    SELECT id FROM runs WHERE finished_at < $1 AND id <> $2 AND state NOT IN ('queued', 'running') LIMIT $3
)
"""

CAPTURES = """
DELETE FROM order_captures USING (
    SELECT c.order_id, c.captured_at FROM order_captures AS c WHERE c.captured_at < $1 AND EXISTS (
        SELECT FROM order_captures AS later WHERE later.order_id = c.order_id AND later.captured_at > c.captured_at
    ) LIMIT $2
) AS old
WHERE order_captures.order_id = old.order_id AND order_captures.captured_at = old.captured_at
"""

JOB_LOG = (
    "DELETE FROM pgqueuer_log WHERE id IN (SELECT id FROM pgqueuer_log WHERE created < $1 ORDER BY created LIMIT $2)"
)


class PostgresRetention:
    """Old rows, through the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def webhooks(self, *, before: datetime, limit: int) -> int:
        return _number(await self._driver.execute(WEBHOOKS, before, limit))

    async def idempotency_keys(self, *, before: datetime, limit: int) -> int:
        return _number(await self._driver.execute(KEYS, before, limit))

    async def runs(self, *, before: datetime, keep: RunId, limit: int) -> int:
        return _number(await self._driver.execute(RUNS, before, keep, limit))

    async def captures(self, *, before: datetime, limit: int) -> int:
        return _number(await self._driver.execute(CAPTURES, before, limit))

    async def job_log(self, *, before: datetime, limit: int) -> int:
        return _number(await self._driver.execute(JOB_LOG, before, limit))


def _number(done: str) -> int:
    return int(done.rpartition(" ")[2])
