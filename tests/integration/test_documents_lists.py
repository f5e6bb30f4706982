"""F9: every list of documents, orders and orders to import is read by its index, whatever the size of the table."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.repositories import documents_reading, orders_reading
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.activities import Cue
from app.domain.identifiers import OrderId, ShopifyId, StoreId
from app.domain.order_record import OrderState
from app.domain.sales_documents import DocumentKind, DocumentState
from app.ports.paging import PageRequest
from app.ports.repositories.documents_reading import DocumentFilter
from app.ports.repositories.orders_reading import OrderFilter, QueueFilter
from tests.stored_documents import NOW, WEB, a_customer, a_document, a_store_with_two_shops, an_order

ROWS = 12_000

_COPIES_OF_ORDERS = f"""
INSERT INTO orders SELECT (json_populate_record(orders, json_build_object(
    'id', 'ord_' || n, 'shopify_id', (900000 + n)::text, 'name', '#9' || n,
    'state', CASE WHEN n % 200 = 0 THEN 'blocked' ELSE 'processed' END,
    'financial_status', CASE WHEN n % 200 = 0 THEN 'voided' ELSE 'paid' END,
    'fulfilment_status', CASE WHEN n % 200 = 0 THEN 'unfulfilled' ELSE 'fulfilled' END,
    'cancelled_at', CASE WHEN n % 200 = 0 THEN now() END, 'closed_at', CASE WHEN n % 200 > 0 THEN now() END,
    'problems', CASE WHEN n % 200 = 0 THEN '[{{"code": "item_missing"}}]'::jsonb ELSE '[]'::jsonb END,
    'conflict', CASE WHEN n % 200 = 0 THEN '{{}}'::jsonb END,
    'updated_at', updated_at + n * interval '1 second'))).*
FROM orders, generate_series(1, {ROWS}) AS n
"""

_COPIES_OF_DOCUMENTS = f"""
INSERT INTO sales_documents SELECT (json_populate_record(sales_documents, json_build_object(
    'id', 'doc_' || n, 'order_id', 'ord_' || n, 'number', 'SO-9' || n,
    'state', CASE WHEN n % 200 = 0 THEN 'released' ELSE 'posted' END,
    'kind', CASE WHEN n % 200 = 0 THEN 'sales_invoice' ELSE 'sales_order' END,
    'external_document_no', CASE WHEN n % 2 = 0 THEN 'PO-' || n ELSE '' END,
    'sell_to_customer_id', CASE WHEN n % 2000 = 0 THEN $1::text END,
    'updated_at', updated_at + n * interval '1 second'))).*
FROM sales_documents, generate_series(1, {ROWS}) AS n
"""

_COPIES_OF_CUSTOMERS = """
INSERT INTO customers SELECT (json_populate_record(customers, json_build_object('id', 'cus_' || n, 'no', 'C-' || n))).*
FROM customers, generate_series(1, 2000) AS n
"""

_QUEUE = f"""
INSERT INTO orders_to_import (id, store_id, shopify_id, shop_id, action, source, wanted, attempts, claim_by_id,
    claim_no, listed_at, updated_at)
SELECT 'oti_' || n, store_id, n::text, shop_id, 'new', 'listing', 1, 0, false, 0, now(), now()
FROM generate_series(1, {ROWS}) AS n, (SELECT id AS shop_id, store_id FROM shops WHERE code = 'pos') AS pos
UNION ALL SELECT 'oti_web', 'sto_1', '99999', 'sho_web', 'new', 'listing', 1, 0, false, 0, now(), now()
"""


@pytest.fixture(scope="module")
async def engine(module_database_url: str) -> AsyncIterator[AsyncEngine]:
    """Many rows, made by the database itself; what is looked for is rare among them."""
    engine = create_engine(module_database_url)
    async with PostgresUnitOfWork(engine) as uow:
        await a_store_with_two_shops(uow.driver)
        customer = await a_customer(uow.driver, no="C100")
        order = await an_order(uow.driver)
        await uow.documents.insert_many([a_document(order)], now=NOW)
        await uow.driver.execute(_COPIES_OF_ORDERS)
        await uow.driver.execute(_COPIES_OF_DOCUMENTS, customer)
        await uow.driver.execute(_COPIES_OF_CUSTOMERS)
        await uow.driver.execute(_QUEUE)
        await uow.driver.execute("ANALYZE orders, sales_documents, orders_to_import, customers, shops, stores")
        await uow.commit()
    yield engine
    await engine.dispose()


async def plan(engine: AsyncEngine, statement: str, parameters: list[object]) -> list[dict[str, Any]]:
    """The nodes of a statement's plan, as it ran."""
    async with PostgresUnitOfWork(engine) as uow:
        found = await uow.driver.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *parameters)
    return list(nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(below for child in node.get("Plans", []) for below in nodes(child))]


def indexes(found: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in found if "Index Name" in node}


def rows_looked_at(found: list[dict[str, Any]], tables: set[str]) -> float:
    """Rows read of the large tables, those thrown away again included."""
    return sum(
        float((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in found
        if node.get("Relation Name") in tables
    )


LATER = NOW + timedelta(seconds=ROWS // 2)

DOCUMENT_LISTS = [
    (DocumentFilter(), "ix_sales_documents_updated"),
    (DocumentFilter(shop="web"), "ix_sales_documents_"),
    (DocumentFilter(state=DocumentState.RELEASED), "ix_sales_documents_state"),
    (DocumentFilter(shop="web", state=DocumentState.RELEASED), "ix_sales_documents_"),
    (DocumentFilter(kind=DocumentKind.SALES_INVOICE), "ix_sales_documents_kind"),
    (DocumentFilter(order_id=OrderId("ord_7")), "ix_sales_documents_order_id"),
    (DocumentFilter(order_name="#97"), "ix_orders_shop_name"),
    (DocumentFilter(shopify_order_id=ShopifyId("900007")), "uq_orders_store_id_shopify_id"),
    (DocumentFilter(customer_no="C100"), "ix_sales_documents_sell_to_customer_id"),
    (DocumentFilter(number="SO-97"), "ix_sales_documents_number"),
    (DocumentFilter(external_document_no="PO-8"), "ix_sales_documents_external_document_no"),
    (DocumentFilter(updated_from=LATER), "ix_sales_documents_updated"),
]


@pytest.mark.parametrize("with_lines", [False, True])
@pytest.mark.parametrize(("wanted", "index"), DOCUMENT_LISTS, ids=[index for _, index in DOCUMENT_LISTS])
async def test_a_list_of_documents_is_read_by_its_index(
    engine: AsyncEngine, wanted: DocumentFilter, index: str, with_lines: bool
) -> None:
    statement, parameters = documents_reading.page_statement(wanted, PageRequest(), with_lines=with_lines)

    found = await plan(engine, statement, parameters)

    assert any(name.startswith(index) for name in indexes(found)), indexes(found)
    assert rows_looked_at(found, {"orders", "sales_documents", "customers"}) < 1_000


ORDER_LISTS = [
    (OrderFilter(), "ix_orders_updated"),
    (OrderFilter(shop="web"), "ix_orders_"),
    (OrderFilter(name="#97"), "ix_orders_shop_name"),
    (OrderFilter(shopify_id=ShopifyId("900007")), "uq_orders_store_id_shopify_id"),
    (OrderFilter(state=OrderState.BLOCKED), "ix_orders_state"),
    (OrderFilter(in_conflict=True), "ix_orders_conflict"),
    (OrderFilter(cancelled=True), "ix_orders_cancelled"),
    (OrderFilter(closed=False), "ix_orders_open"),
    (OrderFilter(problem="item_missing"), "ix_orders_problems"),
    (OrderFilter(shop="web", cue=Cue.UNMAPPED_PRODUCTS), "ix_orders_"),
    (OrderFilter(financial_status="voided"), "ix_orders_financial_status"),
    (OrderFilter(fulfilment_status="unfulfilled"), "ix_orders_fulfilment_status"),
    (OrderFilter(updated_from=LATER), "ix_orders_updated"),
]


@pytest.mark.parametrize(("wanted", "index"), ORDER_LISTS, ids=[index for _, index in ORDER_LISTS])
async def test_a_list_of_orders_is_read_by_its_index(engine: AsyncEngine, wanted: OrderFilter, index: str) -> None:
    statement, parameters = orders_reading.page_statement(wanted, PageRequest())

    found = await plan(engine, statement, parameters)

    assert any(name.startswith(index) for name in indexes(found)), indexes(found)
    assert rows_looked_at(found, {"orders", "customers"}) < 1_000


async def test_the_queue_of_a_shop_is_read_by_its_index(engine: AsyncEngine) -> None:
    wanted = QueueFilter(shop_id=WEB, store_id=StoreId("sto_1"))
    statement, parameters = orders_reading.queue_statement(wanted, PageRequest())

    found = await plan(engine, statement, parameters)

    assert "ix_orders_to_import_shop_id_id" in indexes(found)
    assert rows_looked_at(found, {"orders_to_import"}) < 1_000


async def test_a_page_of_documents_with_lines_is_one_statement(engine: AsyncEngine) -> None:
    async with PostgresUnitOfWork(engine) as uow:
        statements: list[str] = []
        uow.driver.add_query_logger(lambda query: statements.append(query.query))
        page = await uow.documents_reading.page(
            DocumentFilter(state=DocumentState.RELEASED), PageRequest(), with_lines=True
        )

    assert len(page.rows) == 50
    assert len(statements) == 1
