"""Shipments of the ERP become fulfilments: what fits, once, with the reason for what does not (P60)."""

from app.domain.shipments import ShipmentState
from tests.integration.shipping import order_to_ship, recorded, ship, shipped
from tests.integration.world import World


async def test_a_shipment_becomes_one_fulfilment_with_its_tracking(world: World) -> None:
    await world.store.has(order_to_ship(3))
    await world.imports(1001)

    done = await ship(world, shipped(1, 3), tracking="TRK1")

    assert (done.state, done.reason) == (ShipmentState.SYNCHRONISED, None)
    [fulfilment] = await recorded(world)
    assert done.results[0].quantity_sent == 3
    assert [*done.results[0].fulfilments] == [fulfilment["id"].rsplit("/", 1)[-1]]
    assert "shipment.synchronised" in await world.events()
