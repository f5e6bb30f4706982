"""Tell a store the ERP's stock: claim items of a shop, look at what lies there, set what differs (P71, PRD-20…23).

Every attempt begins with looking, and a quantity is only set where what was seen still stands. So whatever became of
an attempt before, also one whose answer was lost, nothing is set twice and nothing that the store sold is overwritten.
What is to be set is the domain's to know (``app.domain.stock``).
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import timedelta
from decimal import Decimal

import structlog

from app.domain.identifiers import ShopId, ShopifyId
from app.domain.item_choice import lookup_of
from app.domain.outgoing import OUTGOING_NOT_ALLOWED, scope_missing
from app.domain.stock import (
    ItemKey,
    LevelChange,
    NotTold,
    Refusal,
    StockCalculation,
    StockedVariant,
    StockPlace,
    changes_of,
    stock_places,
    variants_of,
)
from app.failpoints import Act, through
from app.ports.clock import Clock, IdFactory
from app.ports.errors import (
    AccessRevoked,
    ConnectorError,
    OutcomeUnknown,
    ScopeMissing,
    StoreDeclined,
    StoreRefused,
    Unavailable,
)
from app.ports.repositories.configuration import ShopConfiguration, StoreConfiguration
from app.ports.repositories.stock import StockClaim, StockEnd
from app.ports.stock_gateway import MOST_AT_ONCE, Objection, StockGateway, StockSeen, StockSight, StockUnreadable
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.patience import BACK_OFF_OF_SENDING, HELD_FOR, MAX_ATTEMPTS, pause_after, pause_in_trouble
from app.services.variant_listing import VariantListing

BATCH = MOST_AT_ONCE
LEASE = timedelta(minutes=1)
"""Nobody renews it: whoever takes over from one that was only slow finds the quantities there and sets nothing."""
NO_SCOPE = scope_missing(
    "The app was not granted what telling stock takes: read_products and write_inventory. Grant them to the app."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCounts:
    """What became of claimed items, and how many quantities were set for them."""

    looked_at: int = 0
    levels_set: int = 0
    levels_in_line: int = 0
    not_in_store: int = 0

    def __add__(self, other: "StockCounts") -> "StockCounts":
        names = (each.name for each in fields(self))
        return StockCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(slots=True, kw_only=True)
class _Work:
    """One claimed item on its way: what is to be set for it, and what became of that."""

    claim: StockClaim
    variants: Sequence[StockedVariant] = ()
    changes: list[LevelChange] = field(default_factory=list)
    refusal: Refusal | None = None
    again: tuple[str, str] | None = None
    """Code and words of trouble that passes."""


class SendStock:
    """Works until nothing of the shop is due. May run in many processes at once."""

    def __init__(
        self,
        *,
        gateway: StockGateway,
        listing: VariantListing,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: IdFactory,
        worker: str,
    ) -> None:
        self._gateway = gateway
        self._listing = listing
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._worker = worker

    async def may_send(self, store: StoreRef) -> bool:
        """Whether the app was granted what telling stock takes."""
        return await self._gateway.may_set_stock(store)

    async def __call__(self, shop: ShopId) -> StockCounts:
        """Raises ``AccessRevoked`` or ``Unavailable`` for trouble of the whole store."""
        counts = StockCounts()
        while (done := await self.once(shop)) is not None:
            counts += done
        return counts

    async def once(self, shop: ShopId) -> StockCounts | None:
        """One batch; None = nothing is due."""
        async with self._uow() as uow:
            store = await uow.configurations.store_of_shop(shop)
            configuration = await uow.configurations.of_store(store) if store else None
        if configuration is None or configuration.access_revoked:
            return None
        if (own := configuration.shop(shop)) is None:
            return None
        places = places_of(configuration, shop)
        claims = await self._claimed(configuration, own, places)
        if not claims:
            return None
        batch = _Batch(self._gateway, self._listing, self._uow, self._ids, configuration.store, own, places)
        return await self._given_back_in_trouble(batch, claims)

    async def _claimed(
        self, configuration: StoreConfiguration, own: ShopConfiguration, places: Sequence[StockPlace]
    ) -> Sequence[StockClaim]:
        """Nothing while something stands in the way of all of them: that is noted with what is due."""
        held = None
        if not own.settings.general.allow_outgoing:
            held = OUTGOING_NOT_ALLOWED
        elif places and not await self._gateway.may_set_stock(configuration.store):
            held = NO_SCOPE
        now = self._clock.now()
        async with self._uow() as uow:
            claims: Sequence[StockClaim] = []
            if not places:
                await uow.stock.drop(own.id)
            elif held is not None:
                await uow.stock.hold(own.id, held, until=now + HELD_FOR, now=now)
            else:
                claims = await uow.stock.claim(own.id, by=self._worker, limit=BATCH, lease=LEASE, now=now)
            await through(Act.STOCK_CLAIM, uow.commit())
        return claims

    async def _given_back_in_trouble(self, batch: "_Batch", claims: Sequence[StockClaim]) -> StockCounts:
        try:
            works, counts = await batch(claims)
        except (Unavailable, AccessRevoked) as trouble:
            log.warning("stock_put_off", code=trouble.code, detail=trouble.detail, items=len(claims))
            await self._give_back(batch, claims, pause_in_trouble(trouble))
            raise
        except ScopeMissing as missing:
            log.warning("stock_put_off", code=missing.code, detail=missing.detail, items=len(claims))
            await self._give_back(batch, claims, timedelta(0))
            return StockCounts()
        except asyncio.CancelledError:
            with suppress(ConnectorError, TimeoutError):
                async with asyncio.timeout(2):
                    await self._give_back(batch, claims, timedelta(0))
            raise
        except StoreRefused as refusal:
            works, counts = (
                [_Work(claim=claim, again=(refusal.code, refusal.detail)) for claim in claims],
                StockCounts(),
            )
        except Exception as error:
            log.exception("stock_broke_off", items=len(claims))
            words = f"Telling it broke off ({type(error).__name__}); the log has it."
            works, counts = [_Work(claim=claim, again=("broke_off", words)) for claim in claims], StockCounts()
        now = self._clock.now()
        async with self._uow() as uow:
            await uow.stock.finish(batch.shop.id, [self._end(work) for work in works], now=now)
            await through(Act.STOCK_NOTE, uow.commit())
        return counts

    def _end(self, work: _Work) -> StockEnd:
        if work.refusal is not None:
            return StockEnd(claim=work.claim, reason=work.refusal.reason, detail=work.refusal.detail)
        if work.again is None:
            return StockEnd(claim=work.claim)
        code, words = work.again
        attempts = work.claim.attempts
        pause = pause_after(attempts, BACK_OFF_OF_SENDING)
        again = self._clock.now() + pause if attempts < MAX_ATTEMPTS else None
        return StockEnd(claim=work.claim, reason=code, detail=words, again_at=again)

    async def _give_back(self, batch: "_Batch", claims: Sequence[StockClaim], pause: timedelta) -> None:
        async with self._uow() as uow:
            await uow.stock.release(batch.shop.id, claims, due_at=self._clock.now() + pause)
            await uow.commit()


def places_of(configuration: StoreConfiguration, shop: ShopId) -> Sequence[StockPlace]:
    """Where a shop tells stock."""
    return stock_places(shop, [(each.id, each.mappings.locations.values()) for each in configuration.shops])


class _Batch:
    """Up to 250 items of a shop."""

    def __init__(
        self,
        gateway: StockGateway,
        listing: VariantListing,
        uow: UnitOfWorkFactory,
        ids: IdFactory,
        store: StoreRef,
        shop: ShopConfiguration,
        places: Sequence[StockPlace],
    ) -> None:
        self._gateway = gateway
        self._listing = listing
        self._uow = uow
        self._ids = ids
        self._store = store
        self.shop = shop
        self._places = places

    async def __call__(self, claims: Sequence[StockClaim]) -> tuple[Sequence[_Work], StockCounts]:
        works = await self._found(claims)
        wanted = {work.claim.item for work in works if work.variants}
        async with self._uow() as uow:
            levels = await uow.stock.levels_of(wanted)
        things = list(dict.fromkeys(each.inventory_item_id for work in works for each in work.variants))
        seen: dict[ShopifyId, StockSight] = {}
        for start in range(0, len(things), MOST_AT_ONCE):
            chunk = things[start : start + MOST_AT_ONCE]
            seen |= dict(zip(chunk, await self._gateway.look_at_stock(self._store, chunk), strict=True))
        in_line = 0
        for work in works:
            told = levels.get(work.claim.item, {})
            self._compare(work, seen, told)
            if work.refusal is None and work.again is None:
                places = sum(place.pieces(told) is not None for place in self._places)
                in_line += len(work.variants) * places - len(work.changes)
        done = await self._set([work for work in works if work.changes])
        absent = sum(not work.variants and work.refusal is None for work in works)
        counts = StockCounts(looked_at=len(works), levels_set=done, levels_in_line=in_line, not_in_store=absent)
        return works, counts

    async def _found(self, claims: Sequence[StockClaim]) -> Sequence[_Work]:
        """Each item with its variants, or why there are none to tell. One that the store lacks is no trouble."""
        chosen = await self._variants_of({claim.item for claim in claims})
        if not all(chosen.values()):
            await self._listing.latest(self._store)
            chosen = await self._variants_of(chosen.keys())
        works = []
        for claim in claims:
            match chosen[claim.item]:
                case Refusal() as refusal:
                    works.append(_Work(claim=claim, refusal=refusal))
                case variants:
                    works.append(_Work(claim=claim, variants=variants))
        return works

    async def _variants_of(self, items: Collection[ItemKey]) -> Mapping[ItemKey, Sequence[StockedVariant] | Refusal]:
        settings = self.shop.settings.items
        async with self._uow() as uow:
            candidates = await uow.stock.candidates(self._store.id, self.shop.id, items, settings)
            facts = await uow.order_facts.items(self.shop.id, lookup_of(candidates, settings))
        return variants_of(items, candidates, settings=settings, found=facts)

    def _compare(self, work: _Work, seen: Mapping[ShopifyId, StockSight], levels: Mapping[str, Decimal]) -> None:
        for variant in work.variants:
            match seen[variant.inventory_item_id]:
                case StockSeen(tracked=True) as sight:
                    work.changes += changes_of(variant.inventory_item_id, sight.levels, self._places, levels)
                case StockSeen():
                    words = f"The store does not track the stock of variant {variant.store_variant_id}. Let it, there."
                    work.refusal = Refusal(NotTold.NOT_TRACKED, words)
                case StockUnreadable() as trouble if trouble.retryable:
                    work.again = (trouble.code, trouble.detail)
                case StockUnreadable() as trouble:
                    work.refusal = Refusal(NotTold.REFUSED, trouble.detail)
                case None:
                    words = f"The store has no variant {variant.store_variant_id} any more."
                    work.refusal = Refusal(NotTold.NOT_AT_STORE, words)

    async def _set(self, works: Sequence[_Work]) -> int:
        """How many quantities were set. Trouble of one is its own; of one call, that of whoever is in it."""
        done = 0
        for work in works:
            for change in [change for change in work.changes if change.change_from is None]:
                done += await self._stock_at(work, change)
        for calculation in StockCalculation:
            left = [
                (work, change)
                for work in works
                for change in work.changes
                if change.calculation is calculation and change.change_from is not None
            ]
            for start in range(0, len(left), MOST_AT_ONCE):
                done += await self._set_together(left[start : start + MOST_AT_ONCE])
        return done

    async def _stock_at(self, work: _Work, change: LevelChange) -> int:
        try:
            await self._gateway.stock_at(self._store, change, key=self._ids.new("stk"))
        except OutcomeUnknown as lost:
            work.again = (lost.code, lost.detail)
        except StoreDeclined as refusal:
            work.refusal = Refusal(NotTold.REFUSED, f"Location {change.location_id}: {refusal.detail}")
        else:
            return 1
        return 0

    async def _set_together(self, given: Sequence[tuple[_Work, LevelChange]]) -> int:
        """Set as many as the store takes: what it objects to is taken out, and the rest sent once more."""
        left = list(given)
        while left:
            try:
                objections = await self._gateway.set_levels(
                    self._store, [change for _, change in left], key=self._ids.new("stk")
                )
            except OutcomeUnknown as lost:
                for work, _ in left:
                    work.again = (lost.code, lost.detail)
                return 0
            if not objections:
                return len(left)
            named = {objection.place: objection for objection in objections if objection.place is not None}
            if not named and len(left) > 1:
                # The store does not say which: each half finds out for itself.
                middle = len(left) // 2
                return await self._set_together(left[:middle]) + await self._set_together(left[middle:])
            named = named or {0: objections[0]}
            for place, objection in named.items():
                work, change = left[place]
                words = f"Location {change.location_id}: {objection.detail}"
                if objection.kind is Objection.MOVED:
                    work.again = (NotTold.KEEPS_CHANGING, words)
                else:
                    work.refusal = Refusal(NotTold.REFUSED, words)
            left = [each for place, each in enumerate(left) if place not in named]
        return 0
