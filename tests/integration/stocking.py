"""Stock in the small world: things in the store, levels as the ERP tells them, a worker that tells the store."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.identifiers import ShopifyId
from app.domain.mappings import LocationMapping
from app.ports.repositories.runs import Run
from app.ports.repositories.stock import ToldLevel
from app.services.run_task import RunTask
from app.services.send_stock import SendStock, StockCounts
from app.services.tasks import TaskName
from app.services.tell_stock import StockLevels, SyncInventory
from app.services.variant_listing import VariantListing
from tests.integration.world import Json, Process, World

HERE, THERE = "61", "62"


def a_product(number: int, *, sku: str, levels: dict[str, int] | None = None, **item: Any) -> Json:
    """A product of one variant with what is available of it by location; nothing is promised to anybody."""
    fields = {"barcode": item.pop("barcode")} if "barcode" in item else {}
    stocked = [
        {
            "id": f"gid://shopify/InventoryLevel/{number}{location}?inventory_item_id={number}",
            "isActive": True,
            "location": {"id": f"gid://shopify/Location/{location}"},
            "quantities": [{"name": name, "quantity": pieces} for name in ("available", "on_hand")],
        }
        for location, pieces in (levels or {}).items()
    ]
    thing = {"id": f"gid://shopify/InventoryItem/{number}", "inventoryLevels": stocked} | item
    variant = {"id": f"gid://shopify/ProductVariant/{number}", "sku": sku, "inventoryItem": thing} | fields
    return {"id": f"gid://shopify/Product/{number}", "variants": [variant]}


@dataclass(slots=True, kw_only=True)
class Stocking:
    """What the tests say about stock."""

    world: World

    def worker(self, name: str = "worker") -> SendStock:
        listing = VariantListing(self.world.gateway.stock, self.world.uow, self.world.clock)
        return SendStock(
            gateway=self.world.gateway.stock,
            listing=listing,
            uow=self.world.uow,
            clock=self.world.clock,
            ids=self.world.ids,
            worker=name,
        )

    async def store_has(self, *products: Json) -> None:
        locations = [{"legacyResourceId": HERE, "name": "Shop"}, {"legacyResourceId": THERE, "name": "Depot"}]
        await self.world.store.has(locations=locations, products=list(products))

    async def maps(
        self, location: str = HERE, *codes: str, calculation: str | None = "available", code: str = "BLUE"
    ) -> None:
        mapping = LocationMapping(
            location_id=ShopifyId(location),
            location_code=code,
            location_filter=codes,
            stock_calculation=calculation,
        )
        await self.world.mappings.locations.put(self.world.shop, mapping)

    async def tells(self, item: str, quantity: str, *, at: str = "BLUE", variant: str = "") -> None:
        levels = StockLevels(self.world.uow, self.world.clock)
        told = ToldLevel(item_no=item, variant_code=variant, location_code=at, quantity=Decimal(quantity))
        await levels.tell([told])

    async def sends(self) -> StockCounts:
        return await self.worker()(self.world.shop)

    async def runs(self) -> Run:
        send = self.worker("runner")
        listing = VariantListing(self.world.gateway.stock, self.world.uow, self.world.clock)
        runners = {TaskName.SYNC_INVENTORY: SyncInventory(listing, send, self.world.uow, self.world.clock)}
        before = self.world.process()
        run_task = RunTask(self.world.uow, self.world.clock, runners, worker="runner")
        process = Process(
            name="runner",
            import_orders=before.import_orders,
            make_documents=before.make_documents,
            runners=runners,
            run_task=run_task,
        )
        return await self.world.run(TaskName.SYNC_INVENTORY, process=process)

    async def at_store(self, number: int) -> dict[str, tuple[int, int]]:
        """What is available and what lies there of a thing, by location."""
        for product in await self.world.store.products():
            for variant in product["variants"]:
                thing = variant["inventoryItem"]
                if thing["id"].endswith(f"/{number}"):
                    return {
                        level["location"]["id"].rsplit("/", 1)[-1]: _pieces(level) for level in thing["inventoryLevels"]
                    }
        raise AssertionError(f"no thing {number}")

    async def troubles(self) -> dict[str, str]:
        async with self.world.uow() as uow:
            return {item.item_no: reason for item, reason, _ in await uow.stock.troubled(self.world.shop)}

    async def queued(self) -> int:
        async with self.world.uow() as uow:
            found: int = await uow.driver.fetchval("SELECT count(*) FROM stock_to_tell")
            return found


def _pieces(level: Json) -> tuple[int, int]:
    told = {each["name"]: each["quantity"] for each in level["quantities"]}
    return told["available"], told["on_hand"]
