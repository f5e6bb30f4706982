"""The inbox as dispatchers see it; what Shopify's door writes is in ``app.adapters.postgres.webhook_inbox``."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from app.domain.identifiers import StoreId
from app.ports.repositories.inbox import LookedAt, WaitingWebhook
from app.ports.signals import Channel

TAKE = """
SELECT store_id, webhook_id, topic, triggered_at, body,
       (SELECT store_domain FROM stores WHERE id = store_id) AS store_domain,
       EXISTS (SELECT 1 FROM stores WHERE id = store_id AND deleted_at IS NOT NULL) AS store_deleted
FROM webhook_inbox
WHERE state = 'waiting'
ORDER BY received_at, store_id, webhook_id
LIMIT $1 FOR UPDATE SKIP LOCKED
"""

SETTLE = """
UPDATE webhook_inbox AS inbox SET state = done.state, detail = done.detail, handled_at = $5,
    body = CASE WHEN forgotten.shopify_id IS NULL THEN inbox.body ELSE ''::bytea END
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $6::text[])
    AS done (store_id, webhook_id, state, detail, shopify_id)
LEFT JOIN forgotten_orders AS forgotten
    ON forgotten.store_id = done.store_id AND forgotten.shopify_id = done.shopify_id
WHERE inbox.store_id = done.store_id AND inbox.webhook_id = done.webhook_id
"""


class PostgresInbox:
    """The waiting webhooks, through the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def take(self, limit: int) -> Sequence[WaitingWebhook]:
        return [
            WaitingWebhook(
                store_id=StoreId(row["store_id"]),
                store_domain=row["store_domain"],
                webhook_id=row["webhook_id"],
                topic=row["topic"],
                triggered_at=row["triggered_at"],
                body=row["body"],
                store_deleted=row["store_deleted"],
            )
            for row in await self._driver.fetch(TAKE, limit)
        ]

    async def replay(self, *, since: datetime) -> int:
        done: str = await self._driver.execute(
            "UPDATE webhook_inbox SET state = 'waiting', handled_at = NULL, detail = NULL WHERE received_at >= $1",
            since,
        )
        return int(done.rpartition(" ")[2])

    async def settle(self, looked_at: Sequence[LookedAt], *, now: datetime) -> None:
        await self._driver.execute(
            SETTLE,
            [done.webhook.store_id for done in looked_at],
            [done.webhook.webhook_id for done in looked_at],
            [done.state.value for done in looked_at],
            [done.detail for done in looked_at],
            now,
            [done.order for done in looked_at],
        )

    async def bulk_operation_ended(self, store: StoreId) -> None:
        await self._driver.execute("SELECT pg_notify($1, $2)", Channel.BULK_OPERATION_ENDED.value, store)
