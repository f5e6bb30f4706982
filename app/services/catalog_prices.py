"""The task ``sync_catalog_prices``: the ERP's prices of a group into the price lists of the catalogs that have it, as
they changed since they were last sent (P77, PRD-30).

The catalogs are listed first, so that a list that was replaced, turned to another currency or emptied by hand is
noticed: what was sent to it is sent again. What an earlier listing said is older than what was sent since, and counts
for nothing. Before a price is asked for it is noted that one of ours may stand there; what nobody knows the end of is
looked at before it is sent again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.identifiers import ShopifyId
from app.domain.outgoing import OUTGOING_NOT_ALLOWED
from app.domain.store_catalogs import (
    ListedVariant,
    NothingToDo,
    NotPriced,
    PriceListToFill,
    PriceToRemove,
    PriceToSet,
    StoreCatalog,
    list_to_fill,
    price_move,
)
from app.failpoints import Act, through
from app.ports.catalog_gateway import MOST_PRICES, CatalogGateway, FixedPrice, PriceObjection
from app.ports.clock import Clock
from app.ports.errors import OutcomeUnknown, ScopeMissing, StoreRefused
from app.ports.repositories.catalogs import PriceSent
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.catalogs import OfStore, PullCatalogs
from app.services.item_exports import PRODUCTS_NOT_GRANTED
from app.services.patience import PAUSES_OF_A_RUN
from app.services.tasks import RunContext

VARIANTS_AT_ONCE = 4 * MOST_PRICES
REFUSED = "refused_by_shopify"
IN_DOUBT = "outcome_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filling:
    """A price list on its way. ``just_told``: what the store says of it is of this run."""

    run: RunContext
    of: OfStore
    to_fill: PriceListToFill
    just_told: bool

    @property
    def catalog(self) -> ShopifyId:
        return self.to_fill.catalog_id


class SyncCatalogPrices:
    def __init__(
        self,
        gateway: CatalogGateway,
        pull: PullCatalogs,
        uow: UnitOfWorkFactory,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._gateway = gateway
        self._pull = pull
        self._uow = uow
        self._clock = clock
        self._sleep = sleep

    async def __call__(self, run: RunContext) -> None:
        """``counts``: prices ``unchanged``, ``updated``, ``removed``, ``without_price``, ``blocked``, ``skipped``, and
        catalogs ``skipped_catalogs``. Raises ScopeMissing and the store's troubles.
        """
        of = await self._pull.configuration(run)
        if not of.shop.settings.general.allow_outgoing:
            held = OUTGOING_NOT_ALLOWED
            await run.error(resource_type="shop", id=of.shop.code, code=held.code, detail=held.detail)
            return
        if not await self._gateway.may_write(of.store):
            raise ScopeMissing(PRODUCTS_NOT_GRANTED)
        async with self._uow() as uow:
            is_any = bool(await uow.catalogs.priced(of.shop.id))
        if not is_any:
            return
        told = await self._pull(run, of)
        async with self._uow() as uow:
            catalogs = await uow.catalogs.priced(of.shop.id)
        named = run.parameters.get("catalog_ids")
        for catalog in catalogs:
            if run.cancelled:
                return
            if not named or catalog.catalog_id in named:
                await self._catalog(run, of, catalog, just_told=catalog.catalog_id in told)

    async def _catalog(self, run: RunContext, of: OfStore, catalog: StoreCatalog, *, just_told: bool) -> None:
        async with self._uow() as uow:
            told_in = await uow.catalogs.currencies_of(catalog.price_group or "")
        to_fill = list_to_fill(catalog, told_in)
        match to_fill:
            case None:
                await self._mended(of, catalog.catalog_id)
            case NotPriced(reason=reason, detail=detail):
                await self._skipped(run, of, catalog.catalog_id, reason, detail)
            case PriceListToFill():
                try:
                    await self._fill(_Filling(run=run, of=of, to_fill=to_fill, just_told=just_told))
                except ScopeMissing:
                    raise
                except StoreRefused as refusal:
                    await self._skipped(run, of, catalog.catalog_id, REFUSED, refusal.detail)
                else:
                    await self._mended(of, catalog.catalog_id)

    async def _fill(self, filling: _Filling) -> None:
        shop, to_fill, after = filling.of.shop.id, filling.to_fill, ""
        async with self._uow() as uow:
            if filling.just_told and await uow.catalogs.sent_count(shop, filling.catalog) > to_fill.fixed_prices:
                # Somebody took fixed prices away at the store.
                await uow.catalogs.doubt(shop, filling.catalog)
                await uow.commit()
        while not filling.run.cancelled:
            async with self._uow() as uow:
                page = await uow.catalogs.variants(
                    shop,
                    filling.catalog,
                    price_group=to_fill.price_group,
                    currency=to_fill.currency,
                    after=after,
                    limit=VARIANTS_AT_ONCE,
                )
            if not page:
                return
            await self._page(filling, page)
            after = page[-1].store_variant_id
            await filling.run.progress(filling.run.kept.done + len(page))

    async def _page(self, filling: _Filling, page: Sequence[ListedVariant]) -> None:
        variants = {each.store_variant_id: each for each in page}
        sets: list[PriceToSet] = []
        removals: list[ShopifyId] = []
        for each in page:
            to_fill = filling.to_fill
            match price_move(each, price_list_id=to_fill.price_list_id, currency=to_fill.currency):
                case PriceToSet() as wanted:
                    sets.append(wanted)
                case PriceToRemove(store_variant_id=variant):
                    removals.append(variant)
                case NothingToDo() as word:
                    await filling.run.count(word.value)
        for start in range(0, len(sets), MOST_PRICES):
            await self._set(filling, variants, sets[start : start + MOST_PRICES])
        for start in range(0, len(removals), MOST_PRICES):
            await self._remove(filling, removals[start : start + MOST_PRICES])

    async def _set(
        self, filling: _Filling, variants: Mapping[ShopifyId, ListedVariant], wanted: Sequence[PriceToSet]
    ) -> None:
        """Set what the store has nothing against; what it has is kept with its words, price by price."""
        begun = [variants[each.store_variant_id] for each in wanted]
        await through(Act.CATALOG_PRICE_BEGIN, self._begin(filling, begun))
        outcomes: list[PriceSent] = []
        left = list(wanted)
        try:
            while left:
                objections = await self._asked(filling, left)
                if objections is None:
                    detail = "Shopify gave no answer. The next run sends it again."
                    outcomes += [_failed(each.store_variant_id, IN_DOUBT, detail) for each in left]
                    return
                refused = _by_place(objections)
                if not refused:
                    outcomes += [PriceSent(store_variant_id=each.store_variant_id, sent=each.sent) for each in left]
                    return
                outcomes += [_failed(left[place].store_variant_id, REFUSED, words) for place, words in refused.items()]
                left = [each for place, each in enumerate(left) if place not in refused]
        finally:
            await self._keep(filling, variants, outcomes)

    async def _asked(self, filling: _Filling, wanted: list[PriceToSet]) -> Sequence[PriceObjection] | None:
        """What the store has against these prices; None = after all attempts nobody knows. Those that turn out to stand
        there after a lost answer count as set, so the rest alone is asked for again.
        """
        store, to_fill = filling.of.store, filling.to_fill
        left = list(wanted)
        for pause in (*PAUSES_OF_A_RUN, None):
            try:
                sending = self._gateway.set_prices(store, to_fill.price_list_id, to_fill.currency, left)
                objections = await through(Act.CATALOG_PRICE_SEND, sending)
            except OutcomeUnknown:
                if pause is None:
                    return None
                await self._sleep(pause)
                ids = [each.store_variant_id for each in left]
                there = await self._gateway.fixed_prices(store, to_fill.price_list_id, ids)
                left = [each for each in left if not _stands(each, there)]
                if not left:
                    return ()
            else:
                places = {each.store_variant_id: place for place, each in enumerate(wanted)}
                return [_moved(each, left, places) for each in objections]
        return None

    async def _remove(self, filling: _Filling, wanted: Sequence[ShopifyId]) -> None:
        """What is not there any more is removed, too."""
        shop, gone, left = filling.of.shop.id, list[ShopifyId](), list(wanted)
        outcomes: list[PriceSent] = []
        while left:
            try:
                objections = await self._gateway.remove_prices(filling.of.store, filling.to_fill.price_list_id, left)
            except OutcomeUnknown as lost:
                # Removing twice comes to the same, and so does the next run.
                outcomes += [_failed(each, IN_DOUBT, lost.detail) for each in left]
                break
            named = _by_place(objections)
            if not named:
                gone += left
                break
            absent = {each.place for each in objections if each.is_gone}
            gone += [left[place] for place in named if place in absent]
            outcomes += [_failed(left[place], REFUSED, words) for place, words in named.items() if place not in absent]
            left = [each for place, each in enumerate(left) if place not in named]
        async with self._uow() as uow:
            await uow.catalogs.forget_prices(shop, filling.catalog, gone)
            await uow.commit()
        await filling.run.count("removed", len(gone))
        await self._keep(filling, {}, outcomes)

    async def _keep(
        self, filling: _Filling, variants: Mapping[ShopifyId, ListedVariant], outcomes: Sequence[PriceSent]
    ) -> None:
        if not outcomes:
            return
        await through(Act.CATALOG_PRICE_NOTE, self._note(filling, outcomes))
        run = filling.run
        await run.count("updated", sum(each.error_code is None for each in outcomes))
        for each in outcomes:
            if each.error_code is not None:
                item = variants[each.store_variant_id].item_no if each.store_variant_id in variants else None
                await run.count("skipped")
                await run.error(
                    resource_type="catalog_price",
                    id=f"{filling.catalog}/{item or each.store_variant_id}",
                    code=each.error_code,
                    detail=each.error_detail or "",
                )

    async def _begin(self, filling: _Filling, variants: Sequence[ListedVariant]) -> None:
        async with self._uow() as uow:
            await uow.catalogs.begin(filling.of.shop.id, filling.catalog, variants, now=self._clock.now())
            await uow.commit()

    async def _note(self, filling: _Filling, outcomes: Sequence[PriceSent]) -> None:
        async with self._uow() as uow:
            await uow.catalogs.keep_prices(filling.of.shop.id, filling.catalog, outcomes, now=self._clock.now())
            await uow.commit()

    async def _skipped(self, run: RunContext, of: OfStore, catalog: ShopifyId, reason: str, detail: str) -> None:
        async with self._uow() as uow:
            await uow.catalogs.fail(of.shop.id, catalog, reason, detail, now=self._clock.now())
            await uow.commit()
        await run.count("skipped_catalogs")
        await run.error(resource_type="catalog", id=catalog, code=reason, detail=detail)

    async def _mended(self, of: OfStore, catalog: ShopifyId) -> None:
        async with self._uow() as uow:
            await uow.catalogs.mended(of.shop.id, catalog)
            await uow.commit()


def _by_place(objections: Sequence[PriceObjection]) -> dict[int, str]:
    """The store's words about each change that it named. Raises where it is about all of them."""
    told: dict[int, str] = {}
    for each in objections:
        if each.place is None:
            raise StoreRefused(each.detail)
        told[each.place] = f"{told[each.place]} · {each.detail}" if each.place in told else each.detail
    return told


def _moved(objection: PriceObjection, asked: Sequence[PriceToSet], places: Mapping[ShopifyId, int]) -> PriceObjection:
    """The objection by the place of its price among all that are wanted."""
    if objection.place is None:
        return objection
    place = places[asked[objection.place].store_variant_id]
    return PriceObjection(place=place, detail=objection.detail, is_gone=objection.is_gone)


def _stands(wanted: PriceToSet, there: Mapping[ShopifyId, FixedPrice]) -> bool:
    found = there.get(wanted.store_variant_id)
    return found is not None and (found.price, found.compare_at_price) == (wanted.price, wanted.compare_at_price)


def _failed(variant: ShopifyId, code: str, detail: str) -> PriceSent:
    return PriceSent(store_variant_id=variant, error_code=code, error_detail=detail)
