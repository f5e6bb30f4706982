"""F9: customers and items are searched by an index of their words, however many there are, and those of a batch of
orders are found by the indexes of their keys.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.repositories import customers, items
from app.adapters.postgres.repositories.paging import numbered_page
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.customer_lookup import CustomerLookup
from app.domain.identifiers import ShopId
from app.ports.paging import PageKey, PageRequest
from app.ports.sight import seeing
from tests.stored_documents import NOW, a_customer

ROWS = 4_000
NUMBERED = {"customers": customers.NUMBERED, "items": items.NUMBERED}
LOOKED_AT = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = $1"

_COPIES = f"""
INSERT INTO customers SELECT (json_populate_record(customers, json_build_object(
    'id', 'cus_' || n, 'no', 'C-' || n, 'name', 'Janssen ' || n, 'email', 'buyer' || n || '@example.com',
    'email_key', 'buyer' || n || '@example.com', 'phone_key', n % 500, 'address_key', 'street ' || n % 500))).*
FROM customers, generate_series(1, {ROWS}) AS n
"""
_ITEMS = f"""
INSERT INTO items (no, description, sku, blocked, variants, barcodes, version, created_at, updated_at)
SELECT 'IT-' || n, 'Umbrella ' || n, 'UMB/' || n, false, '[]', ARRAY['40063' || n, ''], 1, $1, $1
FROM generate_series(1, {ROWS}) AS n
"""


@pytest.fixture(scope="module")
async def engine(module_database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(module_database_url)
    async with PostgresUnitOfWork(engine) as uow:
        await a_customer(uow.driver, no="C100")
        await uow.driver.execute(_COPIES)
        await uow.driver.execute(_ITEMS, NOW)
        await uow.driver.execute("ANALYZE customers, items")
        await uow.commit()
    yield engine
    await engine.dispose()


async def searched(
    engine: AsyncEngine,
    kind: str,
    words: str,
    *,
    updated_from: datetime | None = None,
    after: PageKey | None = None,
    many: int = 10_000,
    walked: int = 2_000,
) -> tuple[list[str], int]:
    """The numbers that a search finds, and how many rows of the table it looked at."""
    async with PostgresUnitOfWork(engine) as uow:
        before = await uow.driver.fetchval(LOOKED_AT, kind)
        page = await numbered_page(
            uow.driver,
            replace(NUMBERED[kind], many=many, walked=walked),
            PageRequest(limit=20, after=after),
            updated_from=updated_from,
            search=words,
            shape=lambda row: str(row["no"]),
        )
        looked_at: int = await uow.driver.fetchval(LOOKED_AT, kind) - before
    return list(page.rows), looked_at


@pytest.mark.parametrize(
    ("kind", "words", "found"),
    [
        ("customers", "3999", "C-3999"),
        ("customers", "BUYER3998@example.com", "C-3998"),
        ("items", "umb 3997", "IT-3997"),
        ("items", "400633996", "IT-3996"),
    ],
)
async def test_a_search_reads_no_more_than_its_words_find(
    engine: AsyncEngine, kind: str, words: str, found: str
) -> None:
    numbers, looked_at = await searched(engine, kind, words)

    assert numbers == [found]
    assert looked_at <= 5


@pytest.mark.parametrize("seen", [None, frozenset({ShopId("sho_web")})])
async def test_a_word_of_some_in_a_hundred_reads_no_more_whoever_asks(
    engine: AsyncEngine, seen: frozenset[ShopId] | None
) -> None:
    """Neither the order nor the policies of who is held to some shops make it read the others."""
    with seeing(seen):
        numbers, looked_at = await searched(engine, "customers", "janssen 39")
        changed, _ = await searched(engine, "customers", "janssen 39", updated_from=NOW)

    assert numbers == changed == sorted(f"C-{each}" for each in (39, *range(390, 400), *range(3900, 4000)))[:20]
    assert looked_at <= 3 * 111


async def test_a_word_that_very_many_have_is_looked_for_among_the_next_rows_first(engine: AsyncEngine) -> None:
    numbers, looked_at = await searched(engine, "customers", "janssen", many=50, walked=100)
    following, _ = await searched(engine, "customers", "janssen", many=50, walked=100, after=(numbers[-1],))

    assert numbers + following == sorted(f"C-{each}" for each in range(1, ROWS + 1))[:40]
    assert looked_at <= 50 + 1 + 100


async def test_a_word_that_many_have_who_come_late_is_found_all_the_same(engine: AsyncEngine) -> None:
    numbers, _ = await searched(engine, "customers", "c 39", many=50, walked=100)

    assert numbers == sorted(f"C-{each}" for each in (39, *range(390, 400), *range(3900, 4000)))[:20]


async def test_a_search_that_holds_no_word_finds_nothing(engine: AsyncEngine) -> None:
    numbers, _ = await searched(engine, "customers", "%&'")

    assert numbers == []


async def test_the_customers_of_many_orders_are_found_by_their_keys_whoever_shares_them(engine: AsyncEngine) -> None:
    lookups = [
        CustomerLookup(
            email_key=f"buyer{number}@example.com",
            phone_key=str(number),
            phone_ending=str(number),
            address_keys=(f"street {number}",),
        )
        for number in range(100, 150)
    ]
    sent: list[Any] = []
    async with PostgresUnitOfWork(engine) as uow:
        uow.driver.add_query_logger(sent.append)
        found = await uow.order_facts.customers(ShopId("shp_1"), lookups)
    async with PostgresUnitOfWork(engine) as uow:
        plan = await uow.driver.fetch(f"EXPLAIN {sent[0].query}", *sent[0].args)

    assert len(found.by_email) == 50
    assert {len(customers) for customers in found.by_address.values()} == {ROWS // 500}
    assert not [line[0] for line in plan if "Seq Scan on customers" in line[0]]
