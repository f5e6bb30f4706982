"""The export half of ``sync_customers``: ERP customers to the store (P23, CUS-80 … CUS-95).

Who is there already, by a link, e-mail or phone, is adopted and not made again; what was sent is remembered by a hash,
and what came of it is read back, so that our own writes are no news (decision 34). How one customer is brought in line
serves companies, too: their contacts are customers.
"""

from collections.abc import Sequence
from functools import partial

from app.domain import awaited
from app.domain.addresses import StoreAddress
from app.domain.chosen_customers import ExistingCustomer, LinkKind, LinkToMake
from app.domain.customer_export import (
    CustomerToSend,
    ExportSkip,
    NotExported,
    customer_to_send,
)
from app.domain.customer_updates import is_a_default, told_by_creation
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.domain.orders import StoreCustomer
from app.domain.shop_settings import CustomerExport
from app.domain.store_records import order_of_customer
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import StoreDeclined, StoreRefused
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.customers import CustomerLink, Told
from app.ports.repositories.exchanges import CustomerToExport, ExchangeKind
from app.ports.repositories.order_facts import NewLink
from app.ports.store_customers import ContactSeen, CustomerRead, RecordNotThere, StoreCustomers
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.export_steps import ExportSteps, Outcome, Selection, Sent, Unchanged, refused_as_is
from app.services.tasks import RunContext
from app.services.waking import wake

KIND = ExchangeKind.CUSTOMER


class StoreCustomerWriter:
    """Brings one store customer in line with what is to be sent of an ERP customer."""

    def __init__(
        self, store_customers: StoreCustomers, uow: UnitOfWorkFactory, clock: Clock, contact: ContactNormaliser
    ) -> None:
        self._store_customers = store_customers
        self._uow = uow
        self._clock = clock
        self._contact = contact

    async def find(
        self, store: StoreRef, shop: ShopId, customer: Customer, wanted: CustomerToSend
    ) -> ShopifyId | NotExported | None:
        """Who has the e-mail, else who has the phone, and is nobody else's (CUS-81 … CUS-83)."""
        seen = await self._store_customers.look_up(store, email=wanted.email, phone=wanted.phone)
        found = seen.by_email if self._has_email(seen.by_email, wanted) else None
        if found is None and seen.by_phone is not None and seen.by_phone.phone == wanted.phone:
            found = seen.by_phone
        if found is None:
            return None
        async with self._uow() as uow:
            other = await uow.exchanges.linked_elsewhere(shop, KIND, found.shopify_id, customer.id)
        if other is None:
            return found.shopify_id
        detail = (
            f"Store customer {found.shopify_id} has the e-mail or phone of customer {customer.no} and is linked to"
            f" customer {other}. Correct one of the two, or link it to {customer.no}."
        )
        return NotExported(code=ExportSkip.EXISTS, detail=detail)

    async def make(
        self, store: StoreRef, shop: ShopId, customer: Customer, wanted: CustomerToSend
    ) -> ShopifyId | NotExported:
        """A new store customer. One that came meanwhile is found by what the store has against another."""
        try:
            return await self._store_customers.create(store, wanted)
        except StoreDeclined as declined:
            found = await self.find(store, shop, customer, wanted)
            if found is None:
                raise StoreRefused(declined.detail, facts={"digest": wanted.digest}) from declined
            return found

    async def link(self, shop: ShopId, store_customer: ShopifyId, customer: CustomerId) -> None:
        now = self._clock.now()
        link = NewLink(
            kind=LinkKind.STORE_CUSTOMER,
            shop_id=shop,
            shopify_id=store_customer,
            store_customer_id=None,
            customer_id=customer,
        )
        async with self._uow() as uow:
            await uow.order_facts.create([], [link], now=now)
            await uow.exchanges.found(shop, KIND, customer, store_customer, now=now)
            await wake(uow, {awaited.store_customer_link(shop, store_customer)}, shop=shop)
            await through(Act.RECORD_LINK, uow.commit())

    async def bring_up(
        self, store: StoreRef, store_customer: ShopifyId, customer: Customer, wanted: CustomerToSend
    ) -> bool | NotExported:
        """Whether anything had to be written; what stands already is not written again."""
        [reading] = await self._store_customers.read(store, [store_customer])
        if isinstance(reading, RecordNotThere):
            detail = (
                f"Store customer {store_customer}, which customer {customer.no} is linked to, is not at the store."
                " Delete the link, or link another."
            )
            return NotExported(code=ExportSkip.NOT_AT_STORE, detail=detail)
        if not isinstance(reading, CustomerRead):
            raise StoreRefused(reading.detail)
        try:
            return await self._written(store, reading.customer, wanted)
        except StoreDeclined as declined:
            raise StoreRefused(declined.detail, facts={"digest": wanted.digest}) from declined

    async def _written(self, store: StoreRef, there: StoreCustomer, wanted: CustomerToSend) -> bool:
        default = there.addresses[0] if there.addresses and there.has_default_address else None
        address = wanted.place is not None and _address_differs(default, wanted)
        if address:
            address_id = default.shopify_id if default else None
            await self._store_customers.put_default_address(store, there.shopify_id, address_id, wanted)
        contact = _contact_differs(there, wanted)
        if contact:
            await self._store_customers.update(store, there.shopify_id, wanted)
        return address or contact

    async def note(self, store: StoreRef, shop: ShopId, sent: Sequence[tuple[CustomerToExport, Sent]]) -> None:
        """Read back what the store holds now: its change time, and what it says, which is not news any more."""
        wanted = [each for each in sent if each[1].digest is not None]
        readings = await self._store_customers.read(store, [each.store_record for _, each in wanted]) if wanted else []
        back = {each.customer.shopify_id: each for each in readings if isinstance(each, CustomerRead)}
        now = self._clock.now()
        async with self._uow() as uow:
            for row, each in sent:
                reading = back.get(each.store_record)
                await uow.exchanges.done(
                    shop,
                    KIND,
                    row.customer.id,
                    store_record=each.store_record,
                    sent=each.digest,
                    store_updated_at=reading.updated_at if reading else None,
                    now=now,
                )
            told = [
                _told(shop, row.customer.id, back[each.store_record])
                for row, each in wanted
                if each.store_record in back
            ]
            await uow.customers.note_told([each for each in told if each is not None])
            await through(Act.RECORD_NOTE, uow.commit())

    def _has_email(self, seen: ContactSeen | None, wanted: CustomerToSend) -> bool:
        return seen is not None and self._email_key(seen.email) == self._email_key(wanted.email)

    def _email_key(self, email: str) -> str:
        return self._contact.email_key(email) or email.casefold()


class ExportCustomers:
    def __init__(
        self,
        store_customers: StoreCustomers,
        uow: UnitOfWorkFactory,
        clock: Clock,
        contact: ContactNormaliser,
        writer: StoreCustomerWriter,
        steps: ExportSteps,
    ) -> None:
        self._store_customers = store_customers
        self._uow = uow
        self._clock = clock
        self._contact = contact
        self._writer = writer
        self._steps = steps

    async def __call__(self, run: RunContext, store: StoreRef, shop: ShopConfiguration, *, only_asked: bool) -> None:
        customers = shop.settings.customers
        await self._steps(
            run,
            store,
            shop,
            Selection(
                everybody=customers.export is CustomerExport.ALL and not only_asked,
                linked=customers.update_store and not only_asked,
            ),
            may_write=self._store_customers.may_write,
            step=partial(self._step, store, shop),
            after=partial(self._writer.note, store, shop.id),
        )

    async def _step(self, store: StoreRef, shop: ShopConfiguration, row: CustomerToExport) -> Outcome:
        wanted = self._wanted(shop, row)
        if not isinstance(wanted, CustomerToSend):
            return wanted
        if row.store_records:
            record, word = row.store_records[0], "updated"
        else:
            found = await self._writer.find(store, shop.id, row.customer, wanted)
            word = "linked" if found else "created"
            if found is None:
                await self._begin(shop.id, row)
                found = await self._writer.make(store, shop.id, row.customer, wanted)
            if isinstance(found, NotExported):
                return found
            record = found
            await self._writer.link(shop.id, record, row.customer.id)
        if not (word == "created" or row.exchange.unfinished or shop.settings.customers.update_store):
            return Sent(word="linked", store_record=record, digest=None)
        written = await self._writer.bring_up(store, record, row.customer, wanted)
        if isinstance(written, NotExported):
            return written
        return Sent(
            word=word if written or word != "updated" else "unchanged", store_record=record, digest=wanted.digest
        )

    def _wanted(self, shop: ShopConfiguration, row: CustomerToExport) -> CustomerToSend | NotExported | Unchanged:
        customer, asked = row.customer, row.exchange.asked
        if not asked and is_a_default(customer, settings=shop.settings, mappings=shop.mappings):
            return Unchanged()
        if customer.blocked and not row.store_records:
            detail = f"Customer {customer.no} is blocked, so it is not made at the store."
            return NotExported(code=ExportSkip.CUSTOMER_BLOCKED, detail=detail)
        if len(row.store_records) > 1:
            detail = (
                f"Customer {customer.no} is several store customers ({', '.join(row.store_records)}), none of which is"
                " brought in line with it."
            )
            return NotExported(code=ExportSkip.LINKED_TO_SEVERAL, detail=detail)
        wanted = customer_to_send(customer, shop.settings, shop.mappings, phone_key=self._contact.phone_key)
        if isinstance(wanted, CustomerToSend) and refused_as_is(row, wanted.digest):
            return Unchanged()
        return wanted

    async def _begin(self, shop: ShopId, row: CustomerToExport) -> None:
        async with self._uow() as uow:
            await uow.exchanges.begin(shop, KIND, row.customer.id, now=self._clock.now())
            await through(Act.RECORD_BEGIN, uow.commit())


def _contact_differs(there: StoreCustomer, wanted: CustomerToSend) -> bool:
    """What is blank is not sent, and so differs from nothing."""
    pairs = (
        (there.email.casefold(), wanted.email.casefold()),
        (there.phone, wanted.phone),
        (there.first_name, wanted.first_name),
        (there.last_name, wanted.last_name),
    )
    return any(ours and ours != theirs for theirs, ours in pairs)


def _address_differs(there: StoreAddress | None, wanted: CustomerToSend) -> bool:
    place = wanted.place
    assert place is not None, "only asked where there is one"
    if there is None:
        return True
    ours = (
        wanted.first_name, wanted.last_name, wanted.company, wanted.phone,
        place.line1, place.line2, place.postal_code, place.city, place.country_code,
    )  # fmt: skip
    theirs = (
        there.first_name, there.last_name, there.company, there.phone,
        there.line1, there.line2, there.postal_code, there.city, there.country_code,
    )  # fmt: skip
    return ours != theirs or bool(place.province_code and place.province_code != there.province_code)


def _told(shop: ShopId, customer: CustomerId, reading: CustomerRead) -> Told | None:
    """What the store says of a customer that we have just sent it, it has said (decision 31)."""
    record = reading.customer.shopify_id
    order = order_of_customer(reading.customer, read_at=reading.read_at)
    link = LinkToMake(kind=LinkKind.STORE_CUSTOMER, shopify_id=record, customer=ExistingCustomer(id=customer))
    digest = told_by_creation(order, link, customer)
    if digest is None:
        return None
    return Told(
        link=CustomerLink(
            shop_id=shop,
            kind=LinkKind.STORE_CUSTOMER,
            shopify_id=record,
            store_customer_id=record,
            customer_id=customer,
        ),
        digest=digest,
        read_at=reading.read_at,
        shared=False,
    )
