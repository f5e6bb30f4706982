"""The companies of a store at Shopify: read, and changed step by step.

What is to be read or changed is a service's to know.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from app.adapters.shopify.answers.companies import CompanyLocationAnswer, ListedCompanyAnswer
from app.adapters.shopify.answers.company_writing import LocationStandingAnswer
from app.adapters.shopify.catalogue import (
    COMPANIES_BY_EXTERNAL_ID,
    COMPANY_CONTACT_ASSIGN,
    COMPANY_CONTACTS,
    COMPANY_CREATE,
    COMPANY_LISTING,
    COMPANY_LOCATION_ADDRESS_ASSIGN,
    COMPANY_LOCATION_CREATE,
    COMPANY_LOCATION_LISTING,
    COMPANY_LOCATION_STANDINGS,
    COMPANY_LOCATION_TAX_UPDATE,
    COMPANY_LOCATION_UPDATE,
    COMPANY_LOCATIONS,
    COMPANY_LOCATIONS_PAGE,
    COMPANY_MAIN_CONTACT_ASSIGN,
    COMPANY_ROLE_ASSIGN,
    COMPANY_STANDING,
    COMPANY_UPDATE,
)
from app.adapters.shopify.company_reading import CONTACT, SCOPE_OF_CONTACTS, SCOPES_OF_COMPANIES
from app.adapters.shopify.customers import customer_gid
from app.adapters.shopify.document import Document
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.listing import ListingWalk
from app.adapters.shopify.mutations import Changes
from app.adapters.shopify.node_reading import NodeOutcome, read_nodes
from app.adapters.shopify.page_reading import OrderMoved, PageReader, PartUnreadable, unreadable
from app.adapters.shopify.points import Priority
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.translators.companies import company_profile
from app.adapters.shopify.translators.company_standings import company_standing, location_standing
from app.adapters.shopify.transport import Answer, ShopifyTransport
from app.domain.company_export import CompanyToSend, LocationToSend
from app.domain.company_standing import CompanyStanding, LocationStanding
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.orders import Named
from app.ports.clock import Clock
from app.ports.errors import ScopeMissing, StoreRefused, StoreUnavailable
from app.ports.store_companies import ListedCompany, LocationRead, LocationReading
from app.ports.store_customers import ListedRecord, RecordNotThere, RecordUnreadable
from app.ports.store_gateway import OrderListing, StoreRef

SCOPES_FOR_WRITING: Final = frozenset({"write_companies", "write_customers"})
"""Either is enough for a company; its contact is a customer and needs the second."""

_LOCATION: Final = msgspec.json.Decoder(CompanyLocationAnswer)
_STANDING: Final = msgspec.json.Decoder(LocationStandingAnswer)

Data = TypeVar("Data")


class ShopifyCompanies:
    """The StoreCompanies of Shopify."""

    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes, clock: Clock) -> None:
        self._transport = transport
        self._scopes = scopes
        self._clock = clock
        self._changes = Changes(transport, scopes, SCOPES_FOR_WRITING, priority=Priority.CATCH_UP)

    async def list_changed(self, store: StoreRef, *, since: datetime | None) -> AsyncIterator[Sequence[ListedCompany]]:
        await self._require(store)
        listing = OrderListing(updated_since=since)
        walk = ListingWalk(
            self._transport, store, listing, COMPANY_LISTING, lambda data: data.companies, what="companies"
        )
        async for page in walk.pages():
            yield [await self._listed(store, each) for each in page]

    async def list_changed_locations(
        self, store: StoreRef, *, since: datetime | None
    ) -> AsyncIterator[Sequence[ListedRecord]]:
        await self._require(store)
        listing = OrderListing(updated_since=since)
        walk = ListingWalk(
            self._transport,
            store,
            listing,
            COMPANY_LOCATION_LISTING,
            lambda data: data.company_locations,
            what="company locations",
        )
        async for page in walk.pages():
            yield [ListedRecord(shopify_id=shopify_id(each.id), updated_at=each.updated_at) for each in page]

    async def read_locations(self, store: StoreRef, ids: Sequence[ShopifyId]) -> Sequence[LocationReading]:
        await self._require(store)
        read_at = self._clock.now()
        contacts = SCOPE_OF_CONTACTS in await self._scopes.of(store)
        gids = [location_gid(each) for each in ids]
        outcomes = await read_nodes(self._transport, store, COMPANY_LOCATIONS, gids, flags={"contacts": contacts})
        return [
            _location_read(each, outcome, read_at=read_at, contacts=contacts)
            for each, outcome in zip(ids, outcomes, strict=True)
        ]

    async def may_write(self, store: StoreRef) -> bool:
        return bool(SCOPES_FOR_WRITING & await self._scopes.of(store))

    async def by_external_id(self, store: StoreRef, external_id: str) -> Sequence[ShopifyId]:
        quoted = external_id.replace("\\", "\\\\").replace("'", "\\'")
        answer = await self._asked(store, COMPANIES_BY_EXTERNAL_ID, {"query": f"external_id:'{quoted}'"})
        nodes = answer.data.companies.nodes
        return [shopify_id(each.id) for each in nodes if each.external_id == external_id]

    async def standing(self, store: StoreRef, company: ShopifyId) -> CompanyStanding | None:
        answer = await self._asked(store, COMPANY_STANDING, {"id": company_gid(company)})
        return company_standing(answer.data.company) if answer.data.company is not None else None

    async def location_standings(self, store: StoreRef, ids: Sequence[ShopifyId]) -> Sequence[LocationStanding]:
        gids = [location_gid(each) for each in ids]
        outcomes = await read_nodes(self._transport, store, COMPANY_LOCATION_STANDINGS, gids) if gids else []
        for outcome in outcomes:
            if outcome.errors:
                raise StoreRefused(f"Shopify told a company location in part: {in_its_words(outcome.errors)}")
        return [location_standing(_STANDING.decode(each.raw)) for each in outcomes if each.raw is not None]

    async def contact_of(self, store: StoreRef, company: ShopifyId, customer: ShopifyId) -> ShopifyId | None:
        answer = await self._asked(store, COMPANY_CONTACTS, {"id": customer_gid(customer)})
        profiles = answer.data.customer.company_contact_profiles if answer.data.customer else []
        return next((shopify_id(each.id) for each in profiles if shopify_id(each.company.id) == company), None)

    async def create(self, store: StoreRef, company: CompanyToSend) -> ShopifyId:
        given = {
            "company": {"name": company.name, "externalId": company.external_id},
            "companyLocation": _new_location(company.location),
        }
        done = await self._changes.mutated(store, COMPANY_CREATE, {"input": given}, lambda data: data.company_create)
        if done.company is None:
            raise StoreRefused("Shopify made no company and gave no reason.")
        return shopify_id(done.company.id)

    async def rename(self, store: StoreRef, company: ShopifyId, *, name: str, external_id: str) -> None:
        given = {"id": company_gid(company), "input": {"name": name, "externalId": external_id}}
        await self._changes.mutated(store, COMPANY_UPDATE, given, lambda data: data.company_update)

    async def assign_contact(self, store: StoreRef, company: ShopifyId, customer: ShopifyId) -> ShopifyId:
        given = {"company": company_gid(company), "customer": customer_gid(customer)}
        done = await self._changes.mutated(
            store, COMPANY_CONTACT_ASSIGN, given, lambda data: data.company_assign_customer_as_contact
        )
        if done.company_contact is None:
            raise StoreRefused("Shopify made no contact of the company and gave no reason.")
        return shopify_id(done.company_contact.id)

    async def assign_main_contact(self, store: StoreRef, company: ShopifyId, contact: ShopifyId) -> None:
        given = {"company": company_gid(company), "contact": _gid("CompanyContact", contact)}
        await self._changes.mutated(
            store, COMPANY_MAIN_CONTACT_ASSIGN, given, lambda data: data.company_assign_main_contact
        )

    async def assign_role(self, store: StoreRef, *, contact: ShopifyId, role: ShopifyId, location: ShopifyId) -> None:
        given = {
            "contact": _gid("CompanyContact", contact),
            "role": _gid("CompanyContactRole", role),
            "location": location_gid(location),
        }
        await self._changes.mutated(store, COMPANY_ROLE_ASSIGN, given, lambda data: data.company_contact_assign_role)

    async def create_location(self, store: StoreRef, company: ShopifyId, location: LocationToSend) -> ShopifyId:
        given = {"company": company_gid(company), "input": _new_location(location)}
        done = await self._changes.mutated(
            store, COMPANY_LOCATION_CREATE, given, lambda data: data.company_location_create
        )
        if done.company_location is None:
            raise StoreRefused("Shopify made no company location and gave no reason.")
        return shopify_id(done.company_location.id)

    async def update_location(self, store: StoreRef, location_id: ShopifyId, location: LocationToSend) -> None:
        given = {"id": location_gid(location_id), "input": _location_words(location)}
        await self._changes.mutated(store, COMPANY_LOCATION_UPDATE, given, lambda data: data.company_location_update)

    async def put_address(self, store: StoreRef, location_id: ShopifyId, location: LocationToSend) -> None:
        given = {"id": location_gid(location_id), "address": _address(location)}
        await self._changes.mutated(
            store, COMPANY_LOCATION_ADDRESS_ASSIGN, given, lambda data: data.company_location_assign_address
        )

    async def put_tax_id(self, store: StoreRef, location_id: ShopifyId, tax_id: str) -> None:
        given = {"id": location_gid(location_id), "taxId": tax_id}
        await self._changes.mutated(
            store, COMPANY_LOCATION_TAX_UPDATE, given, lambda data: data.company_location_tax_settings_update
        )

    async def _listed(self, store: StoreRef, answer: ListedCompanyAnswer) -> ListedCompany:
        pages = PageReader(transport=self._transport, store=store, updated_at=answer.updated_at)
        try:
            await pages.fill(answer.locations, COMPANY_LOCATIONS_PAGE, answer.id)
        except OrderMoved:
            answer.locations.nodes.clear()
        except PartUnreadable as trouble:
            raise StoreUnavailable(trouble.detail) from trouble
        return ListedCompany(
            shopify_id=shopify_id(answer.id),
            updated_at=answer.updated_at,
            locations=tuple(shopify_id(each.id) for each in answer.locations.nodes),
        )

    async def _require(self, store: StoreRef) -> None:
        """Not to be asked where it is known to be denied."""
        if not SCOPES_OF_COMPANIES & await self._scopes.of(store):
            needed = " or ".join(sorted(SCOPES_OF_COMPANIES))
            raise ScopeMissing(f"The app may not read the store's companies: grant it {needed}.")

    async def _asked(self, store: StoreRef, document: Document[Data], variables: Mapping[str, object]) -> Answer[Data]:
        answer = await self._transport.execute(store, document, variables, priority=Priority.CATCH_UP)
        if answer.errors:
            raise StoreRefused(f"Shopify answered about a company only in part: {in_its_words(answer.errors)}")
        return answer


def company_gid(company: ShopifyId) -> str:
    return _gid("Company", company)


def location_gid(location: ShopifyId) -> str:
    return _gid("CompanyLocation", location)


def _gid(kind: str, number: str) -> str:
    return f"gid://shopify/{kind}/{number}"


def _location_read(asked: ShopifyId, outcome: NodeOutcome, *, read_at: datetime, contacts: bool) -> LocationReading:
    if outcome.errors:
        trouble = unreadable(outcome.errors)
        return RecordUnreadable(shopify_id=asked, code=trouble.code, detail=trouble.detail)
    if outcome.raw is None:
        return RecordNotThere(shopify_id=asked)
    try:
        answer = _LOCATION.decode(outcome.raw)
    except msgspec.DecodeError as exc:
        return RecordUnreadable(shopify_id=asked, code="unexpected_answer", detail=f"Shopify answered oddly: {exc}.")
    profile = company_profile(answer)
    assert profile is not None, "made of an answer"
    company = answer.company
    return LocationRead(
        company=Named(shopify_id=shopify_id(company.id), name=company.name),
        location=Named(shopify_id=asked, name=answer.name),
        profile=profile,
        unknown=() if contacts or company.main_contact is None else (CONTACT,),
        read_at=read_at,
    )


def _new_location(location: LocationToSend) -> dict[str, object]:
    given = _location_words(location) | {"shippingAddress": _address(location), "billingSameAsShipping": True}
    return given | ({"taxRegistrationId": location.tax_id} if location.tax_id else {})


def _location_words(location: LocationToSend) -> dict[str, object]:
    given: dict[str, object] = {"name": location.name, "externalId": location.external_id}
    if location.phone:
        given["phone"] = location.phone
    if location.payment_terms_id:
        terms = _gid("PaymentTermsTemplate", location.payment_terms_id)
        given["buyerExperienceConfiguration"] = {"paymentTermsTemplateId": terms}
    return given


def _address(location: LocationToSend) -> dict[str, object]:
    place = location.place
    given: dict[str, object] = {
        "recipient": location.recipient,
        "address1": place.line1,
        "address2": place.line2,
        "zip": place.postal_code,
        "city": place.city,
        "countryCode": place.country_code,
        "phone": location.phone,
    }
    return given | ({"zoneCode": place.province_code} if place.province_code else {})
