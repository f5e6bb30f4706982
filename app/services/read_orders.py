"""Orders for whoever may see them: the copy, what we decided about it, and what its documents show or would show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.access import Access
from app.domain.conflicts import proposed_now
from app.domain.documents import DocumentedTotals, documented_quantities, documented_totals
from app.domain.documents.locations import LineLocations
from app.domain.identifiers import OrderId, ShopId, ShopifyId
from app.domain.mappings import Mappings
from app.domain.sales_documents import DocumentState
from app.domain.shop_settings import ShopSettings
from app.ports.errors import NotFound
from app.ports.paging import Page, PageRequest
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.documents_reading import DocumentOfOrder
from app.ports.repositories.orders_reading import (
    Capture,
    HistoryEntry,
    OrderFilter,
    QueuedOrder,
    QueueFilter,
    StoredOrder,
)
from app.ports.repositories.shops import ShopRef
from app.ports.repositories.unmapped_products import UnmappedProduct
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order and everything that is shown with it."""

    stored: StoredOrder
    settings: ShopSettings
    quantities: Mapping[ShopifyId, int]
    """To be documented, by Shopify line id (P32)."""
    totals: DocumentedTotals
    locations: LineLocations
    documents: Sequence[DocumentOfOrder]


class ReadOrders:
    """What the caller may not see does not exist."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def page(self, access: Access, wanted: OrderFilter, request: PageRequest) -> Page[OrderView]:
        """Orders by their last change here, from the end that is asked for."""
        async with self._uow() as uow:
            page = await uow.orders_reading.page(replace(wanted, shop_ids=access.shops), request)
            return Page(rows=await _views(uow, page.rows), next_after=page.next_after)

    async def one(self, access: Access, order_id: OrderId) -> OrderView:
        """An order; raises ``NotFound``."""
        async with self._uow() as uow:
            return await order_view(uow, access, order_id)

    async def unmapped_products(self, shop: ShopRef, request: PageRequest) -> Page[UnmappedProduct]:
        """The products without an item that orders of a shop wait for (P80)."""
        async with self._uow() as uow:
            return await uow.orders_reading.unmapped_products(shop.id, request)

    async def captures(self, access: Access, order_id: OrderId, request: PageRequest) -> Page[Capture]:
        """The raw answers an order was read from, newest first."""
        async with self._uow() as uow:
            await _seen(uow, access, order_id)
            return await uow.orders_reading.captures(order_id, request)

    async def history(self, access: Access, order_id: OrderId, request: PageRequest) -> Page[HistoryEntry]:
        """What was announced of an order and its documents, oldest first."""
        async with self._uow() as uow:
            await _seen(uow, access, order_id)
            return await uow.orders_reading.history(order_id, request)


class ReadOrdersToImport:
    """The queue of a shop, as an operator sees it (P12)."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def page(self, wanted: QueueFilter, request: PageRequest) -> Page[QueuedOrder]:
        """The rows of a shop and the unclaimed ones of its store."""
        async with self._uow() as uow:
            return await uow.orders_reading.queue(wanted, request)

    async def shopify_ids(self, shop: ShopRef, ids: Sequence[str]) -> Sequence[ShopifyId]:
        """The orders behind rows of a shop's queue; raises ``NotFound`` when one is not there."""
        async with self._uow() as uow:
            found = await uow.orders_reading.queued_shopify_ids(ids, store_id=shop.store_id, shop_id=shop.id)
        missing = [each for each in ids if each not in found]
        if missing:
            raise NotFound(f"There is no order to import {missing[0]!r} in this shop.")
        return [found[each] for each in ids]


async def order_view(uow: UnitOfWork, access: Access, order_id: OrderId) -> OrderView:
    """An order inside a unit of work of the caller's; raises ``NotFound``."""
    [view] = await _views(uow, [await _seen(uow, access, order_id)])
    return view


async def _seen(uow: UnitOfWork, access: Access, order_id: OrderId) -> StoredOrder:
    stored = await uow.orders_reading.one(order_id, shop_ids=access.shops)
    if stored is None:
        raise NotFound("There is no such order, or none that this key may see.")
    return stored


async def _views(uow: UnitOfWork, orders: Sequence[StoredOrder]) -> Sequence[OrderView]:
    shops = await _shops(uow, orders)
    documents = await uow.documents_reading.of_orders([each.id for each in orders]) if orders else []
    return [
        _view(each, shops.get(each.shop_id), [one for one in documents if one.order_id == each.id]) for each in orders
    ]


async def _shops(uow: UnitOfWork, orders: Iterable[StoredOrder]) -> Mapping[ShopId, ShopConfiguration]:
    found: dict[ShopId, ShopConfiguration] = {}
    for store in sorted({each.store_id for each in orders}):
        configuration = await uow.configurations.of_store(store)
        found |= {shop.id: shop for shop in configuration.shops} if configuration else {}
    return found


def _view(stored: StoredOrder, shop: ShopConfiguration | None, documents: Sequence[DocumentOfOrder]) -> OrderView:
    """Of a store that was deleted the orders stay readable; its mappings are gone."""
    settings = shop.settings if shop else ShopSettings()
    process = settings.refunds.process
    quantities = documented_quantities(stored.order, process)
    live = next((each for each in documents if each.refund_id is None and _is_live(each)), None)
    if stored.conflict is not None and live is not None:
        stored = replace(stored, conflict=proposed_now(stored.conflict, live.state))
    return OrderView(
        stored=stored,
        settings=settings,
        quantities=quantities,
        totals=documented_totals(stored.order, process=process),
        locations=LineLocations(stored.order, shop.mappings if shop else Mappings()),
        documents=documents,
    )


def _is_live(document: DocumentOfOrder) -> bool:
    return document.unlinked_at is None and document.state is not DocumentState.CANCELLED
