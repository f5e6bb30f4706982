"""Stock from the ERP: keeping what it tells, and the task ``sync_inventory`` that compares all of it with the store."""

import asyncio
from collections.abc import Sequence

from app.domain.outgoing import OUTGOING_NOT_ALLOWED, Hindrance
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked
from app.ports.job_queue import NudgeKind
from app.ports.repositories.configuration import StoreConfiguration
from app.ports.repositories.stock import ToldLevel
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.send_stock import NO_SCOPE, SendStock, StockCounts, places_of
from app.services.tasks import RunContext
from app.services.variant_listing import VariantListing

POLL_SECONDS = 0.2


class StockLevels:
    """What the ERP tells of its stock."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    async def tell(self, levels: Sequence[ToldLevel]) -> None:
        """Keep these; what changed goes to the stores soon."""
        if not levels:
            return
        now = self._clock.now()
        async with self._uow() as uow:
            changed = await uow.stock.tell(levels, now=now)
            for shop in await uow.stock.want(changed, now=now):
                await uow.nudge(NudgeKind.STOCK, shop)
            await uow.commit()


class SyncInventory:
    """The task: list the store's variants, then compare every item of which the ERP ever told stock."""

    def __init__(self, listing: VariantListing, send: SendStock, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._listing = listing
        self._send = send
        self._uow = uow
        self._clock = clock

    async def __call__(self, run: RunContext) -> None:
        """``counts``: ``variants`` listed, items ``wanted``, quantities ``levels_set`` and ``levels_in_line``, items
        ``not_in_store`` and ``skipped``. Raises the store's troubles.
        """
        configuration, why_not = await self._configuration(run)
        store, shop = configuration.store, configuration.shop(run.shop_id)
        if why_not is not None:
            await run.count("skipped")
            await run.error(
                resource_type="shop", id=shop.code if shop else run.shop_id, code=why_not.code, detail=why_not.detail
            )
            return
        await run.count("variants", await self._listing.whole(store))
        async with self._uow() as uow:
            wanted = await uow.stock.want_all(run.shop_id, now=self._clock.now())
            await uow.commit()
        await run.count("wanted", wanted)
        await run.progress(0, wanted)
        counts = StockCounts()
        while not run.cancelled and (left := await self._left(run)):
            await run.progress(max(wanted - left, 0), wanted)
            done = await self._send.once(run.shop_id)
            if done is None:
                # What is left is in other workers' hands.
                await asyncio.sleep(POLL_SECONDS)
            else:
                counts += done
        await self._report(run, counts, wanted)

    async def _configuration(self, run: RunContext) -> tuple[StoreConfiguration, Hindrance | None]:
        """The store with its shops, and why nothing can be told to it just now."""
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(run.store_id)
        if configuration is None:
            raise AccessRevoked("The store was deleted.")
        if configuration.access_revoked:
            raise AccessRevoked(configuration.why_it_stands_still)
        own = configuration.shop(run.shop_id)
        if own is None or not places_of(configuration, run.shop_id):
            words = (
                "No location mapping of the shop has a stock_calculation, or earlier shops of the store tell theirs."
            )
            return configuration, Hindrance(code="no_stock_location", detail=words)
        if not own.settings.general.allow_outgoing:
            return configuration, OUTGOING_NOT_ALLOWED
        if not await self._send.may_send(configuration.store):
            return configuration, NO_SCOPE
        return configuration, None

    async def _left(self, run: RunContext) -> int:
        async with self._uow() as uow:
            return await uow.stock.open_of(run.shop_id, now=self._clock.now())

    async def _report(self, run: RunContext, counts: StockCounts, wanted: int) -> None:
        await run.count("levels_set", counts.levels_set)
        await run.count("levels_in_line", counts.levels_in_line)
        await run.count("not_in_store", counts.not_in_store)
        async with self._uow() as uow:
            troubled = await uow.stock.troubled(run.shop_id)
        await run.count("skipped", len(troubled))
        for item, code, detail in troubled:
            no = f"{item.item_no} {item.variant_code}".strip()
            await run.error(resource_type="item", id=no, code=code, detail=detail)
        await run.progress(wanted, wanted)
