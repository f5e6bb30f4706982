"""Exported orders in the shape of the ordinary answer, so that whatever reads the one reads the other.

Lines of an order's lists become its connections, read to their ends. Knows the documents; fetches nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from app.adapters.shopify.answers.money import Wire
from app.adapters.shopify.answers.stores import ListedOrderAnswer
from app.adapters.shopify.bulk_spool import SpooledLine
from app.adapters.shopify.listing import listed
from app.ports.bulk_orders import ExportedOrder

MOST_ADDRESSES: Final = 250
"""Of a customer; the list that tells them tells no more."""
LISTS: Final = {"LineItem": "lineItems", "ShippingLine": "shippingLines", "FulfillmentOrder": "fulfillmentOrders"}

Fields = dict[str, msgspec.Raw]
_FIELDS: Final = msgspec.json.Decoder(Fields)
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_NULL: Final = b"null"


class _ExportFacts(ListedOrderAnswer, kw_only=True):
    current_subtotal_line_items_quantity: int


class _LineQuantity(Wire):
    current_quantity: int


_FACTS: Final = msgspec.json.Decoder(_ExportFacts)
_QUANTITY: Final = msgspec.json.Decoder(_LineQuantity)


def exported_order(line: SpooledLine) -> ExportedOrder:
    """Raises ``msgspec.DecodeError`` when a line is not of the document's shape."""
    facts = _FACTS.decode(line.body)
    order = _FIELDS.decode(line.body)
    for kind, name in LISTS.items():
        order[name] = _page([_told(each) for each in line.children.get(kind, ())])
    addresses_told = _customer_put_right(order)
    quantity = sum(_QUANTITY.decode(each.body).current_quantity for each in line.children.get("LineItem", ()))
    whole = (
        # What does not count for the subtotal makes the lines' sum greater, never smaller.
        quantity >= facts.current_subtotal_line_items_quantity
        and addresses_told
        # The terms' due dates are a connection that the operation has no room for.
        and bytes(order.pop("paymentTerms", msgspec.Raw(_NULL))) == _NULL
    )
    return ExportedOrder(listed=listed(facts), body=msgspec.json.encode(order), whole=whole)


def _told(line: SpooledLine) -> bytes:
    """A fulfilment order has lines of its own; nothing else has."""
    below: Mapping[str, Sequence[SpooledLine]] = line.children
    if "FulfillmentOrderLineItem" not in below and b'"FulfillmentOrder"' not in line.body:
        return line.body
    told = _FIELDS.decode(line.body)
    told["lineItems"] = _page([each.body for each in below.get("FulfillmentOrderLineItem", ())])
    return msgspec.json.encode(told)


def _customer_put_right(order: Fields) -> bool:
    """Give the customer's addresses as the connection that the ordinary answer has; whether they are all there."""
    customer = order.get("customer")
    if customer is None or bytes(customer) == _NULL:
        return True
    told = _FIELDS.decode(customer)
    addresses = _ITEMS.decode(told.pop("addresses"))
    told["addressesV2"] = _page([bytes(each) for each in addresses])
    order["customer"] = msgspec.Raw(msgspec.json.encode(told))
    return len(addresses) < MOST_ADDRESSES


def _page(nodes: Sequence[bytes]) -> msgspec.Raw:
    """A connection that was read to its end."""
    return msgspec.Raw(b'{"pageInfo":{"hasNextPage":false},"nodes":[' + b",".join(nodes) + b"]}")
