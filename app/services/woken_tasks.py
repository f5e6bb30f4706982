"""What webhooks about products, customers, companies, disputes and stock set going: the task that looks at them (P17).

A task is woken in the shops that have it scheduled, once for all that comes in a while; what a shop wrote itself wakes
nothing. Stock is looked at by item. Writes within the dispatcher's transaction.
"""

from collections.abc import Sequence
from datetime import timedelta

from app.domain.announced_records import AnnouncedRecord
from app.domain.identifiers import ShopifyId, StoreId
from app.domain.item_choice import find_item, lookup_of
from app.domain.items import ItemChoice
from app.domain.stock import ItemKey, StockedVariant
from app.domain.webhook_topics import TASK_OF, Wakes
from app.ports.clock import Clock
from app.ports.job_queue import NudgeKind
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.unit_of_work import UnitOfWork

SETTLING = timedelta(seconds=15)
"""Each order announces its customer, and an import at the store hundreds of products: they are looked at together."""
NO_VARIANT = ShopifyId("")


class WokenTasks:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, uow: UnitOfWork, store: StoreId, wakes: Wakes, told: Sequence[AnnouncedRecord]) -> None:
        """``wakes`` is one of ``TASK_OF``."""
        now = self._clock.now()
        if wakes is Wakes.STOCK:
            await self._look_at_stock(uow, store, told)
        else:
            await uow.schedules.wake(store, TASK_OF[wakes], told, now=now, due_at=now + SETTLING)

    async def _look_at_stock(self, uow: UnitOfWork, store: StoreId, told: Sequence[AnnouncedRecord]) -> None:
        listening = await uow.schedules.listening(store, TASK_OF[Wakes.STOCK])
        configuration = await uow.configurations.of_store(store) if listening else None
        if configuration is None:
            return
        known = await uow.stock.of_inventory_items(store, {each.shopify_id for each in told if each.shopify_id})
        # A variant that is new has not been listed yet: it is found by the SKU that is told of it.
        named = [_variant(each.shopify_id, each.sku) for each in told if each.shopify_id and each.sku]
        for shop in configuration.shops:
            if shop.id not in listening:
                continue
            items = await self._items(uow, shop, [*known, *named])
            levels = await uow.stock.levels_of(items)
            for due in await uow.stock.want(list(levels), now=self._clock.now(), shop=shop.id):
                await uow.nudge(NudgeKind.STOCK, due)

    async def _items(
        self, uow: UnitOfWork, shop: ShopConfiguration, variants: Sequence[StockedVariant]
    ) -> set[ItemKey]:
        settings = shop.settings.items
        facts = await uow.order_facts.items(shop.id, lookup_of(variants, settings))
        choices = (find_item(each, settings=settings, found=facts) for each in variants)
        return {ItemKey(each.item_no, each.variant_code or "") for each in choices if isinstance(each, ItemChoice)}


def _variant(inventory_item: ShopifyId, sku: str) -> StockedVariant:
    return StockedVariant(store_variant_id=NO_VARIANT, inventory_item_id=inventory_item, sku=sku, barcode="")
