"""The first contact with a store, which may be a webhook: nothing is decided without the store's currency and zone."""

from tests.integration.world import World, an_order


async def test_an_order_that_comes_before_any_run_is_documented_in_the_stores_own_currency(world: World) -> None:
    await world.do("UPDATE stores SET described_at = NULL, currency = NULL, time_zone = NULL, country_code = NULL")
    await world.store.has(an_order(1001))

    await world.set(general={"local_currency": None, "time_zone": None, "country_code": None})

    await world.imports(1001)

    assert (await world.document_of("#1001"))["currency_code"] is None
    assert await world.value("SELECT currency FROM stores") == "EUR"
