"""The needs for webhook subscriptions, from stores and the settings of their shops."""

from datetime import datetime

import asyncpg

from app.adapters.postgres.repositories.schedules import LISTENS
from app.domain.identifiers import StoreId
from app.ports.repositories.subscriptions import SubscriptionNeeds
from app.ports.store_gateway import StoreRef

NEEDS = f"""
SELECT st.id, st.store_domain, st.granted_scopes, st.access_revoked_at, st.access_revoked_reason,
       st.created_at, st.webhooks_missed_since,
       EXISTS (
           SELECT 1 FROM shops s
           WHERE s.store_id = st.id AND coalesce((s.settings #>> '{{orders,webhooks}}')::boolean, true)
       ) AS order_webhooks,
       EXISTS (
           SELECT 1 FROM shops s
           WHERE s.store_id = st.id AND coalesce((s.settings #>> '{{general,allow_outgoing}}')::boolean, true)
       ) AS allow_outgoing,
       ARRAY(
           SELECT DISTINCT c.task FROM schedules c JOIN shops s ON s.id = c.shop_id
           WHERE s.store_id = st.id AND {LISTENS}
       ) AS tasks
FROM stores st
WHERE st.id = $1 AND st.deleted_at IS NULL
"""


class PostgresSubscriptions:
    """Needs and due marks, through the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def needs(self, store: StoreId) -> SubscriptionNeeds | None:
        row = await self._driver.fetchrow(NEEDS, store)
        if row is None:
            return None
        return SubscriptionNeeds(
            store=StoreRef(id=StoreId(row["id"]), domain=row["store_domain"]),
            order_webhooks=row["order_webhooks"],
            tasks=frozenset(row["tasks"]),
            allow_outgoing=row["allow_outgoing"],
            granted_scopes=None if row["granted_scopes"] is None else tuple(row["granted_scopes"]),
            access_revoked=row["access_revoked_at"] is not None,
            access_revoked_reason=row["access_revoked_reason"],
            connected_at=row["created_at"],
            missed_since=row["webhooks_missed_since"],
        )

    async def begun(self, store: StoreId) -> None:
        await self._driver.execute("UPDATE stores SET subscriptions_checked_at = '-infinity' WHERE id = $1", store)

    async def missed(self, store: StoreId) -> None:
        await self._driver.execute(
            "UPDATE stores SET webhooks_missed_since = coalesce(webhooks_missed_since, subscriptions_good_at)"
            " WHERE id = $1",
            store,
        )

    async def caught_up(self, store: StoreId, since: datetime) -> None:
        await self._driver.execute(
            "UPDATE stores SET webhooks_missed_since = NULL WHERE id = $1 AND webhooks_missed_since = $2", store, since
        )

    async def checked(self, store: StoreId, *, at: datetime, good: bool) -> None:
        await self._driver.execute(
            "UPDATE stores SET"
            " subscriptions_checked_at = CASE WHEN subscriptions_checked_at IS NOT NULL THEN $2::timestamptz END,"
            " subscriptions_good_at = CASE WHEN $3 THEN $2::timestamptz ELSE subscriptions_good_at END WHERE id = $1",
            store,
            at,
            good,
        )

    async def due(self, store: StoreId) -> None:
        await self._driver.execute("UPDATE stores SET subscriptions_checked_at = NULL WHERE id = $1", store)
