"""Items of order lines against real master data: duplicates are reported, and whatever ends them retries the order."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.domain.catalogue import ItemVariant
from app.domain.identifiers import ShopifyId, order_line_id
from app.domain.links import StoreVariantLink
from app.ports.paging import Page, PageKey, PageRequest
from app.ports.repositories.unmapped_products import UnmappedProduct
from app.ports.versions import ANY_VERSION
from app.services.master_data import ItemData
from tests.integration.world import World, a_line, an_order

BARCODE = "4006381333931"
SCANNED = an_order(1001, lineItems=[a_line(1, sku=None, variant={"legacyResourceId": "9001", "barcode": BARCODE})])
Mended = Callable[[World], Awaitable[object]]


async def take_the_code_from_one(world: World) -> None:
    await world.item("TWIN-2")


async def give_one_of_them_another_number(world: World) -> None:
    await ItemData(unit_of_work=world.uow, clock=world.clock).delete("TWIN-2", unlink=False)


async def block_one(world: World) -> None:
    await world.item("TWIN-2", barcodes=(BARCODE,), blocked=True)


async def link_the_variant(world: World) -> None:
    link = StoreVariantLink(store_variant_id=ShopifyId("9001"), item_no="TWIN-1", unit="BOX")
    await world.links.put_store_variant(world.shop, link, expected=ANY_VERSION)


@pytest.mark.parametrize(
    ("mend", "unit"),
    [
        (take_the_code_from_one, "PCS"),
        (give_one_of_them_another_number, "PCS"),
        (block_one, "PCS"),
        (link_the_variant, "BOX"),
    ],
)
async def test_two_items_with_one_barcode_hold_the_order_up_until_one_is_left(
    world: World, mend: Mended, unit: str
) -> None:
    """D17."""
    for number in ("TWIN-1", "TWIN-2"):
        await world.item(number, barcodes=(BARCODE,))
    await world.store.has(SCANNED)
    await world.imports(1001)
    assert await world.problems() == ["item_ambiguous"]
    await world.take_nudges("documents")

    await mend(world)
    await world.works_off()

    (line,) = (await world.document_of())["lines"]
    assert (line["no"], line["unit"]) == ("TWIN-1", unit)


async def test_items_whose_numbers_differ_only_in_case_are_not_taken_for_each_other(world: World) -> None:
    await world.item("ab1")
    await world.item("AB1")
    exact, loose = a_line(1, sku="ab1"), a_line(2, sku="Ab1", variant={"legacyResourceId": "9002"})
    await world.store.has(an_order(1001, lineItems=[exact]), an_order(1002, lineItems=[loose]))
    await world.imports(1001, 1002)
    (line,) = (await world.document_of())["lines"]
    assert line["no"] == "ab1"
    assert await world.problems("#1002") == ["item_ambiguous"]


async def test_a_linked_item_variant_and_its_unit_stand_on_the_line(world: World) -> None:
    """4.22: without a unit in the link it is the item's own."""
    red = ItemVariant(code="RED", description="Red bike", barcodes=(BARCODE,))
    await world.item("BIKE", description="Bike", variants=(red,))
    await world.store.has(SCANNED)
    await world.imports(1001)
    (line,) = (await world.document_of())["lines"]
    assert (line["no"], line["variant_code"], line["unit"], line["description"]) == ("BIKE", "RED", "PCS", "Red bike")


UNKNOWN: dict[str, Any] = {"sku": "NEW-1", "title": "Novelty"}
GONE: dict[str, Any] = {"product": None, "variant": None, "sku": "OLD-1", "title": "Relic", "vendor": "Potters"}
TYPED: dict[str, Any] = {"product": None, "variant": None, "sku": None, "title": "As agreed"}


async def unmapped(world: World, *, limit: int = 50, after: PageKey | None = None) -> Page[UnmappedProduct]:
    async with world.uow() as uow:
        return await uow.orders_reading.unmapped_products(world.shop, PageRequest(limit=limit, after=after))


async def test_a_product_without_an_item_is_listed_once_with_every_order_that_waits_for_it(world: World) -> None:
    await world.store.has(
        an_order(1001, lineItems=[a_line(1, **UNKNOWN), a_line(2)]),
        an_order(1002, lineItems=[a_line(3, **UNKNOWN | {"title": "Novelty, new name"}), a_line(4, **GONE)]),
        an_order(1003, lineItems=[a_line(5, **TYPED)]),
        an_order(1004),
    )
    await world.imports(1001)
    world.clock.pass_by(seconds=60)
    await world.imports(1002, 1003, 1004)

    page = await unmapped(world)
    gone, new = sorted(page.rows, key=lambda each: each.store_variant_id or "")
    assert (new.store_variant_id, new.sku, new.order_count, new.ambiguous) == ("9001", "NEW-1", 2, False)
    assert new.title == "Novelty, new name"
    assert [(line.order_name, line.shopify_line_id) for line in new.lines] == [("#1001", "1"), ("#1002", "3")]
    assert new.lines[0].line_id == order_line_id(await world.order_id(), ShopifyId("1"))
    assert (gone.store_variant_id, gone.sku, gone.order_count) == (None, "OLD-1", 1)

    first = await unmapped(world, limit=1)
    assert first.next_after is not None
    second = await unmapped(world, limit=1, after=first.next_after)
    assert [*first.rows, *second.rows] == page.rows
    assert second.next_after is None


async def test_linking_an_unmapped_product_documents_the_orders_that_waited_and_ends_its_row(world: World) -> None:
    await world.store.has(
        *(an_order(number, lineItems=[a_line(number, **UNKNOWN)]) for number in (1001, 1002)),
    )
    await world.imports(1001, 1002)
    await world.take_nudges("documents")
    assert len((await unmapped(world)).rows) == 1

    link = StoreVariantLink(store_variant_id=ShopifyId("9001"), item_no="ITEM-A")
    await world.links.put_store_variant(world.shop, link, expected=ANY_VERSION)
    await world.works_off()

    assert (await unmapped(world)).rows == []
    for name in ("#1001", "#1002"):
        assert [line["no"] for line in (await world.document_of(name))["lines"]] == ["ITEM-A"]


async def test_a_product_that_several_items_fit_is_listed_as_doubtful(world: World) -> None:
    for number in ("TWIN-1", "TWIN-2"):
        await world.item(number, barcodes=(BARCODE,))
    await world.store.has(SCANNED)
    await world.imports(1001)
    (found,) = (await unmapped(world)).rows
    assert (found.ambiguous, found.barcode, found.sku) == (True, BARCODE, "")
