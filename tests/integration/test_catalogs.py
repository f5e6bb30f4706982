"""P76, PRD-30, COM-8: the catalogs of a store are known, and companies that were sent there get one of their own."""

import pytest

from app.ports.repositories.exchanges import ExchangeKind
from tests.integration.catalogs_sold import (
    a_catalog,
    a_list,
    a_market_catalog,
    fixed,
    for_a_group,
    listed,
    listed_as_skipped,
    priced,
    sells,
    tells,
    told,
)
from tests.integration.people import ANNA, asked_for, at_store
from tests.integration.world import Json, World

PLUS = {"publicDisplayName": "Shopify Plus", "shopifyPlus": True, "partnerDevelopment": False}
SCOPES = "write_customers write_companies write_products write_publications read_markets read_payment_terms".split()
FACTS = (
    "SELECT catalog_id, type, status, currency, price_group, locations, markets FROM store_catalogs ORDER BY catalog_id"
)
COMPANY = {
    "id": "gid://shopify/Company/701",
    "name": "Tea & Co",
    "locations": [{"id": f"gid://shopify/CompanyLocation/{each}", "name": "Quay"} for each in range(7001, 7031)],
}


async def a_company_sent(world: World, no: str = "C1") -> Json:
    """A customer that was sent to the store as a company, as it stands there."""
    await world.customer(no, **ANNA | {"email": f"{no.lower()}@example.com", "phone": ""})
    run = await asked_for(world, no, kind=ExchangeKind.COMPANY)
    assert run.errors == []
    [company] = [each for each in await at_store(world, "companies") if each["externalId"] == no]
    return company


async def a_store_with_own_catalogs(world: World) -> None:
    await world.store.has(shop={"plan": PLUS}, app={"scopes": SCOPES})
    await world.set(companies={"auto_create_catalog": True})


async def own_catalogs(world: World) -> list[Json]:
    return await at_store(world, "companyCatalogs")


async def test_catalogs_of_companies_and_of_markets_are_listed_with_who_buys_from_them(world: World) -> None:
    await world.store.has(
        companies=[COMPANY],
        markets=[{"id": "gid://shopify/Market/31", "name": "Switzerland"}],
        companyCatalogs=[a_catalog("8801", locations=tuple(range(7001, 7031)), status="DRAFT")],
        catalogs=[a_market_catalog("8802", 31, price_list="9902")],
        priceLists=[a_list(), a_list("9902", "CHF")],
    )
    await for_a_group(world, "WHOLESALE", "8801")

    run = await listed(world)
    again = await listed(world)

    of_company, of_market = (dict(each) for each in await world.fetch(FACTS))
    assert (of_company["type"], of_company["status"], of_company["currency"]) == ("company", "draft", "EUR")
    assert of_company["price_group"] == "WHOLESALE"
    assert of_company["locations"].count('"701"') == 30
    assert (of_market["type"], of_market["currency"]) == ("market", "CHF")
    assert "Switzerland" in of_market["markets"]
    assert (run.counts["catalogs"], run.counts["added"], run.errors) == (2, 1, [])
    assert (again.counts["added"], again.counts["changed"]) == (0, 0)


@pytest.mark.long
async def test_what_the_app_may_not_read_is_told_and_the_rest_is_listed(world: World) -> None:
    await world.store.has(
        companyCatalogs=[a_catalog()], priceLists=[a_list()], app={"scopes": ["read_products", "read_customers"]}
    )

    run = await listed(world)

    assert told(run) == [("market", "scope_missing")]
    assert "read_markets" in run.errors[0]["detail"]
    assert [each["catalog_id"] for each in await world.fetch(FACTS)] == ["8801"]


@pytest.mark.long
async def test_a_company_gets_one_catalog_with_its_number_as_price_group_and_it_is_filled(world: World) -> None:
    await a_store_with_own_catalogs(world)
    company = await a_company_sent(world)
    await sells(world, "POT")
    await tells(world, "POT", "8", group="C1")

    run = await listed(world)
    await listed(world)
    await priced(world)

    [catalog] = await own_catalogs(world)
    assert (run.counts["created"], run.errors) == (1, [])
    assert (catalog["title"], catalog["status"]) == ("Anna's Tea (C1)", "ACTIVE")
    assert [each["id"] for each in catalog["companyLocations"]] == [company["locations"][0]["id"]]
    [price_list] = await at_store(world, "priceLists")
    assert (price_list["currency"], price_list["parent"]["adjustment"]["value"]) == ("EUR", 0)
    [publication] = await at_store(world, "publications")
    assert (publication["autoPublish"], publication["everything"]) == (True, True)
    assert await fixed(world, price_list["id"].rsplit("/", 1)[1]) == {"501": "8.00"}


@pytest.mark.parametrize("step", ["CatalogCreate", "PriceListCreate", "PublicationCreate"])
@pytest.mark.long
async def test_a_lost_answer_at_any_step_makes_nothing_twice(world: World, step: str) -> None:
    await a_store_with_own_catalogs(world)
    await a_company_sent(world)
    await world.store.fails("cut_json", operation=step)

    run = await listed(world)

    assert run.errors == []
    for kind in ("companyCatalogs", "priceLists", "publications"):
        assert len(await at_store(world, kind)) == 1


@pytest.mark.long
async def test_without_the_scope_for_publications_the_catalog_shows_what_the_channel_shows(world: World) -> None:
    await a_store_with_own_catalogs(world)
    await world.store.has(app={"scopes": [each for each in SCOPES if each != "write_publications"]})
    await a_company_sent(world)

    run = await listed(world)

    assert (run.errors, await at_store(world, "publications")) == ([], [])
    assert len(await at_store(world, "priceLists")) == 1


@pytest.mark.long
async def test_a_company_that_has_a_catalog_is_given_none(world: World) -> None:
    await a_store_with_own_catalogs(world)
    company = await a_company_sent(world)
    location = int(company["locations"][0]["id"].rsplit("/", 1)[1])
    await world.store.has(companyCatalogs=[a_catalog(locations=(location,))], priceLists=[a_list()])

    run = await listed(world)

    assert run.counts["created"] == 0
    assert len(await own_catalogs(world)) == 1
    assert await world.fetch("SELECT FROM store_catalogs WHERE price_group IS NOT NULL") == []


@pytest.mark.long
async def test_a_plan_without_catalogs_for_companies_is_told_in_shopifys_words_and_asked_once(world: World) -> None:
    await world.set(companies={"auto_create_catalog": True})
    await a_company_sent(world)
    await a_company_sent(world, "C2")

    run = await listed(world)

    assert [each["code"] for each in run.errors] == ["plan_lacks_b2b"]
    assert "outside of a supported plan" in run.errors[0]["detail"]
    assert len(await world.store.calls("CatalogCreate")) == 1
    assert await own_catalogs(world) == []
    assert await listed_as_skipped(world) == ["company_catalog"]
    await world.set(companies={"auto_create_catalog": False})
    assert await listed_as_skipped(world) == []


@pytest.mark.long
async def test_a_catalog_that_the_store_deleted_is_not_at_the_store_and_not_made_anew(world: World) -> None:
    await a_store_with_own_catalogs(world)
    await a_company_sent(world)
    await listed(world)
    await world.store.has(companyCatalogs=[], replace=True)

    run = await listed(world)

    assert run.counts.get("created", 0) == 0
    assert [each["status"] for each in await world.fetch(FACTS)] == ["not_at_store"]
