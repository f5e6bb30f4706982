"""What people look at is listed from either end: the same rows, the same order turned around, a cursor of its own."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.contact import ContactKeys
from app.adapters.postgres.ulid import Ulids
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.read_documents import ReadDocuments
from app.services.read_orders import ReadOrders
from app.services.refund_documents import RefundDocuments
from app.services.refunds import RefundRequests
from app.services.shipments import Shipments
from tests.erp_surface import Surface, surface
from tests.stored_documents import NOW, WEB, a_document, a_shipment, an_order

LISTS = ["/v1/orders", "/v1/sales-documents", "/v1/refunds", "/v1/shipments"]
A_REFUND = """
INSERT INTO refunds (id, order_id, shop_id, shopify_id, body, state, problems, waits_for, document_on_request, version,
    created_at, updated_at)
VALUES ($1, $2, $3, '1', '{"shopify_id": "1", "created_at": "2026-01-15T10:00:00Z"}', 'open', '[]', '{}', false, 1, $4,
    $4)
"""


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(
        database_url,
        lambda uow, clock: {
            ReadOrders: ReadOrders(uow),
            OrderRequests: OrderRequests(uow, OrderDecisions(Ulids(), ContactKeys()), clock),
            ReadDocuments: ReadDocuments(uow),
            RefundRequests: RefundRequests(uow, RefundDocuments(Ulids()), clock),
            Shipments: Shipments(uow, clock, Ulids()),
        },
    ) as found:
        yield found


async def five_of_each(erp: Surface) -> None:
    """Each changed a second after the one before, but two at once."""
    async with erp.rows() as uow:
        for number in range(5):
            changed = NOW + timedelta(seconds=number // 2)
            order = await an_order(uow.driver, updated_at=changed)
            await uow.documents.insert_many([a_document(order)], now=changed)
            await a_shipment(uow.driver, order, no=f"S-{number}")
            await uow.driver.execute(A_REFUND, f"ref_{order[4:]}_1", order, WEB, changed)
        await uow.commit()


async def pages(erp: Surface, path: str, **wanted: str) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        page: dict[str, Any] = await erp.get(path, limit=2, **wanted, **cursor)
        found.append([each["id"] for each in page["data"]])
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_a_list_for_people_is_read_from_either_end_page_by_page(erp: Surface) -> None:
    await five_of_each(erp)

    for path in LISTS:
        forwards = [one for page in await pages(erp, path) for one in page]
        backwards = await pages(erp, path, newest_first="true")
        assert [len(page) for page in backwards] == [2, 2, 1], path
        assert [one for page in backwards for one in page] == forwards[::-1], path
    with_lines = await pages(erp, "/v1/sales-documents", include="lines", newest_first="true")
    assert with_lines == await pages(erp, "/v1/sales-documents", newest_first="true")


async def test_a_cursor_leads_on_in_its_own_direction_only(erp: Surface) -> None:
    await five_of_each(erp)

    for path in LISTS:
        cursor = (await erp.get(path, limit=2, newest_first="true"))["next_cursor"]
        answer = await erp.client.get(path, params={"limit": 2, "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor"), path
