"""The points buckets of stores, shared by all processes, and the costs learned of documents (decision 10)."""

from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import single_statements
from app.domain.identifiers import StoreId
from app.ports.store_access import PointsState

_SINCE = "GREATEST(0, EXTRACT(EPOCH FROM clock_timestamp() - measured_at))"
_REFILLED = f"LEAST(maximum, available + restore_rate * {_SINCE})"
_NEEDED = "LEAST(maximum, $2::double precision + $3::double precision * maximum)"

_RESERVE = f"""
UPDATE store_points SET available = {_REFILLED} - $2, measured_at = clock_timestamp()
WHERE store_id = $1 AND {_REFILLED} >= {_NEEDED}
RETURNING available
"""

_MISSING = f"GREATEST(0, ({_NEEDED} - ({_REFILLED})) / GREATEST(restore_rate, 1))"
_WAIT = f"""
UPDATE store_points SET throttled_seconds = throttled_seconds + {_MISSING},
    measured_at = LEAST(measured_at, clock_timestamp()) WHERE store_id = $1
RETURNING {_MISSING}
"""

_CORRECT = """
INSERT INTO store_points (store_id, maximum, restore_rate, available, measured_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (store_id) DO UPDATE SET maximum = excluded.maximum, restore_rate = excluded.restore_rate,
    available = excluded.available, measured_at = excluded.measured_at
"""

_LEARN = """
INSERT INTO document_costs (document, points) VALUES ($1, $2)
ON CONFLICT (document) DO UPDATE SET points = excluded.points WHERE document_costs.points <> excluded.points
"""

SHORTEST_WAIT_SECONDS = 0.05


class PostgresPointsBucket:
    """Costs are remembered in the process, those that others learned before it asked first: they change with Shopify's
    releases, not with calls.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._costs: dict[str, int] = {}
        self._asked = False

    async def reserve(self, store: StoreId, points: int, *, keep_free: float = 0) -> float:
        async with single_statements(self._engine) as driver:
            if await driver.fetchrow(_RESERVE, store, points, keep_free) is not None:
                return 0.0
            wait = await driver.fetchval(_WAIT, store, points, keep_free)
        # No row: nothing has been told of this store's bucket yet, so the first call goes out and will tell.
        return 0.0 if wait is None else max(SHORTEST_WAIT_SECONDS, float(wait))

    async def correct(self, store: StoreId, state: PointsState) -> None:
        async with single_statements(self._engine) as driver:
            await driver.execute(_CORRECT, store, state.maximum, state.restore_rate, float(state.available))

    async def learned_cost(self, document: str) -> int | None:
        if not self._asked:
            async with single_statements(self._engine) as driver:
                rows = await driver.fetch("SELECT document, points FROM document_costs")
            self._costs = {row["document"]: row["points"] for row in rows} | self._costs
            self._asked = True
        return self._costs.get(document)

    async def learn_cost(self, document: str, points: int) -> None:
        if self._costs.get(document) == points:
            return
        async with single_statements(self._engine) as driver:
            await driver.execute(_LEARN, document, points)
        self._costs[document] = points
