"""Schedules as rows."""

from collections.abc import Mapping, Sequence

import asyncpg
import msgspec

from app.adapters.postgres.repositories.runs import SHOP_COLUMNS, shop_of
from app.domain.identifiers import ShopId
from app.ports.repositories.schedules import ActiveSchedule, Schedule
from app.ports.signals import Channel

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
