"""What is asked of an order is done at its store once, whatever becomes of calls and processes (P35)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from app.adapters.postgres.signals import PostgresSignals
from app.domain.identifiers import OrderId
from app.domain.order_actions import (
    CancelOrder,
    CancelReason,
    CancelRefund,
    CapturePayment,
    CloseOrder,
    MarkAsPaid,
    OrderAction,
    ReopenOrder,
)
from app.ports.errors import Conflict, InvalidInput, NotFound, OutcomeUnknown
from app.services.act_on_order import ActOnOrder
from app.services.order_action_requests import Asked, OrderActionRequests
from app.services.run_task import RunTask
from app.services.runs import ReadRuns
from app.services.tasks import TaskName
from tests.integration.world import EVERYBODY, Json, World, an_order, money

CANCELLATION = CancelOrder(
    reason=CancelReason.CUSTOMER, refund=CancelRefund.ORIGINAL_PAYMENT, restock=True, notify_customer=False
)


@pytest.fixture
async def desk(world: World, database_url: str) -> AsyncIterator["Desk"]:
    signals = PostgresSignals(database_url)
    await signals.start()
    yield Desk(world, signals)
    await signals.stop()


class Desk:
    """Where orders are acted on, and a worker that does what it is nudged to do."""

    def __init__(self, world: World, signals: PostgresSignals) -> None:
        self.world = world
        self.requests = OrderActionRequests(world.uow, world.clock, world.ids, ReadRuns(world.uow, signals))

    async def ask(self, action: OrderAction, *, order: str = "#1001", request: str | None = None) -> Asked:
        asked = asyncio.ensure_future(
            self.requests(EVERYBODY, await self.world.order_id(order), action, request=request)
        )
        await self.works_until(asked)
        return await asked

    async def works_until(self, ended: "asyncio.Future[Any]") -> None:
        working: set[asyncio.Future[Any]] = set()
        while not ended.done():
            for run in await self.world.take_nudges("run"):
                working.add(asyncio.ensure_future(self.worker()(run)))
            if await self.world.take_nudges("orders_to_import"):
                await self.world.process().import_orders(self.world.store_id)
            await asyncio.sleep(0.01)
        await asyncio.gather(*working)

    def worker(self) -> RunTask:
        async def at_once(_seconds: float) -> None:
            await asyncio.sleep(0)

        gateway = self.world.gateway
        act = ActOnOrder(gateway.order_actions, gateway, self.world.uow, self.world.clock, sleep=at_once)
        return RunTask(self.world.uow, self.world.clock, {TaskName.ACT_ON_ORDER: act.run}, worker="worker")

    async def sent(self, operation: str) -> int:
        return len(await self.world.store.calls(operation))

    async def copy(self) -> Json:
        found: Json = (await self.world.order())["body"]
        return found


async def imported(world: World, **fields: Any) -> None:
    await world.store.has(an_order(1001, **fields))
    await world.imports(1001)


UNPAID: Json = {"displayFinancialStatus": "PENDING", "totalOutstandingSet": money("10.00"), "transactions": []}
AUTHORISED: Json = {
    "displayFinancialStatus": "AUTHORIZED",
    "transactions": [
        {
            "id": "gid://shopify/OrderTransaction/71",
            "kind": "AUTHORIZATION",
            "status": "SUCCESS",
            "gateway": "bogus",
            "amountSet": money("10.00"),
            "totalUnsettledSet": money("10.00"),
        }
    ],
}


async def test_an_order_is_marked_as_paid_once_and_our_copy_says_so_at_once(world: World, desk: Desk) -> None:
    await imported(world, **UNPAID)

    assert (await desk.ask(MarkAsPaid())).ended
    assert (await desk.copy())["financial_status"] == "paid"

    assert (await desk.ask(MarkAsPaid())).ended
    assert await desk.sent("OrderMarkAsPaid") == 1


@pytest.mark.long
async def test_an_order_is_closed_and_reopened_and_either_may_be_asked_twice(world: World, desk: Desk) -> None:
    await imported(world)

    for _ in range(2):
        await desk.ask(CloseOrder())
        assert (await desk.copy())["closed_at"] is not None
    for _ in range(2):
        await desk.ask(ReopenOrder())
        assert (await desk.copy())["closed_at"] is None

    assert (await desk.sent("OrderClose"), await desk.sent("OrderOpen")) == (1, 1)


async def test_a_cancellation_is_followed_to_its_end_and_is_a_conflict_of_a_processed_order(
    world: World, desk: Desk
) -> None:
    await imported(world)
    assert await world.is_documented()

    assert (await desk.ask(CANCELLATION)).ended

    copy = await desk.copy()
    assert (copy["cancel_reason"], copy["cancelled_at"] is not None) == ("customer", True)
    assert await desk.sent("JobStatus") >= 1
    [conflict] = await world.fetch("SELECT conflict FROM orders")
    assert "cancelled" in conflict["conflict"]
    await desk.ask(CANCELLATION)
    assert await desk.sent("OrderCancel") == 1


@pytest.mark.long
@pytest.mark.parametrize(("action", "operation"), [(MarkAsPaid(), "OrderMarkAsPaid"), (CloseOrder(), "OrderClose")])
async def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(
    world: World, desk: Desk, action: OrderAction, operation: str
) -> None:
    await imported(world, **UNPAID)
    await world.store.fails("cut_json", operation=operation)

    assert (await desk.ask(action)).ended

    assert await desk.sent(operation) == 1


async def test_what_shopify_refuses_is_told_in_its_words(world: World, desk: Desk) -> None:
    await imported(world)
    refusal = [{"field": ["id"], "message": "Order cannot be marked as paid.", "code": None}]
    await world.store.change(1001, **UNPAID)
    await world.store.fails("user_errors", operation="OrderMarkAsPaid", mutation="orderMarkAsPaid", userErrors=refusal)

    with pytest.raises(Conflict) as told:
        await desk.ask(MarkAsPaid())

    assert (told.value.code, told.value.detail) == ("refused_by_shopify", "Order cannot be marked as paid.")
    assert (await world.fetch("SELECT state FROM runs"))[0]["state"] == "succeeded"


async def test_a_shop_that_may_write_nothing_refuses_before_anything_is_asked(world: World, desk: Desk) -> None:
    await imported(world)
    await world.set(general={"allow_outgoing": False})

    with pytest.raises(Conflict) as told:
        await desk.ask(CloseOrder())

    assert told.value.code == "outgoing_not_allowed"
    assert "general.allow_outgoing" in told.value.detail
    assert await world.fetch("SELECT id FROM runs") == []


@pytest.mark.long
async def test_an_app_without_the_scope_is_told_which_one(world: World, desk: Desk) -> None:
    await imported(world)
    await world.store.has(app={"scopes": ["read_orders", "read_customers"]})

    with pytest.raises(Conflict) as told:
        await desk.ask(CloseOrder())

    assert told.value.code == "scope_missing"
    assert "write_orders" in told.value.detail


@pytest.mark.long
async def test_an_order_that_is_gone_is_told_as_gone(world: World, desk: Desk) -> None:
    await imported(world)
    await world.store.loses(1001)

    with pytest.raises(Conflict) as told:
        await desk.ask(CloseOrder())

    assert told.value.code == "not_at_store"


@pytest.mark.long
async def test_a_store_that_is_away_is_no_refusal_and_the_repeat_goes_on(world: World, desk: Desk) -> None:
    await imported(world, **UNPAID)
    await world.store.fails("server_error", operation="OrderMarkAsPaid", times=None)

    with pytest.raises(OutcomeUnknown) as told:
        await desk.ask(MarkAsPaid())
    assert "looked up" in told.value.detail

    await world.store.mends()
    assert (await desk.ask(MarkAsPaid())).ended


async def test_the_order_of_another_shop_is_not_there(world: World, desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.requests(EVERYBODY, OrderId("ord_0"), CloseOrder())


class TestCapturing:
    """Money is taken once, and never more than was authorised."""

    async def test_all_that_is_authorised_is_captured_and_a_repeat_takes_nothing(
        self, world: World, desk: Desk
    ) -> None:
        await imported(world, **AUTHORISED)

        await desk.ask(CapturePayment())
        assert (await desk.copy())["financial_status"] == "paid"
        await desk.ask(CapturePayment())

        assert await desk.sent("OrderCapture") == 1

    @pytest.mark.long
    async def test_a_part_is_captured_once_when_its_answer_is_lost(self, world: World, desk: Desk) -> None:
        await imported(world, **AUTHORISED)
        await world.store.fails("cut_json", operation="OrderCapture")

        await desk.ask(CapturePayment(amount=Decimal("4.00")))

        assert await captured(desk) == ["4.00"]

    @pytest.mark.long
    async def test_a_part_is_captured_once_for_repeats_of_one_request(self, world: World, desk: Desk) -> None:
        await imported(world, **AUTHORISED)

        for _ in range(2):
            await desk.ask(CapturePayment(amount=Decimal("4.00")), request="one")
        await desk.ask(CapturePayment(amount=Decimal("4.00")), request="another")

        assert await captured(desk) == ["4.00", "4.00"]

    async def test_as_much_once_more_needs_a_key_that_tells_it_from_a_repeat(self, world: World, desk: Desk) -> None:
        await imported(world, **AUTHORISED)
        await desk.ask(CapturePayment(amount=Decimal("4.0")))

        with pytest.raises(Conflict) as told:
            await desk.ask(CapturePayment(amount=Decimal("4.00")))

        assert (told.value.code, await captured(desk)) == ("already_captured", ["4.00"])
        assert "4.00 EUR of this order was captured before" in told.value.detail

        await desk.ask(CapturePayment(amount=Decimal("4.00")), request="once more")
        await desk.ask(CapturePayment(amount=Decimal("1.00")))

        assert await captured(desk) == ["4.00", "4.00", "1.00"]

    async def test_a_part_is_captured_once_when_the_worker_died_after_sending(self, world: World, desk: Desk) -> None:
        await imported(world, **AUTHORISED)
        gone = desk.world.gateway.order_actions
        dying = Dying(gone)
        act = ActOnOrder(dying, world.gateway, world.uow, world.clock)  # type: ignore[arg-type]
        asked = asyncio.ensure_future(
            desk.requests(EVERYBODY, await world.order_id(), CapturePayment(amount=Decimal("4.00")))
        )
        await world.until(lambda: world.is_true("SELECT EXISTS (SELECT FROM runs)"))
        [run] = await world.take_nudges("run")
        dead = asyncio.ensure_future(
            RunTask(world.uow, world.clock, {TaskName.ACT_ON_ORDER: act.run}, worker="dead")(run)
        )
        await dying.sent.wait()
        dead.cancel()
        await asyncio.gather(dead, return_exceptions=True)

        await desk.works_until(asked)

        assert (await asked).ended
        assert await captured(desk) == ["4.00"]

    @pytest.mark.long
    async def test_a_part_that_went_through_before_a_refusal_is_not_taken_again(self, world: World, desk: Desk) -> None:
        [first] = AUTHORISED["transactions"]
        second = first | {"id": "gid://shopify/OrderTransaction/72", "createdAt": "2026-01-15T09:00:01Z"}
        await imported(world, **(AUTHORISED | {"transactions": [first, second]}))
        refusal = [{"field": None, "message": "Can only capture successful authorizations", "code": None}]
        await world.store.fails(
            "user_errors", operation="OrderCapture", mutation="orderCapture", userErrors=refusal, skip=1
        )
        with pytest.raises(Conflict) as told:
            await desk.ask(CapturePayment(amount=Decimal("14.00")))
        assert (told.value.code, await captured(desk)) == ("refused_by_shopify", ["10.00"])

        await desk.ask(CapturePayment(amount=Decimal("14.00")))

        assert await captured(desk) == ["10.00", "4.00"]

    async def test_more_than_was_authorised_is_refused_in_words(self, world: World, desk: Desk) -> None:
        await imported(world, **AUTHORISED)

        with pytest.raises(Conflict) as told:
            await desk.ask(CapturePayment(amount=Decimal("10.01")))

        assert told.value.code == "amount_exceeds_authorised"
        assert "10.01 EUR is more than the 10.00 EUR" in told.value.detail
        assert [error.pointer for error in told.value.errors] == ["/amount"]
        assert await captured(desk) == []

    @pytest.mark.long
    @pytest.mark.parametrize("amount", ["0", "-1.00", "1.005"])
    async def test_an_amount_that_nobody_could_take_is_a_wrong_field(
        self, world: World, desk: Desk, amount: str
    ) -> None:
        await imported(world, **AUTHORISED)

        with pytest.raises(InvalidInput) as told:
            await desk.ask(CapturePayment(amount=Decimal(amount)))

        assert [error.pointer for error in told.value.errors] == ["/amount"]

    @pytest.mark.long
    async def test_an_order_without_an_authorised_payment_says_what_else_to_do(self, world: World, desk: Desk) -> None:
        await imported(world, **UNPAID)

        with pytest.raises(Conflict) as told:
            await desk.ask(CapturePayment())

        assert told.value.code == "nothing_to_capture"
        assert "mark it as paid" in told.value.detail


class Dying:
    """A way to the store on which a worker dies once it has sent a capture."""

    def __init__(self, actions: Any) -> None:
        self._actions = actions
        self.sent = asyncio.Event()

    async def capture(self, *given: Any) -> None:
        await self._actions.capture(*given)
        self.sent.set()
        await asyncio.Event().wait()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        found: Callable[..., Awaitable[Any]] = getattr(self._actions, name)
        return found


async def captured(desk: Desk) -> list[str]:
    answer = await desk.world.store.doors.get(f"/control/{desk.world.store.domain}/state?kinds=orders")
    [order] = answer.json()["orders"]
    return [
        each["amountSet"]["presentmentMoney"]["amount"] for each in order["transactions"] if each["kind"] == "CAPTURE"
    ]
