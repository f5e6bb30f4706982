"""Refunds of orders we hold: where each stands, and the documents of those that are due for one (P50, P51).

Runs inside the caller's unit of work, under the lock of the orders, for many orders together, and never commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.domain.document_problems import refund_failed
from app.domain.documents import DocumentDraft, Refusal
from app.domain.documents.refund_building import RefundContext, build_refund_document
from app.domain.documents.refund_changes import DocumentOf, refund_changed
from app.domain.events import EventType
from app.domain.finished_orders import may_be_finished
from app.domain.identifiers import DocumentId, OrderId, RefundId, ShopifyId, refund_id
from app.domain.item_choice import choose_items, wanted_items
from app.domain.items import ItemChoice
from app.domain.order_record import OrderMapping
from app.domain.orders import Order, Refund
from app.domain.problems import Problem
from app.domain.refund_states import RefundState, standing
from app.domain.shop_settings import RefundProcess
from app.ports.clock import IdFactory
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.documents import AlreadyLive, BookedOrder, Inserted, NewDocument, NumberTaken
from app.ports.repositories.events import NewEvent
from app.ports.repositories.refunds import KnownRefund, SavedRefund
from app.ports.unit_of_work import UnitOfWork
from app.services.failure_words import broke_off
from app.services.order_conflicts import state_of
from app.services.order_decisions import announcements
from app.services.waking import want_closed

log = structlog.get_logger(__name__)

REFUND = "refund"
Items = Mapping[ShopifyId, ItemChoice | Problem]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedOrder:
    """An order with refunds, locked by the caller. ``asked_for``: a person asks for the document of this refund."""

    id: OrderId
    shop: ShopConfiguration
    order: Order
    mapping: OrderMapping
    asked_for: RefundId | None = None


@dataclass(slots=True, kw_only=True)
class _Plan:
    """One refund on its way."""

    owner: RefundedOrder
    refund: Refund
    known: KnownRefund | None
    state: RefundState
    problems: tuple[Problem, ...] = ()
    draft: DocumentDraft | None = None
    document_id: DocumentId | None = None

    @property
    def id(self) -> RefundId:
        return refund_id(self.owner.id, self.refund.shopify_id)


class RefundDocuments:
    def __init__(self, ids: IdFactory) -> None:
        self._ids = ids

    async def settle(self, uow: UnitOfWork, orders: Sequence[RefundedOrder], *, now: datetime) -> int:
        """Bring all refunds of these orders up to date and make the documents that are due; the number of those."""
        owners = [each for each in orders if each.order.refunds]
        if not owners:
            return 0
        known = await uow.refunds.of_orders([each.id for each in owners])
        booked = await uow.documents.booked([each.id for each in owners])
        plans = [plan for owner in owners for plan in _plans(owner, known.get(owner.id, {}), booked.get(owner.id))]
        for plan in plans:
            await _compare(uow, plan)
        await self._build(uow, [plan for plan in plans if _is_due(plan)], booked)
        made = await self._insert(uow, [plan for plan in plans if plan.draft is not None], now=now)
        changed = [plan for plan in plans if _is_news(plan)]
        await uow.refunds.save([_saved(plan) for plan in changed], now=now)
        events = [event for plan in changed for event in _announced(plan)]
        await uow.events.append_many([*events, *(event for document in made for event in announcements(document))])
        await want_closed(uow, [each.id for each in owners if may_be_finished(each.order)], now=now)
        return len(made)

    async def _build(self, uow: UnitOfWork, due: Sequence[_Plan], booked: Mapping[OrderId, BookedOrder]) -> None:
        by_order: dict[OrderId, list[_Plan]] = {}
        for plan in due:
            by_order.setdefault(plan.owner.id, []).append(plan)
        for order_id, plans in by_order.items():
            owner = plans[0].owner
            items = await _items(uow, owner)
            for plan in plans:
                context = _context(owner, items, booked[order_id], by_request=owner.asked_for == plan.id)
                try:
                    outcome = build_refund_document(owner.order, plan.refund, context)
                except Exception as error:
                    # One bad refund must not cost its order, nor the other orders of the batch.
                    log.exception("refund_failed", refund_id=plan.id)
                    detail = broke_off(error, what="Making the document of the refund")
                    plan.state, plan.problems = RefundState.FAILED, (refund_failed(plan.id, detail=detail),)
                    continue
                match outcome:
                    case DocumentDraft() as draft:
                        plan.draft = draft
                    case Refusal(problems=problems):
                        plan.state, plan.problems = RefundState.BLOCKED, tuple(problems)

    async def _insert(self, uow: UnitOfWork, drafted: Sequence[_Plan], *, now: datetime) -> Sequence[NewDocument]:
        documents = [self._new_document(plan) for plan in drafted]
        results = await uow.documents.insert_many(documents, now=now) if documents else ()
        made = []
        for plan, document, result in zip(drafted, documents, results, strict=True):
            plan.state, plan.problems = RefundState.DONE, ()
            match result:
                case Inserted():
                    plan.document_id = document.id
                    made.append(document)
                case AlreadyLive(document_id=live):
                    plan.document_id = live
                case NumberTaken():
                    raise AssertionError("documents of refunds are numbered by the series")
        return made

    def _new_document(self, plan: _Plan) -> NewDocument:
        assert plan.draft is not None
        orders = plan.owner.shop.settings.orders
        return NewDocument(
            id=DocumentId(self._ids.new("doc")),
            shop_id=plan.owner.shop.id,
            order_id=plan.owner.id,
            refund_id=plan.id,
            content=plan.draft.content,
            snapshot=plan.draft.snapshot,
            series_prefix=getattr(orders.number_series, plan.draft.content.kind.value),
            released=orders.release_documents,
        )


def _plans(owner: RefundedOrder, known: Mapping[ShopifyId, KnownRefund], booked: BookedOrder | None) -> Sequence[_Plan]:
    plans = []
    for refund in owner.order.refunds:
        before = known.get(refund.shopify_id)
        plan = _Plan(owner=owner, refund=refund, known=before, state=RefundState.DONE)
        if before is None or before.document_id is None:
            found = standing(owner.order, refund, settings=owner.shop.settings, order_processed=booked is not None)
            plan.state = found.state
            if before is not None and before.document_on_request:
                plan.problems = before.problems
        else:
            plan.document_id, plan.problems = before.document_id, before.problems
        plans.append(plan)
    return plans


async def _compare(uow: UnitOfWork, plan: _Plan) -> None:
    """A refund that is no longer as it was last seen is compared with its document."""
    known = plan.known
    if known is None or known.document_id is None or known.document_number is None or known.refund == plan.refund:
        return
    document = DocumentOf(
        id=known.document_id,
        number=known.document_number,
        order_id=plan.owner.id,
        refund_id=plan.id,
        content=await uow.documents.content_of(known.document_id),
    )
    problem = refund_changed(plan.owner.order, plan.refund, document)
    plan.problems = () if problem is None else (problem,)


def _is_due(plan: _Plan) -> bool:
    """By itself where the shop says so, and never after its document was taken back; else on request."""
    if plan.state is not RefundState.OPEN:
        return False
    on_request = plan.known is not None and plan.known.document_on_request
    automatic = plan.owner.shop.settings.refunds.process is RefundProcess.AUTO_CREATE and not on_request
    return automatic or plan.owner.asked_for == plan.id


def _is_news(plan: _Plan) -> bool:
    known = plan.known
    return known is None or (plan.refund, plan.state, plan.problems) != (known.refund, known.state, known.problems)


def _saved(plan: _Plan) -> SavedRefund:
    return SavedRefund(
        id=plan.id,
        order_id=plan.owner.id,
        shop_id=plan.owner.shop.id,
        refund=plan.refund,
        state=plan.state,
        problems=plan.problems,
        document_on_request=bool(plan.known and plan.known.document_on_request and plan.draft is None),
        version=plan.known.version + 1 if plan.known else 1,
    )


def _announced(plan: _Plan) -> Sequence[NewEvent]:
    types = []
    if plan.known is None:
        types.append(EventType.REFUND_IMPORTED)
    told = plan.known is not None and (plan.known.state, plan.known.problems) == (plan.state, plan.problems)
    if plan.state is RefundState.BLOCKED and not told:
        types.append(EventType.REFUND_BLOCKED)
    if plan.state is RefundState.DONE and plan.problems and not told:
        types.append(EventType.REFUND_CHANGED)
    version = plan.known.version + 1 if plan.known else 1
    return [
        NewEvent(type=each, shop_id=plan.owner.shop.id, resource_type=REFUND, resource_id=plan.id, version=version)
        for each in types
    ]


def _context(owner: RefundedOrder, items: Items, booked: BookedOrder, *, by_request: bool) -> RefundContext:
    return RefundContext(
        shop_id=owner.shop.id,
        order_id=owner.id,
        settings=owner.shop.settings,
        mappings=owner.shop.mappings,
        customer=booked.customers,
        items=items,
        handling=booked.handling,
        local_currency=owner.shop.local_currency,
        time_zone=owner.shop.time_zone,
        snapshot=state_of(owner.order, owner.shop.settings),
        by_request=by_request,
    )


async def _items(uow: UnitOfWork, owner: RefundedOrder) -> Items:
    """The items of the order's own document, and of what was exchanged for them since."""
    by_hand = {line: choice for line, choice in owner.mapping.items.items() if choice.rule == "by_hand"}
    chosen = dict(owner.mapping.items)
    brought = {line.shopify_id: max(line.ordered_quantity, 1) for line in owner.order.lines}
    if all(line.shopify_id in chosen for line in owner.order.lines):
        return chosen
    wanted = wanted_items(owner.order, owner.shop.settings.items)
    found = await uow.order_facts.items(owner.shop.id, wanted)
    looked_up = choose_items(
        owner.order,
        shop_id=owner.shop.id,
        order_id=owner.id,
        settings=owner.shop.settings,
        found=found,
        by_hand=by_hand,
        quantities=brought,
    )
    return {**looked_up, **chosen}
