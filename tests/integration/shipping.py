"""Shipments in the small world: posted as the ERP posts them, sent by a process, looked at here and at the store."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from app.domain.shipments import ParcelTracking, ShipmentState
from app.ports.repositories.shipments import OrderMeant, StoredShipment
from app.ports.shipment_gateway import NewFulfilment, RecordedFulfilment, ShipmentGateway
from app.ports.store_gateway import StoreRef
from app.services.dispatch_webhooks import DispatchWebhooks
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


class OddWay:
    """The way to the store, on which something happens before or after a fulfilment is recorded there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._way = cast("Any", world.gateway.shipping)
        self.before: Any = None
        self.after: Any = None

    async def create_fulfilment(self, store: StoreRef, fulfilment: NewFulfilment) -> RecordedFulfilment:
        if self.before:
            await self.before()
        made: RecordedFulfilment = await self._way.create_fulfilment(store, fulfilment)
        if self.after:
            await self.after()
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._way, name)


async def imported(world: World, *pieces: int, **fields: Any) -> None:
    await world.store.has(order_to_ship(*pieces, **fields))
    await world.imports(1001)


async def acts(world: World, fulfilment_order: int, action: str, **given: Any) -> None:
    """Somebody does something to a fulfilment order at the store."""
    door = f"/control/{world.store.domain}/fulfillment-orders/{fulfilment_order}/{action}"
    answer = await world.store.doors.post(door, json={"emit": False, **given})
    assert answer.status_code == 200, answer.text


def outcome(done: StoredShipment) -> tuple[ShipmentState, list[tuple[int, str | None]]]:
    return done.state, [(result.quantity_sent, result.reason) for result in done.results]


async def pieces(world: World) -> list[list[tuple[str, int]]]:
    """What the store recorded: order line and pieces, by fulfilment."""
    return [
        [(line["lineItemId"].rsplit("/", 1)[-1], line["quantity"]) for line in each["lines"]]
        for each in await recorded(world)
    ]


async def announced(world: World) -> None:
    """The store tells of its last fulfilment: by itself, and as a change of the order."""
    made = (await recorded(world))[-1]["id"].rsplit("/", 1)[-1]
    state = await world.store.doors.get(f"/control/{world.store.domain}/orders/1001")
    bodies = {
        "fulfillments/create": {"id": int(made), "order_id": 1001},
        "orders/updated": {"id": 1001, "updated_at": state.json()["updatedAt"]},
    }
    await hear(world, bodies)


async def hear(world: World, bodies: Mapping[str, Json]) -> None:
    """The store tells several things at once."""
    for topic, body in bodies.items():
        await _post_of(world, topic, body)
    await DispatchWebhooks(world.uow, world.clock, world.ids)()


async def hears(world: World, topic: str, body: Json, *, at: datetime | None = None) -> None:
    """The store tells something, of this moment or without saying of which."""
    await _post_of(world, topic, body, at=at)
    await DispatchWebhooks(world.uow, world.clock, world.ids)()


async def _post_of(world: World, topic: str, body: Json, *, at: datetime | None = None) -> None:
    await world.do(
        "INSERT INTO webhook_inbox (store_id, webhook_id, topic, body, triggered_at) VALUES ($1, $2, $3, $4, $5)",
        world.store_id,
        world.ids.new("hook"),
        topic,
        json.dumps(body).encode(),
        at.isoformat() if at else None,
    )
