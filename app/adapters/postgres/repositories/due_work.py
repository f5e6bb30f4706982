"""Due work found by partial indexes: one probe per store, shop and endpoint, never a scan of the queues."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from app.ports.job_queue import Nudge, NudgeKind

DUE = """
(SELECT 'orders_to_import' AS kind, st.id || CASE lane WHEN 1 THEN '' ELSE '/' || lane END AS key
 FROM stores st
 CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM (
        SELECT 1 FROM orders_to_import q
        WHERE q.store_id = st.id AND q.due_at <= $1 AND (q.claimed_until IS NULL OR q.claimed_until < $1)
        LIMIT 200
    ) AS waiting
 ) AS due
 CROSS JOIN generate_series(1, 4) AS lane
 WHERE st.deleted_at IS NULL AND st.access_revoked_at IS NULL AND due.number > (lane - 1) * 50
 LIMIT $2)
UNION ALL
(SELECT 'documents', s.id FROM shops s
 WHERE EXISTS (SELECT 1 FROM orders o WHERE o.shop_id = s.id AND o.document_due_at <= $1) LIMIT $2)
UNION ALL
(SELECT 'write_back', st.id FROM stores st
 WHERE st.deleted_at IS NULL AND st.access_revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM number_write_backs w
    WHERE w.store_id = st.id AND w.due_at <= $1 AND (w.claimed_until IS NULL OR w.claimed_until < $1)
 ) LIMIT $2)
UNION ALL
(SELECT 'webhook_deliveries', e.id FROM webhook_endpoints e
 WHERE e.enabled AND (
    e.position < (SELECT last FROM event_positions WHERE id = 1)
    OR ((e.paused_until IS NULL OR e.paused_until <= $1) AND EXISTS (
        SELECT 1 FROM webhook_deliveries d
        WHERE d.endpoint_id = e.id AND d.due_at <= $1 AND (d.claimed_until IS NULL OR d.claimed_until < $1)
    ))
 ) LIMIT $2)
UNION ALL
(SELECT 'shipments', st.id FROM stores st
 WHERE st.deleted_at IS NULL AND st.access_revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM shipments h
    WHERE h.store_id = st.id AND h.due_at <= $1 AND (h.claimed_until IS NULL OR h.claimed_until < $1)
 ) LIMIT $2)
UNION ALL
(SELECT 'stock', s.id FROM shops s JOIN stores st ON st.id = s.store_id
 WHERE st.deleted_at IS NULL AND st.access_revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM stock_to_tell h
    WHERE h.shop_id = s.id AND h.due_at <= $1 AND (h.claimed_until IS NULL OR h.claimed_until < $1)
 ) LIMIT $2)
UNION ALL
(SELECT DISTINCT 'privacy', r.store_id FROM privacy_requests r WHERE r.state = 'waiting' AND r.due_at <= $1 LIMIT $2)
UNION ALL
(SELECT 'check_subscriptions', st.id FROM stores st
 WHERE st.deleted_at IS NULL AND st.access_revoked_at IS NULL
   AND coalesce(st.subscriptions_checked_at, '-infinity') = '-infinity'
   AND st.credentials IS NOT NULL AND EXISTS (SELECT 1 FROM shops s WHERE s.store_id = st.id) LIMIT $2)
"""


class PostgresDueWork:
    """Due work, through the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def nudges(self, *, now: datetime, limit: int) -> Sequence[Nudge]:
        return [Nudge(NudgeKind(row["kind"]), row["key"]) for row in await self._driver.fetch(DUE, now, limit)]
