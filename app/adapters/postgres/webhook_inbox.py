"""The inbox of webhooks and the secrets that sign them, on a small pool of its own.

The pool is apart so that a busy service never keeps Shopify waiting. Knows nothing of topics or payloads.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from app.adapters.postgres.database import SERVER_SETTINGS, as_plain_url, database_trouble
from app.adapters.postgres.group_commit import GroupCommit
from app.domain.identifiers import StoreId
from app.failpoints import Act, through
from app.ports.errors import DatabaseUnavailable, NotFound
from app.ports.signals import Channel
from app.ports.webhook_inbox import ReceivedWebhook, SignedStore

PATIENCE_SECONDS = 3.0
"""Shopify gives five seconds for everything."""

REMEMBERED_SECONDS = 5.0
REREAD_SECONDS = 1.0
MOST_REMEMBERED = 10_000

STORE = f"""
WITH stored AS (
    INSERT INTO webhook_inbox (store_id, webhook_id, topic, event_id, api_version, triggered_at, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
    ON CONFLICT DO NOTHING
    RETURNING store_id, webhook_id
), told AS (
    SELECT count(*) AS new FROM stored
)
SELECT store_id, webhook_id, CASE WHEN told.new > 0 THEN pg_notify('{Channel.WEBHOOKS_ARRIVED.value}', '')::text END
FROM stored, told
"""

SECRETS = """
SELECT id, credentials,
       CASE WHEN previous_webhook_secret_until > now() THEN previous_webhook_secret END AS previous
FROM stores
WHERE store_domain = $1 AND (deleted_at IS NULL OR deleted_at > now() - interval '90 days')
"""


async def _keep_session(_connection: asyncpg.Connection) -> None:
    """Nothing is ever set on these connections, so there is nothing to reset between two uses."""


async def door_pool(url: str) -> asyncpg.Pool:
    """Two connections for Shopify's door; they are made when first needed, and made again when they died."""
    return await asyncpg.create_pool(
        as_plain_url(url),
        min_size=0,
        max_size=2,
        timeout=PATIENCE_SECONDS,
        command_timeout=PATIENCE_SECONDS,
        reset=_keep_session,
        server_settings=SERVER_SETTINGS | {"statement_timeout": "3000", "lock_timeout": "2500"},
    )


class PostgresWebhookInbox:
    """Stores by group commit. Keys are sorted within a statement, so that two of them cannot wait in a circle."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._commits: GroupCommit[ReceivedWebhook, bool] = GroupCommit(
            self._write, size=lambda webhook: len(webhook.body), at_once=pool.get_max_size()
        )

    async def store(self, webhook: ReceivedWebhook) -> bool:
        return await self._commits.submit(webhook)

    async def drain(self) -> None:
        """Finish what has been taken; nothing more is."""
        await self._commits.drain()

    async def _write(self, webhooks: Sequence[ReceivedWebhook]) -> Sequence[bool]:
        rows = sorted(webhooks, key=_key)
        columns: list[list[Any]] = [
            [row.store_id for row in rows],
            [row.webhook_id for row in rows],
            [row.topic for row in rows],
            [row.event_id for row in rows],
            [row.api_version for row in rows],
            [row.triggered_at for row in rows],
            [row.body for row in rows],
        ]
        try:
            async with database_trouble():
                stored = await through(Act.WEBHOOK_STORE, self._pool.fetch(STORE, *columns))
        except asyncpg.ForeignKeyViolationError as error:
            raise NotFound("The store is gone.") from error
        except (asyncpg.InterfaceError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError) as error:
            raise DatabaseUnavailable("The database did not take the webhook in time.") from error
        new = {(row["store_id"], row["webhook_id"]) for row in stored}
        answers: list[bool] = []
        for webhook in webhooks:
            # Of two equal ones in a batch one is new.
            answers.append(_key(webhook) in new)
            new.discard(_key(webhook))
        return answers


def _key(webhook: ReceivedWebhook) -> tuple[str, str]:
    return webhook.store_id, webhook.webhook_id


@dataclass(frozen=True, slots=True)
class _Remembered:
    store: SignedStore | None
    read_at: float


class PostgresWebhookSecrets:
    """Remembers for a few seconds what ``reveal(credentials, previous, store)`` makes of a store's secrets."""

    def __init__(
        self, pool: asyncpg.Pool, reveal: Callable[[bytes | None, bytes | None, StoreId], tuple[bytes, ...]]
    ) -> None:
        self._pool = pool
        self._reveal = reveal
        self._remembered: OrderedDict[str, _Remembered] = OrderedDict()

    async def of(self, domain: str) -> SignedStore | None:
        return await self._read(domain, not_older_than=REMEMBERED_SECONDS)

    async def reread(self, domain: str) -> SignedStore | None:
        return await self._read(domain, not_older_than=REREAD_SECONDS)

    async def _read(self, domain: str, *, not_older_than: float) -> SignedStore | None:
        known = self._remembered.get(domain)
        if known is not None and time.monotonic() - known.read_at < not_older_than:
            return known.store
        try:
            async with database_trouble():
                row = await self._pool.fetchrow(SECRETS, domain)
        except (asyncpg.InterfaceError, asyncpg.QueryCanceledError) as error:
            raise DatabaseUnavailable("The database did not answer in time.") from error
        store = None
        if row is not None:
            store = SignedStore(
                id=StoreId(row["id"]),
                secrets=self._reveal(row["credentials"], row["previous"], StoreId(row["id"])),
            )
        self._remembered[domain] = _Remembered(store, time.monotonic())
        self._remembered.move_to_end(domain)
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return store
