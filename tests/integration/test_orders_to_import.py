"""The queue of orders to import: what waits for whom, and what wakes it (P11, P12, 1.21, 1.22)."""

import asyncio
from datetime import datetime, timedelta

from app.domain.identifiers import RunId, ShopId
from app.ports.repositories.orders_to_import import FinishedImport, ImportOutcome
from tests.integration.world import EVERYBODY, World, an_order

NINE = datetime.fromisoformat("2026-01-15T09:00:00Z")
TEN = datetime.fromisoformat("2026-01-15T10:00:00Z")
NONE_OF_OURS = {"filters": {"financial_status": {"in": ["refunded"]}}}


async def unclaimed(world: World) -> None:
    """Order 1001, which no shop's filters match."""
    await world.set(orders=NONE_OF_OURS)
    await world.store.has(an_order(1001))
    await world.run()
    assert await world.queue("unclaimed_at IS NOT NULL", "due_at") == [("1001", True, None)]


async def test_the_first_shop_whose_filters_match_claims_an_order_for_good(world: World) -> None:
    await world.set(orders={"filters": {"channel": {"not_in": ["pos"]}}})
    pos = await world.set_up_shop("pos", {})
    await world.store.has(an_order(1001), an_order(1002, sourceName="pos"))
    await world.imports(1001, 1002)

    await world.set(orders={"filters": {"channel": {"in": ["pos"], "not_in": []}}})
    await world.store.change(1001, note="changed")
    await world.imports(1001, 1002)

    assert [(await world.order(name))["shop_id"] for name in ("#1001", "#1002")] == [world.shop, pos]
    assert (await world.order("#1001"))["body"]["note"] == "changed"


async def test_what_no_shop_claims_stays_visible_and_is_not_read_again_until_it_changes(world: World) -> None:
    await unclaimed(world)
    await world.store.forget_calls()

    await world.run()
    assert await world.store.calls("OrdersWhole") == []

    await world.store.change(1001, displayFinancialStatus="REFUNDED", updatedAt="2026-01-15T10:00:00Z")
    await world.run()
    assert await world.orders() == ["#1001"]


async def test_what_no_shop_claims_is_taken_in_by_id(world: World) -> None:
    await unclaimed(world)

    await world.run(order_shopify_ids=["1001"])

    assert (await world.orders(), await world.queue()) == (["#1001"], [])


async def test_what_no_shop_claimed_is_tried_again_when_filters_change(world: World) -> None:
    await unclaimed(world)
    await world.take_nudges("orders_to_import")

    await world.set(orders={"filters": {"financial_status": {"in": ["paid"]}}})

    assert await world.take_nudges("orders_to_import") == [world.store_id]
    await world.process().import_orders(world.store_id)
    assert await world.orders() == ["#1001"]


async def test_what_no_shop_claimed_is_tried_again_when_another_shop_is_made(world: World) -> None:
    await unclaimed(world)

    other = await world.set_up_shop("other", {})
    await world.process().import_orders(world.store_id)

    assert (await world.order())["shop_id"] == other


async def test_an_order_left_out_comes_back_when_it_changes(world: World) -> None:
    await world.set(orders=NONE_OF_OURS)
    await world.store.has(an_order(1001))
    await world.run()
    await world.requests.leave_out(EVERYBODY, (await world.row_of(1001))["id"])
    await world.set(orders={"filters": {"financial_status": None}})

    await world.run(updated_since="2026-01-01T00:00:00Z")
    await world.wants(1001, store_updated_at=NINE)
    await world.wants(1001)
    assert (await world.process().import_orders(world.store_id)).imported == 0

    await world.wants(1001, store_updated_at=TEN)
    assert (await world.process().import_orders(world.store_id)).imported == 1
    assert await world.queue() == []


async def test_an_order_left_out_while_it_is_read_is_not_imported(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.wants(1001)
    async with world.uow() as uow:
        [claim] = await uow.orders_to_import.claim(
            world.store_id, by="somebody", limit=1, lease=world.minutes(1), now=world.clock.now()
        )
        await uow.commit()

    await world.requests.leave_out(EVERYBODY, claim.id)

    async with world.uow() as uow:
        assert await uow.orders_to_import.still_claimed([claim]) == set()


async def test_an_order_left_out_of_which_no_change_time_is_known_waits_for_a_later_one(world: World) -> None:
    await world.wants(1001)
    await world.requests.leave_out(EVERYBODY, (await world.row_of(1001))["id"])

    await world.wants(1001, by="listing", store_updated_at=NINE)

    assert (await world.row_of(1001))["left_out_at"] is not None


async def test_a_retry_gives_a_parked_order_all_its_attempts_again(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.wants(1001)
    await world.do("UPDATE orders_to_import SET attempts = 5, parked_at = now(), due_at = NULL, error_code = 'x'")

    await world.requests.retry_import(EVERYBODY, (await world.row_of(1001))["id"])

    assert await world.take_nudges("orders_to_import") == [world.store_id]
    assert (await world.process().import_orders(world.store_id)).imported == 1


async def test_a_parked_order_is_not_woken_by_a_listing_that_tells_nothing_new(world: World) -> None:
    await world.wants(1001, by="listing", store_updated_at=NINE)
    await world.do("UPDATE orders_to_import SET parked_at = now(), due_at = NULL, error_code = 'x'")

    await world.wants(1001, by="listing", store_updated_at=NINE)
    assert (await world.row_of(1001))["due_at"] is None

    await world.wants(1001, by="listing", store_updated_at=TEN)
    assert (await world.row_of(1001))["due_at"] is not None


async def test_a_listing_that_tells_nothing_new_raises_no_counter(world: World) -> None:
    await world.wants(1001, by="listing", store_updated_at=NINE)
    await world.wants(1001, by="listing", store_updated_at=NINE)
    assert await world.queue("wanted") == [("1001", 1)]

    await world.wants(1001)
    await world.wants(1001, by="listing", store_updated_at=TEN)
    assert await world.queue("wanted") == [("1001", 3)]


async def test_a_row_that_outlives_its_run_is_imported_all_the_same(world: World) -> None:
    """Runs are deleted after their time; rows may wait longer."""
    await world.store.has(an_order(1001))
    await world.wants(1001)
    await world.do("UPDATE orders_to_import SET run_id = 'run_gone'")

    assert (await world.process().import_orders(world.store_id)).imported == 1


async def test_an_extended_claim_is_not_taken_over(world: World) -> None:
    await world.wants(1001)
    now = world.clock.now()
    async with world.uow() as uow:
        claims = await uow.orders_to_import.claim(world.store_id, by="one", limit=1, lease=world.minutes(1), now=now)
        await uow.orders_to_import.extend(claims, lease=world.minutes(10), now=now)
        await uow.commit()
    async with world.uow() as uow:
        later = now + world.minutes(5)
        assert not await uow.orders_to_import.claim(
            world.store_id, by="two", limit=1, lease=world.minutes(1), now=later
        )
        later = now + world.minutes(11)
        assert await uow.orders_to_import.claim(world.store_id, by="two", limit=1, lease=world.minutes(1), now=later)


async def test_a_run_takes_up_what_failed_in_its_own_shop_only(world: World) -> None:
    pos = await world.set_up_shop("pos", {})
    await world.wants(1001, 1002, 1003)
    await world.do("UPDATE orders_to_import SET error_code = 'x', due_at = now() + interval '1 hour'")
    await world.do("UPDATE orders_to_import SET shop_id = $1 WHERE shopify_id = '1002'", pos)
    await world.do("UPDATE orders_to_import SET parked_at = now() WHERE shopify_id = '1003'")

    async with world.uow() as uow:
        taken = await uow.orders_to_import.retry_failed(
            world.store_id, ShopId(world.shop), run=RunId("run_1"), now=world.clock.now()
        )
        await uow.commit()

    assert taken == 1
    assert await world.queue("run_id") == [("1001", "run_1"), ("1002", None), ("1003", None)]


async def test_a_claim_stays_when_the_filters_change_before_the_import(world: World) -> None:
    """1.17: what a narrowed run left waiting is the shop's already."""
    await world.set(orders={"filters": {"channel": {"not_in": ["pos"]}}})
    pos = await world.set_up_shop("pos", {})
    await world.store.has(an_order(1001))
    await world.run(filters={"tags": {"contains": ["urgent"]}})
    assert await world.queue("shop_id", "due_at", "unclaimed_at") == [("1001", world.shop, None, None)]

    await world.set(orders=NONE_OF_OURS)
    await world.run(shop="pos")
    assert await world.orders() == []
    await world.imports(1001)

    assert (await world.order())["shop_id"] == world.shop != pos


async def test_what_another_shop_claimed_is_named_and_not_taken_by_id(world: World) -> None:
    pos = await world.set_up_shop("pos", {})
    await world.store.has(an_order(1001), an_order(1002))
    await world.run(filters={"name": {"in": ["#1001"]}})

    run = await world.run(shop="pos", order_shopify_ids=["1001", "1002"])

    assert [(error["id"], error["code"]) for error in run.errors] == [
        ("1001", "claimed_by_other_shop"),
        ("1002", "claimed_by_other_shop"),
    ]
    assert run.counts["listed"] == 0
    assert pos not in [row[1] for row in await world.queue("shop_id")]


async def test_a_retry_is_not_lost_on_the_attempt_that_is_under_way(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.wants(1001)
    async with world.uow() as uow:
        [claim] = await uow.orders_to_import.claim(
            world.store_id, by="somebody", limit=1, lease=world.minutes(1), now=world.clock.now()
        )
        await uow.commit()

    await world.requests.retry_import(EVERYBODY, claim.id)
    async with world.uow() as uow:
        await uow.orders_to_import.finish([FinishedImport(claim=claim, outcome=ImportOutcome.WAITING)], now=NINE)
        await uow.commit()

    assert (await world.row_of(1001))["due_at"] is not None


async def test_a_retry_brings_in_what_the_filters_of_a_run_left_out(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.run(filters={"name": {"in": ["#1"]}})

    await world.requests.retry_import(EVERYBODY, (await world.row_of(1001))["id"])
    await world.process().import_orders(world.store_id)

    assert await world.orders() == ["#1001"]


async def test_rows_are_locked_in_the_order_of_their_shopify_ids(world: World) -> None:
    """C4: As announcements lock them, so that imports and announcements never wait for each other in a circle."""
    for order in (1003, 1002, 1001):
        await world.wants(order)
    async with world.uow() as uow:
        claims = await uow.orders_to_import.claim(
            world.store_id, by="one", limit=3, lease=world.minutes(1), now=world.clock.now()
        )
        await uow.commit()

    async with world.uow() as holder, world.uow() as writer:
        await holder.driver.execute("SELECT FROM orders_to_import WHERE shopify_id = '1001' FOR UPDATE")
        locking = asyncio.create_task(writer.orders_to_import.still_claimed(claims))
        await world.until(lambda: world.is_true("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))

        await holder.driver.execute("SELECT FROM orders_to_import WHERE shopify_id > '1001' FOR UPDATE NOWAIT")
        await holder.commit()
        assert len(await locking) == 3


async def test_what_was_announced_or_asked_for_goes_before_what_a_listing_found(world: World) -> None:
    await world.wants(1001, 1002, 1003, by="listing")
    world.clock.pass_by(seconds=30)
    await world.wants(1004, by="webhook")
    await world.wants(1005, by="request")

    async with world.uow() as uow:
        claims = await uow.orders_to_import.claim(
            world.store_id, by="worker", limit=3, lease=timedelta(seconds=30), now=world.clock.now()
        )

    assert sorted((claim.shopify_id, claim.catch_up) for claim in claims)[1:] == [("1004", False), ("1005", False)]
    assert [claim.catch_up for claim in claims].count(True) == 1
