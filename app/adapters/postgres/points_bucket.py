"""The points buckets of stores, shared by all processes, and the costs learned of documents (decision 10)."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import database_trouble
from app.domain.identifiers import StoreId
from app.ports.store_access import PointsState

_REFILLED = """LEAST(maximum, available + restore_rate * EXTRACT(EPOCH FROM clock_timestamp() - measured_at))"""
_NEEDED = "LEAST(maximum, CAST(:points AS double precision) + CAST(:keep_free AS double precision) * maximum)"

_RESERVE = text(f"""
UPDATE store_points SET available = {_REFILLED} - :points, measured_at = clock_timestamp()
WHERE store_id = :store AND {_REFILLED} >= {_NEEDED}
RETURNING available
""")

_MISSING = f"GREATEST(0, ({_NEEDED} - ({_REFILLED})) / GREATEST(restore_rate, 1))"
_WAIT = text(f"""
UPDATE store_points SET throttled_seconds = throttled_seconds + {_MISSING} WHERE store_id = :store
RETURNING {_MISSING}
""")

_CORRECT = text("""
INSERT INTO store_points (store_id, maximum, restore_rate, available, measured_at)
VALUES (:store, :maximum, :restore_rate, :available, clock_timestamp())
ON CONFLICT (store_id) DO UPDATE SET maximum = excluded.maximum, restore_rate = excluded.restore_rate,
    available = excluded.available, measured_at = excluded.measured_at
""")

_LEARN = text("""
INSERT INTO document_costs (document, points) VALUES (:document, :points)
ON CONFLICT (document) DO UPDATE SET points = excluded.points WHERE document_costs.points <> excluded.points
""")

SHORTEST_WAIT_SECONDS = 0.05


class PostgresPointsBucket:
    """Costs are remembered in the process: they change with Shopify's releases, not with calls."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._costs: dict[str, int] = {}

    async def reserve(self, store: StoreId, points: int, *, keep_free: float = 0) -> float:
        given = {"store": store, "points": points, "keep_free": keep_free}
        async with database_trouble(), self._engine.connect() as connection:
            if (await connection.execute(_RESERVE, given)).first() is not None:
                return 0.0
            wait = (await connection.execute(_WAIT, given)).scalar()
        # No row: nothing has been told of this store's bucket yet, so the first call goes out and will tell.
        return 0.0 if wait is None else max(SHORTEST_WAIT_SECONDS, float(wait))

    async def correct(self, store: StoreId, state: PointsState) -> None:
        given = {
            "store": store,
            "maximum": state.maximum,
            "restore_rate": state.restore_rate,
            "available": float(state.available),
        }
        async with database_trouble(), self._engine.connect() as connection:
            await connection.execute(_CORRECT, given)

    async def learned_cost(self, document: str) -> int | None:
        if document not in self._costs:
            async with database_trouble(), self._engine.connect() as connection:
                found = (
                    await connection.execute(
                        text("SELECT points FROM document_costs WHERE document = :document"), {"document": document}
                    )
                ).scalar()
            if found is None:
                return None
            self._costs[document] = int(found)
        return self._costs[document]

    async def learn_cost(self, document: str, points: int) -> None:
        if self._costs.get(document) == points:
            return
        async with database_trouble(), self._engine.connect() as connection:
            await connection.execute(_LEARN, {"document": document, "points": points})
        self._costs[document] = points
