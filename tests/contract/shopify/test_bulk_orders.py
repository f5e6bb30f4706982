"""A range of orders by bulk operation: told as by ordinary reading, without a point for each, whole or not at all."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from graphql import TypeInfo, TypeInfoVisitor, parse, validate, visit

from app.adapters.shopify.bulk_query import FLAGS, export_text
from app.domain.identifiers import ShopifyId
from app.ports.bulk_orders import (
    BulkOperation,
    BulkOperationsBusy,
    BulkResult,
    BulkResultGone,
    BulkResultIncomplete,
    BulkStatus,
    ExportedOrder,
)
from app.ports.errors import StoreUnavailable
from app.ports.store_gateway import OrderListing, OrderRead
from app.store_simulator.state import DEFAULT_CLIENT_ID
from tests.contract.shopify.stores import SimulatedStore
from tests.contract.shopify.test_documents import DeprecatedUses, both_schemas, full_schema

EVERYTHING = OrderListing()
_marks = map(str, itertools.count(1))


ALL_OR_NOTHING = [dict.fromkeys(FLAGS, True), dict.fromkeys(FLAGS, False), {name: name == "staff" for name in FLAGS}]


@pytest.fixture(autouse=True)
def plan_without_staff(store: SimulatedStore) -> None:
    """The store has described itself, as it has before every run."""
    store.ref = replace(store.ref, plan="Basic")


async def ended(store: SimulatedStore, mark: str | None = None) -> BulkOperation:
    """A bulk operation over everything, once it has ended."""
    begun = await store.gateway.bulk.begin(store.ref, EVERYTHING, mark=mark or next(_marks))
    async with asyncio.timeout(10):
        while True:
            found = await store.gateway.bulk.standing(store.ref, begun.id)
            assert found is not None
            if found.status is not BulkStatus.UNDER_WAY:
                return found
            await asyncio.sleep(0.005)


@asynccontextmanager
async def exported(store: SimulatedStore) -> AsyncIterator[tuple[BulkOperation, BulkResult]]:
    operation = await ended(store)
    async with store.gateway.bulk.result(operation) as result:
        yield operation, result


async def all_of(result: BulkResult, *, after: int = 0, size: int = 20) -> list[ExportedOrder]:
    return [order async for batch in result.batches(after=after, size=size) for order in batch]


async def read(store: SimulatedStore) -> list[Any]:
    async with exported(store) as (operation, result):
        orders = {each.listed.shopify_id: each for each in await all_of(result)}
        return list(await store.gateway.bulk.read(store.ref, orders, exported_at=operation.created_at))


async def operations(store: SimulatedStore) -> set[str]:
    return {call["operation"] for call in await store.calls()}


def ids(orders: Sequence[ExportedOrder]) -> list[ShopifyId]:
    return [each.listed.shopify_id for each in orders]


@pytest.mark.parametrize("flags", ALL_OR_NOTHING, ids=lambda flags: "-".join(n for n in FLAGS if flags[n]) or "none")
@both_schemas
def test_the_text_is_valid_whatever_the_app_may_read(flags: Mapping[str, bool], schema: Any) -> None:
    text = export_text("created_at:>='2026-01-01T00:00:00Z' tag:\"a\"", flags, mark="run_1")

    assert [error.message for error in validate(schema(), parse(text))] == []
    assert "$" not in text


def test_the_text_asks_for_one_thing_that_is_going_away() -> None:
    """The list of addresses: the connection that replaces it would be the sixth, where five are allowed."""
    types = TypeInfo(full_schema())
    uses = DeprecatedUses(types)

    visit(parse(export_text("", dict.fromkeys(FLAGS, True), mark="m")), TypeInfoVisitor(types, uses))

    assert uses.found == ["Customer.addresses"]


@pytest.mark.parametrize("preset", ["typical", "default"])
async def test_an_exported_order_is_the_one_that_ordinary_reading_tells(store: SimulatedStore, preset: str) -> None:
    numbers = await store.generate(count=40, preset=preset, seed=5)

    told = await read(store)

    assert [each.order for each in told] == await store.orders(numbers)


async def test_typical_orders_cost_no_point_each(store: SimulatedStore) -> None:
    await store.generate(count=20, preset="typical")

    await read(store)

    assert await operations(store) == {"BulkStart", "BulkStatus", "GrantedScopes"}


async def test_orders_that_have_more_are_completed_and_the_others_are_not_asked_for(store: SimulatedStore) -> None:
    numbers = await store.generate(count=30, preset="typical")
    await store.act(numbers[3], "fulfil", emit=False)
    await store.forget_calls()

    told = await read(store)

    [asked] = await store.calls("OrderFulfilments")
    assert asked["variables"]["ids"] == [f"gid://shopify/Order/{numbers[3]}"]
    assert "OrdersWhole" not in await operations(store)
    assert [len(each.order.fulfilments) for each in told].count(1) == 1


async def test_an_order_that_changed_since_is_read_anew_where_parts_of_it_are_read(store: SimulatedStore) -> None:
    numbers = await store.generate(count=3, preset="typical")
    await store.act(numbers[0], "fulfil", emit=False)
    async with exported(store) as (operation, result):
        orders = {each.listed.shopify_id: each for each in await all_of(result)}
    await store.patch(numbers[0], note="later", emit=False)

    told = await store.gateway.bulk.read(store.ref, orders, exported_at=operation.created_at)

    assert next(each.order.note for each in told if isinstance(each, OrderRead)) == "later"


@pytest.mark.parametrize("window", [1, 5000])
async def test_children_find_their_parents_however_far_behind_they_come(store: SimulatedStore, window: int) -> None:
    numbers = await store.generate(count=30, preset="typical")
    await store.put(bulk={"window": window})

    told = await read(store)

    assert [each.order.shopify_id for each in told] == numbers
    assert all(each.order.lines and each.order.fulfilment_orders[0].lines for each in told)


async def test_a_result_can_be_gone_on_with_where_it_was_left(store: SimulatedStore) -> None:
    numbers = await store.generate(count=25, preset="typical")

    async with exported(store) as (_operation, result):
        assert ids(await all_of(result, after=13, size=4)) == numbers[13:]
        assert await all_of(result, after=25) == []


async def test_a_range_without_orders_is_an_empty_result(store: SimulatedStore) -> None:
    async with exported(store) as (operation, result):
        assert (operation.orders, await all_of(result)) == (0, [])


async def test_lines_that_are_missing_are_noticed_before_anything_is_told(store: SimulatedStore) -> None:
    await store.generate(count=5, preset="typical")
    await store.put(bulk={"lost_lines": 2})

    with pytest.raises(BulkResultIncomplete, match=r"Shopify counted \d+ with 5"):
        async with exported(store):
            raise AssertionError("nothing is told")


async def test_a_file_that_breaks_off_is_read_again(store: SimulatedStore) -> None:
    numbers = await store.generate(count=5, preset="typical")
    await store.fail("cut_json", operation="bulk_result")
    await store.fail("server_error", operation="bulk_result", status=503, skip=1)

    async with exported(store) as (_operation, result):
        assert ids(await all_of(result)) == numbers


async def test_a_file_that_cannot_be_had_is_the_stores_trouble(store: SimulatedStore) -> None:
    await store.generate(count=5, preset="typical")
    await store.fail("server_error", operation="bulk_result", status=503, times=None)

    with pytest.raises(StoreUnavailable):
        async with exported(store):
            raise AssertionError("nothing is told")


async def test_a_file_is_gone_after_a_week(store: SimulatedStore) -> None:
    await store.generate(count=2, preset="typical")
    operation = await ended(store)
    await store.put(clock={"advance_seconds": 8 * 86_400})

    with pytest.raises(BulkResultGone):
        async with store.gateway.bulk.result(operation):
            raise AssertionError("nothing is told")
    found = await store.gateway.bulk.standing(store.ref, operation.id)
    assert found is not None
    assert (found.status, found.url) == (BulkStatus.EXPIRED, None)


async def test_an_operation_is_found_by_its_mark(store: SimulatedStore) -> None:
    begun = await store.gateway.bulk.begin(store.ref, EVERYTHING, mark="run_one")

    found = await store.gateway.bulk.begun(store.ref, mark="run_one")

    assert found is not None
    assert found.id == begun.id
    assert await store.gateway.bulk.begun(store.ref, mark="run_two") is None


async def test_it_says_when_no_further_operation_may_begin(store: SimulatedStore) -> None:
    await store.put(bulk={"hold": True, "most_at_once": 1})
    await store.gateway.bulk.begin(store.ref, EVERYTHING, mark="first")

    with pytest.raises(BulkOperationsBusy, match="already in progress"):
        await store.gateway.bulk.begin(store.ref, EVERYTHING, mark="second")


async def test_an_operation_is_cancelled_and_one_that_ended_is_left(store: SimulatedStore) -> None:
    await store.put(bulk={"hold": True})
    begun = await store.gateway.bulk.begin(store.ref, EVERYTHING, mark="m")
    await store.gateway.bulk.cancel(store.ref, begun.id)
    await store.put(bulk={"hold": False})
    done = await ended(store)

    await store.gateway.bulk.cancel(store.ref, done.id)

    found = await store.gateway.bulk.standing(store.ref, begun.id)
    assert found is not None
    assert found.status is BulkStatus.CANCELLED


async def test_orders_are_counted_no_further_than_it_matters(store: SimulatedStore) -> None:
    await store.generate(count=7, preset="typical")

    assert await store.gateway.bulk.count(store.ref, EVERYTHING, at_most=5) == 5
    assert await store.gateway.bulk.count(store.ref, EVERYTHING, at_most=50) == 7


async def test_an_app_that_may_not_read_customers_exports_nothing(store: SimulatedStore) -> None:
    assert await store.gateway.bulk.may_export(store.ref)
    await store.put(app={"client_id": DEFAULT_CLIENT_ID, "scopes": ["read_orders"]})
    store.clock.advance(2 * 3600)

    assert not await store.gateway.bulk.may_export(store.ref)


async def test_what_the_plan_denies_whatever_was_granted_is_left_out_the_next_time(store: SimulatedStore) -> None:
    store.ref = replace(store.ref, plan=None)
    await store.generate(count=2, preset="typical")
    denied = await ended(store)
    assert (denied.status, denied.error_code) == (BulkStatus.FAILED, "ACCESS_DENIED")

    assert await store.gateway.bulk.narrowed(store.ref)

    assert (await ended(store)).status is BulkStatus.COMPLETED
    assert not await store.gateway.bulk.narrowed(store.ref)
