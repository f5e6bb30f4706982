"""Schedules as rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg
import msgspec

from app.adapters.postgres.repositories.runs import SHOP_COLUMNS, shop_of
from app.domain.announced_records import AnnouncedRecord
from app.domain.identifiers import ShopId, StoreId
from app.ports.repositories.schedules import ActiveSchedule, Schedule
from app.ports.signals import Channel

ECHO_SECONDS = 60
"""So long after we wrote the store may announce it."""
WRITERS = {"sync_products": ("sync_products", "sync_prices", "sync_images")}
"""Which tasks write what the webhooks of a task announce, where it is not that task alone."""

COLUMNS = "c.task, c.enabled, c.every_minutes, c.cron, c.filters, c.parameters, c.category, c.version, c.updated_at"

PUT = f"""
WITH written AS (
    INSERT INTO schedules (
        shop_id, task, enabled, every_minutes, cron, filters, parameters, category, version, updated_at
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (shop_id, task) DO UPDATE SET
        enabled = excluded.enabled, every_minutes = excluded.every_minutes, cron = excluded.cron,
        filters = excluded.filters, parameters = excluded.parameters, category = excluded.category,
        version = excluded.version, updated_at = excluded.updated_at
    RETURNING shop_id
)
SELECT pg_notify('{Channel.SCHEDULES_CHANGED.value}', '')::text FROM written
"""

ACTIVE = f"""
WITH c AS (
    SELECT shop_id, task, enabled, every_minutes, cron, filters, parameters, category, version, updated_at
    FROM schedules
    UNION ALL
    SELECT n.id, d.task, true, d.every_minutes, NULL, '{{}}', '{{}}', NULL, 0, n.created_at
    FROM shops n CROSS JOIN unnest($1::text[], $2::int[]) AS d (task, every_minutes)
    WHERE NOT EXISTS (SELECT 1 FROM schedules o WHERE o.shop_id = n.id AND o.task = d.task)
)
SELECT {COLUMNS}, {SHOP_COLUMNS}
FROM c JOIN shops s ON s.id = c.shop_id JOIN stores st ON st.id = s.store_id
WHERE c.enabled AND st.deleted_at IS NULL
ORDER BY c.shop_id, c.task
"""

# Which settings have a task take in what is announced; another one only sends, and needs no webhook.
LISTENS = """c.enabled AND CASE c.task
    WHEN 'sync_products' THEN coalesce((s.settings #>> '{items,auto_create}')::boolean, false)
    WHEN 'sync_customers' THEN coalesce(s.settings #>> '{customers,import}', 'with_orders') = 'all'
        OR coalesce(s.settings #>> '{customers,import}', 'with_orders') = 'with_orders'
            AND coalesce((s.settings #>> '{customers,update_from_store}')::boolean, false)
    WHEN 'sync_companies' THEN coalesce(s.settings #>> '{companies,import}', 'with_orders') = 'all'
        OR coalesce(s.settings #>> '{companies,import}', 'with_orders') = 'with_orders'
            AND coalesce((s.settings #>> '{companies,update_from_store}')::boolean, false)
    ELSE c.task IN ('sync_payouts', 'sync_inventory')
END AND coalesce((s.settings #>> '{general,allow_background}')::boolean, true)"""

LISTENING = f"""
SELECT c.shop_id FROM schedules c JOIN shops s ON s.id = c.shop_id
WHERE s.store_id = $1 AND c.task = $2 AND {LISTENS}
"""

_KNOWN = """
    SELECT x.store_updated_at FROM record_exchanges x
    WHERE x.shop_id = c.shop_id AND x.store_record_id = told.id AND (c.task, x.kind) IN (
        ('sync_customers', 'customer'), ('sync_companies', 'company'), ('sync_companies', 'company_location')
    )
    UNION ALL
    SELECT NULL FROM product_exports e
    WHERE e.shop_id = c.shop_id AND e.store_product_id = told.id AND c.task = 'sync_products'
"""

# What we wrote is known by the store's change time after it; while we are writing, and for a moment after, any news of
# what is ours is taken for our own.
WAKE = f"""
UPDATE schedules c SET woken_at = $7
FROM shops s
WHERE s.id = c.shop_id AND s.store_id = $1 AND c.task = $2 AND c.woken_at IS NULL AND {LISTENS} AND EXISTS (
    SELECT FROM unnest($3::text[], $4::timestamptz[]) AS told(id, changed_at)
    WHERE NOT EXISTS (
        SELECT FROM ({_KNOWN}) AS known
        WHERE told.changed_at <= known.store_updated_at OR EXISTS (
            SELECT FROM runs r
            WHERE r.shop_id = c.shop_id AND r.task = ANY($5::text[])
              AND r.queued_at > $6::timestamptz - interval '1 day'
              AND (r.state = 'running' OR r.finished_at > $6::timestamptz - interval '{ECHO_SECONDS} seconds')
        )
    )
)
"""

WOKEN = f"""
SELECT {COLUMNS}, {SHOP_COLUMNS}
FROM schedules c JOIN shops s ON s.id = c.shop_id JOIN stores st ON st.id = s.store_id
WHERE c.woken_at <= $1 AND c.enabled AND st.deleted_at IS NULL
ORDER BY c.shop_id, c.task FOR UPDATE OF c SKIP LOCKED
"""

FORGET_DUE_TIMES = """
UPDATE runs SET schedule_key = NULL
WHERE queued_at > $1 AND schedule_key IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM schedules c WHERE c.shop_id = runs.shop_id AND c.task = runs.task AND c.cron IS NOT NULL
)
"""


class PostgresSchedules:
    """The schedules, through the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def get(self, shop: ShopId, task: str, *, lock: bool = False) -> Schedule | None:
        row = await self._driver.fetchrow(
            f"SELECT {COLUMNS} FROM schedules c WHERE shop_id = $1 AND task = $2{' FOR UPDATE' if lock else ''}",
            shop,
            task,
        )
        return None if row is None else _schedule(row)

    async def put(self, shop: ShopId, schedule: Schedule) -> None:
        await self._driver.execute(
            PUT,
            shop,
            schedule.task,
            schedule.enabled,
            schedule.every_minutes,
            schedule.cron,
            msgspec.json.encode(schedule.filters).decode(),
            msgspec.json.encode(schedule.parameters).decode(),
            schedule.category,
            schedule.version,
            schedule.updated_at,
        )

    async def active(self, defaults: Mapping[str, int]) -> Sequence[ActiveSchedule]:
        rows = await self._driver.fetch(ACTIVE, list(defaults), list(defaults.values()))
        return [ActiveSchedule(shop=shop_of(row), schedule=_schedule(row)) for row in rows]

    async def listening(self, store: StoreId, task: str) -> Collection[ShopId]:
        return [ShopId(row["shop_id"]) for row in await self._driver.fetch(LISTENING, store, task)]

    async def wake(
        self, store: StoreId, task: str, told: Sequence[AnnouncedRecord], *, now: datetime, due_at: datetime
    ) -> None:
        await self._driver.execute(
            WAKE,
            store,
            task,
            [each.shopify_id for each in told],
            [each.changed_at for each in told],
            list(WRITERS.get(task, (task,))),
            now,
            due_at,
        )

    async def woken(self, *, now: datetime) -> Sequence[ActiveSchedule]:
        rows = await self._driver.fetch(WOKEN, now)
        return [ActiveSchedule(shop=shop_of(row), schedule=_schedule(row)) for row in rows]

    async def forget_due_times(self, *, after: datetime) -> None:
        await self._driver.execute(FORGET_DUE_TIMES, after)

    async def went_to_work(self, shop: ShopId, task: str) -> None:
        await self._driver.execute("UPDATE schedules SET woken_at = NULL WHERE shop_id = $1 AND task = $2", shop, task)


def _schedule(row: asyncpg.Record) -> Schedule:
    return Schedule(
        task=row["task"],
        enabled=row["enabled"],
        every_minutes=row["every_minutes"],
        cron=row["cron"],
        filters=msgspec.json.decode(row["filters"]),
        parameters=msgspec.json.decode(row["parameters"]),
        category=row["category"],
        version=row["version"],
        updated_at=row["updated_at"],
    )
