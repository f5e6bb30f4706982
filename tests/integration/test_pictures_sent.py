"""P72: the ERP's pictures stand at the product of their item, in their order, and only what changed is sent (B6)."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from app.domain.catalogue import ItemVariant
from app.ports.errors import StoreUnavailable
from app.ports.picture_gateway import MediaDraft, PictureGateway
from app.ports.repositories.products import ItemImage
from app.ports.repositories.runs import RunState
from tests.integration.items_sent import product_of, skipped
from tests.integration.pictures_sent import Pictures, a_hundred_pictured, a_product, digests
from tests.integration.world import World
from tests.picture_shelf import PictureShelf, a_png


async def test_pictures_stand_at_the_product_in_their_order_with_their_texts(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    front, back = shelf.put("front", a_png(1)), shelf.put("back", a_png(2))
    await pictures.give("POT", ItemImage(url=back, alt="From behind"), front)

    assert await pictures.sent() == {"updated": 1}

    shown = await pictures.shown()
    assert [alt for _, alt in shown] == ["From behind", ""]
    assert None not in digests(shown)
    media = (await product_of(world, "Pot"))["media"]
    assert [each["status"] for each in media] == ["READY", "READY"]
    assert "/pot-ob" in media[0]["image"]["url"]


@pytest.mark.long
async def test_what_did_not_change_is_neither_sent_nor_read_again(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    await pictures.give("POT", shelf.put("front", a_png(1)), shelf.put("back", a_png(2)))
    await pictures.sent()
    before = await pictures.shown()
    await world.store.forget_calls()

    assert await pictures.sent() == {"unchanged": 1}
    shelf.put("front", a_png(3))
    assert await pictures.sent() == {"updated": 1}

    calls = [await world.store.calls(each) for each in ("StagedUploadsCreate", "ProductSet")]
    assert list(map(len, calls)) == [1, 1]
    after = await pictures.shown()
    assert (len(after), after[1]) == (2, before[1])
    assert after[0] != before[0]


@pytest.mark.long
async def test_a_place_without_entity_tags_is_read_again_and_the_content_decides(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    shelf.tags = False
    await a_product(world)
    await pictures.give("POT", shelf.put("front", a_png(1)))
    await pictures.sent()

    assert await pictures.sent() == {"unchanged": 1}
    assert shelf.asked == ["front", "front"]


@pytest.mark.long
async def test_order_texts_and_removal_take_no_upload(world: World, pictures: Pictures, shelf: PictureShelf) -> None:
    await a_product(world)
    urls = [shelf.put(f"side-{number}", a_png(number)) for number in range(3)]
    await pictures.give("POT", *urls)
    await pictures.sent()
    first, second, third = await pictures.shown()
    await world.store.forget_calls()

    await pictures.give("POT", ItemImage(url=urls[2], alt="Third"), urls[0])
    await pictures.sent()
    assert await pictures.shown() == [(third[0], "Third"), first]
    await pictures.data.delete("POT")
    await pictures.sent()
    assert await pictures.shown() == []

    assert await world.store.calls("StagedUploadsCreate") == []
    assert await pictures.sent() == {}
    assert second != first


@pytest.mark.long
async def test_what_people_put_there_stays_behind_ours(world: World, pictures: Pictures, shelf: PictureShelf) -> None:
    await a_product(world)
    product = await product_of(world, "Pot")
    theirs = [
        {
            "id": "gid://shopify/MediaImage/1",
            "alt": "Mine",
            "status": "READY",
            "image": {"url": "https://x.test/a.png"},
        },
        {"id": "gid://shopify/Video/2", "alt": "Film", "status": "READY"},
    ]
    await world.store.has(products=[product | {"media": theirs}])
    await pictures.give("POT", shelf.put("front", a_png(1)))
    await pictures.sent()
    assert [alt for _, alt in await pictures.shown()] == ["", "Mine", "Film"]

    await pictures.give("POT")
    await pictures.sent()
    assert [alt for _, alt in await pictures.shown()] == ["Mine", "Film"]


@pytest.mark.long
async def test_a_variant_shows_its_own_picture_until_it_is_taken_from_it(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world, "POT", ItemVariant(code="RED"), ItemVariant(code="BLU"))
    red, blue = shelf.put("red", a_png(1)), shelf.put("blue", a_png(2))

    async def shown() -> list[str]:
        variants = (await product_of(world, "Pot"))["variants"]
        alts = {each["id"]: each["alt"] for each in (await product_of(world, "Pot"))["media"]}
        return [alts[each["media"][0]["id"]] if each.get("media") else "" for each in variants]

    of_red, of_blue = ItemImage(url=red, alt="red", variant_code="RED"), ItemImage(url=blue, alt="blue")
    await pictures.give("POT", of_red, of_blue)
    await pictures.sent()
    assert await shown() == ["red", ""]

    await pictures.give("POT", ItemImage(url=red, alt="red"), ItemImage(url=blue, alt="blue", variant_code="BLU"))
    assert await pictures.sent() == {"updated": 1}
    assert await shown() == ["", "blue"]
    assert await pictures.sent() == {"unchanged": 1}


@pytest.mark.long
async def test_a_picture_that_cannot_be_had_is_told_and_what_stood_there_stays(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    for no in ("POT", "LID"):
        await a_product(world, no)
    front = shelf.put("front", a_png(1))
    await pictures.give("POT", front)
    await pictures.give("LID", shelf.url("nowhere?token=secret"), shelf.put("lid", a_png(4)))
    assert await pictures.sent() == {"updated": 1, "skipped": 1}
    assert (len(await pictures.shown("Lid")), await skipped(world)) == (1, [("LID", "picture_not_fetched")])
    [detail] = [
        each["error_detail"] for each in await world.fetch("SELECT * FROM product_exports") if each["error_code"]
    ]
    assert detail == f"{shelf.url('nowhere')}: Its place answers 404."

    shelf.put("front", b"<html>Sorry</html>")
    before = await pictures.shown()
    await world.store.forget_calls()
    assert await pictures.sent() == {"skipped": 2}
    assert await skipped(world) == [("LID", "picture_not_fetched"), ("POT", "picture_unusable")]
    assert (await pictures.shown(), await world.store.calls("ProductMedia")) == (before, [])

    shelf.put("front", a_png(1))
    shelf.put("nowhere", a_png(5))
    assert await pictures.sent() == {"updated": 2}
    assert (len(await pictures.shown("Lid")), await skipped(world)) == (2, [])


@pytest.mark.long
async def test_what_shopify_cannot_process_is_told_in_its_words_and_taken_off_again(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    good = shelf.put("good", a_png(1))
    await pictures.give("POT", shelf.put("bad", a_png(2, broken=True)), good)

    run = await pictures.send()

    assert (run.counts["skipped"], [each["code"] for each in run.errors]) == (1, ["picture_failed"])
    assert "Image could not be processed The file may be corrupt" in run.errors[0]["detail"]
    assert len(await pictures.shown()) == 1
    shelf.put("bad", a_png(3))
    assert await pictures.sent() == {"updated": 1}
    assert (len(await pictures.shown()), await skipped(world)) == (2, [])


@pytest.mark.long
async def test_a_refusal_of_one_product_is_its_own_and_tried_again(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    for no in ("POT", "LID"):
        await a_product(world, no)
        await pictures.give(no, shelf.put(no, a_png(len(no), width=ord(no[0]))))
    await world.store.fails("user_errors", mutation="productSet", operation="ProductSet")

    assert await pictures.sent() == {"updated": 1, "skipped": 1}

    assert [code for _, code in await skipped(world)] == ["refused_by_shopify"]
    assert await pictures.sent() == {"unchanged": 1, "updated": 1}
    assert await skipped(world) == []


@pytest.mark.long
async def test_an_answer_that_is_lost_doubles_no_picture(world: World, pictures: Pictures, shelf: PictureShelf) -> None:
    await a_product(world)
    await pictures.give("POT", shelf.put("front", a_png(1)), shelf.put("back", a_png(2)))
    await world.store.fails("cut_json", operation="ProductSet")

    assert await pictures.sent() == {"skipped": 1}
    assert await skipped(world) == [("POT", "outcome_unknown")]
    await world.store.forget_calls()

    assert await pictures.sent() == {"updated": 1}
    assert len(await pictures.shown()) == 2
    assert await world.store.calls("ProductSet") == []


class DiesAfter:
    """A way to the pictures on which the process dies when the store has them and nobody noted it."""

    def __init__(self, gateway: PictureGateway) -> None:
        self._gateway = gateway

    async def put(self, store: Any, drafts: Sequence[MediaDraft]) -> AsyncIterator[Any]:
        async for _ in self._gateway.put(store, drafts):
            raise StoreUnavailable("died")
        yield

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)


@pytest.mark.long
async def test_who_takes_over_after_a_death_finds_what_was_sent(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    await pictures.give("POT", shelf.put("front", a_png(1)))
    await pictures.send(gateway=DiesAfter(world.gateway.pictures))
    assert len(await pictures.shown()) == 1

    assert await pictures.sent() == {"updated": 1}
    assert len(await pictures.shown()) == 1
    assert await pictures.sent() == {"unchanged": 1}

    await pictures.give("POT", shelf.put("back", a_png(2)))
    await pictures.send(gateway=DiesAfter(world.gateway.pictures))
    await pictures.data.delete("POT")
    await pictures.sent()
    assert await pictures.shown() == []


@pytest.mark.long
async def test_a_picture_that_was_deleted_at_the_store_comes_back_when_it_is_asked_for(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    await pictures.give("POT", shelf.put("front", a_png(1)))
    await pictures.sent()
    before = await pictures.shown()
    await world.store.has(products=[await product_of(world, "Pot") | {"media": []}])

    assert await pictures.sent() == {"unchanged": 1}
    assert await pictures.sent(item_nos=["POT"]) == {"updated": 1}
    assert await pictures.shown() == before


@pytest.mark.long
async def test_an_item_that_is_no_product_is_not_sent_and_a_deleted_product_is_told(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await world.item("POT", description="Pot")
    await pictures.give("POT", shelf.put("front", a_png(1)))
    assert await pictures.sent() == {"without_product": 1}
    assert shelf.asked == []


@pytest.mark.long
async def test_nothing_is_read_or_sent_while_nothing_may_go_out(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    await a_product(world)
    await pictures.give("POT", shelf.put("front", a_png(1)))
    await world.set(general={"allow_outgoing": False})

    run = await pictures.send()

    assert [each["code"] for each in run.errors] == ["outgoing_not_allowed"]
    assert (await pictures.shown(), shelf.asked) == ([], [])


@pytest.mark.long
async def test_without_the_scope_the_run_says_so(world: World, pictures: Pictures, shelf: PictureShelf) -> None:
    await world.store.has(app={"scopes": ["read_products"]})
    await world.item("POT", description="Pot")
    await pictures.give("POT", shelf.put("front", a_png(1)))

    run = await pictures.send()

    assert (run.state, shelf.asked) == (RunState.FAILED, [])
    assert "write_products" in (run.problem["detail"] if run.problem else "")


@pytest.mark.long
async def test_a_hundred_changed_products_are_one_operation(
    world: World, pictures: Pictures, shelf: PictureShelf
) -> None:
    products = await a_hundred_pictured(world, pictures, shelf)
    await world.store.forget_calls()

    assert await pictures.sent() == {"updated": 100}

    assert [len(await pictures.shown(each["title"])) for each in products] == [1] * 100
    assert await world.store.calls("ProductSet") == []
    assert len(await world.store.calls("BulkChangeStart")) == 1
