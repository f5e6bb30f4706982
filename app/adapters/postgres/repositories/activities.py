"""The cues counted over partial indexes: what is open, never what is done."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from app.adapters.postgres.repositories.cue_conditions import CUES_OF_ORDERS, CUES_OF_REFUNDS
from app.adapters.postgres.repositories.skipped_records import SOURCES
from app.adapters.postgres.repositories.webhook_endpoints import NEEDS_A_PERSON
from app.domain.activities import REFUSED_AT_LEAST, REFUSED_FOR, WORKER_SILENT_FOR, Cue, collected_before
from app.domain.identifiers import ShopId
from app.domain.webhook_deliveries import LATE_AFTER
from app.ports.repositories.activities import Activity

_SILENT = f"interval '{WORKER_SILENT_FOR.total_seconds()} seconds'"

SHOPS = """
SELECT id, code, store_id, created_at FROM shops
WHERE ($1::text[] IS NULL OR id = ANY($1)) AND ($2::text IS NULL OR code = $2)
"""

OF_RECORDS = "\nUNION ALL ".join(
    f"SELECT '{cue.value}' AS cue, s.code, count(*) AS number, min(r.created_at) AS oldest"
    f" FROM s JOIN {table} r ON r.shop_id = s.id WHERE {condition} GROUP BY s.code"
    for table, conditions in (("orders", CUES_OF_ORDERS), ("refunds", CUES_OF_REFUNDS))
    for cue, condition in conditions.items()
)

SKIPPED = "\nUNION ALL ".join(
    f"SELECT shop_id, coalesce(failed_at, updated_at) AS since FROM ({source}) AS found" for source in SOURCES.values()
)
"""All that the list of skipped records shows."""

COUNTED = f"""
WITH s AS ({SHOPS})
{OF_RECORDS}
UNION ALL
SELECT 'orders_in_conflict', s.code, count(*), min((o.conflict ->> 'detected_at')::timestamptz)
FROM s JOIN orders o ON o.shop_id = s.id AND o.conflict IS NOT NULL GROUP BY s.code
UNION ALL
SELECT 'orders_to_import_with_errors', s.code, count(*), min(q.failed_at)
FROM s JOIN orders_to_import q ON q.store_id = s.store_id AND (q.shop_id = s.id OR q.shop_id IS NULL)
WHERE q.error_code IS NOT NULL AND q.left_out_at IS NULL GROUP BY s.code
UNION ALL
SELECT 'synchronisation_errors', s.code, count(*), min(e.since)
FROM s JOIN ({SKIPPED}) AS e ON e.shop_id = s.id GROUP BY s.code
UNION ALL
SELECT CASE h.state WHEN 'pending' THEN 'unprocessed_shipments' ELSE 'shipment_errors' END AS cue, s.code, count(*),
    min(CASE h.state WHEN 'pending' THEN h.created_at ELSE h.failed_at END)
FROM s JOIN shipments h ON h.shop_id = s.id AND h.state IN ('pending', 'failed', 'partially') GROUP BY s.code, 1
UNION ALL
SELECT 'erp_not_collecting', s.code, count(*), min(d.released_at)
FROM s JOIN sales_documents d ON d.shop_id = s.id AND d.state = 'released'
WHERE d.released_at < $3 GROUP BY s.code
UNION ALL
SELECT 'webhook_endpoints_failing', s.code, count(*), min(coalesce(w.failing_since, w.disabled_at))
FROM s JOIN webhook_endpoints w ON w.shop_ids IS NULL OR s.id = ANY(w.shop_ids)
WHERE {NEEDS_A_PERSON.format(late="$4")} AND ($1::text[] IS NULL OR w.shop_ids <@ $1) GROUP BY s.code
UNION ALL
SELECT 'access_revoked', s.code, count(*), min(st.access_revoked_at)
FROM s JOIN stores st ON st.id = s.store_id AND st.access_revoked_at IS NOT NULL GROUP BY s.code
UNION ALL
SELECT 'webhooks_refused', s.code, r.refused, r.since FROM s JOIN refused_webhooks r ON r.store_id = s.store_id
WHERE r.refused >= {REFUSED_AT_LEAST} AND r.since < now() - interval '{REFUSED_FOR.total_seconds()} seconds'
UNION ALL
SELECT 'no_worker', s.code, 1, coalesce(last.beat_at, s.created_at)
FROM s, (SELECT max(beat_at) AS beat_at FROM process_beats WHERE role = 'worker') AS last
WHERE last.beat_at IS NULL OR last.beat_at < now() - {_SILENT}
UNION ALL
SELECT 'clocks_differ', s.code, b.number, b.oldest
FROM s, (SELECT count(*) AS number, min(differs_since) AS oldest FROM process_beats
    WHERE differs_since IS NOT NULL AND beat_at >= now() - {_SILENT}) AS b
WHERE b.number > 0
"""


class PostgresActivities:
    """The cues, through the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def of(self, shops: Collection[ShopId] | None, *, shop: str | None, now: datetime) -> Sequence[Activity]:
        rows = await self._driver.fetch(COUNTED, _ids(shops), shop, collected_before(now), now - LATE_AFTER)
        return [
            Activity(cue=Cue(row["cue"]), shop=row["code"], count=row["number"], oldest_at=row["oldest"])
            for row in rows
        ]

    async def shop_codes(self, shops: Collection[ShopId] | None, *, shop: str | None) -> Sequence[str]:
        rows = await self._driver.fetch(f"{SHOPS} ORDER BY code", _ids(shops), shop)
        return [row["code"] for row in rows]


def _ids(shops: Collection[ShopId] | None) -> list[str] | None:
    return None if shops is None else sorted(shops)
