"""An order that changes while it is read is read again; pages that lie are noticed (B7)."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from app.ports.store_gateway import OrderRead, OrderUnreadable
from tests.contract.shopify.stores import SimulatedStore
from tests.contract.shopify.test_reading_orders import ids, line, order, refund


def page_of_lines(*numbers: int, cursor: str | None, updated_at: str = "2026-11-20T10:00:00Z") -> dict[str, Any]:
    """An answer to OrderLinesPage, made by hand."""
    bag = {"shopMoney": {"amount": "10.00"}, "presentmentMoney": {"amount": "10.00"}}
    nodes = [
        {
            "id": f"gid://shopify/LineItem/{number}",
            "title": "Teapot",
            "quantity": 1,
            "currentQuantity": 1,
            "requiresShipping": True,
            "taxable": True,
            "isGiftCard": False,
            "customAttributes": [],
            "originalUnitPriceSet": bag,
            "discountAllocations": [],
            "taxLines": [],
            "duties": [],
        }
        for number in numbers
    ]
    info = {"hasNextPage": cursor is not None, "endCursor": cursor}
    return {"data": {"node": {"updatedAt": updated_at, "page": {"pageInfo": info, "nodes": nodes}}}}


def after_first_pages(store: SimulatedStore, change: Callable[[], Awaitable[object]], *, times: int) -> None:
    """Let something happen at the store each time that first pages of orders were answered."""
    left = [None] * times

    async def changed(response: httpx.Response) -> None:
        if b'"operationName":"OrdersWhole"' in response.request.content and left:
            left.pop()
            await change()

    store.http.event_hooks["response"].append(changed)


async def test_an_order_that_changes_between_pages_is_read_again_from_the_start(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=120)])
    longer = [line(100_000 + place) for place in range(130)]
    after_first_pages(store, lambda: store.patch(1, lineItems=longer, emit=False), times=1)

    found = await store.order(1)

    assert len(found.lines) == 130


async def test_an_order_that_never_rests_is_left_for_later(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=120), order(2)])
    after_first_pages(store, lambda: store.patch(1, emit=False, updatedAt="+1"), times=100)

    moving, still = await store.gateway.read_orders(store.ref, ids(1, 2))

    assert isinstance(moving, OrderUnreadable)
    assert (moving.code, moving.retryable) == ("changed_while_reading", True)
    assert isinstance(still, OrderRead)


async def test_a_repeated_cursor_does_not_read_for_ever(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=120)])
    await store.fail("answer", operation="OrderLinesPage", times=None, body=page_of_lines(1, cursor="again"))

    [reading] = await store.gateway.read_orders(store.ref, ids(1))

    assert isinstance(reading, OrderUnreadable)
    assert reading.code == "endless_pages"
    assert len(await store.calls("OrderLinesPage")) == 2


async def test_a_page_that_tells_a_line_again_doubles_nothing(store: SimulatedStore) -> None:
    """B7: what came twice has moved between the pages, so the order is read from its start."""
    await store.put(orders=[order(1, lines=120)])
    await store.fail("answer", operation="OrderLinesPage", body=page_of_lines(100_000, cursor=None))

    found = await store.order(1)

    assert len(found.lines) == len({each.shopify_id for each in found.lines}) == 120


async def test_a_page_without_a_cursor_that_promises_more_is_no_end(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=120)])
    lying = page_of_lines(1, cursor="x")
    lying["data"]["node"]["page"]["pageInfo"]["endCursor"] = None
    await store.fail("answer", operation="OrderLinesPage", body=lying)

    [reading] = await store.gateway.read_orders(store.ref, ids(1))

    assert isinstance(reading, OrderUnreadable)


async def test_a_cursor_that_the_store_refuses_concerns_one_order_only(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=120), order(2)])
    refusal = {
        "errors": [{"message": "Invalid cursor for current pagination sort.", "extensions": {"code": "BAD_REQUEST"}}]
    }
    await store.fail("answer", operation="OrderLinesPage", times=None, body=refusal)

    first, second = await store.gateway.read_orders(store.ref, ids(1, 2))

    assert isinstance(first, OrderUnreadable)
    assert first.retryable
    assert isinstance(second, OrderRead)


async def test_an_order_deleted_between_its_pages_is_told_as_gone(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=120), order(2)])

    after_first_pages(store, lambda: store.doors.delete(f"/control/{store.ref.domain}/orders/1"), times=1)

    first, second = await store.gateway.read_orders(store.ref, ids(1, 2))

    assert type(first).__name__ == "OrderNotThere"
    assert isinstance(second, OrderRead)


@pytest.mark.parametrize("part", ["refund", "exchange"])
async def test_a_part_read_on_its_own_belongs_to_the_order_as_it_was_begun(store: SimulatedStore, part: str) -> None:
    returned = {"legacyResourceId": "41", "name": "#1-R1", "status": "OPEN", "exchangeLineItems": []}
    parts: dict[str, dict[str, Any]] = {
        "refund": {"refunds": [refund(1, lines=1)]},
        "exchange": {"returnStatus": "IN_PROGRESS", "returns": [returned]},
    }
    await store.put(orders=[order(1, note="first", **parts[part])])
    after_first_pages(store, lambda: store.patch(1, note="later", emit=False), times=1)

    assert (await store.order(1)).note == "later"
