"""A store with orders to ship, seen as an app sees it: the documents the shipping tests ask with, and small orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.contract.simulator.client import ShopClient, Values, an_order, eur

WAREHOUSE, SHOP, OUR_DEPOT, FOREIGN_DEPOT = (f"gid://shopify/Location/{number}" for number in (61, 62, 63, 64))
OUR_SERVICE, FOREIGN_SERVICE = "gid://shopify/FulfillmentService/1", "gid://shopify/FulfillmentService/2"
LOCATIONS: list[Values] = [
    {"id": WAREHOUSE, "name": "Warehouse"},
    {"id": SHOP, "name": "Shop"},
    {"id": OUR_DEPOT, "name": "ERP depot", "fulfillmentService": {"id": OUR_SERVICE, "serviceName": "ERP"}},
    {"id": FOREIGN_DEPOT, "name": "3PL depot", "fulfillmentService": {"id": FOREIGN_SERVICE, "serviceName": "3PL"}},
]
READ = """query R($id: ID!) { order(id: $id) {
  displayFulfillmentStatus closed updatedAt
  fulfillments(first: 50) { id name status displayStatus totalQuantity trackingInfo { company number url }
    location { id } fulfillmentLineItems(first: 50) { nodes { quantity lineItem { id } } } }
  fulfillmentOrders(first: 50) { nodes { id status requestStatus assignedLocation { name location { id } }
    supportedActions { action } fulfillmentHolds { id reason }
    lineItems(first: 50) { nodes { id totalQuantity remainingQuantity lineItem { id } } } } } } }"""
CREATE = """mutation C($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
  fulfillment { id name status trackingInfo { company number url } order { displayFulfillmentStatus updatedAt } }
  userErrors { field message } } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipping:
    """One order of the store."""

    shop: ShopClient
    order: str

    async def read(self) -> Values:
        answer = await self.shop.data(READ, {"id": self.order})
        order: Values = answer["order"]
        return order

    async def nodes(self, *, open_only: bool = True) -> list[Values]:
        """The fulfilment orders, those with work left first named."""
        order = await self.read()
        nodes: list[Values] = order["fulfillmentOrders"]["nodes"]
        return [node for node in nodes if not open_only or node["status"] != "CLOSED"]

    async def ship(self, *groups: Values, **fields: Any) -> Values:
        answer = await self.shop.data(CREATE, {"fulfillment": {"lineItemsByFulfillmentOrder": list(groups), **fields}})
        payload: Values = answer["fulfillmentCreate"]
        return payload

    async def refusal(self, *groups: Values) -> Values:
        """The one thing Shopify has against shipping this."""
        payload = await self.ship(*groups)
        assert payload["fulfillment"] is None
        [error] = payload["userErrors"]
        refusal: Values = error
        return refusal

    async def history(self) -> list[Values]:
        answer = await self.shop.control("GET", f"fulfillments?order={self.order.rpartition('/')[2]}")
        made: list[Values] = answer["fulfillments"]
        return made


def group(node: Values | str, *lines: tuple[str, int]) -> Values:
    identifier = node if isinstance(node, str) else node["id"]
    return {"fulfillmentOrderId": identifier, **({"fulfillmentOrderLineItems": pieces(*lines)} if lines else {})}


def pieces(*wanted: tuple[str, int]) -> list[Values]:
    """Units of lines of a fulfilment order, as every mutation takes them."""
    return [{"id": line, "quantity": quantity} for line, quantity in wanted]


def lines_of(node: Values) -> list[Values]:
    nodes: list[Values] = node["lineItems"]["nodes"]
    return nodes


def quantities(nodes: Iterable[Values]) -> list[list[tuple[int, int]]]:
    """Of each fulfilment order: asked for and left, line by line."""
    return [[(line["totalQuantity"], line["remainingQuantity"]) for line in lines_of(node)] for node in nodes]


def actions(node: Values) -> list[str]:
    return [each["action"] for each in node["supportedActions"]]


def order_to_ship(*quantities: int, at: str = WAREHOUSE, number: int = 1, **fields: Any) -> Values:
    """An order with one line per quantity, all in one fulfilment order; lines are numbered 11, 12 and so on."""
    numbers = [f"{number}{place}" for place in range(1, len(quantities) + 1)]
    lines = [
        {"id": f"gid://shopify/LineItem/{line}", "quantity": quantity, "originalUnitPriceSet": eur("10.00")}
        for line, quantity in zip(numbers, quantities, strict=True)
    ]
    parts = [
        {
            "id": f"gid://shopify/FulfillmentOrderLineItem/{line}",
            "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
            "totalQuantity": quantity,
        }
        for line, quantity in zip(numbers, quantities, strict=True)
    ]
    node = {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "assignedLocation": {"location": {"id": at}},
        "lineItems": parts,
    }
    return an_order(number, **{"lineItems": lines, "fulfillmentOrders": [node], **fields})


async def an_order_to_ship(
    shop: ShopClient, *quantities: int, at: str = WAREHOUSE, number: int = 1, **fields: Any
) -> Shipping:
    """The same, in a store that has every kind of location."""
    order = order_to_ship(*quantities, at=at, number=number, **fields)
    await shop.put(locations=LOCATIONS, orders=[order], app={"fulfilment_services": [OUR_SERVICE]})
    return Shipping(shop=shop, order=f"gid://shopify/Order/{number}")
