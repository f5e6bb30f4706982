"""Listing what changed: every order, oldest change first, or an error; never a part, never for ever."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from app.adapters.shopify.listing import search_text
from app.ports.errors import StoreRefused, StoreUnavailable
from app.ports.store_gateway import ListedOrder, OrderListing
from tests.contract.shopify.stores import SimulatedStore
from tests.contract.shopify.test_reading_orders import order

START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def changed(number: int, *, minute: int, **given: Any) -> dict[str, Any]:
    moment = (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")
    return order(number, updatedAt=moment, **given)


async def pages(store: SimulatedStore, **listing: Any) -> list[list[ListedOrder]]:
    return [list(page) async for page in store.gateway.list_orders(store.ref, OrderListing(**listing))]


async def names(store: SimulatedStore, **listing: Any) -> list[str]:
    return [each.name for page in await pages(store, **listing) for each in page]


async def test_orders_come_by_their_last_change(store: SimulatedStore) -> None:
    await store.put(orders=[changed(1, minute=30), changed(2, minute=10), changed(3, minute=20)])

    assert await names(store) == ["#2", "#3", "#1"]


async def test_many_orders_take_one_call_for_every_250(store: SimulatedStore) -> None:
    await store.put(orders=[changed(number, minute=number) for number in range(1, 601)])

    found = await pages(store)

    assert [len(page) for page in found] == [250, 250, 100]
    assert [call["requestedQueryCost"] for call in await store.calls("OrderListing")] == [13, 13, 13]


async def test_pages_smaller_than_asked_for_are_followed_to_the_end(store: SimulatedStore) -> None:
    await store.put(order_list_page_size=7, orders=[changed(number, minute=number) for number in range(1, 31)])

    assert await names(store) == [f"#{number}" for number in range(1, 31)]


async def test_a_listing_from_a_moment_includes_that_moment(store: SimulatedStore) -> None:
    await store.put(orders=[changed(1, minute=1), changed(2, minute=2), changed(3, minute=3)])

    assert await names(store, updated_since=START + timedelta(minutes=2)) == ["#2", "#3"]


async def test_a_first_run_lists_open_orders_only(store: SimulatedStore) -> None:
    closed = {"closed": True, "closedAt": "2026-11-20T12:00:00Z"}
    await store.put(orders=[changed(1, minute=1), changed(2, minute=2, **closed)])

    assert await names(store, open_only=True) == ["#1"]
    assert await names(store) == ["#1", "#2"]


async def test_a_listed_order_tells_what_a_queue_needs(store: SimulatedStore) -> None:
    await store.put(
        orders=[
            changed(1, minute=1, test=True, displayFinancialStatus="PARTIALLY_PAID", cancelledAt="2026-11-20T12:00:00Z")
        ]
    )

    [[found]] = await pages(store)

    assert (found.test, found.cancelled, found.financial_status) == (True, True, "partially_paid")
    assert found.updated_at == START + timedelta(minutes=1)


def test_bounds_are_quoted_and_in_utc() -> None:
    berlin = datetime(2026, 11, 20, 11, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    listing = OrderListing(created_from=berlin, created_to=berlin, open_only=True)

    assert search_text(listing, berlin) == (
        "updated_at:>='2026-11-20T10:00:00Z' created_at:>='2026-11-20T10:00:00Z' "
        "created_at:<='2026-11-20T10:00:00Z' status:open"
    )


def answered(*, cursor: str | None, warnings: list[dict[str, str]] | None = None) -> dict[str, Any]:
    node = {
        "id": "gid://shopify/Order/1",
        "name": "#1",
        "createdAt": "2026-11-20T10:00:00Z",
        "updatedAt": "2026-11-20T10:00:00Z",
        "closed": False,
        "cancelledAt": None,
        "test": False,
        "displayFinancialStatus": None,
        "displayFulfillmentStatus": "UNFULFILLED",
    }
    page = {"pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}, "nodes": [node]}
    search = [{"path": ["orders"], "query": "x", "parsed": {}, "warnings": warnings}] if warnings else []
    return {"data": {"orders": page}, "extensions": {"search": search}}


async def test_a_search_that_the_store_ignores_in_part_is_an_error(store: SimulatedStore) -> None:
    warning = {"field": "updated_att", "message": "Invalid search field for this query."}
    await store.fail("answer", operation="OrderListing", body=answered(cursor=None, warnings=[warning]))

    with pytest.raises(StoreRefused) as raised:
        await names(store)
    assert "updated_att" in raised.value.detail

    assert raised.value.code == "search_ignored"


async def test_a_repeated_cursor_is_an_error_and_not_a_loop(store: SimulatedStore) -> None:
    await store.fail("answer", operation="OrderListing", times=None, body=answered(cursor="again"))

    with pytest.raises(StoreUnavailable, match="do not end"):
        await names(store)

    assert len(await store.calls("OrderListing")) == 2


async def test_a_page_that_tells_orders_twice_lists_each_once(store: SimulatedStore) -> None:
    """B7."""
    await store.put(orders=[changed(1, minute=1), changed(2, minute=2)])
    await store.fail("repeated_page", operation="OrderListing")

    assert await names(store) == ["#1", "#2"]


async def test_a_page_that_comes_again_ends_the_listing_and_not_quietly(store: SimulatedStore) -> None:
    """B7: whoever asked begins again, from where the store's changes were known to be whole."""
    await store.put(order_list_page_size=2, orders=[changed(number, minute=number) for number in range(1, 6)])
    await store.fail("repeated_page", operation="OrderListing", skip=1)

    with pytest.raises(StoreUnavailable, match="do not end"):
        await names(store)


async def test_a_page_that_fails_ends_the_listing_after_what_was_told(store: SimulatedStore) -> None:
    await store.put(order_list_page_size=2, orders=[changed(number, minute=number) for number in range(1, 6)])
    await store.fail("server_error", operation="OrderListing", times=None, skip=1)

    listing = store.gateway.list_orders(store.ref, OrderListing())
    first = await anext(listing)

    assert [each.name for each in first] == ["#1", "#2"]
    with pytest.raises(StoreUnavailable):
        await anext(listing)


async def test_a_page_with_errors_beside_it_is_not_taken_for_whole(store: SimulatedStore) -> None:
    await store.put(orders=[changed(1, minute=1)])
    await store.fail("partial_data", operation="OrderListing", path=["orders", "nodes", 0, "displayFinancialStatus"])

    with pytest.raises(StoreUnavailable):
        await names(store)


async def test_a_listing_longer_than_a_cursor_reaches_goes_on_from_the_last_change(store: SimulatedStore) -> None:
    """One order a page stands for the 250 of a real one: the 81st page begins a new cursor."""
    orders = [changed(number, minute=number // 3) for number in range(1, 200)]
    await store.put(order_list_page_size=1, orders=orders)

    found = await names(store)

    assert sorted(found) == sorted(f"#{number}" for number in range(1, 200))
    first_pages = [call for call in await store.calls("OrderListing") if call["variables"].get("after") is None]
    assert len(first_pages) == 3
