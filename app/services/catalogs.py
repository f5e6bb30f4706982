"""The task ``sync_catalogs``: what the store has of catalogs gets its row, and companies that were sent there get one
of their own where the settings say so (P76, PRD-30, COM-8).

Pulling again changes nothing; price groups are never touched. A part that the app may not read is skipped with the
reason, the other one is done.
"""

from dataclasses import dataclass, replace

from app.domain.identifiers import ShopId, ShopifyId
from app.domain.store_catalogs import CatalogType, StoreCatalog
from app.ports.catalog_gateway import CatalogGateway
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, Conflict, StoreRefused
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.company_catalogs import MakeCompanyCatalogs
from app.services.mappings import KeyedTable, Put
from app.services.tasks import RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class OfStore:
    """A shop whose store may be spoken to."""

    store: StoreRef
    shop: ShopConfiguration


class PullCatalogs:
    """Brings a shop's rows in line with the catalogs of its store."""

    def __init__(self, gateway: CatalogGateway, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._gateway = gateway
        self._uow = uow
        self._clock = clock

    async def configuration(self, run: RunContext) -> OfStore:
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(run.store_id)
        shop = configuration.shop(run.shop_id) if configuration else None
        if configuration is None or shop is None:
            raise AccessRevoked("The store was deleted.")
        if configuration.access_revoked:
            raise AccessRevoked(configuration.why_it_stands_still)
        return OfStore(store=configuration.store, shop=shop)

    async def __call__(self, run: RunContext, of: OfStore) -> frozenset[ShopifyId]:
        """The catalogs that the store tells of. ``counts``: ``catalogs`` listed, rows ``added`` and ``changed``, parts
        ``not_readable``.
        """
        told: set[ShopifyId] = set()
        for name in ("catalogs", "added", "changed"):
            await run.count(name, 0)
        for kind in CatalogType:
            try:
                await self._pull(run, of, kind, told)
            except StoreRefused as refusal:
                await run.count("not_readable")
                await run.error(resource_type="catalogs", id=kind.value, code=refusal.code, detail=refusal.detail)
        return frozenset(told)

    async def _pull(self, run: RunContext, of: OfStore, kind: CatalogType, told: set[ShopifyId]) -> None:
        present: set[ShopifyId] = set()
        async for page in self._gateway.catalogs(of.store, kind):
            if run.cancelled:
                return
            async with self._uow() as uow:
                kept = await uow.catalogs.keep(of.shop.id, page, now=self._clock.now())
                await uow.commit()
            present |= {each.catalog_id for each in page}
            told |= present
            for name, number in (("catalogs", len(page)), ("added", kept.added), ("changed", kept.changed)):
                await run.count(name, number)
            await run.progress(run.kept.done + len(page))
        async with self._uow() as uow:
            await uow.catalogs.gone(of.shop.id, kind.value, present, now=self._clock.now())
            await uow.commit()


class SyncCatalogs:
    """The task: companies first, so that what was made for them is listed at once."""

    def __init__(self, pull: PullCatalogs, make: MakeCompanyCatalogs) -> None:
        self._pull = pull
        self._make = make

    async def __call__(self, run: RunContext) -> None:
        of = await self._pull.configuration(run)
        if of.shop.settings.companies.auto_create_catalog:
            await self._make(run, of.store, of.shop)
        if not run.cancelled:
            await self._pull(run, of)


class CatalogTable(KeyedTable[StoreCatalog]):
    """A shop's catalogs as a person keeps them: which price group each is given."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        super().__init__(uow, clock, lambda unit: unit.catalogs.records)

    async def put(
        self, shop: ShopId | None, value: StoreCatalog, *, expected: Expected = ANY_VERSION
    ) -> Put[StoreCatalog]:
        """Raises Conflict where another shop of the store gives the catalog its prices: it can hold those of one."""
        assert shop is not None

        async def told(uow: UnitOfWork) -> StoreCatalog:
            if value.price_group is not None and (other := await uow.catalogs.taken_by(shop, value.catalog_id)):
                raise Conflict(
                    f"The shop {other} gives this catalog its prices. Take its price group away there first.",
                    code="catalog_taken",
                )
            before = await uow.catalogs.records.locked(shop, (value.catalog_id,))
            return replace(value, told=before.value.told if before else None)

        return await self.put_made(shop, told, expected=expected)
