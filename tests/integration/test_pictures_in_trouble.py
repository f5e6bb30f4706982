"""P72: what is in the way of an item's pictures is told, ends, and harms no other item."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from app.domain.catalogue import ItemVariant
from app.ports.errors import StoreUnavailable
from app.ports.picture_gateway import PictureGateway
from app.ports.repositories.products import ItemImage
from app.ports.repositories.runs import RunState
from tests.integration.items_sent import product_of, skipped
from tests.integration.pictures_sent import Pictures, a_hundred_pictured, a_product, digests
from tests.integration.world import World
from tests.picture_shelf import PictureShelf, a_png

pytestmark = pytest.mark.long

OF_BOTH = {
    "legacyResourceId": "700",
    "title": "Pot",
    "variants": [{"legacyResourceId": "701"}, {"legacyResourceId": "702"}],
}


async def test_a_picture_that_the_erp_no_longer_gives_is_in_nobodys_way(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    await pictures.give("POT", shelf.url("nowhere"))
    assert await pictures.sent() == {"skipped": 1}

    await pictures.data.delete("POT")

    assert await pictures.sent() == {"updated": 1}
    assert (await skipped(world), await pictures.sent()) == ([], {})


async def test_of_an_item_that_is_no_product_any_more_nothing_is_in_the_way(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    await pictures.give("POT", shelf.url("nowhere"))
    await pictures.sent()
    await world.do("UPDATE product_exports SET store_product_id = NULL")
    await world.do("DELETE FROM store_variant_links")

    assert await pictures.sent() == {"without_product": 1}
    assert await skipped(world) == []


@pytest.mark.parametrize("gone", ["the picture", "the variant"])
async def test_what_a_variant_shows_no_more_by_itself_is_not_in_the_way(
    world: World, pictures: Pictures, shelf: PictureShelf, gone: str
) -> None:
    await a_product(world, "POT", ItemVariant(code="RED"), ItemVariant(code="BLU"))
    images = {code: shelf.put(code, a_png(len(code), width=ord(code[0]))) for code in ("RED", "BLU")}
    await pictures.give("POT", *(ItemImage(url=url, variant_code=code) for code, url in images.items()))
    await pictures.sent()
    product = await product_of(world, "Pot")
    red, blue = product["variants"]
    kept = [blue] if gone == "the variant" else [red | {"media": [], "image": None}, blue]
    await world.store.has(products=[product | {"variants": kept}])

    await pictures.give("POT", *images.values())

    assert await pictures.sent() == {"updated": 1}
    assert await skipped(world) == []
    assert [each.get("media") or [] for each in (await product_of(world, "Pot"))["variants"]] == [[]] * len(kept)


async def two_items_of_one_product(world: World) -> None:
    await world.store.has(products=[OF_BOTH])
    for no, variant in (("RED", "701"), ("BLU", "702")):
        await world.item(no, description=no)
        await world.do(
            "INSERT INTO store_variant_links (shop_id, store_variant_id, item_no, version, updated_at)"
            " VALUES ($1, $2, $3, 1, now())",
            world.shop,
            variant,
            no,
        )


async def test_items_that_are_variants_of_one_product_keep_each_others_pictures(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await two_items_of_one_product(world)
    both = shelf.put("both", a_png(9))
    await pictures.give("RED", shelf.put("red", a_png(1)), both)
    await pictures.give("BLU", shelf.put("blue", a_png(2)), both)

    assert await pictures.sent() == {"updated": 2}
    assert len(digests(await pictures.shown())) == 4
    assert await pictures.sent() == {"unchanged": 2}

    await pictures.data.delete("RED")
    assert await pictures.sent() == {"updated": 1, "unchanged": 1}
    assert len(digests(await pictures.shown())) == 2
    assert await pictures.sent(item_nos=["BLU"]) == {"updated": 1}
    assert len(digests(await pictures.shown())) == 2


async def test_what_is_still_under_way_after_a_death_is_waited_for_and_not_sent_twice(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_hundred_pictured(world, pictures, shelf)
    await world.store.has(bulk={"hold": True})
    dying = asyncio.create_task(pictures.send())
    await called(world, "BulkChangeStart")
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying

    following = asyncio.create_task(pictures.sent())
    await called(world, "BulkStatus", times=len(await world.store.calls("BulkStatus")) + 1)
    await world.store.has(bulk={"hold": False})

    assert await following == {"updated": 100}
    assert len(await world.store.calls("BulkChangeStart")) == 1


async def called(world: World, operation: str, *, times: int = 1) -> None:
    async def so_often() -> bool:
        return len(await world.store.calls(operation)) >= times

    await world.until(so_often)


class TakesNoFile:
    """A way to the pictures of a store whose place for uploads is away."""

    def __init__(self, gateway: PictureGateway) -> None:
        self._gateway = gateway

    async def upload(self, *_: Any) -> Any:
        raise StoreUnavailable("Away.")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)


async def test_a_store_that_is_away_while_large_pictures_are_read_is_told_as_such(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    padding = b"\0" * (17 * 1024 * 1024)
    await pictures.give("POT", *(shelf.put(str(shade), a_png(shade) + padding) for shade in range(2)))

    run = await pictures.send(gateway=TakesNoFile(world.gateway.pictures))

    assert (run.state, (run.problem or {})["code"]) == (RunState.FAILED, StoreUnavailable.code)
