"""Answers already given. A key taken by an open transaction makes others wait on its row."""

import json
from datetime import datetime

import asyncpg

from app.ports.errors import Conflict
from app.ports.repositories.idempotency import KeptAnswer, RequestKey

UNANSWERED = 0
"""Status of a row whose transaction is still working; nobody else ever sees it."""
PURGED_AT_ONCE = 5000


class PostgresIdempotency:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def begin(self, request: RequestKey, fingerprint: bytes, *, now: datetime) -> KeptAnswer | None:
        taken = await self._take(request, fingerprint, now)
        if taken:
            return None
        row = await self._driver.fetchrow(
            "SELECT fingerprint, status, headers, body FROM idempotency_keys"
            " WHERE api_key_id = $1 AND operation = $2 AND key = $3",
            request.api_key_id,
            request.operation,
            request.key,
        )
        if row is None:
            raise _in_progress()
        return KeptAnswer(
            fingerprint=row["fingerprint"],
            status=row["status"],
            headers=json.loads(row["headers"]),
            body=row["body"],
        )

    async def _take(self, request: RequestKey, fingerprint: bytes, now: datetime) -> bool:
        await self._driver.execute("SET LOCAL lock_timeout = '5s'")
        try:
            taken = await self._driver.fetchval(
                "INSERT INTO idempotency_keys"
                " (api_key_id, operation, key, fingerprint, status, headers, body, created_at)"
                " VALUES ($1, $2, $3, $4, $5, '{}', '', $6) ON CONFLICT DO NOTHING RETURNING true",
                request.api_key_id,
                request.operation,
                request.key,
                fingerprint,
                UNANSWERED,
                now,
            )
        except asyncpg.LockNotAvailableError:
            raise _in_progress() from None
        await self._driver.execute("SET LOCAL lock_timeout TO DEFAULT")
        return bool(taken)

    async def keep(self, request: RequestKey, answer: KeptAnswer) -> None:
        await self._driver.execute(
            "UPDATE idempotency_keys SET status = $4, headers = $5, body = $6"
            " WHERE api_key_id = $1 AND operation = $2 AND key = $3",
            request.api_key_id,
            request.operation,
            request.key,
            answer.status,
            json.dumps(dict(answer.headers)),
            answer.body,
        )

    async def purge(self, before: datetime) -> int:
        done: str = await self._driver.execute(
            "DELETE FROM idempotency_keys WHERE ctid IN"
            " (SELECT ctid FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
            before,
            PURGED_AT_ONCE,
        )
        return int(done.rpartition(" ")[2])


def _in_progress() -> Conflict:
    return Conflict(
        "The same request is being worked on. Ask again in a moment.", code="request_in_progress", retryable=True
    )
