"""The kinds of identifiers, told apart by type so that one is never passed for another.

Ours are prefixed sortable strings (``ord_…``); Shopify's are the numeric part of its global id, as a string.
"""

from typing import NewType

StoreId = NewType("StoreId", str)
"""A store of ours (``sto_…``)."""

ShopId = NewType("ShopId", str)
"""A shop of ours (``shp_…``); people and the API use its ``code``."""

OrderId = NewType("OrderId", str)
DocumentId = NewType("DocumentId", str)
RefundId = NewType("RefundId", str)
CustomerId = NewType("CustomerId", str)
RunId = NewType("RunId", str)
EventId = NewType("EventId", str)
ShipmentId = NewType("ShipmentId", str)
WebhookEndpointId = NewType("WebhookEndpointId", str)

ShopifyId = NewType("ShopifyId", str)
"""The numeric part of a Shopify global id, as a string: ``gid://shopify/Order/5501`` is ``"5501"``."""


def shopify_id(gid: str) -> ShopifyId:
    """The numeric part of a Shopify global id; query parts such as ``?model_name=…`` are left out."""
    return ShopifyId(gid.rsplit("/", 1)[-1].split("?", 1)[0])


def order_line_id(order: OrderId, line: ShopifyId) -> str:
    """Our id of an order line: derived, so that the same line keeps its id over every import."""
    return f"orl_{_body(order)}_{line}"


def shipping_line_id(order: OrderId, line: ShopifyId) -> str:
    """Our id of a shipping line of an order, derived in the same way."""
    return f"osl_{_body(order)}_{line}"


def refund_id(order: OrderId, refund: ShopifyId) -> RefundId:
    """Our id of a refund of an order, derived in the same way."""
    return RefundId(f"ref_{_body(order)}_{refund}")


def refund_line_id(order: OrderId, line: ShopifyId) -> str:
    """Our id of a line of a refund, derived in the same way."""
    return f"rfl_{_body(order)}_{line}"


def shopify_id_of_line(line_id: str) -> ShopifyId:
    """The Shopify line id inside one of our line ids."""
    return ShopifyId(line_id.rsplit("_", 1)[-1])


def _body(identifier: str) -> str:
    return identifier.split("_", 1)[-1]
