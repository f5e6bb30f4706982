"""What Shopify shows of an order's shipping, in our words; and what we ship, in Shopify's."""

from collections.abc import Sequence
from typing import Any

from app.adapters.shopify.answers.shipping import (
    OrderShippingAnswer,
    RecordedFulfilmentAnswer,
    SeenFulfilmentAnswer,
    ShippableAnswer,
    ShippingLocationAnswer,
)
from app.adapters.shopify.translators.amounts import id_of, word
from app.adapters.shopify.translators.fulfilments import fulfilment
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.shipment_sights import SeenFulfilment, SeenFulfilmentOrder, SeenLine, ShippingSeen
from app.ports.shipment_gateway import FulfilmentPart, FulfilmentTracking, NewFulfilment, RecordedFulfilment

_OF_THE_MERCHANT = "MANUAL"
"""The type of the service that stands for shipping by oneself."""


def shipping_seen(answer: OrderShippingAnswer) -> ShippingSeen:
    recorded = answer.fulfillments
    return ShippingSeen(
        shopify_id=shopify_id(answer.id),
        updated_at=answer.updated_at,
        fulfilment_status=word(answer.display_fulfillment_status),
        fulfilment_orders=tuple(_fulfilment_order(each) for each in answer.fulfillment_orders.nodes),
        fulfilments=None if recorded is None else tuple(_fulfilment(each) for each in recorded),
    )


def _fulfilment_order(answer: ShippableAnswer) -> SeenFulfilmentOrder:
    place = answer.assigned_location
    return SeenFulfilmentOrder(
        shopify_id=shopify_id(answer.id),
        status=word(answer.status),
        request_status=word(answer.request_status),
        actions=frozenset(word(each.action) for each in answer.supported_actions),
        location_id=shopify_id(place.location.id) if place.location else None,
        location_name=place.name,
        service_name=_service(place.location),
        lines=tuple(
            SeenLine(
                shopify_id=shopify_id(line.id),
                line_id=shopify_id(line.line_item.id),
                total_quantity=line.total_quantity,
                remaining_quantity=line.remaining_quantity,
            )
            for line in answer.line_items.nodes
        ),
    )


def _service(location: ShippingLocationAnswer | None) -> str | None:
    service = location.fulfillment_service if location else None
    return service.service_name if service and service.type != _OF_THE_MERCHANT else None


def _fulfilment(answer: SeenFulfilmentAnswer) -> SeenFulfilment:
    return SeenFulfilment(
        shopify_id=shopify_id(answer.id),
        status=word(answer.status),
        created_at=answer.created_at,
        location_id=id_of(answer.location),
        tracking_numbers=tuple(each.number for each in answer.tracking_info if each.number),
        quantities=tuple(
            (shopify_id(line.line_item.id), line.quantity or 0) for line in answer.fulfillment_line_items.nodes
        ),
    )


def recorded_fulfilment(answer: RecordedFulfilmentAnswer) -> RecordedFulfilment:
    return RecordedFulfilment(
        shopify_id=shopify_id(answer.id),
        status=word(answer.status),
        created_at=answer.created_at,
        order_updated_at=answer.order.updated_at,
        order_fulfilment_status=word(answer.order.display_fulfillment_status),
        fulfilment=None if answer.fulfillment_line_items.page_info.has_next_page else fulfilment(answer),
    )


def fulfilment_input(fulfilment: NewFulfilment) -> dict[str, Any]:
    """Each fulfilment order with its lines named: none named would mean all that is left of it."""
    given: dict[str, Any] = {
        "notifyCustomer": fulfilment.notify_customer,
        "lineItemsByFulfillmentOrder": _groups(fulfilment.parts),
    }
    if fulfilment.tracking is not None:
        given["trackingInfo"] = tracking_input(fulfilment.tracking)
    return given


def _groups(parts: Sequence[FulfilmentPart]) -> list[dict[str, Any]]:
    by_order: dict[ShopifyId, list[dict[str, Any]]] = {}
    for part in parts:
        line = f"gid://shopify/FulfillmentOrderLineItem/{part.fulfilment_order_line_id}"
        by_order.setdefault(part.fulfilment_order_id, []).append({"id": line, "quantity": part.quantity})
    return [
        {"fulfillmentOrderId": fulfilment_order_gid(order), "fulfillmentOrderLineItems": lines}
        for order, lines in by_order.items()
    ]


def fulfilment_order_gid(order: ShopifyId) -> str:
    return f"gid://shopify/FulfillmentOrder/{order}"


def tracking_input(tracking: FulfilmentTracking) -> dict[str, Any]:
    given: dict[str, Any] = {"numbers": list(tracking.numbers)}
    if tracking.company:
        given["company"] = tracking.company
    if tracking.urls:
        given["urls"] = list(tracking.urls)
    return given
