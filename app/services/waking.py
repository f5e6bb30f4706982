"""Telling work that waits for something that it has appeared, in the transaction that brought it (P33)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from app.domain.identifiers import OrderId, ShopId, ShopifyId, StoreId
from app.domain.order_freshness import SETTLED_AFTER
from app.domain.orders import Order
from app.domain.shipment_traces import open_at
from app.ports.job_queue import NudgeKind
from app.ports.repositories.orders_to_import import WantedBy, WantedOrder
from app.ports.unit_of_work import UnitOfWork


async def wake(uow: UnitOfWork, facts: Iterable[str], *, shop: ShopId | None) -> None:
    """Make due what waits for these facts and have workers look; ``shop`` None = it may wait in any shop."""
    if not await uow.awaiting.appeared(set(facts)):
        return
    for each in [shop] if shop is not None else await uow.shops.ids():
        await uow.nudge(NudgeKind.DOCUMENTS, each)


async def write_held(uow: UnitOfWork, shop: ShopId, *, now: datetime) -> None:
    """What waited for a setting or a scope may be written to the store now (P35)."""
    for store in await uow.write_backs.let_go(shop, now=now):
        await uow.nudge(NudgeKind.WRITE_BACK, store)
    for store in await uow.shipments.let_go(shop, now=now):
        await uow.nudge(NudgeKind.SHIPMENTS, store)
    for each in await uow.stock.let_go(shop, now=now):
        await uow.nudge(NudgeKind.STOCK, each)


async def want_written_back(uow: UnitOfWork, order: OrderId, *, now: datetime) -> None:
    """Have the order's number looked at, and whether it is finished, once this transaction is committed."""
    for store in await uow.write_backs.want([order], now=now):
        await uow.nudge(NudgeKind.WRITE_BACK, store)


async def want_closed(uow: UnitOfWork, orders: Collection[OrderId], *, now: datetime) -> None:
    """Have those of these orders closed that are finished by what this transaction leaves."""
    if orders:
        for store in await uow.write_backs.want_closed(orders, now=now):
            await uow.nudge(NudgeKind.WRITE_BACK, store)


async def want_read_settled(
    uow: UnitOfWork, store: StoreId, order: ShopifyId, *, now: datetime, changed_at: datetime | None = None
) -> None:
    """Have an order read that we wrote to without our copy taking it over: nobody relies on its announcement, which may
    be lost, or be of the very second in which the copy was read. Asked before the order is locked, as by an import.
    """
    wanted = WantedOrder(
        shopify_id=order, store_updated_at=changed_at, due_at=max(changed_at or now, now) + SETTLED_AFTER
    )
    await uow.orders_to_import.want(store, [wanted], by=WantedBy.WEBHOOK, now=now)


async def wake_shipments(uow: UnitOfWork, orders: Mapping[OrderId, Order], *, now: datetime) -> None:
    """Have what did not fit onto these orders tried again, where something else is open of them now (P60)."""
    opened = {order_id: open_at(order.fulfilment_orders) for order_id, order in orders.items()}
    for store in await uow.shipments.wake(opened, now=now):
        await uow.nudge(NudgeKind.SHIPMENTS, store)


async def check_subscriptions(uow: UnitOfWork, store: StoreId) -> None:
    """Have the store's subscriptions, and the scopes they need, looked at once this transaction is committed."""
    await uow.subscriptions.due(store)
    await uow.nudge(NudgeKind.CHECK_SUBSCRIPTIONS, store)
