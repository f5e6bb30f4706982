"""Decide about imported orders: items, customers, document, or what is missing; and write it all down (P20–P34).

The shared core of the import and of making documents later. It runs inside the caller's unit of work, looks up many
orders together, and never commits. Every decision is the domain's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.chosen_customers import CustomerChoice, LinkKind, Parties
from app.domain.comparison import address_key
from app.domain.customer_choice import choose_customer
from app.domain.customer_lookup import CustomerFacts, CustomerLookup, wanted_customers
from app.domain.customers import Customer, NewCustomer
from app.domain.documents import DocumentDraft, NothingToDocument, Refusal, build_document
from app.domain.events import EventType
from app.domain.identifiers import CustomerId, DocumentId, OrderId, ShopId, ShopifyId, StoreId
from app.domain.item_choice import ItemFacts, ItemLookup, choose_items, wanted_items
from app.domain.items import ItemChoice
from app.domain.order_record import OrderMapping, OrderState
from app.domain.orders import Order
from app.domain.problems import Problem, ProblemCode
from app.ports.clock import IdFactory
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.documents import AlreadyLive, Inserted, NewDocument, NumberTaken
from app.ports.repositories.events import NewEvent
from app.ports.repositories.order_facts import CreatedCustomerRow, NewLink
from app.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An order to decide about. ``make`` says whether a document may be made now; else only what is missing is found."""

    id: OrderId
    store_id: StoreId
    shop: ShopConfiguration
    order: Order
    mapping: OrderMapping
    make: bool
    use_shopify_number: bool
    may_create_customer: bool | None = None
    by_request: bool = False
    """A person asks for the document of this very order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What came of a candidate. Without problems and ``document_id`` it is complete, and only ``make`` was not said."""

    id: OrderId
    state: OrderState
    mapping: OrderMapping
    problems: tuple[Problem, ...]
    document_id: DocumentId | None = None


@dataclass(slots=True, kw_only=True)
class _Plan:
    """A candidate on its way: what was chosen, and the draft or the problems."""

    candidate: Candidate
    items: Mapping[ShopifyId, ItemChoice | Problem]
    choice: CustomerChoice
    created: tuple[CustomerId, ...] = ()
    parties: Parties = field(default_factory=Parties)
    draft: DocumentDraft | None = None
    nothing: NothingToDocument | None = None
    problems: tuple[Problem, ...] = ()


class OrderDecisions:
    def __init__(self, ids: IdFactory, contact: ContactNormaliser) -> None:
        self._ids = ids
        self._contact = contact

    async def decide(self, uow: UnitOfWork, candidates: Sequence[Candidate], *, now: datetime) -> Sequence[Decision]:
        """Decide about candidates in their order, make their customers and documents, and announce those."""
        decisions: dict[OrderId, Decision] = {}
        by_shop: dict[ShopId, list[Candidate]] = {}
        for candidate in candidates:
            by_shop.setdefault(candidate.shop.id, []).append(candidate)
        # In one order everywhere: each group locks the number series of its shop until the commit.
        for _, group in sorted(by_shop.items()):
            plans = await self._plan(uow, group)
            await self._create_customers(uow, plans, now=now)
            decisions |= await self._document(uow, plans, now=now)
        return [decisions[candidate.id] for candidate in candidates]

    async def _plan(self, uow: UnitOfWork, group: Sequence[Candidate]) -> Sequence[_Plan]:
        """Choose for every order of one shop; when customers are to be created, once more under a lock of theirs."""
        shop = group[0].shop
        lookups = [self._customer_lookup(candidate) for candidate in group]
        wanted = ItemLookup()
        for candidate in group:
            wanted |= wanted_items(candidate.order, shop.settings.items)
        items = await uow.order_facts.items(shop.id, wanted)
        plans = self._choose(group, lookups, items, await uow.order_facts.customers(shop.id, lookups))
        creating = [plan.candidate for plan in plans if plan.choice.new_customers]
        if not creating:
            return plans
        await uow.order_facts.serialise_creation([(shop.id, _creation_key(candidate)) for candidate in creating])
        return self._choose(group, lookups, items, await uow.order_facts.customers(shop.id, lookups))

    def _choose(
        self,
        group: Sequence[Candidate],
        lookups: Sequence[CustomerLookup],
        items: ItemFacts,
        customers: CustomerFacts,
    ) -> Sequence[_Plan]:
        plans = []
        for candidate, wanted in zip(group, lookups, strict=True):
            plan = _Plan(
                candidate=candidate,
                items=_items(candidate, items),
                choice=choose_customer(
                    candidate.order,
                    shop_id=candidate.shop.id,
                    settings=candidate.shop.settings,
                    mappings=candidate.shop.mappings,
                    facts=customers,
                    wanted=wanted,
                    by_hand=candidate.mapping,
                    may_create=candidate.may_create_customer,
                ),
            )
            plan.created = tuple(CustomerId(self._ids.new("cus")) for _ in plan.choice.new_customers)
            plan.parties = plan.choice.parties(plan.created)
            customers = self._with_created(customers, plan, wanted)
            _build(plan)
            plans.append(plan)
        return plans

    def _customer_lookup(self, candidate: Candidate) -> CustomerLookup:
        return wanted_customers(
            candidate.order,
            settings=candidate.shop.settings,
            mappings=candidate.shop.mappings,
            by_hand=candidate.mapping,
            email_key=self._contact.email_key,
            phone_key=self._contact.phone_key,
        )

    def _with_created(self, facts: CustomerFacts, plan: _Plan, wanted: CustomerLookup) -> CustomerFacts:
        """The facts as the next order must see them: a customer made for this one exists for that one."""
        if not plan.created:
            return facts
        made = {
            created: _as_customer(created, new)
            for created, new in zip(plan.created, plan.choice.new_customers, strict=True)
        }
        people, places = dict(facts.store_customer_links), dict(facts.address_links)
        for link in _links(plan):
            customer = made.get(link.customer_id)
            if customer and link.kind is LinkKind.STORE_CUSTOMER:
                people.setdefault(link.store_customer_id, customer)
            elif customer and link.address_id:
                places.setdefault(link.address_id, customer)
        emails, phones = dict(facts.by_email), dict(facts.by_phone)
        for customer in made.values():
            if wanted.email_key:
                emails[wanted.email_key] = [*emails.get(wanted.email_key, ()), customer]
            if wanted.phone_key:
                phones[wanted.phone_key] = [*phones.get(wanted.phone_key, ()), customer]
        return replace(facts, store_customer_links=people, address_links=places, by_email=emails, by_phone=phones)

    async def _create_customers(self, uow: UnitOfWork, plans: Sequence[_Plan], *, now: datetime) -> None:
        rows = [
            self._customer_row(created, new)
            for plan in plans
            for created, new in zip(plan.created, plan.choice.new_customers, strict=True)
        ]
        await uow.order_facts.create_customers(rows, now=now)
        links = [link for plan in plans for link in _links(plan)]
        if links:
            await uow.order_facts.link(links, now=now)
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

    def _customer_row(self, created: CustomerId, new: NewCustomer) -> CreatedCustomerRow:
        return CreatedCustomerRow(
            id=created,
            customer=new,
            email_key=self._contact.email_key(new.email) if new.email else None,
            phone_key=self._contact.phone_key(new.phone, new.address.country_code) if new.phone else None,
            address_key=address_key(name=new.name, name2=new.name2, address=new.address),
        )

    async def _document(self, uow: UnitOfWork, plans: Sequence[_Plan], *, now: datetime) -> dict[OrderId, Decision]:
        made: dict[OrderId, DocumentId] = {}
        drafted = [plan for plan in plans if plan.draft is not None and plan.candidate.make]
        documents = [self._new_document(plan) for plan in drafted]
        events: list[NewEvent] = []
        for plan, document, result in zip(
            drafted, documents, await uow.documents.insert_many(documents, now=now) if documents else (), strict=True
        ):
            match result:
                case Inserted():
                    made[plan.candidate.id] = document.id
                    events += _announcements(document)
                case AlreadyLive(document_id=live):
                    made[plan.candidate.id] = live
                case NumberTaken():
                    plan.problems = (_number_taken(result),)
        await uow.events.append_many(events)
        return {plan.candidate.id: _decision(plan, made.get(plan.candidate.id)) for plan in plans}

    def _new_document(self, plan: _Plan) -> NewDocument:
        draft, candidate = plan.draft, plan.candidate
        assert draft is not None
        orders = candidate.shop.settings.orders
        return NewDocument(
            id=DocumentId(self._ids.new("doc")),
            shop_id=candidate.shop.id,
            order_id=candidate.id,
            content=draft.content,
            snapshot=draft.snapshot,
            shopify_number=candidate.order.name if candidate.use_shopify_number else None,
            series_prefix=getattr(orders.number_series, draft.content.kind.value),
            released=orders.release_documents,
        )


def _items(candidate: Candidate, found: ItemFacts) -> Mapping[ShopifyId, ItemChoice | Problem]:
    by_hand = {line: choice for line, choice in candidate.mapping.items.items() if choice.rule == "by_hand"}
    return choose_items(
        candidate.order,
        shop_id=candidate.shop.id,
        order_id=candidate.id,
        settings=candidate.shop.settings,
        found=found,
        by_hand=by_hand,
    )


def _build(plan: _Plan) -> None:
    candidate = plan.candidate
    result = build_document(
        candidate.order,
        shop_id=candidate.shop.id,
        order_id=candidate.id,
        settings=candidate.shop.settings,
        mappings=candidate.shop.mappings,
        customer=plan.parties,
        items=plan.items,
        header=candidate.mapping,
        local_currency=candidate.shop.local_currency,
        time_zone=candidate.shop.time_zone,
        use_shopify_number=candidate.use_shopify_number,
        by_request=candidate.by_request,
    )
    match result:
        case DocumentDraft():
            plan.draft = result
        case Refusal(problems=problems):
            plan.problems = tuple(problems)
        case NothingToDocument():
            plan.nothing = result


def _decision(plan: _Plan, document: DocumentId | None) -> Decision:
    mapping = _mapping(plan)
    if document is not None:
        return Decision(
            id=plan.candidate.id, state=OrderState.PROCESSED, mapping=mapping, problems=(), document_id=document
        )
    if plan.nothing is not None:
        problem = Problem(
            code=ProblemCode.NOTHING_TO_DOCUMENT,
            pointer="",
            detail=plan.nothing.detail,
            remedy="Nothing needs to be done. A document can still be asked for if something is left of the order.",
        )
        return Decision(id=plan.candidate.id, state=OrderState.UNPROCESSED, mapping=mapping, problems=(problem,))
    state = OrderState.BLOCKED if plan.problems else OrderState.UNPROCESSED
    return Decision(id=plan.candidate.id, state=state, mapping=mapping, problems=plan.problems)


def _mapping(plan: _Plan) -> OrderMapping:
    before, draft = plan.candidate.mapping, plan.draft
    found = replace(
        before,
        sell_to_customer_id=plan.parties.sell_to.id if plan.parties.sell_to else None,
        bill_to_customer_id=plan.parties.bill_to.id if plan.parties.bill_to else None,
        explanation=plan.choice.explanation,
        items={line: choice for line, choice in plan.items.items() if isinstance(choice, ItemChoice)},
    )
    if draft is None:
        return found
    codes = {
        name: getattr(draft.content, name)
        for name in (
            "shipment_method_code",
            "shipping_agent_code",
            "shipping_agent_service_code",
            "payment_method_code",
            "payment_terms_code",
        )
        if name not in before.by_hand
    }
    return replace(found, **codes)


def _links(plan: _Plan) -> Sequence[NewLink]:
    store_customer = plan.candidate.order.customer
    if store_customer is None:
        return []
    links = []
    for link in plan.choice.links_to_make:
        reference = CustomerChoice(sell_to=link.customer).parties(plan.created).sell_to
        assert reference is not None
        links.append(
            NewLink(
                kind=link.kind,
                shop_id=plan.candidate.shop.id,
                store_customer_id=store_customer.shopify_id,
                address_id=link.shopify_id if link.kind is LinkKind.ADDRESS else None,
                customer_id=reference.id,
            )
        )
    return links


def _creation_key(candidate: Candidate) -> str:
    customer = candidate.order.customer
    return customer.shopify_id if customer else candidate.order.shopify_id


def _as_customer(created: CustomerId, new: NewCustomer) -> Customer:
    return Customer(
        id=created,
        no=None,
        name=new.name,
        name2=new.name2,
        contact_name=new.contact_name,
        email=new.email,
        phone=new.phone,
        address=new.address,
    )


def _announcements(document: NewDocument) -> Sequence[NewEvent]:
    types = [EventType.SALES_DOCUMENT_CREATED]
    if document.released:
        types.append(EventType.SALES_DOCUMENT_RELEASED)
    return [
        NewEvent(
            type=type_, shop_id=document.shop_id, resource_type="sales_document", resource_id=document.id, version=1
        )
        for type_ in types
    ]


def _number_taken(taken: NumberTaken) -> Problem:
    return Problem(
        code=ProblemCode.NUMBER_TAKEN,
        pointer="/name",
        detail=f"The number {taken.number} is held by the live document {taken.holder_document_id} of this shop.",
        remedy=(
            "Switch orders.use_shopify_order_number off and ask for the document again, or cancel or unlink the other one."
        ),
    )
