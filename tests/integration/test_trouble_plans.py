"""F9: the few troubles among much that went well are found by an index, in the order in which they are listed."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.repositories import log_entries, skipped_records
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.log_words import LogLevel
from app.ports.paging import PageKey, PageRequest
from app.ports.repositories.log_entries import LogFilter
from app.ports.repositories.skipped_records import SkippedRecordFilter
from tests.integration.test_documents_lists import indexes, plan, rows_looked_at
from tests.stored_documents import WEB, a_store_with_two_shops

pytestmark = pytest.mark.long

ROWS = 20_000
LOGGED = {"events", "runs", "store_calls"}
QUEUES = ("number_write_backs", "record_exchanges", "stock_to_tell", "product_exports")

_EVENTS = f"""
INSERT INTO events (id, type, occurred_at, shop_id, resource_type, resource_id, resource_version)
SELECT 'evt_' || n, CASE n % 5000 WHEN 1 THEN 'shipment.failed' WHEN 2 THEN 'order.blocked' ELSE 'order.updated' END,
    now() - n * interval '1 second', '{WEB}', 'order', 'ord_' || n, 1
FROM generate_series(1, {ROWS}) AS n
"""
_RUNS = f"""
INSERT INTO runs (id, shop_id, task, category, filters, parameters, fingerprint, requested_by, state, progress_done,
    counts, errors, attempts, claim_no, queued_at, finished_at)
SELECT 'run_' || n, '{WEB}', 'import_orders', 'c', '{{}}', '{{}}', 'f' || n, 'k',
    CASE n % 5000 WHEN 1 THEN 'failed' ELSE 'succeeded' END, 0, '{{}}',
    CASE n % 5000 WHEN 2 THEN '[{{}}]'::jsonb ELSE '[]' END, 1, 1, moment, moment
FROM (SELECT n, now() - n * interval '1 second' AS moment FROM generate_series(1, {ROWS}) AS n) AS each
"""
_CALLS = f"""
INSERT INTO store_calls (id, store_id, called_at, operation, writes, attempt, status, milliseconds)
SELECT 'cal_' || n, 'sto_1', now() - n * interval '1 second', 'OrderClose', true, 1,
    CASE n % 5000 WHEN 1 THEN NULL WHEN 2 THEN 502 ELSE 200 END, 9
FROM generate_series(1, {ROWS}) AS n
"""
_SKIPPED = (
    f"""
    INSERT INTO number_write_backs (order_id, store_id, shop_id, wanted, attempts, error_code, claim_no, created_at,
        updated_at)
    SELECT 'ord_' || n, 'sto_1', '{WEB}', 1, 1, 'store_declined', 0, now(), now() FROM generate_series(1, {ROWS}) AS n
    """,
    f"""
    INSERT INTO record_exchanges (shop_id, kind, record_id, unfinished, error_code, attempts, updated_at)
    SELECT '{WEB}', CASE n % 2 WHEN 0 THEN 'customer' ELSE 'store_customer' END, 'cus_' || n, false, 'no_address', 1,
        now()
    FROM generate_series(1, {ROWS}) AS n
    """,
    f"""
    INSERT INTO stock_to_tell (shop_id, item_no, variant_code, wanted, attempts, reason, claim_no, updated_at)
    SELECT '{WEB}', 'IT-' || n, '', 1, 1, 'item_unknown', 0, now() FROM generate_series(1, {ROWS}) AS n
    """,
    f"""
    INSERT INTO product_exports (shop_id, item_no, part, adopted, error_code, attempts, updated_at)
    SELECT '{WEB}', 'IT-' || n, 'prices', false, 'not_there', 1, now() FROM generate_series(1, {ROWS}) AS n
    """,
)


@pytest.fixture(scope="module")
async def engine(module_database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(module_database_url)
    async with PostgresUnitOfWork(engine) as uow:
        await a_store_with_two_shops(uow.driver)
        for made in (_EVENTS, _RUNS, _CALLS, *_SKIPPED):
            await uow.driver.execute(made)
        await uow.driver.execute(f"ANALYZE {', '.join((*sorted(LOGGED), *QUEUES))}, shops, stores")
        await uow.commit()
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("shop", [None, "web"])
@pytest.mark.parametrize("level", [LogLevel.ERROR, LogLevel.WARNING])
async def test_the_troubles_of_the_log_are_read_without_what_went_well(
    engine: AsyncEngine, level: LogLevel, shop: str | None
) -> None:
    statement, parameters = log_entries.page_statement(LogFilter(level=level, shop=shop), PageRequest())

    found = await plan(engine, statement, parameters)

    assert rows_looked_at(found, LOGGED) < 30
    assert not LOGGED & {node.get("Relation Name") for node in found if node["Node Type"] == "Seq Scan"}


@pytest.mark.parametrize("after", [None, ("IT-9",)], ids=["first", "later"])
async def test_a_page_of_skipped_records_reads_no_more_than_a_page_of_each_queue(
    engine: AsyncEngine, after: PageKey | None
) -> None:
    statement, parameters = skipped_records.page_statement(SkippedRecordFilter(), PageRequest(after=after))

    found = await plan(engine, statement, parameters)

    assert rows_looked_at(found, set(QUEUES)) < 500
    assert {name for name in indexes(found) if name.endswith("_skipped")} >= {f"ix_{each}_skipped" for each in QUEUES}
