"""P70: items become products, once, and only what changed of them is sent again."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from app.domain import products
from app.domain.catalogue import Item, ItemVariant
from app.domain.shop_settings import ItemExport, ItemSettings
from app.ports.paging import PageRequest
from app.services.tasks import TaskName
from tests.integration.items_sent import price, product_of, sent, skipped
from tests.integration.world import World

ALL: dict[str, Any] = {"export": "all"}


def a_product(number: int, *variants: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "legacyResourceId": str(number),
        "title": f"There {number}",
        "handle": f"there-{number}",
        "variants": [{"legacyResourceId": str(number * 100 + place), **each} for place, each in enumerate(variants)],
    } | fields


async def test_an_item_becomes_a_product_with_its_codes_and_its_price_and_is_linked(world: World) -> None:
    await world.set(items=ALL)
    await world.item(
        "POT",
        description="Teapot",
        barcodes=("4006381333931",),
        unit_price=Decimal("12.50"),
        vendor="Acme",
        category="Kitchen",
        hs_code="691110",
        origin_country_code="NL",
        net_weight=Decimal("0.5"),
    )

    run = await sent(world, item_nos=["POT"])

    product = await product_of(world, "Teapot")
    [variant] = product["variants"]
    assert run.counts == {"created": 1, "unchanged": 0}
    assert (product["vendor"], product["productType"], product["status"]) == ("Acme", "Kitchen", "ACTIVE")
    assert (variant["sku"], variant["barcode"], variant["price"]) == ("POT", "4006381333931", "12.50")
    assert variant["inventoryItem"]["harmonizedSystemCode"] == "691110"
    assert variant["inventoryItem"]["countryCodeOfOrigin"] == "NL"
    [link] = await world.fetch("SELECT item_no, variant_code FROM store_variant_links")
    assert tuple(link) == ("POT", None)


async def test_what_did_not_change_is_not_sent_again_and_what_changed_is(world: World) -> None:
    await world.set(items=ALL)
    for number in range(3):
        await world.item(f"POT-{number}", description=f"Pot {number}", unit_price=Decimal(5))
    await sent(world)
    await world.store.forget_calls()

    again = await sent(world)
    assert (again.counts["unchanged"], await world.store.calls("ProductSet")) == (3, [])
    await world.item("POT-1", description="Pot one", unit_price=Decimal(5))
    changed = await sent(world)

    assert (changed.counts["unchanged"], changed.counts["updated"]) == (2, 1)
    assert len(await world.store.calls("ProductSet")) == 1
    assert len(await world.store.products()) == 3
    assert (await product_of(world, "Pot one"))["variants"][0]["price"] == "5.00"


async def test_item_variants_are_the_options_of_one_product(world: World) -> None:
    await world.set(items=ALL | {"sku_mapping": "item_no_variant"})
    red, blue = ItemVariant(code="RED", description="Red"), ItemVariant(code="BLU", barcodes=("X2",))
    await world.item("POT", description="Pot", unit_price=Decimal(5), variants=(red, blue))
    await price(world, "POT", "7", variant="BLU", compare_at_price="9", unit_cost="3")
    await sent(world)
    await world.item("POT", description="Pot", unit_price=Decimal(5), variants=(blue,))

    changed = await sent(world)

    product = await product_of(world, "Pot")
    [variant] = product["variants"]
    assert changed.counts["updated"] == 1
    assert [(each["name"], each["values"]) for each in product["options"]] == [("Variant", ["BLU"])]
    assert (variant["sku"], variant["barcode"]) == ("POT|BLU", "X2")
    assert (variant["price"], variant["compareAtPrice"]) == ("7.00", "9.00")
    assert variant["inventoryItem"]["unitCost"]["amount"] == "3.00"
    links = await world.fetch("SELECT store_variant_id, variant_code FROM store_variant_links")
    assert [tuple(each) for each in links] == [(variant["legacyResourceId"], "BLU")]


async def test_a_variant_that_the_merchant_added_stays(world: World) -> None:
    await world.set(items=ALL | {"sku_mapping": "item_no_variant"})
    red = ItemVariant(code="RED", description="Red")
    await world.item("POT", description="Pot", unit_price=Decimal(5), variants=(red,))
    await sent(world)
    product = await product_of(world, "Pot")
    added = {"selectedOptions": [{"name": "Variant", "value": "Gold"}], "sku": "GOLD", "price": "99.00"}
    await world.store.has(products=[product | {"variants": [*product["variants"], added]}])
    await world.item("POT", description="Pot", unit_price=Decimal(5), vendor="Acme", variants=(red,))

    await sent(world)

    product = await product_of(world, "Pot")
    assert [(each["sku"], each["price"]) for each in product["variants"]] == [("POT|RED", "5.00"), ("GOLD", "99.00")]
    assert product["vendor"] == "Acme"


async def test_a_product_that_is_there_already_is_adopted_and_keeps_its_options(world: World) -> None:
    size = {"selectedOptions": [{"name": "Size", "value": "L"}], "price": "3.00"}
    await world.store.has(products=[a_product(7, size | {"sku": "POT"}, size | {"sku": "LID"})])
    await world.set(items=ALL)
    await world.item("POT", description="Teapot", barcodes=("B1",))

    run = await sent(world)

    product = await product_of(world, "Teapot")
    assert run.counts["adopted"] == 1
    assert [(each["sku"], each.get("barcode"), each["price"]) for each in product["variants"]] == [
        ("POT", "B1", "3.00"),
        ("LID", None, "3.00"),
    ]
    assert (await sent(world)).counts["unchanged"] == 1


async def test_a_code_of_two_products_is_told_and_nothing_is_guessed(world: World) -> None:
    """Case 46 of what others ran into: the same SKU on two products."""
    await world.store.has(products=[a_product(7, {"sku": "POT"}), a_product(8, {"sku": "POT"})])
    await world.set(items=ALL)
    await world.item("POT", description="Teapot", unit_price=Decimal(1))

    run = await sent(world, item_nos=["POT"])

    assert run.counts["skipped"] == 1
    assert await skipped(world) == [("POT", "ambiguous_products")]
    assert {each["title"] for each in await world.store.products()} == {"There 7", "There 8"}


async def test_what_shopify_refuses_is_told_in_its_words_and_the_others_go(world: World) -> None:
    """Others: item create error (frappe#336)."""
    await world.set(items=ALL)
    for number in range(3):
        await world.item(f"POT-{number}", description=f"Pot {number}", unit_price=Decimal(5))
    refusal = {"field": ["input", "title"], "message": "Not this one.", "code": "INVALID_PRODUCT"}
    await world.store.fails("user_errors", mutation="productSet", operation="ProductSet", userErrors=[refusal])

    run = await sent(world, item_nos=["POT-0", "POT-1", "POT-2"])
    assert run.counts == {"created": 2, "skipped": 1, "unchanged": 0}
    assert run.errors[0]["detail"] == "Not this one."
    await sent(world)

    assert await skipped(world) == [("ITEM-A", "no_price")]
    assert len(await world.store.products()) == 3


async def test_a_product_whose_making_nobody_saw_the_end_of_is_found_and_not_made_twice(world: World) -> None:
    await world.set(items=ALL | {"sku_mapping": "none"})
    await world.item("POT", description="Pot", unit_price=Decimal(5))
    await world.store.fails("cut_json", operation="ProductSet")

    first = await sent(world, item_nos=["POT"])
    second = await sent(world, item_nos=["POT"])

    assert first.errors[0]["code"] == "outcome_unknown"
    assert "skipped" not in second.counts
    assert len(await world.store.products()) == 1
    assert await world.value("SELECT count(*) FROM store_variant_links") == 1


async def test_a_product_without_a_price_is_not_given_away(world: World) -> None:
    await world.set(items=ALL)
    await world.item("POT", description="Pot")

    await sent(world, item_nos=["POT"])
    assert await skipped(world) == [("POT", "no_price")]
    await price(world, "POT", "5")
    await sent(world, item_nos=["POT"])

    assert await skipped(world) == []
    assert (await product_of(world, "Pot"))["variants"][0]["price"] == "5.00"


async def test_the_product_of_a_blocked_item_becomes_what_the_settings_say(world: World) -> None:
    await world.set(items=ALL | {"blocked": "archive"})
    await world.item("POT", description="Pot", unit_price=Decimal(5))
    await sent(world)
    await world.item("POT", description="Pot", unit_price=Decimal(5), blocked=True)
    await world.item("NEW", description="New", unit_price=Decimal(5), blocked=True)

    await sent(world)

    assert [(each["title"], each["status"]) for each in await world.store.products()] == [("Pot", "ARCHIVED")]


async def test_a_product_that_was_deleted_comes_back_only_when_it_is_asked_for(world: World) -> None:
    """Others: a deleted product stops everything (frappe#338)."""
    await world.set(items=ALL)
    await world.item("POT", description="Pot", unit_price=Decimal(5))
    await sent(world)
    await world.store.has(replace=True, products=[])
    await world.item("POT", description="Pot 2", unit_price=Decimal(5))

    await sent(world)
    assert ("POT", "product_deleted") in await skipped(world)
    await sent(world)
    assert await world.store.products() == []
    await sent(world, item_nos=["POT"])

    assert [each["title"] for each in await world.store.products()] == ["Pot 2"]


async def test_nothing_goes_out_while_the_shop_does_not_allow_it(world: World) -> None:
    await world.set(items=ALL, general={"allow_outgoing": False})
    await world.item("POT", description="Pot", unit_price=Decimal(5))

    run = await sent(world)
    assert [each["code"] for each in run.errors] == ["outgoing_not_allowed"]
    assert await world.store.products() == []
    await world.set(general={"allow_outgoing": True})
    await sent(world)

    assert len(await world.store.products()) == 1


async def test_only_prices_that_changed_are_sent(world: World) -> None:
    """Others: prices apart from products (frappe#377)."""
    await world.set(items=ALL)
    for number in range(3):
        await world.item(f"POT-{number}", description=f"Pot {number}", unit_price=Decimal(5))
    await sent(world)
    assert (await sent(world, TaskName.SYNC_PRICES)).counts["unchanged"] == 3
    await price(world, "POT-1", "6.50", compare_at_price="8", unit_cost="2")

    run = await sent(world, TaskName.SYNC_PRICES)

    assert run.counts["updated"] == 1
    assert len(await world.store.calls("ProductVariantsUpdate")) == 1
    [variant] = (await product_of(world, "Pot 1"))["variants"]
    assert (variant["price"], variant["compareAtPrice"]) == ("6.50", "8.00")
    assert variant["inventoryItem"]["unitCost"]["amount"] == "2.00"


async def test_hundreds_go_as_one_bulk_operation_and_each_has_its_own_end(world: World) -> None:
    await world.set(items=ALL)
    for number in range(120):
        title = "x" * 256 if number == 7 else f"Pot {number}"
        await world.item(f"POT-{number:03}", description=title, unit_price=Decimal(5), text_html=title)

    run = await sent(world)
    for number in range(120):
        await price(world, f"POT-{number:03}", "6")
    prices = await sent(world, TaskName.SYNC_PRICES)

    assert run.counts["created"] == 120, run.errors[:2]
    assert await world.store.calls("ProductSet") == []
    assert len(await world.store.calls("BulkChangeStart")) == 2
    assert prices.counts["updated"] == 120
    assert {each["variants"][0]["price"] for each in await world.store.products()} == {"6.00"}


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_of_ten_thousand_items_exactly_the_five_hundred_that_changed_are_sent(world: World) -> None:
    """Issue 7: by one bulk operation, and for few points, wherever they stand among the others."""
    await world.set(items=ALL | {"sku_mapping": "none"})
    await sent_before(world, 10_000)
    changed = [number for number in range(10_000) if number % 20 == 7]
    await world.store.has(products=[a_product(100_000 + number, {"price": "5.00"}) for number in changed])
    await world.do("UPDATE items SET description = description || ' new' WHERE (no::int % 20) = 7")
    await world.store.forget_calls()

    run = await sent(world)
    calls = await world.store.every_call()
    again = await sent(world)

    assert run.counts == {"updated": 500, "unchanged": 9_500}, run.errors[:2]
    assert {each["title"] for each in await world.store.products()} == {f"Pot {number} new" for number in changed}
    assert Counter(call["operation"] for call in calls)["BulkChangeStart"] == 1
    assert (Counter(call["operation"] for call in calls)["ProductSet"], again.counts) == (0, {"unchanged": 10_000})
    assert sum(call["actualQueryCost"] for call in calls) < 200


async def sent_before(world: World, many: int) -> None:
    """So many items are products of the store as they are, and nothing else is known."""
    await world.do("DELETE FROM item_codes")
    await world.do("DELETE FROM items")
    items = [Item(no=f"{number:05}", description=f"Pot {number}", unit_price=Decimal(5)) for number in range(many)]
    await world.do(
        "INSERT INTO items (no, description, unit_price, blocked, variants, barcodes, version, created_at, updated_at)"
        " SELECT no, 'Pot ' || no::int, 5, false, '[]', '{}', 1, now(), now() FROM unnest($1::text[]) AS no",
        [item.no for item in items],
    )
    settings = ItemSettings(export=ItemExport.ALL)
    await world.do(
        "INSERT INTO product_exports (shop_id, item_no, part, store_product_id, adopted, sent, attempts, updated_at)"
        " SELECT $1, no, 'product', 100000 + no::int, false, sent, 0, now()"
        " FROM unnest($2::text[], $3::text[]) AS told(no, sent)",
        world.shop,
        [item.no for item in items],
        [products.fingerprint(products.product_of(item, settings, exists=True)) for item in items],
    )
    await world.do(
        "INSERT INTO store_variant_links (shop_id, store_variant_id, item_no, version, updated_at)"
        " SELECT $1, (100000 + no::int) * 100, no, 1, now() FROM items",
        world.shop,
    )


async def test_a_product_that_is_no_item_is_announced_once_with_all_that_an_item_takes(world: World) -> None:
    await world.set(items={"auto_create": True})
    pot = {"sku": "NEW", "barcode": "B7", "price": "3.00", "inventoryItem": {"harmonizedSystemCode": "691110"}}
    await world.store.has(products=[a_product(7, pot, vendor="Acme"), a_product(8, {"sku": "ITEM-A"})])

    first = await sent(world)
    again = await sent(world)

    assert (first.counts["linked"], first.counts["discovered"], again.counts["discovered"]) == (1, 1, 0)
    assert await world.events() == ["item.discovered"]
    async with world.uow() as uow:
        page = await uow.products.discovered_page(PageRequest(), shop_ids=None, shop="web", known=False)
    [variant] = page.rows[0].product.variants
    assert (page.rows[0].product.vendor, variant.sku, variant.barcode) == ("Acme", "NEW", "B7")
    assert (variant.price, variant.hs_code, variant.item_no) == (Decimal("3.00"), "691110", None)
    await world.item("NEW", description="Pot")
    await sent(world)
    assert await world.value("SELECT known FROM discovered_items") is True


async def test_what_we_sent_ourselves_is_no_news(world: World) -> None:
    await world.set(items=ALL | {"auto_create": True})
    await world.item("POT", description="Pot", unit_price=Decimal(5))

    await sent(world)
    await sent(world)

    assert await world.events() == []
