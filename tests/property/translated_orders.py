"""The simulator's orders through the adapter's translators, without a server between: what an import would hold.

Knows how the simulator keeps connections (as lists) and nothing of what a document makes of the order.
"""

from typing import Any

import msgspec

from app.adapters.shopify.answers.fulfilments import FulfilmentAnswer
from app.adapters.shopify.answers.orders import OrderAnswer
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.answers.returns import ReturnAnswer
from app.adapters.shopify.translators.orders import OrderParts, order_of
from app.domain.orders import Order

Json = dict[str, Any]


def translated(raw: Json) -> Order:
    """The order as it would be imported, with its refunds and the lines that came in by exchange."""
    written = raw["updatedAt"]
    refunds = [_refund(each, written) for each in raw["refunds"]]
    returns = [_return(each, written) for each in raw["returns"]]
    fulfilments = [
        {**each, "fulfillmentLineItems": _page(each["fulfillmentLineItems"])} for each in raw["fulfillments"]
    ]
    header = msgspec.json.decode(msgspec.json.encode(_header(raw)), type=OrderAnswer)
    answers = [msgspec.json.decode(msgspec.json.encode(each), type=RefundAnswer) for each in refunds]
    return order_of(
        OrderParts(
            header=header,
            refunds=answers,
            returns=[msgspec.json.decode(msgspec.json.encode(each), type=ReturnAnswer) for each in returns],
            fulfilments=[msgspec.json.decode(msgspec.json.encode(each), type=FulfilmentAnswer) for each in fulfilments],
        )
    )


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


def _return(raw: Json, written: str) -> Json:
    reverse = [
        {**each, "lineItems": _page(each["lineItems"]), "reverseDeliveries": _page(each["reverseDeliveries"])}
        for each in raw["reverseFulfillmentOrders"]
    ]
    return {
        **raw,
        "order": {"updatedAt": written},
        "returnLineItems": _page(raw["returnLineItems"]),
        "exchangeLineItems": _page(raw["exchangeLineItems"]),
        "reverseFulfillmentOrders": _page(reverse),
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
