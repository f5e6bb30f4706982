"""The customers of a store at Shopify: read, looked up, and changed by the mutations of 2026-10.

Who is to be read or changed is a service's to know.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from app.adapters.shopify.answers.customers import CustomerContactAnswer, WholeCustomerAnswer
from app.adapters.shopify.catalogue import (
    CUSTOMER_ADDRESS_CREATE,
    CUSTOMER_ADDRESS_UPDATE,
    CUSTOMER_ADDRESSES_PAGE,
    CUSTOMER_CREATE,
    CUSTOMER_LISTING,
    CUSTOMER_LOOK_UP,
    CUSTOMER_UPDATE,
    CUSTOMERS_WHOLE,
)
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.listing import ListingWalk
from app.adapters.shopify.mutations import Changes
from app.adapters.shopify.node_reading import NodeOutcome, read_nodes
from app.adapters.shopify.order_parts import unexpected
from app.adapters.shopify.page_reading import OrderMoved, PageReader, PartUnreadable, unreadable
from app.adapters.shopify.points import Priority
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.translators.parties import store_customer
from app.adapters.shopify.transport import ShopifyTransport
from app.domain.customer_export import CustomerToSend
from app.domain.identifiers import ShopifyId, shopify_id
from app.ports.clock import Clock
from app.ports.errors import ScopeMissing, StoreRefused
from app.ports.store_customers import (
    ContactSeen,
    CustomerRead,
    CustomerReading,
    ListedRecord,
    LookedUp,
    RecordNotThere,
    RecordUnreadable,
)
from app.ports.store_gateway import OrderListing, StoreRef

READ_CUSTOMERS: Final = "read_customers"
WRITE_CUSTOMERS: Final = "write_customers"

_WHOLE: Final = msgspec.json.Decoder(WholeCustomerAnswer)


class ShopifyCustomers:
    """The StoreCustomers of Shopify."""

    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes, clock: Clock) -> None:
        self._transport = transport
        self._scopes = scopes
        self._clock = clock
        self._changes = Changes(transport, scopes, {WRITE_CUSTOMERS}, priority=Priority.CATCH_UP)

    async def list_changed(self, store: StoreRef, *, since: datetime | None) -> AsyncIterator[Sequence[ListedRecord]]:
        await self._require(store)
        listing = OrderListing(updated_since=since)
        walk = ListingWalk(
            self._transport, store, listing, CUSTOMER_LISTING, lambda data: data.customers, what="customers"
        )
        async for page in walk.pages():
            yield [ListedRecord(shopify_id=shopify_id(each.id), updated_at=each.updated_at) for each in page]

    async def read(self, store: StoreRef, ids: Sequence[ShopifyId]) -> Sequence[CustomerReading]:
        await self._require(store)
        read_at = self._clock.now()
        outcomes = await read_nodes(self._transport, store, CUSTOMERS_WHOLE, [customer_gid(each) for each in ids])
        return [await self._reading(store, each, outcome, read_at) for each, outcome in zip(ids, outcomes, strict=True)]

    async def look_up(self, store: StoreRef, *, email: str, phone: str) -> LookedUp:
        await self._require(store)
        answer = await self._transport.execute(
            store,
            CUSTOMER_LOOK_UP,
            {"email": email, "phone": phone},
            flags={"withPhone": bool(phone)},
            priority=Priority.CATCH_UP,
        )
        if answer.errors:
            raise StoreRefused(f"Shopify does not tell who has an e-mail or phone: {in_its_words(answer.errors)}")
        return LookedUp(by_email=_seen(answer.data.by_email), by_phone=_seen(answer.data.by_phone))

    async def may_write(self, store: StoreRef) -> bool:
        return WRITE_CUSTOMERS in await self._scopes.of(store)

    async def create(self, store: StoreRef, customer: CustomerToSend) -> ShopifyId:
        done = await self._changes.mutated(
            store, CUSTOMER_CREATE, {"input": _contact(customer)}, lambda data: data.customer_create
        )
        if done.customer is None:
            raise StoreRefused("Shopify made no customer and gave no reason.")
        return shopify_id(done.customer.id)

    async def update(self, store: StoreRef, customer_id: ShopifyId, customer: CustomerToSend) -> None:
        given = {"id": customer_gid(customer_id)} | _contact(customer)
        await self._changes.mutated(store, CUSTOMER_UPDATE, {"input": given}, lambda data: data.customer_update)

    async def put_default_address(
        self, store: StoreRef, customer_id: ShopifyId, address_id: str | None, customer: CustomerToSend
    ) -> None:
        given: dict[str, object] = {"customer": customer_gid(customer_id), "address": _address(customer)}
        if address_id is None:
            await self._changes.mutated(
                store, CUSTOMER_ADDRESS_CREATE, given, lambda data: data.customer_address_create
            )
        else:
            given["id"] = f"gid://shopify/MailingAddress/{address_id}?model_name=CustomerAddress"
            await self._changes.mutated(
                store, CUSTOMER_ADDRESS_UPDATE, given, lambda data: data.customer_address_update
            )

    async def _require(self, store: StoreRef) -> None:
        """Not to be asked where it is known to be denied."""
        if READ_CUSTOMERS not in await self._scopes.of(store):
            raise ScopeMissing(f"The app may not read the store's customers: grant it {READ_CUSTOMERS}.")

    async def _reading(
        self, store: StoreRef, asked: ShopifyId, outcome: NodeOutcome, read_at: datetime
    ) -> CustomerReading:
        try:
            return await self._read_one(store, asked, outcome, read_at)
        except OrderMoved:
            return RecordNotThere(shopify_id=asked)
        except PartUnreadable as trouble:
            return RecordUnreadable(shopify_id=asked, code=trouble.code, detail=trouble.detail)

    async def _read_one(
        self, store: StoreRef, asked: ShopifyId, outcome: NodeOutcome, read_at: datetime
    ) -> CustomerReading:
        if outcome.errors:
            raise unreadable(outcome.errors)
        if outcome.raw is None:
            return RecordNotThere(shopify_id=asked)
        try:
            answer = _WHOLE.decode(outcome.raw)
        except msgspec.DecodeError as exc:
            raise unexpected(exc) from exc
        pages = PageReader(transport=self._transport, store=store, updated_at=answer.updated_at)
        await pages.fill(answer.addresses_v2, CUSTOMER_ADDRESSES_PAGE, answer.id)
        customer = store_customer(answer)
        assert customer is not None, "made of an answer"
        return CustomerRead(customer=customer, updated_at=answer.updated_at, read_at=read_at)


def customer_gid(customer: ShopifyId) -> str:
    """A customer as Shopify names it."""
    return f"gid://shopify/Customer/{customer}"


def _seen(answer: CustomerContactAnswer | None) -> ContactSeen | None:
    if answer is None:
        return None
    email, phone = answer.default_email_address, answer.default_phone_number
    return ContactSeen(
        shopify_id=shopify_id(answer.id),
        email=email.email_address if email else "",
        phone=phone.phone_number if phone else "",
    )


def _contact(customer: CustomerToSend) -> dict[str, object]:
    """What is blank is not sent, so that it stays."""
    given = {
        "email": customer.email,
        "phone": customer.phone,
        "firstName": customer.first_name,
        "lastName": customer.last_name,
    }
    return {name: text for name, text in given.items() if text}


def _address(customer: CustomerToSend) -> dict[str, object]:
    place = customer.place
    assert place is not None, "only called with an address"
    given: dict[str, object] = {
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "company": customer.company,
        "address1": place.line1,
        "address2": place.line2,
        "zip": place.postal_code,
        "city": place.city,
        "countryCode": place.country_code,
        "phone": customer.phone,
    }
    return given | ({"provinceCode": place.province_code} if place.province_code else {})
