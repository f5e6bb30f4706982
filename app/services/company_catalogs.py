"""A catalog of its own for each company that was sent to the store: made once, with a price list that adjusts nothing
and a publication of every product (COM-8, COM-31, PRD-30).

Each step looks before it writes, so that it goes on wherever it stopped. A company that has a catalog already, of
whomever, is given none.
"""

import asyncio
from collections.abc import Awaitable, Callable

from app.domain.identifiers import ShopId, ShopifyId
from app.domain.outgoing import OUTGOING_NOT_ALLOWED, Hindrance, scope_missing
from app.domain.store_catalogs import CatalogFacts, title_for
from app.failpoints import Act, through
from app.ports.catalog_gateway import PLAN_LACKS_IT, CatalogGateway, CompanyCatalogs
from app.ports.clock import Clock
from app.ports.errors import OutcomeUnknown, ScopeMissing, StoreRefused
from app.ports.repositories.catalogs import CompanyToServe
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.patience import PAUSES_OF_A_RUN
from app.services.tasks import RunContext

COMPANIES_AT_ONCE = 50
NO_SCOPE = scope_missing(
    "The app was not granted write_products, which making catalogs takes. Grant it; the next run makes them."
)
REFUSED = "refused_by_shopify"


class MakeCompanyCatalogs:
    def __init__(
        self,
        gateway: CatalogGateway,
        uow: UnitOfWorkFactory,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._gateway = gateway
        self._uow = uow
        self._clock = clock
        self._sleep = sleep

    async def __call__(self, run: RunContext, store: StoreRef, shop: ShopConfiguration) -> None:
        """``counts``: catalogs ``created``, companies ``skipped``. What nothing at all can be made for is an error of
        the run, told once: outgoing not allowed, a scope, the store's plan.
        """
        held = await self._held(store, shop)
        if held is not None:
            await run.error(resource_type="shop", id=shop.code, code=held.code, detail=held.detail)
            return
        after = ""
        while not run.cancelled:
            async with self._uow() as uow:
                page = await uow.catalogs.companies_to_serve(shop.id, after=after, limit=COMPANIES_AT_ONCE)
            if not page:
                return
            for company in page:
                try:
                    await self._one(run, store, shop, company)
                except ScopeMissing as missing:
                    await run.error(resource_type="shop", id=shop.code, code=missing.code, detail=missing.detail)
                    return
                except StoreRefused as refusal:
                    await self._refused(run, shop, company, refusal)
                    if refusal.code == PLAN_LACKS_IT:
                        return
            after = page[-1].store_company_id

    async def _held(self, store: StoreRef, shop: ShopConfiguration) -> Hindrance | None:
        if not shop.settings.general.allow_outgoing:
            return OUTGOING_NOT_ALLOWED
        if not await self._gateway.may_write(store):
            return NO_SCOPE
        return None

    async def _one(self, run: RunContext, store: StoreRef, shop: ShopConfiguration, company: CompanyToServe) -> None:
        made = await self._attempted(store, shop, company)
        await through(Act.CATALOG_NOTE, self._served(shop.id, company, made))
        await run.count("created", int(made is not None))

    async def _served(self, shop: ShopId, company: CompanyToServe, made: ShopifyId | None) -> None:
        group = company.customer_no if made is not None else None
        async with self._uow() as uow:
            await uow.catalogs.company_served(
                shop, company.store_company_id, made, price_group=group, now=self._clock.now()
            )
            await uow.commit()

    async def _attempted(self, store: StoreRef, shop: ShopConfiguration, company: CompanyToServe) -> ShopifyId | None:
        begun = company.begun
        for pause in PAUSES_OF_A_RUN:
            try:
                return await self._brought(store, shop, company, begun=begun)
            except OutcomeUnknown:
                # What was asked for may be there: the next attempt begins with looking.
                begun = True
                await self._sleep(pause)
        return await self._brought(store, shop, company, begun=begun)

    async def _brought(
        self, store: StoreRef, shop: ShopConfiguration, company: CompanyToServe, *, begun: bool
    ) -> ShopifyId | None:
        """The catalog that was made or completed; None = the company has one that is not ours to touch."""
        there = await self._gateway.of_company(store, company.store_company_id)
        if there is None or there.location_id is None or there.currency is None:
            raise StoreRefused("The company, or its location, is not at the store any more.", code="not_at_store")
        title = title_for(there.name, company.customer_no)
        ours = next((each for each in there.catalogs if begun and each.title == title), None)
        if ours is None and there.catalogs:
            return None
        catalog = ours.catalog_id if ours else await self._made(store, shop, company, title, there.location_id)
        await self._completed(store, there, title, catalog, ours)
        return catalog

    async def _made(
        self, store: StoreRef, shop: ShopConfiguration, company: CompanyToServe, title: str, location: ShopifyId
    ) -> ShopifyId:
        await through(Act.CATALOG_BEGIN, self._begin(shop.id, company.store_company_id))
        return await through(Act.CATALOG_MAKE, self._gateway.create_catalog(store, title=title, location=location))

    async def _begin(self, shop: ShopId, company: ShopifyId) -> None:
        async with self._uow() as uow:
            await uow.catalogs.begin_company(shop, company, now=self._clock.now())
            await uow.commit()

    async def _completed(
        self, store: StoreRef, there: CompanyCatalogs, title: str, catalog: ShopifyId, seen: CatalogFacts | None
    ) -> None:
        if (seen is None or seen.price_list_id is None) and there.currency is not None:
            await self._gateway.create_price_list(store, catalog=catalog, name=title, currency=there.currency)
        # Without the scope the catalog shows what the sales channel shows.
        if (seen is None or seen.publication_id is None) and await self._gateway.may_publish(store):
            await self._gateway.create_publication(store, catalog=catalog)

    async def _refused(
        self, run: RunContext, shop: ShopConfiguration, company: CompanyToServe, refusal: StoreRefused
    ) -> None:
        code = refusal.code if refusal.code in (PLAN_LACKS_IT, "not_at_store") else REFUSED
        async with self._uow() as uow:
            await uow.catalogs.company_failed(
                shop.id, company.store_company_id, code, refusal.detail, now=self._clock.now()
            )
            await uow.commit()
        await run.count("skipped")
        await run.error(resource_type="company", id=company.customer_no, code=code, detail=refusal.detail)
