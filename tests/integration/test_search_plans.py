"""F9: customers and items are searched by an index of their words, however many there are, and those of a batch of
orders are found by the indexes of their keys.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.customer_lookup import CustomerLookup
from app.domain.identifiers import ShopId
from app.ports.paging import PageRequest
from tests.stored_documents import NOW, a_customer

ROWS = 4_000

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


async def searched(engine: AsyncEngine, kind: str, words: str) -> tuple[list[str], str]:
    """The numbers that a search finds, and its plan."""
    sent: list[Any] = []
    async with PostgresUnitOfWork(engine) as uow:
        uow.driver.add_query_logger(sent.append)
        repository: Any = getattr(uow, kind)
        page = await repository.page(PageRequest(limit=20), updated_from=None, search=words)
    async with PostgresUnitOfWork(engine) as uow:
        plan = await uow.driver.fetch(f"EXPLAIN {sent[0].query}", *sent[0].args)
    return [getattr(row, kind[:-1]).no for row in page.rows], "\n".join(line[0] for line in plan)


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
    numbers, plan = await searched(engine, kind, words)

    assert numbers == [found]
    assert f"ix_{kind}_words" in plan
    assert f"Seq Scan on {kind}" not in plan


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
