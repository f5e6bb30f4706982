"""Knowing the variants of a store, so that an item finds those that carry its stock (P71)."""

from datetime import datetime, timedelta

from app.domain.identifiers import StoreId
from app.ports.clock import Clock
from app.ports.stock_gateway import StockGateway
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory

OVERLAP = timedelta(minutes=10)
"""How much of the time before the last listing is listed again, for clocks that differ."""
LISTED_LATELY = timedelta(seconds=30)
"""Variants that are new at the store are looked for at most so often."""


class VariantListing:
    """The store's variants as we know them: listed whole by each run, and before that what changed since."""

    def __init__(self, gateway: StockGateway, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._gateway = gateway
        self._uow = uow
        self._clock = clock
        self._looked: dict[StoreId, datetime] = {}
        """When this process last looked; what it missed since is younger."""

    async def whole(self, store: StoreRef) -> int:
        """List every variant and forget those that are gone; how many there are."""
        began = self._clock.now()
        listed = await self._keep(store, None, began)
        async with self._uow() as uow:
            await uow.stock.forget_variants(store.id, listed_before=began)
            await uow.commit()
        return listed

    async def latest(self, store: StoreRef) -> None:
        """List what changed since the last time, unless that was just now."""
        began, looked = self._clock.now(), self._looked.get(store.id)
        if looked is not None and began - looked < LISTED_LATELY:
            return
        async with self._uow() as uow:
            last = await uow.stock.listed_at(store.id)
        await self._keep(store, last - OVERLAP if last else None, began)

    async def _keep(self, store: StoreRef, since: datetime | None, began: datetime) -> int:
        listed = 0
        self._looked[store.id] = began
        async for page in self._gateway.variants(store, changed_since=since):
            listed += len(page)
            async with self._uow() as uow:
                await uow.stock.keep_variants(store.id, page, listed_at=began)
                await uow.commit()
        return listed
