"""Changing orders at Shopify. What is to be changed, and when, is a service's to know."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from app.adapters.shopify.answers.writing import OrderGlanceAnswer
from app.adapters.shopify.catalogue import ORDER_ATTRIBUTES_UPDATE, ORDER_GLANCES
from app.adapters.shopify.mutations import Changes
from app.adapters.shopify.node_reading import NodeOutcome, read_nodes
from app.adapters.shopify.order_parts import unexpected
from app.adapters.shopify.page_reading import PartUnreadable, unreadable
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.translators.glances import glance_of
from app.adapters.shopify.translators.order_lines import attributes
from app.adapters.shopify.transport import ShopifyTransport
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.orders import Attribute
from app.ports.errors import StoreRefused
from app.ports.store_gateway import OrderNotThere, OrderUnreadable, StoreRef
from app.ports.store_writer import OrderSeen, OrderSight

WRITE_ORDERS: Final = "write_orders"

_GLANCE: Final = msgspec.json.Decoder(OrderGlanceAnswer)


class OrderWriter:
    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes) -> None:
        self._transport = transport
        self._scopes = scopes
        self._changes = Changes(transport, scopes, {WRITE_ORDERS})

    async def may_write(self, store: StoreRef) -> bool:
        return WRITE_ORDERS in await self._scopes.of(store)

    async def look_at(self, store: StoreRef, orders: Sequence[ShopifyId]) -> Sequence[OrderSight]:
        outcomes = await read_nodes(self._transport, store, ORDER_GLANCES, [order_gid(each) for each in orders])
        return [_sight(each, outcome) for each, outcome in zip(orders, outcomes, strict=True)]

    async def replace_attributes(self, store: StoreRef, order: ShopifyId, wanted: Sequence[Attribute]) -> datetime:
        given = [{"key": each.key, "value": each.value} for each in wanted]
        variables = {"input": {"id": order_gid(order), "customAttributes": given}}
        done = await self._changes.mutated(store, ORDER_ATTRIBUTES_UPDATE, variables, lambda data: data.order_update)
        if done.order is None:
            raise StoreRefused("Shopify changed no order and gave no reason.")
        return done.order.updated_at


def _sight(order: ShopifyId, outcome: NodeOutcome) -> OrderSight:
    if outcome.errors:
        return _told(order, unreadable(outcome.errors))
    if outcome.raw is None:
        return OrderNotThere(shopify_id=order)
    try:
        answer = _GLANCE.decode(outcome.raw)
    except msgspec.DecodeError as exc:
        return _told(order, unexpected(exc))
    return order_seen(answer)


def order_seen(answer: OrderGlanceAnswer) -> OrderSeen:
    """An order at a glance, as a value."""
    return OrderSeen(
        shopify_id=shopify_id(answer.id),
        updated_at=answer.updated_at,
        attributes=attributes(answer.custom_attributes),
        glance=glance_of(answer),
    )


def _told(order: ShopifyId, trouble: PartUnreadable) -> OrderUnreadable:
    return OrderUnreadable(shopify_id=order, code=trouble.code, detail=trouble.detail, retryable=trouble.retryable)


def order_gid(order: ShopifyId) -> str:
    """An order as Shopify names it."""
    return f"gid://shopify/Order/{order}"
