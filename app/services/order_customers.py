"""Customers that orders bring: looked up for many orders together, created once however many want them (P20, P22).

Which customer an order has is ``app.domain.customer_choice``; here what one order creates is seen by the next, by
other transactions, and by the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from app.domain.chosen_customers import CreatedCustomer, CustomerChoice, LinkKind, LinkToMake, Parties
from app.domain.company_updates import told_by_company_creation
from app.domain.comparison import address_key
from app.domain.customer_choice import choose_customer
from app.domain.customer_lookup import CustomerFacts, CustomerLookup, LocationCustomers, wanted_customers
from app.domain.customer_updates import told_by_creation
from app.domain.customers import Customer, NewCustomer
from app.domain.events import EventType
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.domain.order_record import OrderMapping
from app.domain.orders import Order
from app.domain.tax_ids import tax_id_key
from app.ports.clock import IdFactory
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.events import NewEvent
from app.ports.repositories.order_facts import CreatedCustomerRow, NewLink
from app.ports.unit_of_work import UnitOfWork

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """An order whose customer is wanted. ``may_create`` overrides the setting, for a person who asks; ``read_at`` is
    when the order, and its customer with it, was read from the store.
    """

    order: Order
    shop: ShopConfiguration
    mapping: OrderMapping
    may_create: bool | None
    lookup: CustomerLookup
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenCustomers:
    """The customers of one order, with what has to be written for them."""

    choice: CustomerChoice
    parties: Parties
    created: tuple[CreatedCustomerRow, ...] = ()
    links: tuple[NewLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The customers of orders, in their order, and what was known when they were chosen."""

    facts: CustomerFacts
    customers: Sequence[ChosenCustomers]


class OrderCustomers:
    def __init__(self, ids: IdFactory, contact: ContactNormaliser) -> None:
        self._ids = ids
        self._contact = contact

    def buyer(
        self,
        order: Order,
        *,
        shop: ShopConfiguration,
        mapping: OrderMapping,
        may_create: bool | None,
        read_at: datetime | None = None,
    ) -> Buyer:
        """An order with everything by which its customer may be found."""
        lookup = wanted_customers(
            order,
            settings=shop.settings,
            mappings=shop.mappings,
            by_hand=mapping,
            email_key=self._contact.email_key,
            phone_key=self._contact.phone_key,
        )
        return Buyer(order=order, shop=shop, mapping=mapping, may_create=may_create, lookup=lookup, read_at=read_at)

    async def choose(
        self, uow: UnitOfWork, shop: ShopId, buyers: Sequence[Buyer], *, before: Choice | None = None
    ) -> Choice:
        """The customers of orders of one shop; an order sees what those before it create. What was chosen ``before``
        stands if the same is known.
        """
        facts = known = await uow.order_facts.customers(shop, [buyer.lookup for buyer in buyers])
        if before is not None and before.facts == known:
            return before
        chosen = []
        for buyer in buyers:
            found = self._chosen(buyer, facts)
            facts = _with_created(facts, found)
            chosen.append(found)
        return Choice(facts=known, customers=chosen)

    async def wait_for_others(self, uow: UnitOfWork, creating: Sequence[Buyer]) -> None:
        """Until the transaction ends nobody else creates a customer that these orders may create; what others created
        is there to be found afterwards.
        """
        await uow.order_facts.serialise_creation({key for buyer in creating for key in _creation_keys(buyer)})

    async def write(self, uow: UnitOfWork, chosen: Sequence[ChosenCustomers], *, now: datetime) -> None:
        """Insert what was created, and the links that were found worth remembering."""
        rows = [row for each in chosen for row in each.created]
        await uow.order_facts.create(rows, [link for each in chosen for link in each.links], now=now)
        await uow.events.append_many(
            [
                NewEvent(
                    type=EventType.CUSTOMER_CREATED,
                    shop_id=row.customer.shop_id,
                    resource_type="new_customer",
                    resource_id=row.id,
                    version=1,
                )
                for row in rows
            ]
        )

    def _chosen(self, buyer: Buyer, facts: CustomerFacts) -> ChosenCustomers:
        choice = choose_customer(
            buyer.order,
            shop_id=buyer.shop.id,
            settings=buyer.shop.settings,
            mappings=buyer.shop.mappings,
            facts=facts,
            wanted=buyer.lookup,
            by_hand=buyer.mapping,
            may_create=buyer.may_create,
        )
        created = tuple(self._row(new) for new in choice.new_customers)
        ids = tuple(row.id for row in created)
        return ChosenCustomers(
            choice=choice, parties=choice.parties(ids), created=created, links=tuple(_links(buyer, choice, ids))
        )

    def _row(self, new: NewCustomer) -> CreatedCustomerRow:
        return CreatedCustomerRow(
            id=CustomerId(self._ids.new("cus")),
            customer=new,
            email_key=self._contact.email_key(new.email) if new.email else None,
            phone_key=self._contact.phone_key(new.phone, new.address.country_code) if new.phone else None,
            address_key=address_key(name=new.name, name2=new.name2, address=new.address),
        )


def _creation_keys(buyer: Buyer) -> Iterator[str]:
    """Everything by which the customer that this order creates could be found by another order."""
    lookup = buyer.lookup
    if lookup.company_id:
        yield f"company:{buyer.shop.id}:{lookup.company_id}"
    else:
        yield f"order:{buyer.shop.id}:{lookup.store_customer_id or buyer.order.shopify_id}"
    yield from (f"{kind}:{key}" for kind, key in (("email", lookup.email_key), ("phone", lookup.phone_key)) if key)
    yield from (f"address:{key}" for key in lookup.address_keys)
    yield from (f"tax_id:{key}" for key in lookup.tax_id_keys)


def _with_created(facts: CustomerFacts, chosen: ChosenCustomers) -> CustomerFacts:
    """The facts as the next order must see them: what this one creates and links exists for that one."""
    if not chosen.created and not chosen.links:
        return facts
    made = {row.id: _as_customer(row) for row in chosen.created}
    by_email, by_phone, by_address, by_tax_id = facts.by_email, facts.by_phone, facts.by_address, facts.by_tax_id
    for row in chosen.created:
        by_email = _added(by_email, row.email_key, made[row.id])
        by_phone = _added(by_phone, row.phone_key, made[row.id])
        by_address = _added(by_address, row.address_key, made[row.id])
        by_tax_id = _added(by_tax_id, tax_id_key(row.customer.tax_id), made[row.id])
    found = replace(facts, by_email=by_email, by_phone=by_phone, by_address=by_address, by_tax_id=by_tax_id)
    linked: dict[LinkKind, dict[str, Customer]] = {kind: {} for kind in LinkKind}
    for link in chosen.links:
        customer = _known(found, link.customer_id)
        if customer is not None:
            linked[link.kind][link.shopify_id] = customer
    return _with_links(found, linked)


def _with_links(facts: CustomerFacts, linked: Mapping[LinkKind, Mapping[str, Customer]]) -> CustomerFacts:
    """The facts with links that were not there; those that were stay."""
    people, companies = linked[LinkKind.STORE_CUSTOMER], linked[LinkKind.COMPANY]
    locations = linked[LinkKind.COMPANY_LOCATION]
    return replace(
        facts,
        store_customer_links={ShopifyId(key): each for key, each in people.items()} | dict(facts.store_customer_links),
        address_links={**linked[LinkKind.ADDRESS], **facts.address_links},
        company_links={ShopifyId(key): each for key, each in companies.items()} | dict(facts.company_links),
        company_location_links={ShopifyId(key): LocationCustomers(sell_to=each) for key, each in locations.items()}
        | dict(facts.company_location_links),
    )


def _known(facts: CustomerFacts, customer: CustomerId) -> Customer | None:
    """A customer that an order of this batch was found to be, or that it makes."""
    found = facts.by_id.get(customer)
    searched = (facts.by_email, facts.by_phone, facts.by_address, facts.by_tax_id)
    everybody = (each for by_key in searched for fitting in by_key.values() for each in fitting)
    return found or next((each for each in everybody if each.id == customer), None)


def _added(
    found: Mapping[Key, Sequence[Customer]], key: Key | None, customer: Customer
) -> Mapping[Key, Sequence[Customer]]:
    return found if key is None else {**found, key: [*found.get(key, ()), customer]}


def _as_customer(row: CreatedCustomerRow) -> Customer:
    new = row.customer
    return Customer(
        id=row.id,
        no=None,
        name=new.name,
        name2=new.name2,
        contact_name=new.contact_name,
        email=new.email,
        phone=new.phone,
        address=new.address,
        vat_registration_no=new.vat_registration_no,
        registration_no=new.registration_no,
        payment_terms_code=new.payment_terms_code,
        shop_id=new.shop_id,
    )


def _links(buyer: Buyer, choice: CustomerChoice, created: Sequence[CustomerId]) -> Iterator[NewLink]:
    store_customer = buyer.order.customer
    for link in choice.links_to_make:
        owner = store_customer.shopify_id if store_customer and link.kind is LinkKind.ADDRESS else None
        if link.kind is LinkKind.ADDRESS and owner is None:
            continue
        reference = CustomerChoice(sell_to=link.customer).parties(created).sell_to
        assert reference is not None
        told = _told(buyer.order, link, reference.id)
        yield NewLink(
            kind=link.kind,
            shop_id=buyer.shop.id,
            shopify_id=link.shopify_id,
            store_customer_id=owner,
            customer_id=reference.id,
            told=told,
            told_at=buyer.read_at if told else None,
        )


def _told(order: Order, link: LinkToMake, customer: CustomerId) -> bytes | None:
    """What a customer is made of, the store has said: the next order does not say it again. Who is found has been told
    nothing yet, so what the store says of them is news.
    """
    if not isinstance(link.customer, CreatedCustomer):
        return None
    said = told_by_company_creation if order.b2b else told_by_creation
    return said(order, link, customer)
