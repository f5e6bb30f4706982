"""Changing orders at a store: what is sent, and the three things that can come of it (B5, B6)."""

import asyncio
from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.order_glance import glance_at
from app.domain.orders import Attribute
from app.ports.errors import OutcomeUnknown, ScopeMissing, StoreDeclined, StoreRefused, Throttled
from app.ports.store_gateway import OrderNotThere, OrderUnreadable
from app.ports.store_writer import OrderSeen
from tests.contract.shopify.stores import SimulatedStore
from tests.contract.shopify.test_reading_orders import ids, order

ONE = ShopifyId("1")
GIFT = Attribute(key="gift", value='yes & <no> "quoted" 日本')
OPERATION = "OrderAttributesUpdate"


async def replace(store: SimulatedStore, *attributes: Attribute) -> Any:
    return await store.gateway.replace_attributes(store.ref, ONE, attributes)


async def seen(store: SimulatedStore) -> OrderSeen:
    [sight] = await store.gateway.look_at(store.ref, [ONE])
    assert isinstance(sight, OrderSeen)
    return sight


async def test_attributes_are_replaced_and_the_new_change_time_is_told(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, customAttributes=[{"key": "old", "value": "1"}])])

    changed_at = await replace(store, GIFT)

    after = await seen(store)
    assert (after.attributes, after.updated_at) == ((GIFT,), changed_at)


async def test_a_glance_is_what_a_whole_reading_would_show(store: SimulatedStore) -> None:
    numbers = await store.generate(seed=4, count=40, preset="day")

    sights = await store.gateway.look_at(store.ref, numbers)

    orders = await store.orders(numbers)
    assert [sight.glance for sight in sights if isinstance(sight, OrderSeen)] == [glance_at(each) for each in orders]
    assert len(await store.calls("OrderGlances")) == 1


async def test_each_order_looked_at_comes_once_and_in_the_order_asked(store: SimulatedStore) -> None:
    await store.put(orders=[order(1), order(2)])

    sights = await store.gateway.look_at(store.ref, ids(2, 7, 1))

    assert [type(each) for each in sights] == [OrderSeen, OrderNotThere, OrderSeen]
    assert [each.shopify_id for each in sights] == ids(2, 7, 1)


async def test_an_order_seen_only_in_part_is_not_taken_for_whole(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])
    await store.fail("partial_data", operation="OrderGlances", path=["nodes", 0, "customAttributes"])

    [sight] = await store.gateway.look_at(store.ref, [ONE])

    assert isinstance(sight, OrderUnreadable)


async def test_what_the_store_declines_is_told_in_its_words_and_not_repeated(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])
    refusal = [{"field": ["input", "customAttributes"], "message": "Value is too long", "code": None}]
    await store.fail("user_errors", operation=OPERATION, mutation="orderUpdate", userErrors=refusal)

    with pytest.raises(StoreDeclined) as raised:
        await replace(store, GIFT)
    assert "Value is too long" in raised.value.detail

    assert raised.value.fields == ("input.customAttributes",)
    assert len(await store.calls(OPERATION)) == 1


async def test_an_order_that_is_gone_is_declined_in_the_stores_words(store: SimulatedStore) -> None:
    with pytest.raises(StoreDeclined) as raised:
        await replace(store, GIFT)
    assert "Order does not exist" in raised.value.detail


@pytest.mark.parametrize(("kind", "happened"), [("cut_json", True), ("server_error", False)])
async def test_a_lost_answer_is_an_unknown_outcome_and_nothing_is_repeated(
    store: SimulatedStore, kind: str, happened: bool
) -> None:
    await store.put(orders=[order(1)])
    await store.fail(kind, operation=OPERATION)

    with pytest.raises(OutcomeUnknown):
        await replace(store, GIFT)

    assert len(await store.calls(OPERATION)) == 1
    assert (await seen(store)).attributes == ((GIFT,) if happened else ())


@pytest.mark.parametrize("kind", ["throttled", "rate_limited"])
async def test_what_certainly_had_no_effect_is_repeated(store: SimulatedStore, kind: str) -> None:
    await store.put(orders=[order(1)])
    await store.fail(kind, operation=OPERATION)

    await replace(store, GIFT)

    assert len(await store.calls(OPERATION)) == 2
    await store.fail(kind, operation=OPERATION, times=None)
    with pytest.raises(Throttled):
        await replace(store, GIFT)


async def test_a_change_that_the_store_does_not_allow_leaves_the_rest_of_it_open(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])
    assert await store.gateway.may_write_orders(store.ref)
    await store.put(app={"scopes": ["read_orders", "read_customers", "read_products", "read_locations"]})

    with pytest.raises(ScopeMissing):
        await replace(store, GIFT)

    assert not await store.gateway.may_write_orders(store.ref)
    assert store.vault.revoked == []
    await seen(store)


async def test_a_refusal_without_a_reason_is_no_success(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])
    await store.fail("answer", operation=OPERATION, status=200, body={"data": {"orderUpdate": None}})

    with pytest.raises(StoreRefused):
        await replace(store, GIFT)


async def test_many_orders_are_written_to_at_once(store: SimulatedStore) -> None:
    await store.put(orders=[order(number) for number in range(1, 9)])

    await asyncio.gather(
        *(store.gateway.replace_attributes(store.ref, ShopifyId(str(each)), [GIFT]) for each in range(1, 9))
    )

    sights = await store.gateway.look_at(store.ref, ids(*range(1, 9)))
    assert all(isinstance(each, OrderSeen) and each.attributes == (GIFT,) for each in sights)
