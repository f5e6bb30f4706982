"""Who is forgotten while their order is written for the first time stays forgotten (P83, S17)."""

import asyncio

from app.domain.identifiers import ShopifyId
from app.domain.privacy import Person
from tests.integration.world import HeldReading, World, an_order

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_an_order_that_is_just_being_written_is_forgotten_with_the_others(world: World) -> None:
    await world.store.has(an_order(1001, email="anna@example.com"))
    await world.wants(1001)
    held = HeldReading(world.gateway)
    importing = asyncio.create_task(world.process(gateway=held).import_orders(world.store_id))
    await held.has_read.wait()

    async with world.uow() as uow:
        await uow.driver.execute("LOCK TABLE orders IN SHARE MODE")
        held.let_go.set()
        await world.until(lambda: world.is_true(f"SELECT ({WAITING}) = 1"))
        forgetting = asyncio.create_task(forget(world, Person(orders=(ShopifyId("1001"),))))
        await world.until(lambda: world.is_true(f"SELECT ({WAITING}) = 2"))
    await asyncio.gather(importing, forgetting)

    assert (await world.order())["body"]["email"] == ""
    assert await world.value("SELECT count(*) FROM order_captures") == 0


async def forget(world: World, person: Person) -> None:
    async with world.uow() as uow:
        await uow.privacy.hold_imports(world.store_id, person.orders)
        traces = await uow.privacy.traces(world.store_id, person, email_key="", phone_key="")
        await uow.privacy.forget(world.store_id, person, traces)
        await uow.commit()
