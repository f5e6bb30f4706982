"""What the exports of products, prices and pictures share: whether anything may go out, and which items are looked at.

Knows neither what is sent nor how.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain import awaited
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.links import StoreVariantLink
from app.domain.outgoing import OUTGOING_NOT_ALLOWED
from app.domain.products import fingerprint
from app.domain.shop_settings import ItemExport
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, ScopeMissing
from app.ports.product_gateway import ProductGateway, Undertaking
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.products import ExportOutcome, ItemToExport, SentFile
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.tasks import RunContext
from app.services.waking import wake

ITEMS_AT_ONCE = 500
MAY_NOT_GO_OUT = "general.allow_outgoing is off: nothing is written to Shopify. It is sent by a run after it is on."
PRODUCTS_NOT_GRANTED = "The app was not granted write_products. Grant it at Shopify; the next run sends what waits."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A run that may send something. ``named``: the items that it is about; None = those of the settings."""

    run: RunContext
    store: StoreRef
    shop: ShopConfiguration
    named: frozenset[str] | None

    def undertaking(self, what: object) -> Undertaking:
        """To bring this about in this run."""
        return Undertaking(mark=f"{self.run.run_id} {fingerprint(what)}", cancelled=lambda: self.run.cancelled)

    def wants(self, item: ItemToExport) -> bool:
        """Whether an item is this run's to send (items.export)."""
        if self.named is not None:
            return True
        is_product = bool(item.product_id or item.links)
        match self.shop.settings.items.export:
            case ItemExport.NONE:
                return False
            case ItemExport.SELECTED:
                return is_product
            case ItemExport.ALL:
                return is_product or not item.item.blocked


class ItemExports:
    def __init__(self, gateway: ProductGateway, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self.gateway = gateway
        self._uow = uow
        self._clock = clock

    async def configuration(self, run: RunContext) -> tuple[StoreRef, ShopConfiguration]:
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(run.store_id)
        shop = configuration.shop(run.shop_id) if configuration else None
        if configuration is None or shop is None:
            raise AccessRevoked("The store was deleted.")
        if configuration.access_revoked:
            raise AccessRevoked(configuration.why_it_stands_still)
        return configuration.store, shop

    async def outgoing(self, run: RunContext) -> Outgoing | None:
        """None = nothing is to be sent, or (told as an error of the run) nothing may be. Raises ScopeMissing."""
        store, shop = await self.configuration(run)
        given = run.parameters.get("item_nos")
        named = frozenset(given) if isinstance(given, list) else None
        if named is None and shop.settings.items.export is ItemExport.NONE:
            return None
        if not shop.settings.general.allow_outgoing:
            await run.error(resource_type="shop", id=shop.code, code=OUTGOING_NOT_ALLOWED.code, detail=MAY_NOT_GO_OUT)
            return None
        if not await self.gateway.may_write(store):
            raise ScopeMissing(PRODUCTS_NOT_GRANTED)
        return Outgoing(run=run, store=store, shop=shop, named=named)

    async def pages(self, of: Outgoing) -> AsyncIterator[Sequence[ItemToExport]]:
        """The items that the run is about; ends early when it is cancelled. Tells progress by items."""
        after, seen = "", 0
        while not of.run.cancelled:
            async with self._uow() as uow:
                page = await uow.products.page(of.shop.id, after=after, limit=ITEMS_AT_ONCE, nos=of.named)
            if not page:
                break
            yield [each for each in page if of.wants(each)]
            after, seen = page[-1].item.no, seen + len(page)
            await of.run.progress(seen)
        await of.run.progress(seen, seen)

    async def products_of(self, of: Outgoing, items: Sequence[ItemToExport]) -> dict[str, ShopifyId]:
        """The product that each item is, by item number. Of items that were linked by hand it is asked for."""
        known = {each.item.no: each.product_id for each in items if each.product_id}
        asked = {next(iter(each.links)): each.item.no for each in items if each.links and not each.product_id}
        found = await self.gateway.of_variants(of.store, list(asked)) if asked else ()
        return known | {asked[each.shopify_id]: each.product_id for each in found}

    async def begin_pictures(self, shop: ShopId, files: Mapping[str, Sequence[SentFile]]) -> None:
        if files:
            async with self._uow() as uow:
                await uow.products.begin_pictures(shop, files, now=self._clock.now())
                await through(Act.PICTURE_BEGIN, uow.commit())

    async def begin(self, shop: ShopId, handles: dict[str, str]) -> None:
        async with self._uow() as uow:
            await uow.products.begin(shop, handles, now=self._clock.now())
            await through(Act.PRODUCT_BEGIN, uow.commit())

    async def keep(
        self, of: Outgoing, outcomes: Sequence[ExportOutcome], links: Sequence[StoreVariantLink] = ()
    ) -> None:
        """Keep what came of it, links included; orders that waited for one are tried again. Failures are the run's
        errors, too.
        """
        if not outcomes:
            return
        async with self._uow() as uow:
            now = self._clock.now()
            await uow.products.keep(of.shop.id, outcomes, now=now)
            made = await uow.products.link(of.shop.id, links, now=now) if links else ()
            if made:
                await wake(uow, {awaited.variant_link(of.shop.id, each) for each in made}, shop=of.shop.id)
            await through(Act.PRODUCT_NOTE, uow.commit())
        for each in outcomes:
            if each.error_code is not None:
                await of.run.count("skipped")
                await of.run.error(
                    resource_type="item", id=each.item_no, code=each.error_code, detail=each.error_detail or ""
                )

    async def unlink(self, of: Outgoing, item_no: str, variants: Sequence[ShopifyId]) -> None:
        async with self._uow() as uow:
            await uow.products.unlink(of.shop.id, item_no, variants)
            await uow.commit()
