"""P34: numbers and the one live document of an order, in batches and under concurrency."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.document_json import decode_content
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.identifiers import OrderId
from app.domain.sales_documents import DocumentKind, DocumentState
from app.ports.repositories.documents import AlreadyLive, Inserted, NewDocument, NumberTaken
from tests.stored_documents import NOW, POS, a_document, a_store_with_two_shops, an_order, content


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    async with PostgresUnitOfWork(engine) as uow:
        await a_store_with_two_shops(uow.driver)
        await uow.commit()
    yield engine
    await engine.dispose()


async def orders(engine: AsyncEngine, number: int) -> list[OrderId]:
    async with PostgresUnitOfWork(engine) as uow:
        made = [await an_order(uow.driver) for _ in range(number)]
        await uow.commit()
    return made


async def insert(engine: AsyncEngine, *documents: NewDocument) -> list[Inserted | NumberTaken | AlreadyLive]:
    async with PostgresUnitOfWork(engine) as uow:
        results = await uow.documents.insert_many(documents, now=NOW)
        await uow.commit()
    return list(results)


async def end(engine: AsyncEngine, document: NewDocument, *, unlinked: bool = False) -> None:
    """Take a document out of life."""
    async with PostgresUnitOfWork(engine) as uow:
        change = "unlinked_at = now()" if unlinked else "state = 'cancelled'"
        await uow.driver.execute(f"UPDATE sales_documents SET {change} WHERE id = $1", document.id)
        await uow.commit()


async def numbers(engine: AsyncEngine) -> dict[str, str]:
    async with PostgresUnitOfWork(engine) as uow:
        return {row["id"]: row["number"] for row in await uow.driver.fetch("SELECT id, number FROM sales_documents")}


async def test_documents_take_rising_numbers_of_the_series_of_their_shop_and_kind(engine: AsyncEngine) -> None:
    first, second, third, fourth = await orders(engine, 4)

    results = await insert(
        engine,
        a_document(first),
        a_document(second),
        a_document(third, kind=DocumentKind.SALES_INVOICE, series_prefix="SI-"),
        a_document(fourth, shop=POS, series_prefix="P"),
    )

    assert [result.number for result in results if isinstance(result, Inserted)] == [
        "SO-000001",
        "SO-000002",
        "SI-000001",
        "P000001",
    ]


async def test_a_number_is_not_given_again_after_its_document_was_cancelled(engine: AsyncEngine) -> None:
    order, *_ = await orders(engine, 1)
    document = a_document(order)
    await insert(engine, document)
    await end(engine, document)

    [again] = await insert(engine, a_document(order))

    assert isinstance(again, Inserted)
    assert again.number == "SO-000002"


async def test_fifty_documents_take_no_more_than_four_statements(engine: AsyncEngine) -> None:
    made = await orders(engine, 50)
    batch = [a_document(order, shopify_number=f"#{place}" if place % 2 else None) for place, order in enumerate(made)]

    async with PostgresUnitOfWork(engine) as uow:
        statements: list[str] = []
        uow.driver.add_query_logger(lambda query: statements.append(query.query))
        results = await uow.documents.insert_many(batch, now=NOW)

    assert all(isinstance(result, Inserted) for result in results)
    assert len(statements) <= 4


async def test_an_order_whose_document_lives_gets_no_second_one_and_the_batch_goes_on(engine: AsyncEngine) -> None:
    first, second = await orders(engine, 2)
    document = a_document(first)
    await insert(engine, document)

    taken, free, double = await insert(engine, a_document(first), a_document(second), a_document(second))

    assert taken == AlreadyLive(id=taken.id, document_id=document.id)
    assert isinstance(free, Inserted)
    assert double == AlreadyLive(id=double.id, document_id=free.id)


async def test_two_transactions_at_once_make_one_document(engine: AsyncEngine) -> None:
    order, *_ = await orders(engine, 1)

    results = await asyncio.gather(*(insert(engine, a_document(order)) for _ in range(6)))

    kinds = sorted(type(result).__name__ for [result] in results)
    assert kinds == ["AlreadyLive"] * 5 + ["Inserted"]


async def test_a_credit_memo_and_an_adjustment_stand_beside_the_live_document(engine: AsyncEngine) -> None:
    order, *_ = await orders(engine, 1)
    document = a_document(order)

    results = await insert(
        engine,
        document,
        a_document(order, kind=DocumentKind.CREDIT_MEMO, series_prefix="CM-", refund_id="ref_1"),
        a_document(order, kind=DocumentKind.CREDIT_MEMO, series_prefix="CM-", refund_id="ref_1"),
        a_document(order, adjusts_id=document.id),
    )

    assert [type(result) for result in results] == [Inserted, Inserted, AlreadyLive, Inserted]


@pytest.mark.parametrize("unlinked", [True, False])
async def test_a_freed_shopify_number_is_taken_over_and_its_old_holder_gets_a_suffix(
    engine: AsyncEngine, unlinked: bool
) -> None:
    order, *_ = await orders(engine, 1)
    generations = [a_document(order, shopify_number="#1001") for _ in range(3)]

    for document in generations[:2]:
        await insert(engine, document)
        await end(engine, document, unlinked=unlinked)
    [last] = await insert(engine, generations[2])

    assert last == Inserted(id=generations[2].id, number="#1001", renamed_id=generations[1].id)
    names = await numbers(engine)
    assert [names[one.id] for one in generations] == ["#1001-1", "#1001-2", "#1001"]


async def test_a_shopify_number_of_a_live_document_is_taken(engine: AsyncEngine) -> None:
    first, second, third = await orders(engine, 3)
    holder = a_document(first, shopify_number="#1001")
    await insert(engine, holder)

    taken, series = await insert(engine, a_document(second, shopify_number="#1001"), a_document(third))

    assert taken == NumberTaken(id=taken.id, number="#1001", holder_document_id=holder.id)
    assert isinstance(series, Inserted)


async def test_two_orders_of_one_name_in_a_batch_share_no_number(engine: AsyncEngine) -> None:
    first, second = await orders(engine, 2)
    one, other = a_document(first, shopify_number="#1001"), a_document(second, shopify_number="#1001")

    results = await insert(engine, one, other)

    assert results[0] == Inserted(id=one.id, number="#1001")
    assert results[1] == NumberTaken(id=other.id, number="#1001", holder_document_id=one.id)


async def test_a_series_steps_over_a_number_that_an_order_name_holds(engine: AsyncEngine) -> None:
    first, second, third = await orders(engine, 3)
    await insert(engine, a_document(first, shopify_number="SO-000001"))

    results = await insert(engine, a_document(second), a_document(third))

    assert {result.number for result in results if isinstance(result, Inserted)} == {"SO-000002", "SO-000003"}


async def test_the_live_document_of_an_order_is_found_and_an_ended_one_is_not(engine: AsyncEngine) -> None:
    first, second, third = await orders(engine, 3)
    live, ended = a_document(first, released=False), a_document(second)
    await insert(engine, live, ended)
    await end(engine, ended)

    async with PostgresUnitOfWork(engine) as uow:
        found = await uow.documents.live_of_orders([first, second, third])

    assert set(found) == {first}
    assert (found[first].id, found[first].state, found[first].live) == (live.id, DocumentState.OPEN, True)


async def test_a_stored_document_can_be_read_back_to_the_cent(engine: AsyncEngine) -> None:
    order, *_ = await orders(engine, 1)
    made = content()
    await insert(engine, a_document(order, content=made))

    async with PostgresUnitOfWork(engine) as uow:
        row = await uow.driver.fetchrow("SELECT content::text, lines::text, total, released_at FROM sales_documents")

    assert decode_content(row["content"], row["lines"]) == made
    assert (row["total"], row["released_at"]) == (made.totals.amount_including_tax, NOW)
