"""Runs as rows. One running run per category is an index's promise, not this module's."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from app.adapters.postgres.page_keys import Conditions
from app.domain.identifiers import RunId, ShopId, StoreId
from app.ports.paging import Page, PageRequest
from app.ports.repositories.runs import (
    ClaimedRun,
    EndedRun,
    LeaseLost,
    NewRun,
    Run,
    RunFilter,
    RunReport,
    RunShop,
    RunState,
)
from app.ports.signals import Channel

SHOP_COLUMNS = """
s.id, s.code, s.store_id, st.store_domain,
coalesce(s.settings #>> '{general,time_zone}', st.time_zone, 'UTC') AS time_zone,
coalesce((s.settings #>> '{general,allow_background}')::boolean, true) AS allow_background,
st.credentials IS NOT NULL AND st.access_revoked_at IS NULL AS reachable
"""

RUN_COLUMNS = """
r.id, r.shop_id, s.code AS shop, s.store_id, r.task, r.category, r.filters, r.parameters, r.requested_by, r.state,
r.progress_done, r.progress_total, r.counts, r.errors, r.problem, r.attempts, r.cancel_requested_at, r.claim_no,
r.queued_at, r.started_at, r.finished_at
"""

SHOP = f"""
SELECT {SHOP_COLUMNS} FROM shops s JOIN stores st ON st.id = s.store_id
WHERE s.code = $1 AND ($2::text[] IS NULL OR s.id = ANY($2))
"""

SHOPS_OF_STORE = f"""
SELECT {SHOP_COLUMNS} FROM shops s JOIN stores st ON st.id = s.store_id WHERE s.store_id = $1 ORDER BY s.id
"""

ADD = """
INSERT INTO runs (
    id, shop_id, task, category, filters, parameters, fingerprint, schedule_key, requested_by, state,
    progress_done, counts, errors, attempts, claim_no, queued_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', 0, '{}', '[]', 0, 0, $10)
ON CONFLICT (schedule_key) DO NOTHING
"""

GET = f"""
SELECT {RUN_COLUMNS} FROM runs r JOIN shops s ON s.id = r.shop_id
WHERE r.id = $1 AND ($2::text[] IS NULL OR r.shop_id = ANY($2))
"""

# Two equal requests at once wait for each other here, until the first has committed.
ONE_ASKS = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

LAST_EQUAL = f"""
SELECT {RUN_COLUMNS} FROM runs r JOIN shops s ON s.id = r.shop_id
WHERE r.fingerprint = $1 ORDER BY r.queued_at DESC LIMIT 1
"""

NOTE = "UPDATE runs SET parameters = parameters || $2::jsonb WHERE id = $1 AND state = 'running'"

PAGE = f"""
SELECT {RUN_COLUMNS} FROM runs r JOIN shops s ON s.id = r.shop_id
WHERE {{where}} ORDER BY r.queued_at DESC, r.id DESC LIMIT $1
"""

CLAIM = f"""
WITH claimed AS (
    UPDATE runs SET
        state = 'running', claimed_by = $2, claim_no = claim_no + 1, claimed_until = $4::timestamptz + $3::interval,
        attempts = attempts + 1, started_at = coalesce(started_at, $4),
        progress_done = 0, progress_total = NULL, counts = '{{}}', errors = '[]'
    WHERE id = (
        SELECT id FROM runs
        WHERE category = (SELECT category FROM runs WHERE id = $1)
          AND (state = 'queued' OR (state = 'running' AND claimed_until < $4))
        ORDER BY state = 'running' DESC, queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING *
)
SELECT {RUN_COLUMNS} FROM claimed r JOIN shops s ON s.id = r.shop_id
"""

RENEW = """
UPDATE runs SET claimed_until = $3::timestamptz + $4::interval,
    progress_done = $5, progress_total = $6, counts = $7, errors = $8
WHERE id = $1 AND claim_no = $2 AND state = 'running'
RETURNING cancel_requested_at
"""

FINISH = f"""
WITH ended AS (
    UPDATE runs SET state = $3, problem = $4, finished_at = $5, claimed_by = NULL, claimed_until = NULL,
        progress_done = $6, progress_total = $7, counts = $8, errors = $9
    WHERE id = $1 AND claim_no = $2 AND state = 'running'
    RETURNING id, category
)
SELECT id, pg_notify('{Channel.RUN_ENDED.value}', id)::text, (
    SELECT next.id FROM runs AS next WHERE next.category = ended.category AND state = 'queued'
    ORDER BY queued_at, id LIMIT 1
) AS following
FROM ended
"""

RELEASE = """
UPDATE runs SET state = 'queued', claimed_by = NULL, claimed_until = NULL, attempts = greatest(0, attempts - 1)
WHERE id = $1 AND claim_no = $2 AND state = 'running'
"""

CANCEL = f"""
WITH found AS (SELECT id, state FROM runs WHERE id = $1 FOR UPDATE),
changed AS (
    UPDATE runs SET
        cancel_requested_at = coalesce(runs.cancel_requested_at, $2),
        state = CASE WHEN found.state = 'queued' THEN 'cancelled' ELSE found.state END,
        finished_at = CASE WHEN found.state = 'queued' THEN $2 ELSE runs.finished_at END
    FROM found WHERE runs.id = found.id AND found.state IN ('queued', 'running')
)
SELECT state, CASE WHEN state = 'queued' THEN pg_notify('{Channel.RUN_ENDED.value}', id)::text END FROM found
"""

WORKABLE = """
SELECT DISTINCT ON (category) id FROM runs r
WHERE (state = 'queued' AND NOT EXISTS (
          SELECT 1 FROM runs o WHERE o.category = r.category AND o.state = 'running' AND o.claimed_until >= $1))
   OR (state = 'running' AND claimed_until < $1)
ORDER BY category, queued_at, id
LIMIT $2
"""


class PostgresRuns:
    """The runs, through the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def shop(self, code: str, visible: Collection[ShopId] | None) -> RunShop | None:
        row = await self._driver.fetchrow(SHOP, code, _ids(visible))
        return None if row is None else shop_of(row)

    async def shops_of_store(self, store: StoreId) -> Sequence[RunShop]:
        return [shop_of(row) for row in await self._driver.fetch(SHOPS_OF_STORE, store)]

    async def open_equal(self, fingerprint: str) -> RunId | None:
        await self._driver.execute(ONE_ASKS, fingerprint)
        found: RunId | None = await self._driver.fetchval(
            "SELECT id FROM runs WHERE fingerprint = $1 AND state IN ('queued', 'running') ORDER BY queued_at LIMIT 1",
            fingerprint,
        )
        return found

    async def last_equal(self, fingerprint: str) -> Run | None:
        await self._driver.execute(ONE_ASKS, fingerprint)
        row = await self._driver.fetchrow(LAST_EQUAL, fingerprint)
        return None if row is None else run_of(row)

    async def note(self, run: RunId, parameters: Mapping[str, Any]) -> None:
        await self._driver.execute(NOTE, run, _json(parameters))

    async def add(self, run: NewRun, *, now: datetime) -> bool:
        done: str = await self._driver.execute(
            ADD,
            run.id,
            run.shop_id,
            run.task,
            run.category,
            _json(run.filters),
            _json(run.parameters),
            run.fingerprint,
            run.schedule_key,
            run.requested_by,
            now,
        )
        return done.endswith(" 1")

    async def get(self, run: RunId, visible: Collection[ShopId] | None = None) -> Run | None:
        row = await self._driver.fetchrow(GET, run, _ids(visible))
        return None if row is None else run_of(row)

    async def page(self, filters: RunFilter, request: PageRequest) -> Page[Run]:
        where = Conditions(request.limit + 1)
        where.add_given("r.shop_id = ANY({0}::text[])", _ids(filters.shop_ids))
        where.add_given("r.shop_id = (SELECT id FROM shops WHERE code = {0})", filters.shop)
        where.add_given("r.task = {0}", filters.task)
        where.add_given("r.state = {0}", filters.state)
        if request.after is not None:
            moment, last = request.after
            where.add("(r.queued_at, r.id) < ({0}, {1})", datetime.fromisoformat(str(moment)), last)
        rows = await self._driver.fetch(PAGE.format(where=where), *where.parameters)
        runs = [run_of(row) for row in rows[: request.limit]]
        more = len(rows) > request.limit
        return Page(rows=runs, next_after=(runs[-1].queued_at.isoformat(), runs[-1].id) if more else None)

    async def claim_next(self, run: RunId, *, by: str, lease: timedelta, now: datetime) -> ClaimedRun | None:
        try:
            row = await self._driver.fetchrow(CLAIM, run, by, lease, now)
        except asyncpg.UniqueViolationError:
            # Another run of the category has begun meanwhile; this transaction is of no more use.
            return None
        if row is None:
            return None
        return ClaimedRun(run=run_of(row), store_id=StoreId(row["store_id"]), claim_no=row["claim_no"])

    async def renew(self, claim: ClaimedRun, report: RunReport, *, lease: timedelta, now: datetime) -> datetime | None:
        row = await self._driver.fetchrow(
            RENEW,
            claim.run.id,
            claim.claim_no,
            now,
            lease,
            report.done,
            report.total,
            _json(report.counts),
            _json(report.errors),
        )
        if row is None:
            raise LeaseLost
        asked: datetime | None = row["cancel_requested_at"]
        return asked

    async def finish(
        self,
        claim: ClaimedRun,
        state: RunState,
        report: RunReport,
        *,
        problem: Mapping[str, Any] | None,
        now: datetime,
    ) -> EndedRun | None:
        row = await self._driver.fetchrow(
            FINISH,
            claim.run.id,
            claim.claim_no,
            state.value,
            None if problem is None else _json(problem),
            now,
            report.done,
            report.total,
            _json(report.counts),
            _json(report.errors),
        )
        return None if row is None else EndedRun(following=row["following"])

    async def release(self, claim: ClaimedRun) -> None:
        await self._driver.execute(RELEASE, claim.run.id, claim.claim_no)

    async def cancel(self, run: RunId, *, now: datetime) -> RunState | None:
        state = await self._driver.fetchval(CANCEL, run, now)
        return None if state is None else RunState(state)

    async def workable(self, *, now: datetime, limit: int) -> Sequence[RunId]:
        return [RunId(row["id"]) for row in await self._driver.fetch(WORKABLE, now, limit)]


def shop_of(row: asyncpg.Record) -> RunShop:
    """A row with ``SHOP_COLUMNS``."""
    return RunShop(
        id=ShopId(row["id"]),
        code=row["code"],
        store_id=StoreId(row["store_id"]),
        store_domain=row["store_domain"],
        time_zone=row["time_zone"],
        allow_background=row["allow_background"],
        reachable=row["reachable"],
    )


def run_of(row: asyncpg.Record) -> Run:
    """A row with ``RUN_COLUMNS``."""
    return Run(
        id=RunId(row["id"]),
        shop_id=ShopId(row["shop_id"]),
        shop=row["shop"],
        task=row["task"],
        category=row["category"],
        filters=_value(row["filters"]),
        parameters=_value(row["parameters"]),
        requested_by=row["requested_by"],
        state=RunState(row["state"]),
        done=row["progress_done"],
        total=row["progress_total"],
        counts=_value(row["counts"]),
        errors=_value(row["errors"]),
        problem=None if row["problem"] is None else _value(row["problem"]),
        attempts=row["attempts"],
        cancel_requested_at=row["cancel_requested_at"],
        queued_at=row["queued_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _value(text: str) -> Any:
    return msgspec.json.decode(text)


def _ids(visible: Collection[ShopId] | None) -> list[str] | None:
    return None if visible is None else sorted(visible)
