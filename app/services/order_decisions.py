"""Decide about imported orders: items, customers, document, or what is missing; and write it all down (P20–P34).

The shared core of the import and of making documents later. It runs inside the caller's unit of work, looks up many
orders together, and never commits. Every decision is the domain's; customers are ``order_customers``'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.document_problems import nothing_to_document, number_taken
from app.domain.documents import DocumentDraft, NothingToDocument, Refusal, build_document
from app.domain.events import EventType
from app.domain.identifiers import DocumentId, OrderId, ShopId, ShopifyId, StoreId
from app.domain.item_choice import ItemFacts, ItemLookup, choose_items, wanted_items
from app.domain.items import ItemChoice
from app.domain.order_record import OrderMapping, OrderState
from app.domain.orders import Order
from app.domain.problems import Problem
from app.domain.sales_documents import DocumentFacts
from app.ports.clock import IdFactory
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import FieldError
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.documents import AlreadyLive, Inserted, NewDocument, NumberTaken
from app.ports.repositories.events import NewEvent
from app.ports.unit_of_work import UnitOfWork
from app.services.customer_updates import CustomerUpdates
from app.services.order_customers import Buyer, ChosenCustomers, OrderCustomers

LOOK_AGAIN_AFTER = timedelta(seconds=3)
"""Longer than a transaction takes that brings master data. One that commits while an order is being found blocked
neither shows its item to that order nor finds that order waiting; looking once more closes the gap.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An order to decide about.

    ``make`` says whether a document may be made now; else only what is missing is found.
    """

    id: OrderId
    store_id: StoreId
    shop: ShopConfiguration
    order: Order
    mapping: OrderMapping
    make: bool
    use_shopify_number: bool
    read_at: datetime | None = None
    """When the copy was read from the store; None = its customer is not updated from it."""
    may_create_customer: bool | None = None
    by_request: bool = False
    """A person asks for the document of this very order."""
    amends: DocumentFacts | None = None
    """The locked live document that gets a new version, instead of a new document being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What came of a candidate. Without problems and ``document_id`` it is complete, and only ``make`` was not said."""

    id: OrderId
    state: OrderState
    mapping: OrderMapping
    problems: tuple[Problem, ...]
    document_id: DocumentId | None = None
    draft: DocumentDraft | None = None
    """What its document is, or would be."""
    events: tuple[NewEvent, ...] = ()
    """About its document, for the caller to announce after the order itself."""


@dataclass(slots=True, kw_only=True)
class _Plan:
    """A candidate on its way: what was chosen, and the draft or the problems."""

    candidate: Candidate
    items: Mapping[ShopifyId, ItemChoice | Problem]
    customers: ChosenCustomers
    draft: DocumentDraft | None = None
    nothing: NothingToDocument | None = None
    problems: tuple[Problem, ...] = ()
    document_id: DocumentId | None = None
    events: tuple[NewEvent, ...] = ()


class OrderDecisions:
    def __init__(self, ids: IdFactory, contact: ContactNormaliser) -> None:
        self._ids = ids
        self._customers = OrderCustomers(ids, contact)
        self._updates = CustomerUpdates(contact)

    async def decide(self, uow: UnitOfWork, candidates: Sequence[Candidate], *, now: datetime) -> Sequence[Decision]:
        """Decide about candidates in their order, and make their customers and documents."""
        by_shop: dict[ShopId, list[Candidate]] = {}
        for candidate in candidates:
            by_shop.setdefault(candidate.shop.id, []).append(candidate)
        # In one order everywhere: each group locks the number series of its shop until the commit.
        groups = [(shop, group, [self._buyer(each) for each in group]) for shop, group in sorted(by_shop.items())]
        chosen = [await self._customers.choose(uow, shop, buyers) for shop, _, buyers in groups]
        creating = [
            buyer
            for (_, _, buyers), choice in zip(groups, chosen, strict=True)
            for buyer, each in zip(buyers, choice.customers, strict=True)
            if each.created
        ]
        await self._customers.wait_for_others(uow, creating)
        decisions: dict[OrderId, Decision] = {}
        everybody: list[tuple[Buyer, ChosenCustomers]] = []
        for (shop, group, buyers), choice in zip(groups, chosen, strict=True):
            # What others created before us, and the groups before this one, is found only now.
            last = await self._customers.choose(uow, shop, buyers, before=choice) if creating else choice
            found = last.customers
            await self._customers.write(uow, found, now=now)
            everybody += zip(buyers, found, strict=True)
            decisions |= await self._document(uow, await self._plan(uow, group, found), now=now)
        await self._updates.apply(uow, everybody, now=now)
        return [decisions[candidate.id] for candidate in candidates]

    def _buyer(self, candidate: Candidate) -> Buyer:
        return self._customers.buyer(
            candidate.order,
            shop=candidate.shop,
            mapping=candidate.mapping,
            may_create=candidate.may_create_customer,
            read_at=candidate.read_at,
        )

    async def _plan(
        self, uow: UnitOfWork, group: Sequence[Candidate], customers: Sequence[ChosenCustomers]
    ) -> Sequence[_Plan]:
        """What each order of one shop becomes."""
        shop, wanted = group[0].shop, ItemLookup()
        for candidate in group:
            wanted |= wanted_items(candidate.order, shop.settings.items)
        found = await uow.order_facts.items(shop.id, wanted)
        plans = [
            _Plan(candidate=candidate, items=_items(candidate, found), customers=each)
            for candidate, each in zip(group, customers, strict=True)
        ]
        for plan in plans:
            _build(plan)
        return plans

    async def _document(self, uow: UnitOfWork, plans: Sequence[_Plan], *, now: datetime) -> dict[OrderId, Decision]:
        for plan in plans:
            if plan.draft is not None and plan.candidate.amends is not None:
                await _amend(uow, plan, plan.draft, plan.candidate.amends, now=now)
        drafted = [
            plan for plan in plans if plan.draft is not None and plan.candidate.make and plan.document_id is None
        ]
        documents = [self._new_document(plan) for plan in drafted]
        results = await uow.documents.insert_many(documents, now=now) if documents else ()
        for plan, document, result in zip(drafted, documents, results, strict=True):
            match result:
                case Inserted():
                    plan.document_id = document.id
                    plan.events = (*announcements(document), *await _renamed(uow, document, result))
                case AlreadyLive(document_id=live):
                    plan.document_id = live
                case NumberTaken():
                    plan.problems = (number_taken(result.number, holder=result.holder_document_id),)
        return {plan.candidate.id: _decision(plan) for plan in plans}

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


async def _amend(uow: UnitOfWork, plan: _Plan, draft: DocumentDraft, document: DocumentFacts, *, now: datetime) -> None:
    """A new version of the same document; its kind and number stay."""
    content = replace(draft.content, kind=document.kind)
    version = await uow.documents.amend(document.id, content, draft.snapshot, now=now)
    plan.document_id = document.id
    updated = NewEvent(
        type=EventType.SALES_DOCUMENT_UPDATED,
        shop_id=plan.candidate.shop.id,
        resource_type="sales_document",
        resource_id=document.id,
        version=version,
    )
    plan.events = (updated,)


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
        customer=plan.customers.parties,
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


def _decision(plan: _Plan) -> Decision:
    state, problems = OrderState.UNPROCESSED, plan.problems
    if plan.document_id is not None:
        state, problems = OrderState.PROCESSED, ()
    elif plan.nothing is not None:
        problems = (nothing_to_document(plan.nothing),)
    elif problems:
        state = OrderState.BLOCKED
    return Decision(
        id=plan.candidate.id,
        state=state,
        mapping=_mapping(plan),
        problems=problems,
        document_id=plan.document_id,
        draft=plan.draft,
        events=plan.events,
    )


def look_again_at(decision: Decision | None, now: datetime) -> datetime | None:
    """When a decision is to be looked at once more although nothing seems to have appeared."""
    waits = decision is not None and any(problem.waits_for for problem in decision.problems)
    return now + LOOK_AGAIN_AFTER if waits else None


def _mapping(plan: _Plan) -> OrderMapping:
    before, draft, parties = plan.candidate.mapping, plan.draft, plan.customers.parties
    found = replace(
        before,
        sell_to_customer_id=parties.sell_to.id if parties.sell_to else None,
        bill_to_customer_id=parties.bill_to.id if parties.bill_to else None,
        explanation=plan.customers.choice.explanation,
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


def errors_of(problems: Sequence[Problem]) -> list[FieldError]:
    """Problems as the errors of a refusal: what was found, and what to do."""
    return [
        FieldError(pointer=each.pointer, code=each.code.value, detail=f"{each.detail} {each.remedy}")
        for each in problems
    ]


def announcements(document: NewDocument) -> Sequence[NewEvent]:
    """What is told of a document that was made."""
    types = [EventType.SALES_DOCUMENT_CREATED]
    if document.released:
        types.append(EventType.SALES_DOCUMENT_RELEASED)
    return [
        NewEvent(
            type=type_, shop_id=document.shop_id, resource_type="sales_document", resource_id=document.id, version=1
        )
        for type_ in types
    ]


async def _renamed(uow: UnitOfWork, document: NewDocument, result: Inserted) -> Sequence[NewEvent]:
    """The document that gave its number away shows another one now."""
    if result.renamed_id is None:
        return []
    held = await uow.documents.lock(result.renamed_id, shop_ids=None)
    assert held is not None
    return [
        NewEvent(
            type=EventType.SALES_DOCUMENT_UPDATED,
            shop_id=document.shop_id,
            resource_type="sales_document",
            resource_id=held.id,
            version=held.version,
        )
    ]
