"""The tasks about items as products."""

from app.bootstrap.world import World
from app.services.discover_items import DiscoverItems, SyncProducts
from app.services.export_pictures import ExportPictures
from app.services.export_prices import ExportPrices
from app.services.export_products import ExportProducts
from app.services.item_exports import ItemExports
from app.services.tasks import TaskName, TaskRunners


def product_runners(world: World) -> TaskRunners:
    exports = ItemExports(world.products, world.uow, world.clock)
    discover = DiscoverItems(world.products, exports, world.uow, world.clock, world.ids)
    return {
        TaskName.SYNC_PRODUCTS: SyncProducts(discover, ExportProducts(exports)),
        TaskName.SYNC_PRICES: ExportPrices(exports),
        TaskName.SYNC_IMAGES: ExportPictures(exports, world.pictures, world.picture_source),
    }
