"""P72: a picture that Shopify cannot process is sent once, until it is another one or somebody asks for it."""

import pytest

from tests.integration.items_sent import skipped
from tests.integration.pictures_sent import Pictures, a_product
from tests.integration.world import World
from tests.picture_shelf import PictureShelf, a_png

pytestmark = pytest.mark.long

SENDING = ("StagedUploadsCreate", "ProductSet")


async def sendings(world: World) -> list[int]:
    return [len(await world.store.calls(operation)) for operation in SENDING]


@pytest.fixture
async def refused(world: World, pictures: Pictures, shelf: PictureShelf) -> World:
    """The item POT with a good picture, and one that Shopify refused a run ago."""
    await a_product(world)
    await pictures.give("POT", shelf.put("bad", a_png(2, broken=True)), shelf.put("good", a_png(1)))
    assert await pictures.sent() == {"skipped": 1}
    await world.store.forget_calls()
    return world


async def test_what_shopify_could_not_process_is_not_sent_again_by_every_run(
    refused: World, pictures: Pictures
) -> None:
    run = await pictures.send()

    assert [each["code"] for each in run.errors] == ["picture_failed"]
    assert "or by a run of sync_images with the item in item_nos" in run.errors[0]["detail"]
    assert (await sendings(refused), len(await pictures.shown())) == ([0, 0], 1)


async def test_another_picture_beside_it_is_sent_without_it(
    refused: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    shelf.put("good", a_png(5))

    assert await pictures.sent() == {"skipped": 1}

    assert (await sendings(refused), len(await pictures.shown())) == ([1, 1], 1)
    assert await skipped(refused) == [("POT", "picture_failed")]


async def test_another_content_is_sent_at_once(refused: World, pictures: Pictures, shelf: PictureShelf) -> None:
    shelf.put("bad", a_png(3))

    assert await pictures.sent() == {"updated": 1}

    assert (len(await pictures.shown()), await skipped(refused)) == (2, [])


async def test_a_run_that_names_the_item_sends_it_once_more(refused: World, pictures: Pictures) -> None:
    assert await pictures.sent(item_nos=["POT"]) == {"skipped": 1}
    once_more = await sendings(refused)
    assert await pictures.sent() == {"skipped": 1}

    assert once_more[0] == 1
    assert await sendings(refused) == once_more
