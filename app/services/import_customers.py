"""The import half of ``sync_customers``: list what changed, read it, have it taken in (P23, CUS-56 … CUS-61)."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.identifiers import ShopifyId
from app.domain.shop_settings import CustomerSettings, ImportRange
from app.domain.store_records import order_of_customer
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.exchanges import ExchangeError, ExchangeKind
from app.ports.store_customers import (
    CustomerRead,
    CustomerReading,
    ListedRecord,
    RecordNotThere,
    RecordUnreadable,
    StoreCustomers,
)
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.store_record_imports import OVERLAP, StoreRecordImports, Told
from app.services.tasks import RunContext, TaskName

BATCH = 50
"""Read in one call and taken in by one transaction."""
KIND = ExchangeKind.STORE_CUSTOMER


class ImportCustomers:
    def __init__(self, store_customers: StoreCustomers, uow: UnitOfWorkFactory, imports: StoreRecordImports) -> None:
        self._store_customers = store_customers
        self._uow = uow
        self._imports = imports

    async def __call__(
        self, run: RunContext, store: StoreRef, shop: ShopConfiguration, *, since: datetime | None
    ) -> None:
        """``since`` instead of the cursor. The cursor moves when the whole listing was taken in or has its reasons."""
        settings = shop.settings.customers
        if not imports(settings):
            return
        async with self._uow() as uow:
            failing = await uow.exchanges.failing(shop.id, KIND)
            listed_at = since or await uow.exchanges.listed_at(shop.id, TaskName.SYNC_CUSTOMERS)
        await self._take(run, store, shop, [ShopifyId(each) for each in failing])
        latest: datetime | None = None
        async for page in self._store_customers.list_changed(store, since=listed_at and listed_at - OVERLAP):
            await run.count("listed", len(page))
            await self._take(run, store, shop, await self._news(shop, page))
            latest = page[-1].updated_at if latest is None else max(latest, page[-1].updated_at)
            if run.cancelled:
                return
        if latest is not None:
            async with self._uow() as uow:
                await uow.exchanges.set_listed_at(shop.id, TaskName.SYNC_CUSTOMERS, latest)
                await uow.commit()

    async def _news(self, shop: ShopConfiguration, page: Sequence[ListedRecord]) -> Sequence[ShopifyId]:
        """Those to be read: not what our own writes left (CUS-58), and only who is known unless all are wanted."""
        ids = [each.shopify_id for each in page]
        async with self._uow() as uow:
            ours = await uow.exchanges.our_writes(shop.id, ids)
            everybody = shop.settings.customers.import_ is ImportRange.ALL
            known = ids if everybody else await uow.exchanges.known_store_records(shop.id, KIND, ids)
        return [
            each.shopify_id
            for each in page
            if each.shopify_id in known and not (each.shopify_id in ours and each.updated_at <= ours[each.shopify_id])
        ]

    async def _take(self, run: RunContext, store: StoreRef, shop: ShopConfiguration, ids: Sequence[ShopifyId]) -> None:
        for start in range(0, len(ids), BATCH):
            readings = await self._store_customers.read(store, ids[start : start + BATCH])
            await self._imports.take(run, shop, KIND, [_told(each) for each in readings])
            await run.progress(run.kept.done + len(readings))


def imports(settings: CustomerSettings) -> bool:
    """Whether anything is taken in without an order: all, or what is known and may be updated (CUS-56)."""
    known_only = settings.import_ is ImportRange.WITH_ORDERS and settings.update_from_store
    return settings.import_ is ImportRange.ALL or known_only


def _told(reading: CustomerReading) -> Told:
    match reading:
        case CustomerRead(customer=customer, read_at=read_at):
            order = order_of_customer(customer, read_at=read_at)
            return Told(record=customer.shopify_id, orders=[order], read_at=read_at)
        case RecordNotThere(shopify_id=record):
            return Told(record=record)
        case RecordUnreadable(shopify_id=record, code=code, detail=detail):
            return Told(record=record, refusal=ExchangeError(code=code, detail=detail))
