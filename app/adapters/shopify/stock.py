"""Stock at Shopify: listing variants, looking at levels, setting them. What is to be set is a service's to know."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from app.adapters.shopify.answers.stock import (
    CodedErrorAnswer,
    ListedVariantAnswer,
    StockedItemAnswer,
)
from app.adapters.shopify.catalogue import (
    INVENTORY_ACTIVATE,
    INVENTORY_SET,
    STOCK_LEVELS,
    STOCK_LEVELS_PAGE,
    STOCK_VARIANTS,
)
from app.adapters.shopify.listing import instant
from app.adapters.shopify.mutations import Changes
from app.adapters.shopify.node_reading import NodeOutcome, read_nodes
from app.adapters.shopify.order_parts import unexpected
from app.adapters.shopify.page_reading import OrderMoved, PageReader, PartUnreadable, unreadable
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.transport import ShopifyTransport
from app.adapters.shopify.whole_lists import pages
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.stock import LevelChange, LevelSeen, StockCalculation, StockedVariant
from app.ports.stock_gateway import LevelObjection, Objection, StockSeen, StockSight, StockUnreadable
from app.ports.store_gateway import StoreRef

WRITE_INVENTORY: Final = "write_inventory"
NEEDED: Final = frozenset({"read_products", WRITE_INVENTORY})
MOST_BY_CURSOR: Final = 20_000
"""Shopify ends a cursor after 25,000 objects; from here the listing goes on behind the last id."""
REASON: Final = "correction"
STALE: Final = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})

_ITEM: Final = msgspec.json.Decoder(StockedItemAnswer)


class ShopifyStock:
    """The StockGateway of Shopify."""

    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes) -> None:
        self._transport = transport
        self._scopes = scopes
        self._changes = Changes(transport, scopes, {WRITE_INVENTORY})

    async def may_set_stock(self, store: StoreRef) -> bool:
        return await self._scopes.of(store) >= NEEDED

    async def variants(
        self, store: StoreRef, *, changed_since: datetime | None = None
    ) -> AsyncIterator[Sequence[StockedVariant]]:
        since = f"updated_at:>='{instant(changed_since)}'" if changed_since else ""
        beyond, last, told = "", "", 0
        while True:
            given = {"query": f"{since} {beyond}".strip() or None}
            async for data in pages(self._transport, store, STOCK_VARIANTS, lambda data: data.product_variants, given):
                found = data.product_variants
                yield [_variant(each) for each in found.nodes]
                last, told = found.nodes[-1].id if found.nodes else last, told + len(found.nodes)
                if told >= MOST_BY_CURSOR and found.page_info.has_next_page:
                    break
            else:
                return
            beyond, told = f"id:>{shopify_id(last)}", 0

    async def look_at_stock(self, store: StoreRef, items: Sequence[ShopifyId]) -> Sequence[StockSight]:
        outcomes = await read_nodes(self._transport, store, STOCK_LEVELS, [_item_gid(each) for each in items])
        return [await self._sight(store, outcome) for outcome in outcomes]

    async def set_levels(
        self, store: StoreRef, changes: Sequence[LevelChange], *, key: str
    ) -> Sequence[LevelObjection]:
        [calculation] = {change.calculation for change in changes}
        quantities = [
            {
                "inventoryItemId": _item_gid(change.inventory_item_id),
                "locationId": _location_gid(change.location_id),
                "quantity": change.quantity,
                "changeFromQuantity": change.change_from,
            }
            for change in changes
        ]
        given = {"name": calculation.value, "reason": REASON, "quantities": quantities}
        done = await self._changes.attempted(
            store, INVENTORY_SET, {"input": given, "key": key}, lambda data: data.inventory_set_quantities
        )
        return [_objection(error) for error in done.user_errors]

    async def stock_at(self, store: StoreRef, change: LevelChange, *, key: str) -> None:
        quantity = "available" if change.calculation is StockCalculation.AVAILABLE else "onHand"
        variables = {
            "item": _item_gid(change.inventory_item_id),
            "location": _location_gid(change.location_id),
            quantity: change.quantity,
            "key": key,
        }
        await self._changes.mutated(store, INVENTORY_ACTIVATE, variables, lambda data: data.inventory_activate)

    async def _sight(self, store: StoreRef, outcome: NodeOutcome) -> StockSight:
        try:
            if outcome.errors:
                raise unreadable(outcome.errors)
            if outcome.raw is None:
                return None
            try:
                answer = _ITEM.decode(outcome.raw)
            except msgspec.DecodeError as exc:
                raise unexpected(exc) from exc
            reader = PageReader(transport=self._transport, store=store, updated_at=answer.updated_at)
            await reader.fill(answer.inventory_levels, STOCK_LEVELS_PAGE, answer.id)
        except PartUnreadable as trouble:
            return StockUnreadable(code=trouble.code, detail=trouble.detail, retryable=trouble.retryable)
        except OrderMoved:
            detail = "It changed while its levels were being read."
            return StockUnreadable(code="changed_while_reading", detail=detail, retryable=True)
        return _seen(answer)


def _seen(answer: StockedItemAnswer) -> StockSeen:
    levels: dict[ShopifyId, LevelSeen] = {}
    for level in answer.inventory_levels.nodes:
        told = {each.name: each.quantity for each in level.quantities}
        levels[shopify_id(level.location.id)] = LevelSeen(available=told["available"], on_hand=told["on_hand"])
    return StockSeen(tracked=answer.tracked, levels=levels)


def _objection(error: CodedErrorAnswer) -> LevelObjection:
    """Which change it is about stands in the path: ``input.quantities.3.quantity``."""
    place = next((int(step) for step in error.field or () if step.isdigit()), None)
    kind = Objection.MOVED if error.code in STALE else Objection.DECLINED
    return LevelObjection(place=place, kind=kind, detail=error.message)


def _variant(answer: ListedVariantAnswer) -> StockedVariant:
    return StockedVariant(
        store_variant_id=shopify_id(answer.id),
        inventory_item_id=shopify_id(answer.inventory_item.id),
        sku=answer.sku or "",
        barcode=answer.barcode or "",
    )


def _item_gid(item: ShopifyId) -> str:
    return f"gid://shopify/InventoryItem/{item}"


def _location_gid(location: ShopifyId) -> str:
    return f"gid://shopify/Location/{location}"
