"""Products of the store that are no items yet, told to the ERP with all it needs to make them (P70, PRD-15, PRD-16).

A variant whose item is found is linked; a product with one that is not is kept and announced, once for each state of
it. Our own writes are found again by their links, and are no news.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from app.domain import awaited
from app.domain.events import EventType
from app.domain.identifiers import ShopifyId
from app.domain.item_choice import ItemFacts, find_item, lookup_of
from app.domain.items import ItemChoice
from app.domain.links import StoreVariantLink
from app.domain.products import DiscoveredProduct, DiscoveredVariant
from app.ports.clock import Clock, IdFactory
from app.ports.product_gateway import ProductGateway
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.export_products import ExportProducts
from app.services.item_exports import ItemExports
from app.services.tasks import RunContext
from app.services.waking import wake

OVERLAP = timedelta(minutes=5)


class DiscoverItems:
    def __init__(
        self, gateway: ProductGateway, exports: ItemExports, uow: UnitOfWorkFactory, clock: Clock, ids: IdFactory
    ) -> None:
        self._gateway = gateway
        self._exports = exports
        self._uow = uow
        self._clock = clock
        self._ids = ids

    async def __call__(self, run: RunContext) -> None:
        """Products changed since the last listing, while ``items.auto_create`` is on. ``counts``: products ``listed``,
        variants ``linked``, products ``discovered``.
        """
        store, shop = await self._exports.configuration(run)
        if not shop.settings.items.auto_create or "item_nos" in run.parameters:
            return
        async with self._uow() as uow:
            cursor = await uow.products.cursor(shop.id)
        since = cursor - OVERLAP if cursor else None
        async for last, products in self._gateway.changed_since(store, since):
            await run.count("listed", len(products))
            linked, discovered = await self._taken(shop, products)
            await run.count("linked", linked)
            await run.count("discovered", discovered)
            async with self._uow() as uow:
                await uow.products.move_cursor(shop.id, last)
                await uow.commit()
            if run.cancelled:
                return

    async def _taken(self, shop: ShopConfiguration, products: Sequence[DiscoveredProduct]) -> tuple[int, int]:
        settings, now = shop.settings.items, self._clock.now()
        lookup = lookup_of((each for product in products for each in product.variants), settings)
        async with self._uow() as uow:
            facts = await uow.order_facts.items(shop.id, lookup)
            told = [_told(product, shop, facts) for product in products]
            links = [link for product in told for link in _links(product)]
            made = await uow.products.link(shop.id, links, now=now) if links else ()
            if made:
                await wake(uow, {awaited.variant_link(shop.id, each) for each in made}, shop=shop.id)
            known = [ShopifyId(each.store_product_id) for each in told if each.is_known]
            await uow.products.known(shop.id, known, now=now)
            news = 0
            for product in told:
                if product.is_known:
                    continue
                found = await uow.products.discover(shop.id, self._ids.new("itd"), product, now=now)
                if found is not None:
                    news += 1
                    await uow.events.append(EventType.ITEM_DISCOVERED, shop.id, "discovered_item", *found)
            await uow.commit()
        return len(made), news


class SyncProducts:
    """The task ``sync_products``: what the store has first, so that nothing is made that is there; then our items."""

    def __init__(self, discover: DiscoverItems, export: ExportProducts) -> None:
        self._discover = discover
        self._export = export

    async def __call__(self, run: RunContext) -> None:
        await self._discover(run)
        await self._export(run)


def _told(product: DiscoveredProduct, shop: ShopConfiguration, facts: ItemFacts) -> DiscoveredProduct:
    """With the item of each variant, where one is known."""
    variants = tuple(_known(variant, shop, facts) for variant in product.variants)
    return replace(product, variants=variants)


def _known(variant: DiscoveredVariant, shop: ShopConfiguration, facts: ItemFacts) -> DiscoveredVariant:
    choice = find_item(variant, settings=shop.settings.items, found=facts)
    if not isinstance(choice, ItemChoice):
        return variant
    return replace(variant, item_no=choice.item_no, variant_code=choice.variant_code)


def _links(product: DiscoveredProduct) -> list[StoreVariantLink]:
    return [
        StoreVariantLink(
            store_variant_id=ShopifyId(each.store_variant_id), item_no=each.item_no, variant_code=each.variant_code
        )
        for each in product.variants
        if each.item_no is not None
    ]
