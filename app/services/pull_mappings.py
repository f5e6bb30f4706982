"""The task ``pull_mappings``: what the store has that can be mapped gets its row, part by part (P04, CUS-72, FUL-25).

What was mapped stays as it is, and what the store no longer has stays, too. A part that the app may not read is skipped
with the reason; the others are done. Each part is a transaction of its own, and pulling again changes nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from app.domain.identifiers import ShopId
from app.domain.seen_values import SeenValues, seen
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, StoreRefused
from app.ports.repositories.mapping_rows import KeptRows, MappingRows
from app.ports.store_gateway import StoreRef
from app.ports.store_values import StoreValues
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.tasks import RunContext

Keep = Callable[[MappingRows, datetime], Awaitable[KeptRows]]


class PullMappings:
    def __init__(self, values: StoreValues, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._values = values
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def run(self, run: RunContext) -> None:
        """``counts``: how many of each kind the store told, then rows ``added`` and ``changed``, and parts
        ``skipped``. Raises the store's troubles.
        """
        store = await self._store(run)
        pull = _Pull(self._values, self._unit_of_work, self._clock, run, store)
        parts = (
            pull.locations,
            pull.sales_areas,
            pull.delivery_profiles,
            pull.markets,
            pull.payment_terms,
            pull.recent_orders,
        )
        for done, part in enumerate(parts):
            await run.progress(done, len(parts))
            if run.cancelled:
                return
            try:
                await part()
            except StoreRefused as refusal:
                await run.count("skipped")
                await run.error(
                    resource_type="mapping_part", id=part.__name__, code=refusal.code, detail=refusal.detail
                )
        await run.progress(len(parts), len(parts))

    async def _store(self, run: RunContext) -> StoreRef:
        async with self._unit_of_work() as uow:
            configuration = await uow.configurations.of_store(run.store_id)
        if configuration is None:
            raise AccessRevoked("The store was deleted.")
        if configuration.access_revoked:
            raise AccessRevoked(configuration.why_it_stands_still)
        return configuration.store


class _Pull:
    """One run; a method a part, each reads first and then writes."""

    def __init__(
        self,
        values: StoreValues,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        run: RunContext,
        store: StoreRef,
    ) -> None:
        self._values = values
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._run = run
        self._store = store
        self._markets_name_shipping = False
        self._titles: set[str] = set()
        """Those told so far: profiles, markets and orders mostly name the same."""

    @property
    def _shop(self) -> ShopId:
        return self._run.shop_id

    async def locations(self) -> None:
        began = self._clock.now()
        found = await self._values.locations(self._store)
        await self._keep(
            lambda rows, now: rows.keep_locations(self._shop, found, read_from=began, now=now), locations=len(found)
        )

    async def sales_areas(self) -> None:
        areas = await self._values.sales_areas(self._store)
        self._markets_name_shipping = areas.markets_name_shipping
        await self._keep(
            lambda rows, now: rows.keep_countries(self._shop, areas.countries, now=now), countries=len(areas.countries)
        )
        await self._keep(
            lambda rows, now: rows.keep_currencies(areas.currencies, now=now), currencies=len(areas.currencies)
        )

    async def delivery_profiles(self) -> None:
        areas = await self._values.delivery_areas(self._store)
        # Countries are counted where the store sells; those of its zones are mostly the same.
        await self._keep(lambda rows, now: rows.keep_countries(self._shop, areas.countries, now=now))
        await self._keep(
            lambda rows, now: rows.keep_provinces(areas.provinces, now=now), provinces=len(areas.provinces)
        )
        await self._keep_titles(areas.titles)

    async def markets(self) -> None:
        """Only where the store has its markets name the ways of shipping (4.27)."""
        if self._markets_name_shipping:
            await self._keep_titles(await self._values.market_shipping_titles(self._store))

    async def payment_terms(self) -> None:
        found = await self._values.payment_terms(self._store)
        await self._keep(lambda rows, now: rows.keep_terms(self._shop, found, now=now), payment_terms=len(found))

    async def recent_orders(self) -> None:
        """Shopify has no list of a store's gateways; the latest orders show those in use."""
        found = await self._values.recently_seen(self._store)
        await self._keep_seen(found, payment_methods=len(found.gateways))

    async def _keep_titles(self, titles: Sequence[str]) -> None:
        await self._keep_seen(seen(titles=titles))

    async def _keep_seen(self, found: SeenValues, **told: int) -> None:
        further = found.titles.keys() - self._titles
        self._titles |= further
        await self._keep(
            lambda rows, now: rows.keep_seen({self._shop: found}, now=now), shipment_methods=len(further), **told
        )

    async def _keep(self, keep: Keep, **told: int) -> None:
        async with self._unit_of_work() as uow:
            kept = await keep(uow.mapping_rows, self._clock.now())
            await uow.commit()
        for name, number in {**told, "added": kept.added, "changed": kept.changed}.items():
            await self._run.count(name, number)
