"""Customers that Orderbridge created, until the ERP has numbered them (P22)."""

from collections.abc import Sequence

from app.domain.access import Access
from app.domain.events import EventType
from app.domain.identifiers import CustomerId, ShopId
from app.ports.clock import Clock
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import Conflict, NotFound
from app.ports.once import Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.customers import KeptCustomer, RenumberedDocument
from app.ports.repositories.events import NewEvent
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.master_data import brought_by_customer, comparing_forms
from app.services.waking import wake


class NewCustomers:
    """Read them, and answer with the ERP's number."""

    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock, contact: ContactNormaliser) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._contact = contact

    async def page(self, request: PageRequest, *, access: Access) -> Page[KeptCustomer]:
        shops = None if access.shops is None else sorted(access.shops)
        async with self._unit_of_work() as uow:
            return await uow.customers.new_page(request, shops=shops)

    async def get(self, customer: CustomerId, *, access: Access) -> KeptCustomer:
        async with self._unit_of_work() as uow:
            kept = await uow.customers.new(customer)
        if kept is None or not _sees(access, kept):
            raise NotFound("There is no such customer waiting for a number.")
        return kept

    async def acknowledge(
        self, customer: CustomerId, no: str, *, access: Access, once: Once[KeptCustomer]
    ) -> KeptCustomer:
        """Number the customer everywhere; a number that exists already links everything to that customer instead."""
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            created = await uow.customers.locked_by_id(customer)
            if created is None or not _sees(access, created):
                raise NotFound("There is no such customer waiting for a number.")
            if created.customer.no is not None and created.customer.no != no:
                raise Conflict(
                    f"This customer has the number {created.customer.no!r} already.",
                    facts={"state": "numbered", "customer_no": created.customer.no},
                )
            kept = created if created.customer.no == no else await self._number(uow, created, no)
            await once.answered(uow, kept)
            await uow.commit()
        return kept

    async def _number(self, uow: UnitOfWork, created: KeptCustomer, no: str) -> KeptCustomer:
        now = self._clock.now()
        existing = await uow.customers.locked(no)
        if existing is None:
            await uow.customers.number(created.customer.id, no, now=now)
            customer = created.customer.id
        else:
            customer = existing.customer.id
            await uow.customers.replace_by(created.customer.id, customer, now=now)
        documents = await uow.customers.show_number(customer, no, now=now)
        kept = await uow.customers.find(no)
        assert kept is not None
        await uow.events.append_many(_announcements(kept, created.shop_id, documents))
        keys = comparing_forms(kept.customer, self._contact)
        await wake(uow, brought_by_customer(no, keys), shop=None)
        return kept


def _sees(access: Access, kept: KeptCustomer) -> bool:
    return access.shops is None or (kept.shop_id is not None and access.sees(kept.shop_id))


def _announcements(kept: KeptCustomer, shop: ShopId | None, documents: Sequence[RenumberedDocument]) -> list[NewEvent]:
    """The customer, and each of its documents with the version it had: its content for the ERP is the same."""
    found = [
        NewEvent(
            type=EventType.SALES_DOCUMENT_UPDATED,
            shop_id=document.shop_id,
            resource_type="sales_document",
            resource_id=document.id,
            version=document.version,
        )
        for document in documents
    ]
    if shop is not None:
        found.insert(
            0,
            NewEvent(
                type=EventType.CUSTOMER_UPDATED,
                shop_id=shop,
                resource_type="customer",
                resource_id=kept.customer.id,
                version=kept.version,
            ),
        )
    return found
