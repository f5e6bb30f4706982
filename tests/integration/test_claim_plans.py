"""What waits is found by an index of what waits, however much lies beside it that is done (C11)."""

from collections.abc import AsyncIterator

import pytest

from app.adapters.postgres.repositories.inbox import TAKE
from tests.machinery import STORE, Machinery, machinery

DONE = """
INSERT INTO webhook_inbox (store_id, webhook_id, topic, body, state, handled_at)
SELECT $1, 'done-' || number, 'orders/updated', '', 'handled', now() FROM generate_series(1, 20000) AS number
"""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


async def test_what_waits_is_found_by_its_index_however_much_is_done(house: Machinery) -> None:
    await house.fetch(DONE, STORE)
    await house.do("ANALYZE webhook_inbox")

    plan = "\n".join(row[0] for row in await house.fetch(f"EXPLAIN {TAKE}", 500))

    assert "Seq Scan on webhook_inbox" not in plan
    assert "Index Scan using" in plan
