"""P16: a range of orders imported by one bulk operation of the store, whatever becomes of it and of us.

The cases 34 to 37 of the peers.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import pytest

from app.domain.identifiers import RunId, ShopifyId
from app.ports.bulk_orders import BulkOrders, ExportedOrder
from app.ports.repositories.runs import Run, RunState
from app.ports.store_gateway import OrderListing, OrderReading, StoreRef
from app.services.runs import StartRun
from app.services.tasks import TaskName
from tests.integration.world import EVERYBODY, Json, Process, World, an_order

RANGE: Json = {"created_from": "2026-01-01T00:00:00Z", "created_to": "2026-01-31T00:00:00Z"}
BULK: Json = RANGE | {"bulk": True}
ORDINARY = ("OrderListing", "OrdersWhole", "RefundsWhole")


class HeldBulk:
    """A way to the store's bulk operations that stops at a batch until it is let go."""

    def __init__(self, bulk: BulkOrders, *, batch: int) -> None:
        self._bulk = bulk
        self._batch = batch
        self.reached = asyncio.Event()
        self.let_go = asyncio.Event()

    async def read(
        self, store: StoreRef, orders: Mapping[ShopifyId, ExportedOrder], *, exported_at: datetime
    ) -> Sequence[OrderReading]:
        self._batch -= 1
        if self._batch == 0:
            self.reached.set()
            await self.let_go.wait()
        return await self._bulk.read(store, orders, exported_at=exported_at)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bulk, name)


def orders(*numbers: int, **fields: Any) -> list[Json]:
    return [an_order(number, **fields) for number in numbers]


async def operations(world: World) -> int:
    """How many bulk operations were begun."""
    return len(await world.store.calls("BulkStart"))


async def ordinary(world: World) -> list[str]:
    """What was read about orders by ordinary documents."""
    return [operation for operation in ORDINARY if await world.store.calls(operation)]


async def started(world: World, process: Process, **parameters: Any) -> RunId:
    start = StartRun(world.uow, world.clock, world.ids, process.runners)
    return (await start(EVERYBODY, "web", TaskName.IMPORT_ORDERS, parameters=parameters or BULK)).run.id


async def found(world: World, run: RunId) -> Run:
    async with world.uow() as uow:
        known = await uow.runs.get(run)
    assert known is not None
    return known


async def test_a_range_comes_in_by_one_operation_and_no_ordinary_reading(world: World) -> None:
    await world.store.has(*orders(*range(1001, 1061)))

    run = await world.run(**BULK)

    assert run.state is RunState.SUCCEEDED, run.problem
    assert (run.done, run.total) == (60, 60)
    assert dict(run.counts) | {"listed": 60, "imported": 60, "documents": 60, "unchanged": 0} == run.counts
    assert (await operations(world), await ordinary(world)) == (1, [])
    assert len(await world.fetch("SELECT 1 FROM sales_documents")) == 60
    assert await world.queue() == []


async def test_the_range_is_kept_and_closed_orders_are_left_out_unless_they_are_asked_for(world: World) -> None:
    closed = {"closedAt": "2026-01-20T09:00:00Z", "closed": True}
    await world.store.has(an_order(1001), an_order(1002, **closed), an_order(1003, createdAt="2026-02-15T09:00:00Z"))

    await world.run(**BULK)
    assert await world.orders() == ["#1001"]

    await world.run(**BULK, include_closed=True)
    assert await world.orders() == ["#1001", "#1002"]


async def test_orders_we_hold_already_are_no_news(world: World) -> None:
    await world.store.has(*orders(1001, 1002))
    await world.run(**BULK)
    await world.store.has(an_order(1003))
    await world.store.forget_calls()

    run = await world.run(**BULK)

    assert dict(run.counts) | {"listed": 3, "imported": 1, "unchanged": 2} == run.counts
    assert (run.done, run.total) == (3, 3)
    assert await ordinary(world) == []


async def test_filters_of_the_shop_and_of_the_run_say_whose_the_orders_are(world: World) -> None:
    await world.set(orders={"filters": {"tags": {"not_contains": ["pos"]}}})
    await world.store.has(an_order(1001, tags=["pos"]), an_order(1002), an_order(1003, test=True))

    await world.run(filters={"test": False}, **BULK)

    assert await world.orders() == ["#1002"]
    assert [row[0] for row in await world.queue()] == ["1001", "1003"]


async def test_what_was_refunded_is_read_beside_the_operation(world: World) -> None:
    await world.store.has(*orders(1001, 1002))
    part = {"lineItem": {"id": "gid://shopify/LineItem/1001000"}, "quantity": 1, "restockType": "NO_RESTOCK"}
    await world.store.act(1001, "refund", refund={"refundLineItems": [part]})

    await world.run(**BULK)

    assert [len((await world.order(name))["body"]["refunds"]) for name in ("#1001", "#1002")] == [1, 0]
    assert await ordinary(world) == ["RefundsWhole"]


@pytest.mark.parametrize(("orders_there", "by_operation"), [(3, 1), (2, 0)])
async def test_only_a_range_of_many_orders_is_worth_an_operation(
    world: World, orders_there: int, by_operation: int
) -> None:
    await world.store.has(*orders(*range(1001, 1001 + orders_there)))

    await world.run(process=world.process(worth_it=2), **RANGE)

    assert await operations(world) == by_operation
    assert len(await world.orders()) == orders_there


async def test_a_run_may_forbid_it(world: World) -> None:
    await world.store.has(an_order(1001))

    await world.run(process=world.process(worth_it=0), **RANGE, bulk=False)

    assert (await operations(world), await world.orders()) == (0, ["#1001"])


@pytest.mark.long
async def test_another_operation_of_the_app_is_waited_for(world: World) -> None:
    """Peers 36."""
    await world.store.has(an_order(1001), bulk={"hold": True, "most_at_once": 1})
    configuration = await _configuration(world)
    await world.gateway.bulk.begin(configuration.store, OrderListing(), mark="somebody-else")
    process = world.process(busy_seconds=0.02)
    run = await started(world, process)
    work = asyncio.create_task(process.run_task(run))
    await world.until(lambda: _called(world, "BulkStart", 3))
    assert await world.orders() == []

    await world.store.has(bulk={"hold": False})
    await work

    assert (await found(world, run)).state is RunState.SUCCEEDED
    assert await world.orders() == ["#1001"]


@pytest.mark.long
async def test_an_operation_that_ends_before_ours_ends_nothing_of_ours(world: World) -> None:
    """Peers 36: begun after ours and ended before it; each is taken for what it is."""
    await world.store.has(an_order(1001), bulk={"hold": True})
    configuration = await _configuration(world)
    process = world.process(busy_seconds=0.02)
    run = await started(world, process)
    work = asyncio.create_task(process.run_task(run))
    await world.until(lambda: _called(world, "BulkStatus", 1))
    other = await world.gateway.bulk.begin(configuration.store, OrderListing(), mark="somebody-else")
    await world.gateway.bulk.cancel(configuration.store, other.id)
    seen = len(await world.store.calls("BulkStatus"))
    await world.until(lambda: _called(world, "BulkStatus", seen + 2))
    assert not work.done()

    await world.store.has(bulk={"hold": False})
    await work

    assert (await found(world, run)).state is RunState.SUCCEEDED
    assert await world.orders() == ["#1001"]


async def test_an_operation_that_fails_is_begun_once_more_and_the_run_says_so(world: World) -> None:
    """Peers 35."""
    await world.store.has(an_order(1001), bulk={"fail": "INTERNAL_SERVER_ERROR"})

    run = await world.run(**BULK)

    assert run.state is RunState.SUCCEEDED
    assert [each["code"] for each in run.errors] == ["bulk_operation_failed"]
    assert (await operations(world), await ordinary(world)) == (2, [])
    assert await world.orders() == ["#1001"]


@pytest.mark.long
async def test_where_operations_keep_failing_the_range_is_listed_and_nothing_is_skipped(world: World) -> None:
    """Peers 35."""
    await world.store.has(*orders(1001, 1002), bulk={"fail": "TIMEOUT", "fail_times": 99})

    run = await world.run(**BULK)

    assert run.state is RunState.SUCCEEDED
    assert run.counts["imported"] == 2
    assert (await operations(world), await ordinary(world)) == (2, ["OrderListing", "OrdersWhole"])


@pytest.mark.long
async def test_an_operation_that_somebody_cancelled_ends_the_run_with_a_reason(world: World) -> None:
    await world.store.has(an_order(1001), bulk={"hold": True})
    process = world.process()
    run = await started(world, process)
    work = asyncio.create_task(process.run_task(run))
    await world.until(lambda: _called(world, "BulkStatus", 1))
    configuration = await _configuration(world)
    operation = await world.gateway.bulk.begun(configuration.store, mark=f"{run}-1")
    assert operation is not None
    await world.gateway.bulk.cancel(configuration.store, operation.id)
    await work

    ended = await found(world, run)
    assert ended.state is RunState.FAILED
    assert (ended.problem or {})["code"] == "bulk_operation_cancelled"


async def test_a_file_that_is_gone_takes_another_operation(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.store.fails("server_error", operation="bulk_result", status=403)

    run = await world.run(**BULK)

    assert run.state is RunState.SUCCEEDED
    assert (await operations(world), await world.orders()) == (2, ["#1001"])


async def test_lines_that_are_missing_fail_the_run_and_no_order_comes_in_cut(world: World) -> None:
    """Peers 34, 37."""
    await world.store.has(*orders(1001, 1002), bulk={"lost_lines": 1})

    run = await world.run(**BULK)

    assert run.state is RunState.FAILED
    assert (run.problem or {})["code"] == "bulk_result_incomplete"
    assert await world.orders() == []


async def test_a_cancelled_run_cancels_its_operation(world: World) -> None:
    await world.store.has(an_order(1001), bulk={"hold": True})
    process = world.process()
    run = await started(world, process)
    work = asyncio.create_task(process.run_task(run))
    await world.until(lambda: _called(world, "BulkStatus", 1))
    async with world.uow() as uow:
        await uow.runs.cancel(run, now=world.clock.now())
        await uow.commit()
    await work

    assert (await found(world, run)).state is RunState.CANCELLED
    assert await _called(world, "BulkCancel", 1)
    assert await world.orders() == []


async def test_a_run_that_is_taken_over_goes_on_with_its_operation_where_it_stood(world: World) -> None:
    await world.store.has(*orders(*range(1001, 1081)))
    held = HeldBulk(world.gateway.bulk, batch=2)
    process = world.process(bulk=cast("BulkOrders", held))
    run = await started(world, process)
    work = asyncio.create_task(process.run_task(run))
    await held.reached.wait()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await world.do("UPDATE orders_to_import SET claimed_until = now() - interval '1 second'")
    assert len(await world.orders()) == 50

    await world.process("another").run_task(run)

    ended = await found(world, run)
    assert ended.state is RunState.SUCCEEDED
    assert (ended.done, ended.counts["listed"]) == (80, 80)
    assert ended.counts["imported"] == 80
    assert (await operations(world), await ordinary(world)) == (1, [])
    assert len(await world.orders()) == 80


@pytest.mark.long
async def test_an_operation_whose_beginning_nobody_was_told_of_is_found_again(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.store.fails("timeout_after", operation="BulkStart", seconds=0.01)

    run = await world.run(**BULK)

    assert run.state is RunState.SUCCEEDED
    assert (await operations(world), await world.orders()) == (1, ["#1001"])


@pytest.mark.long
async def test_an_order_announced_meanwhile_is_looked_at_once_more(world: World) -> None:
    await world.store.has(an_order(1001))
    held = HeldBulk(world.gateway.bulk, batch=1)
    process = world.process(bulk=cast("BulkOrders", held))
    run = await started(world, process)
    work = asyncio.create_task(process.run_task(run))
    await held.reached.wait()
    await world.store.change(1001, note="later")
    await world.wants(1001)
    held.let_go.set()
    await work
    await process.import_orders(world.store_id)

    assert (await world.order())["body"]["note"] == "later"


async def test_a_range_without_orders_is_soon_done(world: World) -> None:
    run = await world.run(**BULK)

    assert (run.state, run.counts["listed"], run.total) == (RunState.SUCCEEDED, 0, 0)


async def _configuration(world: World) -> Any:
    async with world.uow() as uow:
        return await uow.configurations.of_store(world.store_id)


async def _called(world: World, operation: str, times: int) -> bool:
    return len(await world.store.calls(operation)) >= times
