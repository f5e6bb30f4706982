"""The figures of an installation, in one statement over partial indexes: depths and ages, never the done work.

What ended is counted over the last hour, from rows that are there anyway: no counter is written for anybody to watch.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import database_trouble, raw_connection
from app.adapters.postgres.repositories.activities import PostgresActivities
from app.domain.activities import WORKER_SILENT_FOR, Cue
from app.ports.clock import Clock
from app.ports.figures import Figure

_ENABLED = "SELECT id FROM webhook_endpoints WHERE enabled"
_LIVES = f"beat_at >= now() - interval '{WORKER_SILENT_FOR.total_seconds()} seconds'"
_AGE = "coalesce(extract(epoch FROM now() - min({since})), 0)"


def _queue(queue: str, table: str, condition: str, since: str) -> str:
    """How much is due in a queue, and for how long the oldest has been."""
    age = _AGE.format(since=since)
    return f"""
    SELECT queue.* FROM (SELECT count(*) AS number, {age} AS age FROM {table} WHERE {condition}) AS waiting,
    LATERAL (VALUES
        ('queue_depth', ARRAY['queue', '{queue}'], waiting.number::float8),
        ('queue_age_seconds', ARRAY['queue', '{queue}'], waiting.age::float8)
    ) AS queue (name, labels, value)
    """


_QUEUES = "\nUNION ALL ".join(
    (
        _queue("inbox", "webhook_inbox", "state = 'waiting'", "received_at"),
        _queue("orders_to_import", "orders_to_import", "due_at <= now()", "due_at"),
        _queue("documents", "orders", "document_due_at <= now()", "document_due_at"),
        _queue("write_backs", "number_write_backs", "due_at <= now()", "due_at"),
        _queue("shipments", "shipments", "due_at <= now()", "due_at"),
        _queue("stock", "stock_to_tell", "due_at <= now()", "due_at"),
        _queue("deliveries", "webhook_deliveries", f"due_at <= now() AND endpoint_id IN ({_ENABLED})", "due_at"),
        _queue("runs", "runs", "state = 'queued'", "queued_at"),
        _queue("events", "events", "position IS NULL", "occurred_at"),
    )
)

_FIGURES = f"""
{_QUEUES}
UNION ALL
SELECT 'orders_to_import_parked', ARRAY[]::text[], count(*) FROM orders_to_import
WHERE due_at IS NULL AND error_code IS NOT NULL AND left_out_at IS NULL
UNION ALL
SELECT 'runs_running', ARRAY['task', task], count(*) FROM runs WHERE state = 'running' GROUP BY task
UNION ALL
SELECT 'runs_ended_last_hour', ARRAY['task', task, 'outcome', state], count(*) FROM runs
WHERE state IN ('succeeded', 'failed', 'cancelled') AND queued_at > now() - interval '1 day'
  AND finished_at > now() - interval '1 hour'
GROUP BY task, state
UNION ALL
SELECT 'deliveries_ended_last_hour', ARRAY['outcome', state], count(*) FROM webhook_deliveries
WHERE due_at IS NULL AND updated_at > now() - interval '1 hour' GROUP BY state
UNION ALL
SELECT 'deliveries_retrying', ARRAY['endpoint', endpoint_id], count(*) FROM webhook_deliveries
WHERE due_at IS NOT NULL AND attempts > 0 GROUP BY endpoint_id
UNION ALL
SELECT 'endpoint_lag_events', ARRAY['endpoint', e.id], p.last - e.position
FROM webhook_endpoints e CROSS JOIN event_positions p
UNION ALL
SELECT 'endpoint_enabled', ARRAY['endpoint', id], enabled::int FROM webhook_endpoints
UNION ALL
SELECT 'feed_position', ARRAY[]::text[], last FROM event_positions
UNION ALL
SELECT 'processes', ARRAY['role', role], count(*) FILTER (WHERE {_LIVES})
FROM (VALUES ('api'), ('worker')) AS roles(role) LEFT JOIN process_beats USING (role) GROUP BY role
UNION ALL
SELECT 'clock_ahead_seconds', ARRAY['process', process, 'of', told.of], told.seconds
FROM process_beats, LATERAL (VALUES ('database', ahead_of_database), ('stores', ahead_of_stores)) AS told(of, seconds)
WHERE {_LIVES} AND told.seconds IS NOT NULL
UNION ALL
SELECT 'webhooks_refused', ARRAY['store', st.store_domain], r.refused
FROM refused_webhooks r JOIN stores st ON st.id = r.store_id
UNION ALL
SELECT 'database_deadlocks_total', ARRAY[]::text[], deadlocks FROM pg_stat_database WHERE datname = current_database()
UNION ALL
SELECT figure.* FROM stores st JOIN store_points sp ON sp.store_id = st.id, LATERAL (VALUES
    ('store_points', ARRAY['store', st.store_domain],
     least(sp.maximum, sp.available
        + sp.restore_rate * greatest(0, extract(epoch FROM now() - sp.measured_at)))::float8),
    ('store_points_maximum', ARRAY['store', st.store_domain], sp.maximum::float8),
    ('store_throttled_seconds_total', ARRAY['store', st.store_domain], sp.throttled_seconds)
) AS figure (name, labels, value)
WHERE st.deleted_at IS NULL
"""


class PostgresFigures:
    """Read on a connection of its own; the database's own clock says how old things are."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def read(self) -> Sequence[Figure]:
        async with database_trouble(), self._engine.connect() as connection:
            driver = await raw_connection(connection)
            rows = await driver.fetch(_FIGURES)
            activities = PostgresActivities(driver)
            codes = await activities.shop_codes(None, shop=None)
            open_cues = await activities.of(None, shop=None, now=self._clock.now())
        counted = {(each.cue, each.shop): each.count for each in open_cues}
        return [
            *(Figure(name=row["name"], value=float(row["value"]), labels=_labels(row["labels"])) for row in rows),
            *(
                Figure(name="cue", value=counted.get((cue, code), 0), labels={"cue": cue.value, "shop": code})
                for code in codes
                for cue in Cue
            ),
        ]


def _labels(pairs: Sequence[str]) -> dict[str, str]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))
