"""Items of order lines against real master data: duplicates are reported, and whatever ends them retries the order."""

from collections.abc import Awaitable, Callable

import pytest

from app.domain.catalogue import ItemVariant
from app.domain.identifiers import ShopifyId
from app.domain.links import StoreVariantLink
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
