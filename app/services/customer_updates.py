"""Customers that orders found, brought up to what the store says of them, where a shop allows it (P22, CUS-63).

What may be updated, and to what, is ``app.domain.customer_updates``'; here the newest reading wins, whoever writes it,
and what the store said before is not said again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.chosen_customers import LinkKind
from app.domain.company_updates import company_updates_of, updated_company
from app.domain.customer_updates import CustomerUpdate, updated, updates_of
from app.domain.customers import Customer
from app.domain.events import EventType
from app.domain.identifiers import CustomerId
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.customers import CustomerLink, KeptCustomer, Told, UpdatedCustomer
from app.ports.repositories.events import NewEvent
from app.ports.unit_of_work import UnitOfWork
from app.services.master_data import brought_by_customer, comparing_forms
from app.services.order_customers import Buyer, ChosenCustomers
from app.services.waking import wake


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What the store said of a customer, in which shop, and when that was read."""

    shop: ShopConfiguration
    update: CustomerUpdate
    read_at: datetime

    @property
    def link(self) -> CustomerLink:
        return CustomerLink(
            shop_id=self.shop.id,
            kind=self.update.kind,
            shopify_id=self.update.shopify_id,
            store_customer_id=self.update.store_customer_id,
            customer_id=self.update.customer_id,
        )


class CustomerUpdates:
    """Runs inside the caller's unit of work, after everything else that it locks."""

    def __init__(self, contact: ContactNormaliser) -> None:
        self._contact = contact

    async def apply(self, uow: UnitOfWork, chosen: Iterable[tuple[Buyer, ChosenCustomers]], *, now: datetime) -> None:
        """Update the customers that were found for these orders."""
        heard = [each for buyer, choice in chosen for each in _heard(buyer, choice)]
        if not heard or not (news := await _news(uow, heard)):
            return
        kept = await uow.customers.locked_many(sorted({each.update.customer_id for each in news}))
        # Once more: whoever held these customers before us may have heard something newer.
        news = [each for each in await _news(uow, news) if each.update.customer_id in kept]
        changed = self._changed(news, kept)
        if changed:
            await self._write(uow, changed, kept, {each.update.customer_id: each.shop for each in news}, now=now)
        await uow.customers.note_told(
            [Told(link=each.link, digest=each.update.digest, read_at=each.read_at, shared=False) for each in news]
        )

    def _changed(self, news: Sequence[_Heard], kept: Mapping[CustomerId, KeptCustomer]) -> Sequence[UpdatedCustomer]:
        """Each customer once, with all that was said of it, the newest last."""
        customers: dict[CustomerId, UpdatedCustomer] = {}
        for each in sorted(news, key=lambda heard: heard.read_at):
            said = each.update
            before = customers.get(said.customer_id)
            customer = before.customer if before else kept[said.customer_id].customer
            after = _after(customer, said, each.shop)
            customers[said.customer_id] = UpdatedCustomer(
                customer=after,
                keys=comparing_forms(after, self._contact),
                tax_area_code=said.said.tax_area_code,
                tax_liable=said.said.tax_liable,
                vat_business_group=said.said.vat_business_group,
            )
        return [each for each in customers.values() if each.customer != kept[each.customer.id].customer]

    async def _write(
        self,
        uow: UnitOfWork,
        changed: Sequence[UpdatedCustomer],
        kept: Mapping[CustomerId, KeptCustomer],
        shops: Mapping[CustomerId, ShopConfiguration],
        *,
        now: datetime,
    ) -> None:
        versions = await uow.customers.update_many(changed, now=now)
        facts: set[str] = set()
        for each in changed:
            before = kept[each.customer.id].customer
            facts |= brought_by_customer(before.no, comparing_forms(before, self._contact))
            facts |= brought_by_customer(before.no, each.keys)
        await uow.events.append_many(
            [
                NewEvent(
                    type=EventType.CUSTOMER_UPDATED,
                    shop_id=shops[each.customer.id].id,
                    resource_type="customer" if each.customer.no else "new_customer",
                    resource_id=each.customer.id,
                    version=versions[each.customer.id],
                )
                for each in changed
            ]
        )
        await wake(uow, facts, shop=None)


def _heard(buyer: Buyer, chosen: ChosenCustomers) -> Iterator[_Heard]:
    if buyer.read_at is None:
        return
    shop = buyer.shop
    said = company_updates_of if buyer.order.b2b else updates_of
    found = said(buyer.order, chosen.choice, shop_id=shop.id, settings=shop.settings, mappings=shop.mappings)
    for update in found:
        yield _Heard(shop=shop, update=update, read_at=buyer.read_at)


def _after(customer: Customer, update: CustomerUpdate, shop: ShopConfiguration) -> Customer:
    if update.kind in (LinkKind.COMPANY, LinkKind.COMPANY_LOCATION):
        return updated_company(customer, update.said)
    return updated(customer, update.said, shop.settings.customers)


async def _news(uow: UnitOfWork, heard: Sequence[_Heard]) -> list[_Heard]:
    """What was not said before over its link, the newest reading of each; a customer that several store customers are
    is nobody's to change.
    """
    newest = {each.link: each for each in sorted(heard, key=lambda each: each.read_at)}
    told = {each.link: each for each in await uow.customers.told(list(newest))}
    return [each for link, each in newest.items() if link in told and _is_news(each, told[link])]


def _is_news(heard: _Heard, told: Told) -> bool:
    newer = told.read_at is None or heard.read_at > told.read_at
    return newer and not told.shared and heard.update.digest != told.digest
