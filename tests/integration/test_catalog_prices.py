"""P77, PRD-30: the ERP's prices of a group stand in the price lists of the catalogs that have it, and only changes are
sent.
"""

import asyncio

import pytest

from app.domain.catalogue import ItemVariant
from app.domain.identifiers import ShopifyId
from app.domain.links import StoreVariantLink
from app.domain.store_catalogs import StoreCatalog
from app.ports.errors import Conflict
from app.ports.repositories.runs import RunState
from app.services.catalogs import CatalogTable
from app.services.tasks import TaskName
from tests.integration.catalogs_sold import (
    CATALOG,
    WHOLESALE,
    a_catalog,
    a_list,
    a_market_catalog,
    fixed,
    for_a_group,
    listed_as_skipped,
    priced,
    seller,
    sells,
    skipped,
    tells,
    told,
)
from tests.integration.world import World, codes


async def a_wholesale_catalog(world: World, *items: str) -> None:
    await world.store.has(companyCatalogs=[a_catalog()], priceLists=[a_list()])
    await sells(world, *items)
    await for_a_group(world)


async def test_prices_of_a_group_are_fixed_in_the_list_of_its_catalog_with_what_they_were_before(world: World) -> None:
    await a_wholesale_catalog(world, "POT", "LID")
    await tells(world, "POT", "12.50", compare_at_price="15")
    await tells(world, "LID", "3", compare_at_price="2")

    run = await priced(world)

    assert await fixed(world) == {"501": "12.50/15.00", "502": "3.00"}
    assert (run.counts["updated"], run.errors) == (2, [])
    [call] = await world.store.calls("FixedPricesAdd")
    assert [each["compareAtPrice"] for each in call["variables"]["prices"]] == [
        {"amount": "15", "currencyCode": "EUR"},
        None,
    ]
    assert await world.events() == []


@pytest.mark.long
async def test_only_changed_prices_are_sent_and_none_when_nothing_changed(world: World) -> None:
    await a_wholesale_catalog(world, "POT", "LID")
    await tells(world, "POT", "12.50")
    await tells(world, "LID", "3")
    await priced(world)
    await world.store.forget_calls()

    again = await priced(world)
    assert (again.counts["unchanged"], await world.store.calls("FixedPricesAdd")) == (2, [])
    await tells(world, "LID", "4")
    await priced(world)

    [call] = await world.store.calls("FixedPricesAdd")
    assert [each["variantId"] for each in call["variables"]["prices"]] == ["gid://shopify/ProductVariant/502"]
    assert await fixed(world) == {"501": "12.50", "502": "4.00"}


@pytest.mark.long
async def test_a_price_that_the_erp_takes_away_is_removed_and_the_merchants_own_stays(world: World) -> None:
    own = {
        "variant": {"id": "gid://shopify/ProductVariant/502"},
        "price": {"amount": "9.00", "currencyCode": "EUR"},
    }
    await a_wholesale_catalog(world, "POT", "LID")
    await world.store.has(priceLists=[a_list(prices=[own])])
    await tells(world, "POT", "12.50")
    await priced(world)

    await tells(world, "POT", None)
    run = await priced(world)

    assert run.counts["removed"] == 1
    assert await fixed(world) == {"502": "9.00"}
    assert await world.fetch("SELECT FROM catalog_price_exports") == []


@pytest.mark.long
async def test_a_price_removed_by_hand_is_no_trouble_when_the_erp_takes_it_away_too(world: World) -> None:
    await a_wholesale_catalog(world, "POT")
    await tells(world, "POT", "12.50")
    await priced(world)
    await world.store.has(priceLists=[a_list(prices=[])])

    await tells(world, "POT", None)
    run = await priced(world)

    assert (run.counts["removed"], run.errors) == (1, [])


@pytest.mark.long
async def test_a_variant_has_its_own_price_before_that_of_its_item(world: World) -> None:
    await a_wholesale_catalog(world, "POT", "LID")
    await world.item("POT", description="Pot", variants=(ItemVariant(code="RED"),))
    link = StoreVariantLink(store_variant_id=ShopifyId("502"), item_no="POT", variant_code="RED")
    await world.links.store_variants.put(world.shop, link)
    await tells(world, "POT", "10")
    await tells(world, "POT", "11", variant="RED")

    await priced(world)

    assert await fixed(world) == {"501": "10.00", "502": "11.00"}


@pytest.mark.long
async def test_a_price_in_another_currency_than_the_lists_is_not_sent_and_the_catalog_says_why(world: World) -> None:
    await a_wholesale_catalog(world, "POT")
    await tells(world, "POT", "12.50", currency="CHF")

    run = await priced(world)

    assert await fixed(world) == {}
    assert told(run) == [(CATALOG, "currency_differs")]
    await tells(world, "POT", "12", currency="EUR")
    assert (await priced(world)).errors == []
    assert await world.fetch("SELECT FROM store_catalogs WHERE error_code IS NOT NULL") == []


@pytest.mark.long
async def test_catalogs_of_a_market_get_the_prices_in_their_currency(world: World) -> None:
    await world.store.has(
        markets=[{"id": "gid://shopify/Market/31", "name": "Switzerland"}],
        catalogs=[a_market_catalog("8802", 31, price_list="9902")],
        priceLists=[a_list("9902", "CHF")],
    )
    await sells(world, "POT")
    await for_a_group(world, "SWISS", "8802")
    await tells(world, "POT", "13", group="SWISS", currency="CHF")
    await tells(world, "POT", "12", group="SWISS", currency="EUR")

    await priced(world)

    assert await fixed(world, "9902") == {"501": "13.00"}


async def test_one_variant_that_the_store_refuses_keeps_no_other_from_its_price(world: World) -> None:
    await a_wholesale_catalog(world, "POT", "LID", "CUP")
    for item in ("POT", "LID", "CUP"):
        await tells(world, item, "5")
    ghost = StoreVariantLink(store_variant_id=ShopifyId("599"), item_no="LID", variant_code=None)
    await world.links.store_variants.put(world.shop, ghost)

    run = await priced(world)

    assert set(await fixed(world)) == {"501", "502", "503"}
    assert told(run) == [(f"{CATALOG}/LID", "refused_by_shopify")]
    assert run.errors[0]["detail"] == "Product variant ID does not exist."
    assert await skipped(world) == [("LID", "refused_by_shopify")]


@pytest.mark.long
@pytest.mark.parametrize("end", ["no group", "deleted"])
async def test_a_catalog_that_is_given_no_prices_any_more_has_no_skipped_records(world: World, end: str) -> None:
    await a_wholesale_catalog(world, "POT", "LID")
    await tells(world, "LID", "5")
    ghost = StoreVariantLink(store_variant_id=ShopifyId("599"), item_no="LID", variant_code=None)
    await world.links.store_variants.put(world.shop, ghost)
    await for_a_group(world, catalog="8809")
    await priced(world)
    assert await listed_as_skipped(world) == ["catalog", "catalog_price"]

    for catalog in (CATALOG, "8809"):
        if end == "deleted":
            await CatalogTable(world.uow, world.clock).delete(world.shop, (catalog,))
        else:
            await for_a_group(world, None, catalog)

    assert await listed_as_skipped(world) == []


@pytest.mark.long
async def test_prices_of_blocked_items_are_left_as_they_are(world: World) -> None:
    await a_wholesale_catalog(world, "POT")
    await tells(world, "POT", "5")
    await priced(world)
    await world.item("POT", description="Pot", blocked=True)
    await tells(world, "POT", "6")

    run = await priced(world)

    assert (run.counts["blocked"], await fixed(world)) == (1, {"501": "5.00"})


@pytest.mark.long
async def test_what_somebody_took_out_of_a_list_is_sent_again(world: World) -> None:
    await a_wholesale_catalog(world, "POT", "LID")
    await tells(world, "POT", "5")
    await tells(world, "LID", "2")
    await priced(world)
    await world.store.has(priceLists=[a_list(prices=[])])

    await priced(world)

    assert await fixed(world) == {"501": "5.00", "502": "2.00"}


@pytest.mark.long
async def test_while_the_store_does_not_tell_of_a_catalog_what_was_sent_to_it_counts_as_there(world: World) -> None:
    await a_wholesale_catalog(world, "POT", "LID")
    await tells(world, "POT", "5")
    await tells(world, "LID", "2")
    await priced(world)
    await world.store.forget_calls()
    await world.store.has(app={"scopes": ["read_products", "write_products", "read_markets"]})
    process = seller(world)

    for _ in range(2):
        run = await world.run(TaskName.SYNC_CATALOG_PRICES, process=process)
        assert [(each["id"], each["code"]) for each in run.errors] == [("company", "scope_missing")]
    await tells(world, "LID", "3")
    await world.run(TaskName.SYNC_CATALOG_PRICES, process=process)

    [call] = await world.store.calls("FixedPricesAdd")
    assert [each["variantId"] for each in call["variables"]["prices"]] == ["gid://shopify/ProductVariant/502"]


@pytest.mark.long
async def test_after_a_lost_answer_is_looked_before_anything_is_sent_again(world: World) -> None:
    await a_wholesale_catalog(world, "POT", "LID")
    await tells(world, "POT", "5")
    await tells(world, "LID", "2")
    await world.store.fails("cut_json", operation="FixedPricesAdd")

    run = await priced(world)

    assert run.errors == []
    assert len(await world.store.calls("FixedPricesAdd")) == 1
    assert len(await world.store.calls("FixedPrices")) == 1
    assert (await priced(world)).counts["unchanged"] == 2


@pytest.mark.long
async def test_what_nobody_knows_the_end_of_is_kept_as_such_and_sent_by_the_next_run(world: World) -> None:
    await a_wholesale_catalog(world, "POT")
    await tells(world, "POT", "5")
    await world.store.fails("server_error", operation="FixedPricesAdd", times=4)

    run = await priced(world)
    assert codes(run.errors) == ["outcome_unknown"]
    await world.store.mends()
    await priced(world)

    assert await fixed(world) == {"501": "5.00"}
    assert await skipped(world) == []


@pytest.mark.long
async def test_a_list_that_the_store_refuses_as_a_whole_keeps_no_other_list_from_its_prices(world: World) -> None:
    await world.store.has(
        companyCatalogs=[a_catalog(), a_catalog("8803", price_list="9903"), a_catalog("8804", price_list=None)],
        priceLists=[a_list(), a_list("9903")],
    )
    await sells(world, "POT")
    await tells(world, "POT", "5")
    for catalog in (CATALOG, "8803", "8804", "8899"):
        await for_a_group(world, catalog=catalog)
    locked = {"field": ["priceListId"], "message": "The price list is currently being modified.", "code": None}
    await world.store.fails(
        "user_errors", mutation="priceListFixedPricesAdd", userErrors=[locked], operation="FixedPricesAdd"
    )

    run = await priced(world)

    assert told(run) == [
        (CATALOG, "refused_by_shopify"),
        ("8804", "no_price_list"),
        ("8899", "catalog_not_at_store"),
    ]
    assert (await fixed(world), await fixed(world, "9903")) == ({}, {"501": "5.00"})


@pytest.mark.long
async def test_where_nothing_may_go_out_or_the_scope_lacks_nothing_is_asked_for_and_it_says_so(world: World) -> None:
    await a_wholesale_catalog(world, "POT")
    await tells(world, "POT", "5")
    await world.set(general={"allow_outgoing": False})
    held = await priced(world)
    await world.set(general={"allow_outgoing": True})
    await world.store.has(app={"scopes": ["read_products", "read_customers"]})
    refused = await world.run(TaskName.SYNC_CATALOG_PRICES, process=seller(world))

    assert codes(held.errors) == ["outgoing_not_allowed"]
    assert refused.state is RunState.FAILED
    assert refused.problem is not None
    assert "write_products" in str(refused.problem)
    assert await world.store.calls("FixedPricesAdd") == []


@pytest.mark.long
async def test_a_catalog_takes_the_prices_of_one_shop_of_its_store_only(world: World) -> None:
    await world.store.has(companyCatalogs=[a_catalog()], priceLists=[a_list()])
    await for_a_group(world)
    world.shop = await world.set_up_shop("pos", {})

    with pytest.raises(Conflict, match="web"):
        await for_a_group(world)


@pytest.mark.long
async def test_of_two_shops_that_take_a_catalog_at_once_one_gets_it(world: World) -> None:
    first, world.shop = world.shop, await world.set_up_shop("pos", {})
    wanted = StoreCatalog(catalog_id=ShopifyId(CATALOG), price_group=WHOLESALE)
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    async with world.uow() as uow:
        assert await uow.catalogs.taken_by(first, wanted.catalog_id) is None
        other = asyncio.create_task(for_a_group(world))
        await world.until(lambda: world.is_true(waiting))
        await uow.catalogs.records.put(first, wanted, now=world.clock.now())
        await uow.commit()

    with pytest.raises(Conflict, match="web"):
        await other


@pytest.mark.long
async def test_a_thousand_prices_go_out_in_four_calls_and_five_percent_of_them_in_one(world: World) -> None:
    items = [f"ITEM-{number:04}" for number in range(1000)]
    await a_wholesale_catalog(world, *items)
    for item in items:
        await tells(world, item, "5")

    await priced(world)
    assert len(await world.store.calls("FixedPricesAdd")) == 4
    await world.store.forget_calls()
    for item in items[:50]:
        await tells(world, item, "6")
    await priced(world)

    [call] = await world.store.calls("FixedPricesAdd")
    assert len(call["variables"]["prices"]) == 50
    assert sorted((await fixed(world)).values()).count("6.00") == 50
