"""The import half of ``sync_companies``: list companies and locations that changed, read them, have them taken in
(P23, COM-20 … COM-22).

A location is taken in by itself, since it may be a customer of its own; one that cannot be is kept with its reason.
"""

from collections.abc import Sequence
from datetime import datetime

from app.domain.identifiers import ShopifyId
from app.domain.shop_settings import CompanySettings, ImportRange
from app.domain.store_records import order_of_location
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.exchanges import ExchangeError, ExchangeKind
from app.ports.store_companies import LocationRead, LocationReading, StoreCompanies
from app.ports.store_customers import RecordNotThere, RecordUnreadable
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.store_record_imports import OVERLAP, StoreRecordImports, Told
from app.services.tasks import RunContext, TaskName

BATCH = 50
KIND = ExchangeKind.STORE_COMPANY


class ImportCompanies:
    def __init__(self, store_companies: StoreCompanies, uow: UnitOfWorkFactory, imports: StoreRecordImports) -> None:
        self._store_companies = store_companies
        self._uow = uow
        self._imports = imports

    async def __call__(
        self, run: RunContext, store: StoreRef, shop: ShopConfiguration, *, since: datetime | None
    ) -> None:
        settings = shop.settings.companies
        if not imports(settings):
            return
        async with self._uow() as uow:
            failing = await uow.exchanges.failing(shop.id, KIND)
            listed_at = since or await uow.exchanges.listed_at(shop.id, TaskName.SYNC_COMPANIES)
        seen: set[ShopifyId] = set()
        await self._take(run, store, shop, [ShopifyId(each) for each in failing], seen)
        reach = listed_at and listed_at - OVERLAP
        latest = await self._companies(run, store, shop, reach, seen)
        of_locations = await self._locations(run, store, shop, reach, seen)
        told = [each for each in (latest, of_locations) if each is not None]
        if told and not run.cancelled:
            async with self._uow() as uow:
                await uow.exchanges.set_listed_at(shop.id, TaskName.SYNC_COMPANIES, max(told))
                await uow.commit()

    async def _companies(
        self, run: RunContext, store: StoreRef, shop: ShopConfiguration, since: datetime | None, seen: set[ShopifyId]
    ) -> datetime | None:
        latest: datetime | None = None
        async for page in self._store_companies.list_changed(store, since=since):
            await run.count("listed", len(page))
            ids = [each.shopify_id for each in page]
            async with self._uow() as uow:
                ours = await uow.exchanges.our_writes(shop.id, ids)
                known = await uow.exchanges.known_store_records(shop.id, KIND, ids)
            wanted = [
                location
                for each in page
                if each.shopify_id in known or shop.settings.companies.import_ is ImportRange.ALL
                if not (each.shopify_id in ours and each.updated_at <= ours[each.shopify_id])
                for location in each.locations
            ]
            await self._take(run, store, shop, wanted, seen)
            latest = page[-1].updated_at if latest is None else max(latest, page[-1].updated_at)
            if run.cancelled:
                break
        return latest

    async def _locations(
        self, run: RunContext, store: StoreRef, shop: ShopConfiguration, since: datetime | None, seen: set[ShopifyId]
    ) -> datetime | None:
        """What changed in a location alone; of companies that are unknown only where all are wanted."""
        latest: datetime | None = None
        async for page in self._store_companies.list_changed_locations(store, since=since):
            ids = [each.shopify_id for each in page]
            async with self._uow() as uow:
                ours = await uow.exchanges.our_writes(shop.id, ids)
                known = await uow.exchanges.known_store_records(shop.id, ExchangeKind.COMPANY_LOCATION, ids)
            wanted = [
                each.shopify_id
                for each in page
                if each.shopify_id in known or shop.settings.companies.import_ is ImportRange.ALL
                if not (each.shopify_id in ours and each.updated_at <= ours[each.shopify_id])
            ]
            await self._take(run, store, shop, wanted, seen)
            latest = page[-1].updated_at if latest is None else max(latest, page[-1].updated_at)
            if run.cancelled:
                break
        return latest

    async def _take(
        self,
        run: RunContext,
        store: StoreRef,
        shop: ShopConfiguration,
        locations: Sequence[ShopifyId],
        seen: set[ShopifyId],
    ) -> None:
        ids = [each for each in dict.fromkeys(locations) if each not in seen]
        seen.update(ids)
        for start in range(0, len(ids), BATCH):
            readings = await self._store_companies.read_locations(store, ids[start : start + BATCH])
            await self._imports.take(run, shop, KIND, [_told(each) for each in readings])
            await run.progress(run.kept.done + len(readings))


def imports(settings: CompanySettings) -> bool:
    known_only = settings.import_ is ImportRange.WITH_ORDERS and settings.update_from_store
    return settings.import_ is ImportRange.ALL or known_only


def _told(reading: LocationReading) -> Told:
    match reading:
        case LocationRead(location=location, read_at=read_at):
            order = order_of_location(
                reading.company, location, reading.profile, unknown=reading.unknown, read_at=read_at
            )
            return Told(record=location.shopify_id, orders=[order], read_at=read_at)
        case RecordNotThere(shopify_id=record):
            return Told(record=record)
        case RecordUnreadable(shopify_id=record, code=code, detail=detail):
            return Told(record=record, refusal=ExchangeError(code=code, detail=detail))
