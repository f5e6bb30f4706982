"""What waits is found by an index of what waits, however much lies beside it that is done (C11)."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app.adapters.postgres.repositories.inbox import TAKE
from tests.machinery import STORE, Machinery, machinery

MANY = 1_000_000
WAITING = 2_000
BATCH = 500
MOST_BLOCKS = 5 * BATCH
"""Of 8 KiB: a way down the index once, and for each row its own page, locked and told of."""
DONE = """
INSERT INTO webhook_inbox (store_id, webhook_id, topic, body, state, handled_at)
SELECT $1, 'done-' || number, 'orders/updated', '', 'handled', now() FROM generate_series(1, $2::int) AS number
"""
STILL_WAITING = """
INSERT INTO webhook_inbox (store_id, webhook_id, topic, body, state)
SELECT $1, 'waiting-' || number, 'orders/updated', '', 'waiting' FROM generate_series(1, $2::int) AS number
"""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Of an explained statement, the outermost first."""
    yield plan
    for each in plan.get("Plans", []):
        yield from nodes(each)


async def test_what_waits_is_found_by_its_index_however_much_is_done(house: Machinery) -> None:
    await house.fetch(DONE, STORE, 20_000)
    await house.do("ANALYZE webhook_inbox")

    plan = "\n".join(row[0] for row in await house.fetch(f"EXPLAIN {TAKE}", BATCH))

    assert "Seq Scan on webhook_inbox" not in plan
    assert "Index Scan using" in plan


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_beside_a_million_that_are_done_a_claim_reads_what_waits_and_nothing_else(house: Machinery) -> None:
    await house.do(DONE, STORE, MANY)
    await house.do(STILL_WAITING, STORE, WAITING)
    await house.do("ANALYZE webhook_inbox")

    [explained] = json.loads(await house.value(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {TAKE}", BATCH))

    plan = explained["Plan"]
    [scan] = [each for each in nodes(plan) if each.get("Relation Name") == "webhook_inbox"]
    assert (scan["Node Type"], scan["Index Name"]) == ("Index Scan", "ix_webhook_inbox_waiting")
    assert (scan["Actual Rows"], scan.get("Rows Removed by Filter", 0)) == (BATCH, 0)
    print(
        f"blocks: {plan['Shared Hit Blocks']} hit, {plan['Shared Read Blocks']} read; {explained['Execution Time']} ms"
    )
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < MOST_BLOCKS
