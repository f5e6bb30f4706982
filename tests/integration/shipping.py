"""Shipments in the small world: posted as the ERP posts them, sent by a process, looked at here and at the store."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.domain.shipments import ParcelTracking
from app.ports.repositories.shipments import OrderMeant, StoredShipment
from app.ports.shipment_gateway import ShipmentGateway
from app.services.send_shipments import SendShipments
from app.services.shipments import Posted, PostedLine, PostedShipment, Shipments
from tests.integration.world import EVERYBODY, Json, World, a_line, an_order

HERE, THERE = "61", "62"


def fulfilment_order(number: int, *lines: tuple[int, int], location: str | None = HERE, **fields: Any) -> Json:
    """An open fulfilment order; ``lines``: order line and pieces."""
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "assignedLocation": {"location": {"legacyResourceId": location} if location else None, "name": "Somewhere"},
        "deliveryMethod": {"methodType": "SHIPPING"},
        "lineItems": [
            {
                "id": f"gid://shopify/FulfillmentOrderLineItem/{number * 100_000 + place}",
                "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
                "totalQuantity": pieces,
                "remainingQuantity": pieces,
            }
            for place, (line, pieces) in enumerate(lines, 1)
        ],
    } | fields


def order_to_ship(*pieces: int, number: int = 1001, orders: Sequence[Json] | None = None, **fields: Any) -> Json:
    """An order of so many pieces a line, to be shipped from one place unless told otherwise; lines are 1, 2, 3."""
    lines = [a_line(place, quantity=each, currentQuantity=each, title="Pot") for place, each in enumerate(pieces, 1)]
    usual = [fulfilment_order(number * 10, *enumerate(pieces, 1))]
    return an_order(number, lineItems=lines, fulfillmentOrders=usual if orders is None else list(orders), **fields)


def shipped(line: int | None = 1, quantity: int = 1, **fields: Any) -> PostedLine:
    """Pieces of an order line, by Shopify's id of it."""
    named: dict[str, Any] = {} if line is None else {"shopify_line_id": str(line)}
    return PostedLine(**(named | {"quantity": quantity} | fields))


def shipment(
    *lines: PostedLine, no: str = "S-1", order: str = "#1001", tracking: str = "", **fields: Any
) -> PostedShipment:
    usual: dict[str, Any] = {
        "erp_shipment_no": no,
        "order": OrderMeant(shop="web", order_name=order),
        "posting_date": date(2026, 1, 20),
        "lines": lines,
        "tracking": tuple(ParcelTracking(number=each) for each in tracking.split()),
    }
    return PostedShipment(**(usual | fields))


def shipments(world: World) -> Shipments:
    return Shipments(world.uow, world.clock, world.ids)


async def post(world: World, *lines: PostedLine, **fields: Any) -> Posted:
    return await shipments(world).post(EVERYBODY, shipment(*lines, **fields))


async def send(world: World, *, gateway: ShipmentGateway | None = None, worker: str = "worker") -> None:
    """Send whatever is due."""
    sender = SendShipments(gateway=gateway or world.gateway.shipping, uow=world.uow, clock=world.clock, worker=worker)
    await sender(world.store_id)


async def ship(world: World, *lines: PostedLine, **fields: Any) -> StoredShipment:
    """Post and send; as it stands then."""
    posted = await post(world, *lines, **fields)
    await send(world)
    return await now(world, posted.shipment.shipment.erp_shipment_no)


async def now(world: World, no: str = "S-1") -> StoredShipment:
    async with world.uow() as uow:
        found = await uow.shipments.by_number(no)
    assert found is not None
    return found


async def recorded(world: World) -> list[Json]:
    """Every fulfilment that the store ever recorded."""
    answer = await world.store.doors.get(f"/control/{world.store.domain}/fulfillments")
    found: list[Json] = answer.json()["fulfillments"]
    return found
