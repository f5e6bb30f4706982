"""The export half of ``sync_companies``: ERP customers to the store as companies, their contacts and locations (P23,
COM-30 … COM-34).

Every step looks before it writes, so that an export goes on wherever it stopped. Whose company has several locations is
written to those only that have a customer of their own: one address for all of them would be wrong for most.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from app.domain import awaited
from app.domain.chosen_customers import ExistingCustomer, LinkKind, LinkToMake
from app.domain.company_export import CompanyToSend, LocationToSend, company_to_send, location_to_send
from app.domain.company_standing import CompanyStanding
from app.domain.company_updates import told_by_company_creation
from app.domain.customer_export import ExportSkip, NotExported
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.domain.store_records import order_of_location
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import StoreDeclined, StoreRefused
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.customers import CustomerLink, Told
from app.ports.repositories.exchanges import CustomerToExport, ExchangeKind
from app.ports.repositories.order_facts import NewLink
from app.ports.store_companies import LocationRead, StoreCompanies
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.export_customers import StoreCustomerWriter
from app.services.export_steps import ExportSteps, Outcome, Selection, Sent, Unchanged, refused_as_is
from app.services.tasks import RunContext
from app.services.waking import wake

COMPANY, LOCATION = ExchangeKind.COMPANY, ExchangeKind.COMPANY_LOCATION


class ExportCompanies:
    """Two passes: companies, then the locations that have customers of their own."""

    def __init__(
        self,
        store_companies: StoreCompanies,
        uow: UnitOfWorkFactory,
        clock: Clock,
        contact: ContactNormaliser,
        contacts: StoreCustomerWriter,
        *,
        companies: ExportSteps,
        locations: ExportSteps,
    ) -> None:
        self._companies = store_companies
        self._uow = uow
        self._clock = clock
        self._contact = contact
        self._contacts = contacts
        self._steps = ((companies, self._company, COMPANY), (locations, self._location, LOCATION))

    async def __call__(self, run: RunContext, store: StoreRef, shop: ShopConfiguration, *, only_asked: bool) -> None:
        linked = shop.settings.companies.update_store and not only_asked
        for steps, step, kind in self._steps:
            await steps(
                run,
                store,
                shop,
                Selection(everybody=False, linked=linked),
                may_write=self._companies.may_write,
                step=partial(step, store, shop),
                after=partial(self._note, store, shop.id, kind),
            )

    async def _company(self, store: StoreRef, shop: ShopConfiguration, row: CustomerToExport) -> Outcome:
        wanted = self._wanted(shop, row)
        if not isinstance(wanted, CompanyToSend):
            return wanted
        try:
            return await self._brought(store, shop, row, wanted)
        except StoreDeclined as declined:
            raise StoreRefused(declined.detail, facts={"digest": wanted.digest}) from declined

    def _wanted(self, shop: ShopConfiguration, row: CustomerToExport) -> CompanyToSend | NotExported | Unchanged:
        customer = row.customer
        if customer.blocked and not row.store_records:
            detail = f"Customer {customer.no} is blocked, so no company is made of it."
            return NotExported(code=ExportSkip.CUSTOMER_BLOCKED, detail=detail)
        if len(row.store_records) > 1:
            detail = f"Customer {customer.no} is several companies ({', '.join(row.store_records)}); none is changed."
            return NotExported(code=ExportSkip.LINKED_TO_SEVERAL, detail=detail)
        wanted = company_to_send(customer, shop.settings, shop.mappings, phone_key=self._contact.phone_key)
        if isinstance(wanted, CompanyToSend) and refused_as_is(row, wanted.digest):
            return Unchanged()
        return wanted

    async def _brought(
        self, store: StoreRef, shop: ShopConfiguration, row: CustomerToExport, wanted: CompanyToSend
    ) -> Outcome:
        """Found or made, then whatever is still missing."""
        customer, word = row.customer, "updated"
        if row.store_records:
            company = row.store_records[0]
            if not (row.exchange.unfinished or shop.settings.companies.update_store):
                return Sent(word="linked", store_record=company, digest=None)
        else:
            found = await self._by_number(store, shop.id, row)
            if isinstance(found, NotExported):
                return found
            contact = await self._contact_of(store, shop.id, customer, wanted)
            if isinstance(contact, NotExported):
                return contact
            word = "linked" if found else "created"
            company = found or await self._made(store, shop.id, row, wanted)
            await self._link(shop.id, LinkKind.COMPANY, company, customer.id)
            if found and not (row.exchange.unfinished or shop.settings.companies.update_store):
                return Sent(word=word, store_record=company, digest=None)
        standing = await self._companies.standing(store, company)
        if standing is None:
            detail = f"Company {company}, which customer {customer.no} is linked to, is not at the store."
            return NotExported(code=ExportSkip.NOT_AT_STORE, detail=f"{detail} Delete the link, or link another.")
        return await self._completed(store, shop, row, wanted, standing, word)

    async def _completed(
        self,
        store: StoreRef,
        shop: ShopConfiguration,
        row: CustomerToExport,
        wanted: CompanyToSend,
        standing: CompanyStanding,
        word: str,
    ) -> Outcome:
        written = False
        if (standing.name, standing.external_id) != (wanted.name, wanted.external_id):
            await self._companies.rename(store, standing.shopify_id, name=wanted.name, external_id=wanted.external_id)
            written = True
        location = standing.first_location if standing.locations == 1 else None
        if location is not None and not await self._has_own_customer(shop.id, location, row.customer.id):
            written |= await self._location_brought(store, location, wanted.location)
        if word == "created" or row.exchange.unfinished:
            refused = await self._contact_assigned(store, shop.id, row.customer, wanted, standing)
            if refused is not None:
                return refused
        word = word if written or word != "updated" else "unchanged"
        return Sent(word=word, store_record=standing.shopify_id, digest=wanted.digest)

    async def _by_number(self, store: StoreRef, shop: ShopId, row: CustomerToExport) -> ShopifyId | NotExported | None:
        """The company that carries this ERP number, if it is nobody else's (COM-30)."""
        customer = row.customer
        found = await self._companies.by_external_id(store, customer.no or customer.id)
        if not found:
            return None
        async with self._uow() as uow:
            other = await uow.exchanges.linked_elsewhere(shop, COMPANY, found[0], customer.id)
        if other is None:
            return found[0]
        detail = f"Company {found[0]} carries the number {customer.no} and is linked to customer {other}."
        return NotExported(code=ExportSkip.COMPANY_EXISTS, detail=f"{detail} Correct its external id, or the link.")

    async def _contact_of(
        self, store: StoreRef, shop: ShopId, customer: Customer, wanted: CompanyToSend
    ) -> ShopifyId | NotExported:
        """The store customer who speaks for the company, made where there is none (COM-31)."""
        found = await self._contacts.find(store, shop, customer, wanted.contact)
        if isinstance(found, NotExported):
            return found
        made = found or await self._contacts.make(store, shop, customer, wanted.contact)
        if not isinstance(made, NotExported):
            await self._contacts.link(shop, made, customer.id)
        return made

    async def _made(self, store: StoreRef, shop: ShopId, row: CustomerToExport, wanted: CompanyToSend) -> ShopifyId:
        async with self._uow() as uow:
            await uow.exchanges.begin(shop, COMPANY, row.customer.id, now=self._clock.now())
            await through(Act.RECORD_BEGIN, uow.commit())
        return await self._companies.create(store, wanted)

    async def _contact_assigned(
        self, store: StoreRef, shop: ShopId, customer: Customer, wanted: CompanyToSend, standing: CompanyStanding
    ) -> NotExported | None:
        """Contact, main contact and role, each only where it is not there."""
        person = await self._contact_of(store, shop, customer, wanted)
        if isinstance(person, NotExported):
            return person
        company = standing.shopify_id
        contact = await self._companies.contact_of(store, company, person)
        if contact is None:
            contact = await self._companies.assign_contact(store, company, person)
        if standing.main_contact_customer is None:
            await self._companies.assign_main_contact(store, company, contact)
        role, location = standing.role_for(wanted.permission), standing.first_location
        if role is not None and location is not None:
            there = await self._companies.location_standings(store, [location])
            if there and contact not in there[0].contacts_with_role:
                await self._companies.assign_role(store, contact=contact, role=role, location=location)
        return None

    async def _location(self, store: StoreRef, shop: ShopConfiguration, row: CustomerToExport) -> Outcome:
        """A customer with company locations of its own, or one that is to become a location (COM-32, COM-34)."""
        wanted = location_to_send(row.customer, shop.settings, shop.mappings, phone_key=self._contact.phone_key)
        if isinstance(wanted, NotExported):
            return wanted
        if refused_as_is(row, wanted.digest):
            return Unchanged()
        try:
            if row.store_records:
                return await self._own_locations(store, shop, row, wanted)
            return await self._new_location(store, shop.id, row, wanted)
        except StoreDeclined as declined:
            raise StoreRefused(declined.detail, facts={"digest": wanted.digest}) from declined

    async def _own_locations(
        self, store: StoreRef, shop: ShopConfiguration, row: CustomerToExport, wanted: LocationToSend
    ) -> Outcome:
        if not (shop.settings.companies.update_store or row.exchange.unfinished):
            return Sent(word="linked", store_record=row.store_records[0], digest=None)
        written = [await self._location_brought(store, each, wanted) for each in row.store_records]
        word = "updated" if any(written) else "unchanged"
        return Sent(word=word, store_record=row.store_records[0], digest=wanted.digest)

    async def _new_location(
        self, store: StoreRef, shop: ShopId, row: CustomerToExport, wanted: LocationToSend
    ) -> Outcome:
        company = row.exchange.store_record_id
        if company is None:
            detail = f"Of which company customer {row.customer.no} is to be a location is not known. Ask for it again."
            return NotExported(code=ExportSkip.COMPANY_EXISTS, detail=detail)
        location = await self._companies.create_location(store, company, wanted)
        await self._link(shop, LinkKind.COMPANY_LOCATION, location, row.customer.id)
        return Sent(word="created", store_record=location, digest=wanted.digest)

    async def _location_brought(self, store: StoreRef, location: ShopifyId, wanted: LocationToSend) -> bool:
        """Whether anything had to be written: words and terms, address, tax id are changes of their own (COM-32)."""
        found = await self._companies.location_standings(store, [location])
        if not found:
            return False
        standing = found[0]
        lacking = (standing.lacks_words(wanted), standing.lacks_address(wanted), standing.lacks_tax_id(wanted))
        if lacking[0]:
            await self._companies.update_location(store, location, wanted)
        if lacking[1]:
            await self._companies.put_address(store, location, wanted)
        if lacking[2]:
            await self._companies.put_tax_id(store, location, wanted.tax_id)
        return any(lacking)

    async def _has_own_customer(self, shop: ShopId, location: ShopifyId, customer: CustomerId) -> bool:
        async with self._uow() as uow:
            return await uow.exchanges.linked_elsewhere(shop, LOCATION, location, customer) is not None

    async def _link(self, shop: ShopId, kind: LinkKind, record: ShopifyId, customer: CustomerId) -> None:
        now = self._clock.now()
        link = NewLink(kind=kind, shop_id=shop, shopify_id=record, store_customer_id=None, customer_id=customer)
        exchange = COMPANY if kind is LinkKind.COMPANY else LOCATION
        async with self._uow() as uow:
            await uow.order_facts.create([], [link], now=now)
            await uow.exchanges.found(shop, exchange, customer, record, now=now)
            if kind is LinkKind.COMPANY:
                await wake(uow, {awaited.company_link(shop, record)}, shop=shop)
            await through(Act.RECORD_LINK, uow.commit())

    async def _note(
        self, store: StoreRef, shop: ShopId, kind: ExchangeKind, sent: Sequence[tuple[CustomerToExport, Sent]]
    ) -> None:
        """What the store's change time is now: our own writes are no news."""
        changed: dict[ShopifyId, datetime] = {}
        told: list[Told] = []
        for row, each in sent:
            if each.digest is None or each.word == "unchanged":
                continue
            location: ShopifyId | None = each.store_record
            if kind is COMPANY:
                standing = await self._companies.standing(store, each.store_record)
                location = standing.first_location if standing else None
                if standing is not None:
                    changed[each.store_record] = standing.updated_at
            if location is not None:
                told += await self._told(store, shop, kind, row.customer.id, location)
            if kind is LOCATION:
                for found in await self._companies.location_standings(store, [each.store_record]):
                    changed[each.store_record] = found.updated_at
        async with self._uow() as uow:
            for row, each in sent:
                await uow.exchanges.done(
                    shop,
                    kind,
                    row.customer.id,
                    store_record=each.store_record,
                    sent=each.digest,
                    store_updated_at=changed.get(each.store_record),
                    now=self._clock.now(),
                )
            await uow.customers.note_told(told)
            await through(Act.RECORD_NOTE, uow.commit())

    async def _told(
        self, store: StoreRef, shop: ShopId, kind: ExchangeKind, customer: CustomerId, location: ShopifyId
    ) -> Sequence[Told]:
        """What the store says of a company that we have just sent it, it has said (decision 31)."""
        linked = LinkKind.COMPANY if kind is COMPANY else LinkKind.COMPANY_LOCATION
        told = []
        for read in await self._companies.read_locations(store, [location]):
            if not isinstance(read, LocationRead):
                continue
            record = read.company.shopify_id if kind is COMPANY else location
            order = order_of_location(
                read.company, read.location, read.profile, unknown=read.unknown, read_at=read.read_at
            )
            link = CustomerLink(
                shop_id=shop, kind=linked, shopify_id=record, store_customer_id=None, customer_id=customer
            )
            made = LinkToMake(kind=linked, shopify_id=record, customer=ExistingCustomer(id=customer))
            digest = told_by_company_creation(order, made, customer)
            if digest is not None:
                told.append(Told(link=link, digest=digest, read_at=read.read_at, shared=False))
        return told
