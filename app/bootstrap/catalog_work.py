"""The tasks about catalogs and their prices."""

from app.bootstrap.world import World
from app.services.catalog_prices import SyncCatalogPrices
from app.services.catalogs import PullCatalogs, SyncCatalogs
from app.services.company_catalogs import MakeCompanyCatalogs
from app.services.tasks import TaskName, TaskRunners


def catalog_runners(world: World) -> TaskRunners:
    gateway, uow, clock = world.catalogs, world.uow, world.clock
    pull = PullCatalogs(gateway, uow, clock)
    return {
        TaskName.SYNC_CATALOGS: SyncCatalogs(pull, MakeCompanyCatalogs(gateway, uow, clock)),
        TaskName.SYNC_CATALOG_PRICES: SyncCatalogPrices(gateway, pull, uow, clock),
    }
