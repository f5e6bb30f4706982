"""The work of telling stores the ERP's stock."""

from dataclasses import dataclass

from app.bootstrap.world import World
from app.services.send_stock import SendStock
from app.services.tasks import TaskName, TaskRunners
from app.services.tell_stock import SyncInventory
from app.services.variant_listing import VariantListing


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWork:
    """What is due sooner or later, and the task that compares everything."""

    send: SendStock
    runners: TaskRunners


def stock_work(world: World) -> StockWork:
    listing = VariantListing(world.stock, world.uow, world.clock)
    send = SendStock(
        gateway=world.stock,
        listing=listing,
        uow=world.uow,
        clock=world.clock,
        ids=world.ids,
        worker=world.worker_name,
    )
    return StockWork(send=send, runners={TaskName.SYNC_INVENTORY: SyncInventory(listing, send, world.uow, world.clock)})
