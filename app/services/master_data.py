"""Customers and items as the ERP tells them, and the orders that each of them wakes (P21, P31, P33)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from app.domain import awaited
from app.domain.catalogue import Item, codes_of
from app.domain.comparison import address_key
from app.domain.customers import Customer, first_email
from app.domain.tax_ids import tax_id_key
from app.ports.clock import Clock
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import Conflict, NotFound
from app.ports.paging import Page, PageRequest
from app.ports.repositories.customers import CustomerKeys, KeptCustomer
from app.ports.repositories.items import KeptItem
from app.ports.sight import seeing
from app.ports.unit_of_work import UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.waking import wake

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Generic[Kept]):
    """What a PUT did."""

    kept: Kept
    created: bool


class CustomerData:
    """The ERP's customers, by number."""

    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock, contact: ContactNormaliser) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._contact = contact

    async def page(
        self, request: PageRequest, *, updated_from: datetime | None, search: str | None = None
    ) -> Page[KeptCustomer]:
        # The ERP's customers are of no shop; held to shops, the database would not search them by an index.
        with seeing(None):
            async with self._unit_of_work() as uow:
                return await uow.customers.page(request, updated_from=updated_from, search=search)

    async def get(self, no: str) -> KeptCustomer:
        async with self._unit_of_work() as uow:
            kept = await uow.customers.find(no)
        if kept is None:
            raise NotFound("There is no such customer.")
        return kept

    async def put(self, customer: Customer, *, expected: Expected = ANY_VERSION) -> Written[KeptCustomer]:
        """Make or replace; a customer told again unchanged keeps its version and wakes nobody. Its id is ignored."""
        keys = comparing_forms(customer, self._contact)
        async with self._unit_of_work() as uow:
            before = await uow.customers.locked(str(customer.no))
            expected.check(before.version if before else None)
            if before is not None and replace(customer, id=before.customer.id) == before.customer:
                return Written(kept=before, created=False)
            kept = await uow.customers.save(customer, keys, now=self._clock.now())
            # What it no longer has, too: of two customers with one e-mail, the other is the only one now.
            had = (
                brought_by_customer(before.customer.no, comparing_forms(before.customer, self._contact))
                if before
                else set()
            )
            await wake(uow, brought_by_customer(customer.no, keys) | had, shop=None)
            await uow.commit()
        return Written(kept=kept, created=before is None)

    async def delete(self, no: str, *, unlink: bool, expected: Expected = ANY_VERSION) -> None:
        """Refused while linked unless ``unlink``, and always while documents name it: history must not lose it."""
        async with self._unit_of_work() as uow:
            before = await uow.customers.locked(no)
            if before is None:
                raise NotFound("There is no such customer.")
            expected.check(before.version)
            customer = before.customer.id
            if await uow.customers.has_documents(customer):
                raise Conflict(
                    "Sales documents name this customer. Block it instead of deleting it.",
                    code="customer_has_documents",
                )
            if links := await uow.customers.links(customer):
                if not unlink:
                    raise Conflict(
                        f"{links} links lead to this customer. Delete them, or repeat with ?unlink=true.",
                        code="customer_linked",
                        facts={"links": links},
                    )
                await uow.customers.unlink(customer)
            await uow.customers.delete(customer, now=self._clock.now())
            await wake(uow, brought_by_customer(no, comparing_forms(before.customer, self._contact)), shop=None)
            await uow.commit()


def comparing_forms(customer: Customer, contact: ContactNormaliser) -> CustomerKeys:
    """By what the customer is found (P21)."""
    email = first_email(customer.email)
    return CustomerKeys(
        email=contact.email_key(email) if email else None,
        phone=contact.phone_key(customer.phone, customer.address.country_code) if customer.phone else None,
        address=address_key(name=customer.name, name2=customer.name2, address=customer.address),
        tax_ids=tuple(key for key in map(tax_id_key, (customer.registration_no, customer.vat_registration_no)) if key),
    )


def brought_by_customer(no: str | None, keys: CustomerKeys) -> set[str]:
    """The facts that a customer brings, or takes away."""
    facts = {awaited.customer_no(no)} if no else set()
    if keys.email:
        facts.add(awaited.customer_email(keys.email))
    if keys.phone:
        facts.add(awaited.customer_phone(keys.phone))
    if keys.address:
        facts.add(awaited.customer_address(keys.address))
    facts.update(awaited.customer_tax_id(key) for key in keys.tax_ids)
    return facts


def brought_by_item(item: Item) -> set[str]:
    """The facts that an item brings, or takes away."""
    return {awaited.item_no(item.no), *(awaited.item_code(code.code) for code in codes_of(item))}


class ItemData:
    """The ERP's items, by number."""

    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def page(
        self, request: PageRequest, *, updated_from: datetime | None, search: str | None = None
    ) -> Page[KeptItem]:
        async with self._unit_of_work() as uow:
            return await uow.items.page(request, updated_from=updated_from, search=search)

    async def get(self, no: str) -> KeptItem:
        async with self._unit_of_work() as uow:
            kept = await uow.items.find(no)
        if kept is None:
            raise NotFound("There is no such item.")
        return kept

    async def put(self, item: Item, *, expected: Expected = ANY_VERSION) -> Written[KeptItem]:
        """Make or replace; an item told again unchanged keeps its version and wakes nobody."""
        async with self._unit_of_work() as uow:
            before = await uow.items.locked(item.no)
            expected.check(before.version if before else None)
            if before is not None and before.item == item:
                return Written(kept=before, created=False)
            kept = await uow.items.save(item, now=self._clock.now())
            # What it no longer carries, too: of two items with one code, the other is the only one now.
            facts = brought_by_item(item) | (brought_by_item(before.item) if before else set())
            await wake(uow, facts, shop=None)
            await uow.commit()
        return Written(kept=kept, created=before is None)

    async def delete(self, no: str, *, unlink: bool, expected: Expected = ANY_VERSION) -> None:
        """Refused while linked unless ``unlink``; documents keep the number they were made with."""
        async with self._unit_of_work() as uow:
            before = await uow.items.locked(no)
            if before is None:
                raise NotFound("There is no such item.")
            expected.check(before.version)
            if links := await uow.items.links(no):
                if not unlink:
                    raise Conflict(
                        f"{links} links lead to this item. Delete them, or repeat with ?unlink=true.",
                        code="item_linked",
                        facts={"links": links},
                    )
                await uow.items.unlink(no)
            await uow.items.delete(no)
            await wake(uow, brought_by_item(before.item), shop=None)
            await uow.commit()
