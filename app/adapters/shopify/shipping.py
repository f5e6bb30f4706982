"""Shipping at Shopify: what is open of an order, recording fulfilments, accepting requests, changing tracking.

What is shipped, and what is done when the outcome is not known, is a service's to know.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec

from app.adapters.shopify.answers.shipping import FulfilmentPayload, OrderShippingAnswer
from app.adapters.shopify.catalogue import (
    FULFILMENT_CREATE,
    FULFILMENT_LINES_PAGE,
    FULFILMENT_ORDER_LINES_PAGE,
    FULFILMENT_REQUEST_ACCEPT,
    FULFILMENT_TRACKING_UPDATE,
    ORDER_SHIPPING,
    ORDER_SHIPPING_PAGE,
)
from app.adapters.shopify.mutations import Changes
from app.adapters.shopify.node_reading import NodeOutcome, read_nodes
from app.adapters.shopify.order_parts import unexpected
from app.adapters.shopify.page_reading import NOT_ALLOWED, OrderMoved, PageReader, PartUnreadable, unreadable
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.translators.shipping import (
    fulfilment_input,
    fulfilment_order_gid,
    recorded_fulfilment,
    shipping_seen,
    tracking_input,
)
from app.adapters.shopify.transport import ShopifyTransport
from app.adapters.shopify.writing import order_gid
from app.domain.identifiers import ShopifyId
from app.ports.errors import ScopeMissing, StoreRefused
from app.ports.shipment_gateway import FulfilmentTracking, NewFulfilment, RecordedFulfilment, ShippingSight
from app.ports.store_gateway import OrderNotThere, OrderUnreadable, StoreRef

SCOPES: Final = (
    "write_merchant_managed_fulfillment_orders",
    "write_assigned_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
"""Any one of them lets an app record fulfilments, each for its own kind of location."""

READINGS: Final = 4
"""How often an order that changes while its pages are read is begun."""

_SHIPPING: Final = msgspec.json.Decoder(OrderShippingAnswer)


class ShopifyShipping:
    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes) -> None:
        self._transport = transport
        self._scopes = scopes
        self._changes = Changes(transport, scopes, SCOPES)

    async def may_ship(self, store: StoreRef) -> bool:
        return not (await self._scopes.of(store)).isdisjoint(SCOPES)

    async def look_at_shipping(
        self, store: StoreRef, order: ShopifyId, *, with_fulfilments: bool = False
    ) -> ShippingSight:
        for _ in range(READINGS):
            flags = {"recorded": with_fulfilments}
            began = self._transport.time.begin()
            try:
                [outcome] = await read_nodes(self._transport, store, ORDER_SHIPPING, [order_gid(order)], flags=flags)
                looked_at = self._transport.time.theirs(began)
                return await self._seen(store, order, outcome, looked_at=looked_at)
            except OrderMoved:
                continue
            except PartUnreadable as trouble:
                return _unreadable(order, trouble.detail, code=trouble.code, retryable=trouble.retryable)
            except ScopeMissing as denied:
                return _unreadable(order, denied.detail, code=NOT_ALLOWED, retryable=True)
        detail = f"The order changed each of the {READINGS} times that it was looked at; it is left for later."
        return OrderUnreadable(shopify_id=order, code="changed_while_reading", detail=detail, retryable=True)

    async def _seen(
        self, store: StoreRef, order: ShopifyId, outcome: NodeOutcome, *, looked_at: datetime | None
    ) -> ShippingSight:
        """Raises OrderMoved and PartUnreadable."""
        if outcome.errors:
            raise unreadable(outcome.errors)
        if outcome.raw is None:
            return OrderNotThere(shopify_id=order)
        try:
            answer = _SHIPPING.decode(outcome.raw)
        except msgspec.DecodeError as exc:
            raise unexpected(exc) from exc
        reader = PageReader(transport=self._transport, store=store, updated_at=answer.updated_at)
        await reader.fill(answer.fulfillment_orders, ORDER_SHIPPING_PAGE, answer.id)
        for each in answer.fulfillment_orders.nodes:
            await reader.fill(each.line_items, FULFILMENT_ORDER_LINES_PAGE, each.id)
        for recorded in answer.fulfillments or ():
            await reader.fill(recorded.fulfillment_line_items, FULFILMENT_LINES_PAGE, recorded.id)
        return replace(shipping_seen(answer), looked_at=looked_at)

    async def create_fulfilment(self, store: StoreRef, fulfilment: NewFulfilment) -> RecordedFulfilment:
        variables = {"fulfillment": fulfilment_input(fulfilment)}
        done = await self._changes.mutated(store, FULFILMENT_CREATE, variables, lambda data: data.fulfillment_create)
        return _recorded(done)

    async def update_tracking(
        self, store: StoreRef, fulfilment: ShopifyId, tracking: FulfilmentTracking, *, notify_customer: bool
    ) -> RecordedFulfilment:
        variables = {
            "id": f"gid://shopify/Fulfillment/{fulfilment}",
            "tracking": tracking_input(tracking),
            "notifyCustomer": notify_customer,
        }
        done = await self._changes.mutated(
            store, FULFILMENT_TRACKING_UPDATE, variables, lambda data: data.fulfillment_tracking_info_update
        )
        return _recorded(done)

    async def accept_request(self, store: StoreRef, fulfilment_order: ShopifyId) -> None:
        variables = {"id": fulfilment_order_gid(fulfilment_order)}
        await self._changes.mutated(
            store,
            FULFILMENT_REQUEST_ACCEPT,
            variables,
            lambda data: data.fulfillment_order_accept_fulfillment_request,
        )


def _recorded(payload: FulfilmentPayload) -> RecordedFulfilment:
    if payload.fulfillment is None:
        raise StoreRefused("Shopify recorded no fulfilment and gave no reason.")
    return recorded_fulfilment(payload.fulfillment)


def _unreadable(order: ShopifyId, detail: str, *, code: str, retryable: bool) -> OrderUnreadable:
    """A scope that is not granted yet is no fault of the order's: it is looked at again."""
    if code == NOT_ALLOWED:
        code, retryable = ScopeMissing.code, True
    return OrderUnreadable(shopify_id=order, code=code, detail=detail, retryable=retryable)
