"""The first contact with a store, which may be a webhook: nothing is decided without the store's currency and zone."""

from tests.integration.world import World, an_order


async def test_an_order_that_comes_before_any_run_is_documented_in_the_stores_own_currency(world: World) -> None:
    await world.do("UPDATE stores SET described_at = NULL, currency = NULL, time_zone = NULL, country_code = NULL")
    await world.store.has(an_order(1001))

    await world.set(general={"local_currency": None, "time_zone": None, "country_code": None})

    await world.imports(1001)

    assert (await world.document_of("#1001"))["currency_code"] is None
    assert await world.value("SELECT currency FROM stores") == "EUR"


async def test_a_run_asks_the_store_anew_what_it_is_and_grants(world: World) -> None:
    """0.04: plans and scopes change without a word to us."""
    await world.store.has(shop={"plan": {"publicDisplayName": "Basic"}})
    await world.run()
    assert await world.value("SELECT plan FROM stores") == "Basic"

    await world.store.has(
        shop={"plan": {"publicDisplayName": "Advanced"}}, app={"scopes": ["read_orders", "read_products"]}
    )
    await world.run()

    assert await world.value("SELECT plan FROM stores") == "Advanced"
    assert sorted(await world.value("SELECT granted_scopes FROM stores")) == ["read_orders", "read_products"]
