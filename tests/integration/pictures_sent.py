"""Pictures in the small world: what the ERP gives, the runs that send it, what the store then shows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.adapters.pictures.fetching import HttpPictures
from app.adapters.webhooks_out.sending import HttpWebhookSender
from app.domain.catalogue import ItemVariant
from app.domain.pictures import digest_in
from app.ports.picture_gateway import PictureGateway
from app.ports.repositories.products import ItemImage
from app.ports.repositories.runs import Run, RunState
from app.services.export_pictures import ExportPictures
from app.services.item_exports import ItemExports
from app.services.item_images import ItemImagesData
from app.services.run_task import RunTask
from app.services.tasks import TaskName
from tests.integration.items_sent import product_of, sent
from tests.integration.world import World
from tests.picture_shelf import PictureShelf, a_png


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The world's items with their pictures, and the task that sends them."""

    world: World
    source: HttpPictures
    data: ItemImagesData

    async def give(self, no: str, *images: ItemImage | str) -> None:
        await self.data.put(no, [each if isinstance(each, ItemImage) else ItemImage(url=each) for each in images])

    async def send(self, gateway: PictureGateway | None = None, **parameters: Any) -> Run:
        world = self.world
        exports = ItemExports(world.gateway.products, world.uow, world.clock)
        task = ExportPictures(exports, gateway or world.gateway.pictures, self.source)
        process = world.process("pictures")
        process.runners = {TaskName.SYNC_IMAGES: task}
        process.run_task = RunTask(world.uow, world.clock, process.runners, worker="pictures")
        return await world.run(TaskName.SYNC_IMAGES, process=process, **parameters)

    async def sent(self, **parameters: Any) -> dict[str, int]:
        run = await self.send(**parameters)
        assert run.state is RunState.SUCCEEDED, run.problem
        return {name: number for name, number in run.counts.items() if number}

    async def shown(self, title: str = "Pot") -> list[tuple[str | None, str]]:
        """The digest of each medium of the product, and its text."""
        media = (await product_of(self.world, title)).get("media") or []
        return [(digest_in((each.get("image") or {}).get("url", "").partition("?")[0]), each["alt"]) for each in media]


@asynccontextmanager
async def pictures_of(world: World) -> AsyncIterator[Pictures]:
    guard = HttpWebhookSender(private=True)
    source = HttpPictures(guard.connections, guard.refusal)
    await world.set(items={"export": "all"})
    yield Pictures(world=world, source=source, data=ItemImagesData(world.uow, world.clock, source))
    await source.aclose()
    await guard.aclose()


async def a_product(world: World, no: str = "POT", *variants: ItemVariant) -> None:
    await world.item(no, description=no.capitalize(), unit_price=Decimal(5), variants=variants)
    await sent(world, item_nos=[no])


def digests(shown: Sequence[tuple[str | None, str]]) -> list[str | None]:
    return [digest for digest, _ in shown]


async def a_hundred_pictured(world: World, pictures: Pictures, shelf: PictureShelf) -> list[dict[str, Any]]:
    """So many products of an item each, each with a picture of its own, that they are sent in one operation."""
    products: list[dict[str, Any]] = [
        {"legacyResourceId": str(number), "title": f"P {number}", "variants": [{"legacyResourceId": str(number * 10)}]}
        for number in range(1000, 1100)
    ]
    await world.store.has(products=products)
    for each in products:
        no = each["legacyResourceId"]
        await world.item(no, description=each["title"])
        await world.do(
            "INSERT INTO store_variant_links (shop_id, store_variant_id, item_no, version, updated_at)"
            " VALUES ($1, $2, $3, 1, now())",
            world.shop,
            f"{no}0",
            no,
        )
        await pictures.give(no, shelf.put(no, a_png(int(no) % 250)))
    return products
