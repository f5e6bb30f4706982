"""List a store's new and changed orders into the queue of orders to import (P10: stage 1).

Reads pages from the store and compares them with the copies we hold; an order that did not change is not read again.
Knows nothing of what an order contains.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.identifiers import RunId, ShopifyId, StoreId
from app.domain.order_freshness import HeldCopy, is_news
from app.ports.clock import Clock
from app.ports.repositories.orders_to_import import WantedBy, WantedOrder
from app.ports.store_gateway import ListedOrder, OrderListing, StoreGateway, StoreRef
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory

Besides = Callable[[UnitOfWork, Sequence[ListedOrder]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCounts:
    listed: int = 0
    wanted: int = 0
    unchanged: int = 0
    latest_change: datetime | None = None
    """The latest change time that the store told; None = nothing was listed."""


class ListOrders:
    """Every page is written in its own transaction: a failing page loses nothing of those before it."""

    def __init__(self, gateway: StoreGateway, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._gateway = gateway
        self._uow = uow
        self._clock = clock

    async def __call__(
        self,
        store: StoreRef,
        listing: OrderListing,
        *,
        run: RunId | None = None,
        closed_from: datetime | None = None,
    ) -> ListingCounts:
        """List, and make what is new or changed due.

        Closed orders we never held are left out (1.06), but for those created at ``closed_from`` or later. A range of
        creation is a person's wish: what no shop claimed is then looked at once more.
        """
        counts = ListingCounts()
        reclaim = listing.created_from is not None or listing.created_to is not None
        async for page in self._gateway.list_orders(store, listing):
            wanted = await self.take(store.id, page, run=run, closed_from=closed_from, reclaim=reclaim)
            counts = ListingCounts(
                listed=counts.listed + len(page),
                wanted=counts.wanted + wanted,
                unchanged=counts.unchanged + len(page) - wanted,
                latest_change=_latest(counts.latest_change, page),
            )
        return counts

    async def take(
        self,
        store: StoreId,
        page: Sequence[ListedOrder],
        *,
        run: RunId | None,
        closed_from: datetime | None,
        reclaim: bool,
        besides: Besides | None = None,
    ) -> int:
        """Make due what is new or changed of a page; the number of these. ``besides`` is done in the same transaction,
        with them.
        """
        if not page:
            return 0
        now = self._clock.now()
        async with self._uow() as uow:
            held = await uow.orders_to_import.held_copies(store, [order.shopify_id for order in page])
            wanted = [order for order in page if _is_wanted(order, held, closed_from=closed_from)]
            await uow.orders_to_import.want(
                store,
                [
                    WantedOrder(shopify_id=each.shopify_id, name=each.name, store_updated_at=each.updated_at)
                    for each in wanted
                ],
                by=WantedBy.LISTING,
                now=now,
                run=run,
                reclaim=reclaim,
            )
            if wanted:
                await uow.nudge("orders_to_import", store)
            if besides is not None:
                await besides(uow, wanted)
            await uow.commit()
        return len(wanted)


def _latest(before: datetime | None, page: Sequence[ListedOrder]) -> datetime | None:
    told = [order.updated_at for order in page]
    return max([*told, before] if before else told, default=None)


def _is_wanted(order: ListedOrder, held: Mapping[ShopifyId, HeldCopy], *, closed_from: datetime | None) -> bool:
    copy = held.get(order.shopify_id)
    if copy is None:
        return not order.closed or (closed_from is not None and order.created_at >= closed_from)
    return is_news(order.updated_at, copy)
