"""The simulator's orders through the adapter's translators, without a server between: what an import would hold.

Knows how the simulator keeps connections (as lists) and nothing of what a document makes of the order.
"""

from typing import Any

import msgspec

from app.adapters.shopify.answers.orders import OrderAnswer
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.translators.orders import OrderParts, order_of
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.orders import Order

Json = dict[str, Any]


def translated(raw: Json) -> Order:
    """The order as it would be imported, with its refunds and the lines that came in by exchange."""
    written = raw["updatedAt"]
    refunds = [_refund(each, written) for each in raw["refunds"]]
    exchanged = frozenset(
        shopify_id(line["id"])
        for back in raw.get("returns") or ()
        for each in back.get("exchangeLineItems") or ()
        for line in each.get("lineItems") or ()
    )
    header = msgspec.json.decode(msgspec.json.encode(_header(raw)), type=OrderAnswer)
    answers = [msgspec.json.decode(msgspec.json.encode(each), type=RefundAnswer) for each in refunds]
    came_by = dict.fromkeys(exchanged, ShopifyId("77"))
    return order_of(OrderParts(header=header, refunds=answers, exchanged_lines=came_by))


def _page(nodes: list[Json] | None) -> Json:
    return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": nodes or []}


def _header(raw: Json) -> Json:
    customer = raw.get("customer")
    places = [{**node, "lineItems": _page(node["lineItems"])} for node in raw["fulfillmentOrders"]]
    return {
        **raw,
        "lineItems": _page(raw["lineItems"]),
        "shippingLines": _page(raw["shippingLines"]),
        "fulfillmentOrders": _page(places),
        "refunds": [{"id": each["id"]} for each in raw["refunds"]],
        "customer": {**customer, "addressesV2": _page(customer.get("addressesV2"))} if customer else None,
        "purchasingEntity": None,
        "paymentTerms": None,
    }


def _refund(raw: Json, written: str) -> Json:
    return {
        **raw,
        "order": {"updatedAt": written},
        "refundLineItems": _page(raw["refundLineItems"]),
        "refundShippingLines": _page(raw["refundShippingLines"]),
        "orderAdjustments": _page(raw["orderAdjustments"]),
        "transactions": _page(raw["transactions"]),
    }
