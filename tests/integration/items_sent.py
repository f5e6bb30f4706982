"""Items in the small world on their way to being products: the runs, and what stands at the store afterwards."""

from decimal import Decimal
from typing import Any

from app.domain.products import ItemPrice, PriceKey
from app.ports.repositories.products import ToldPrice
from app.ports.repositories.runs import Run, RunState
from app.services.discover_items import DiscoverItems, SyncProducts
from app.services.export_prices import ExportPrices
from app.services.export_products import ExportProducts
from app.services.item_exports import ItemExports
from app.services.run_task import RunTask
from app.services.tasks import TaskName, TaskRunners
from tests.integration.world import Json, Process, World


def sender(world: World) -> Process:
    """A process that sends items."""
    exports = ItemExports(world.gateway.products, world.uow, world.clock)
    runners: TaskRunners = {
        TaskName.SYNC_PRODUCTS: SyncProducts(
            DiscoverItems(world.gateway.products, exports, world.uow, world.clock, world.ids), ExportProducts(exports)
        ),
        TaskName.SYNC_PRICES: ExportPrices(exports),
    }
    process = world.process("sender")
    process.runners = runners
    process.run_task = RunTask(world.uow, world.clock, runners, worker="sender")
    return process


async def sent(world: World, task: TaskName = TaskName.SYNC_PRODUCTS, **parameters: Any) -> Run:
    run = await world.run(task, process=sender(world), **parameters)
    assert run.state is RunState.SUCCEEDED, run.problem
    return run


async def price(world: World, item_no: str, amount: str, *, variant: str = "", **fields: Any) -> None:
    told = ItemPrice(price=Decimal(amount), **{name: Decimal(value) for name, value in fields.items()})
    async with world.uow() as uow:
        key = PriceKey(variant, "")
        await uow.products.tell_price(ToldPrice(item_no=item_no, key=key, price=told), now=world.clock.now())
        await uow.commit()


async def product_of(world: World, title: str) -> Json:
    [found] = [each for each in await world.store.products() if each["title"] == title]
    return found


async def skipped(world: World) -> list[tuple[str, str]]:
    rows = await world.fetch(
        "SELECT item_no, error_code FROM product_exports WHERE error_code IS NOT NULL ORDER BY item_no"
    )
    return [tuple(row) for row in rows]
