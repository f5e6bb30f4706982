"""The state of the work with a store, on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from app.adapters.postgres.repositories.stored_json import decoder
from app.domain.identifiers import RunId, StoreId
from app.ports.repositories.store_state import RecordFailure, RunStanding, Sweeps
from app.ports.store_gateway import StoreDescription

_DESCRIBE = """
WITH before AS (SELECT currency, time_zone, country_code FROM stores WHERE id = $1 FOR UPDATE)
UPDATE stores SET name = $2, plan = $3, currency = $4, time_zone = $5, country_code = $6, granted_scopes = $7,
    described_at = $8, access_revoked_at = NULL, access_revoked_reason = NULL, updated_at = $8
FROM before WHERE id = $1
RETURNING (before.currency, before.time_zone, before.country_code) IS DISTINCT FROM ($4::text, $5::text, $6::text)
"""

# A row of the queue may outlive the run that listed it.
_TALLY = """
INSERT INTO run_tallies AS tally (run_id, name, number)
SELECT run_id, name, number FROM unnest($1::text[], $2::text[], $3::bigint[]) AS new(run_id, name, number)
WHERE EXISTS (SELECT FROM runs WHERE runs.id = run_id)
ORDER BY run_id, name
ON CONFLICT (run_id, name) DO UPDATE SET number = tally.number + excluded.number
"""

_FAILURES = """
INSERT INTO run_failures (run_id, resource_type, resource_id, code, detail)
SELECT DISTINCT ON (run_id, type, id) run_id, type, id, code, detail
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS new(run_id, type, id, code, detail)
WHERE EXISTS (SELECT FROM runs WHERE runs.id = run_id)
ORDER BY run_id, type, id
ON CONFLICT (run_id, resource_type, resource_id) DO UPDATE SET code = excluded.code, detail = excluded.detail
"""

_STANDING = """
SELECT (SELECT count(*) FROM orders_to_import WHERE run_id = $1 AND due_at IS NOT NULL) AS orders_left,
    (SELECT COALESCE(json_object_agg(name, number), '{}') FROM run_tallies WHERE run_id = $1) AS tallied,
    (SELECT COALESCE(json_agg(json_build_object('resource_type', resource_type, 'id', resource_id, 'code', code,
        'detail', detail) ORDER BY resource_type, resource_id), '[]') FROM run_failures WHERE run_id = $1) AS failures
"""

_tallied = decoder(dict[str, int])
_failures = decoder(list[RecordFailure])


class PostgresStoreState:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def set_orders_listed_at(self, store: StoreId, at: datetime) -> None:
        await self._driver.execute(
            "UPDATE stores SET orders_listed_at = GREATEST(orders_listed_at, $2) WHERE id = $1", store, at
        )

    async def sweeps(self, store: StoreId) -> Sweeps:
        row = await self._driver.fetchrow(
            "SELECT created_at AS connected_at, orders_listed_at AS listed_at, orders_swept_at AS swept_at,"
            " orders_swept_widely_at AS swept_widely_at FROM stores WHERE id = $1",
            store,
        )
        return Sweeps(**dict(row))

    async def swept(self, store: StoreId, *, at: datetime, wide: bool) -> None:
        await self._driver.execute(
            "UPDATE stores SET orders_swept_at = $2,"
            " orders_swept_widely_at = CASE WHEN $3 THEN $2 ELSE orders_swept_widely_at END WHERE id = $1",
            store,
            at,
            wide,
        )

    async def describe(self, store: StoreId, description: StoreDescription, *, now: datetime) -> bool:
        moved: bool | None = await self._driver.fetchval(
            _DESCRIBE,
            store,
            description.name,
            description.plan,
            description.currency,
            description.time_zone,
            description.country_code,
            list(description.granted_scopes),
            now,
        )
        return bool(moved)

    async def tally(self, counts: Mapping[RunId, Mapping[str, int]]) -> None:
        rows = [(run, name, number) for run, numbers in counts.items() for name, number in numbers.items() if number]
        if rows:
            await self._driver.execute(_TALLY, *(list(column) for column in zip(*rows, strict=True)))

    async def note_failures(self, failures: Sequence[tuple[RunId, RecordFailure]]) -> None:
        rows = [(run, each.resource_type, each.id, each.code, each.detail) for run, each in failures]
        if rows:
            await self._driver.execute(_FAILURES, *(list(column) for column in zip(*rows, strict=True)))

    async def standing(self, run: RunId) -> RunStanding:
        row = await self._driver.fetchrow(_STANDING, run)
        return RunStanding(
            left=row["orders_left"], tallied=_tallied.decode(row["tallied"]), failures=_failures.decode(row["failures"])
        )
