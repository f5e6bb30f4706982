"""Documents that follow their order: a new version until the ERP has one, adjusting documents afterwards (P42)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from app.domain.access import Access
from app.domain.changes import Change, ChangeKind, Severity
from app.domain.documents.adjusting import adjustments
from app.domain.edit_impact import changes_between
from app.domain.events import EventType
from app.domain.identifiers import DocumentId, OrderId
from app.domain.order_record import OrderState
from app.domain.orders import Order
from app.domain.problems import ProblemCode
from app.domain.sales_documents import DocumentContent, DocumentLine, DocumentState
from app.domain.shop_settings import ShopSettings
from app.ports.clock import Clock, IdFactory
from app.ports.errors import Conflict, NotFound
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.documents import BookedOrder, NewDocument
from app.ports.repositories.orders import KnownOrder
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.held_orders import candidate_of, saved_decision
from app.services.mapping_by_hand import ABOUT_THE_CUSTOMER, as_it_was_sold, mapped_by_hand
from app.services.order_conflicts import state_of
from app.services.order_decisions import Decision, OrderDecisions, announcements, errors_of
from app.services.read_orders import OrderView, order_view
from app.services.waking import want_closed

_OURS_STILL = (DocumentState.OPEN, DocumentState.RELEASED)
_OF_THE_HEADER = (
    ChangeKind.SHIP_TO_CHANGED,
    ChangeKind.BILL_TO_CHANGED,
    ChangeKind.CUSTOMER_CHANGED,
    ChangeKind.PO_NUMBER_CHANGED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessedOrder:
    """A locked order with a live document."""

    known: KnownOrder
    order: Order
    shop: ShopConfiguration
    booked: BookedOrder

    @property
    def settings(self) -> ShopSettings:
        """As for a document made now, in the currency that is fixed on the one there is."""
        settings = self.shop.settings
        return replace(settings, orders=replace(settings.orders, currency_handling=self.booked.handling))


class AmendDocument:
    def __init__(self, uow: UnitOfWorkFactory, decisions: OrderDecisions, clock: Clock, ids: IdFactory) -> None:
        self._uow = uow
        self._decisions = decisions
        self._clock = clock
        self._ids = ids

    async def __call__(
        self,
        access: Access,
        order_id: OrderId,
        *,
        customers: Mapping[str, str | None] = MappingProxyType({}),
        expected: Expected = ANY_VERSION,
        once: Once[OrderView] = AS_OFTEN_AS_ASKED,
    ) -> OrderView:
        """Bring the document up to date, with these ``customers`` by hand (as ``mapped_by_hand`` takes them): the rules
        may find none any more. Raises ``Conflict``: ``invalid_state`` when there is nothing to amend, or what changes
        stands at the head of a document that the ERP has; ``order_blocked`` with what is missing;
        ``nothing_to_document`` when nothing is left of a document that the ERP has not taken.
        """
        now = self._clock.now()
        async with self._uow() as uow:
            await once.begin(uow)
            held = await self._hold(uow, access, order_id, expected=expected)
            if customers:
                held = await _with_customers(uow, held, customers)
            await self._amend(uow, held, now=now)
            view = await order_view(uow, access, order_id)
            await once.answered(uow, view)
            await uow.commit()
        return view

    async def where_wanted(
        self, uow: UnitOfWork, known: KnownOrder, order: Order, shop: ShopConfiguration, *, now: datetime
    ) -> None:
        """Amend the document of a locked order in conflict by itself, where the shop wants that and the ERP has not
        taken it; what stands in the way leaves the conflict to a person.
        """
        if known.conflict is None or not shop.settings.orders.amend_open_documents:
            return
        booked = (await uow.documents.booked([known.id])).get(known.id)
        if booked is None or order.cancelled_at is not None:
            return
        document = await uow.documents.lock(booked.document.id, shop_ids=None)
        if document is None or document.state not in _OURS_STILL:
            return
        with suppress(Conflict):
            await self._amend(uow, ProcessedOrder(known=known, order=order, shop=shop, booked=booked), now=now)

    async def _hold(self, uow: UnitOfWork, access: Access, order_id: OrderId, *, expected: Expected) -> ProcessedOrder:
        found = (await uow.orders.locked([order_id])).get(order_id)
        if found is None or not access.sees(found[0].shop_id):
            raise _unknown()
        known, order = found
        expected.check(known.version)
        configuration = await uow.configurations.of_store(known.store_id)
        shop = configuration.shop(known.shop_id) if configuration else None
        if shop is None:
            raise _unknown()
        booked = (await uow.documents.booked([order_id])).get(order_id)
        if booked is None:
            raise Conflict("The order has no document that could be amended.", facts={"state": known.state.value})
        await uow.documents.lock(booked.document.id, shop_ids=None)
        return ProcessedOrder(known=known, order=order, shop=shop, booked=booked)

    async def _amend(self, uow: UnitOfWork, held: ProcessedOrder, *, now: datetime) -> None:
        changes = changes_between(
            held.booked.snapshot, state_of(held.order, held.settings), held.settings.refunds.process
        )
        if not any(change.severity is Severity.CONFLICT for change in changes):
            raise Conflict("The document shows the order as it is.", facts={"state": held.known.state.value})
        if held.booked.document.state in _OURS_STILL:
            await self._new_version(uow, held, now=now)
        else:
            await self._adjust(uow, held, changes, now=now)
        version = await uow.orders.resolve(held.known.id, note=None, now=now)
        await want_closed(uow, [held.known.id], now=now)
        if held.known.conflict is not None:
            await uow.events.append(EventType.ORDER_CONFLICT_RESOLVED, held.shop.id, "order", held.known.id, version)

    async def _new_version(self, uow: UnitOfWork, held: ProcessedOrder, *, now: datetime) -> None:
        candidate = replace(
            candidate_of(held.known, held.order, replace(held.shop, settings=held.settings), make=True),
            by_request=True,
            amends=held.booked.document,
        )
        decision = (await self._decisions.decide(uow, [candidate], now=now))[0]
        if decision.state is not OrderState.PROCESSED:
            raise _refusal(decision)
        await uow.orders.save([saved_decision(held.known, decision, now=now)], now=now)
        await uow.events.append_many(decision.events)

    async def _adjust(
        self, uow: UnitOfWork, held: ProcessedOrder, changes: tuple[Change, ...], *, now: datetime
    ) -> None:
        if any(change.kind in _OF_THE_HEADER and change.severity is Severity.CONFLICT for change in changes):
            raise Conflict(
                "What changed stands at the head of a document that the ERP has. Change it there and mark the conflict"
                " as resolved, or unlink the document and make another one.",
                facts={"state": held.booked.document.state.value},
            )
        header = await uow.documents.content_of(held.booked.document.id)
        now_state = state_of(held.order, held.settings)
        day = held.order.updated_at.astimezone(held.shop.time_zone).date()
        found = adjustments(
            held.booked.snapshot,
            now_state,
            header=replace(header, document_date=day),
            shown=[*await uow.documents.lines_of_order(held.known.id), *await self._lines_now(uow, held, now=now)],
        )
        documents = [
            self._adjusting(held, content) for content in (found.credit_memo, found.additional_order) if content
        ]
        await uow.documents.insert_many(documents, now=now)
        await uow.documents.settle(held.booked.document.id, now_state)
        await uow.events.append_many([event for document in documents for event in announcements(document)])

    async def _lines_now(self, uow: UnitOfWork, held: ProcessedOrder, *, now: datetime) -> Sequence[DocumentLine]:
        """Those of the document that would be made of the order now; none when nothing of it is left."""
        shop = replace(held.shop, settings=held.settings)
        # The head of what the ERP has is not written again: its customers stay, whatever the rules say by now.
        known = replace(held.known, mapping=as_it_was_sold(held.known.mapping))
        candidate = replace(candidate_of(known, held.order, shop, make=False), make=False, by_request=True)
        decision = (await self._decisions.decide(uow, [candidate], now=now))[0]
        if decision.draft is not None:
            return decision.draft.content.lines
        if decision.state is OrderState.BLOCKED:
            raise _refusal(decision)
        return ()

    def _adjusting(self, held: ProcessedOrder, content: DocumentContent) -> NewDocument:
        orders = held.shop.settings.orders
        return NewDocument(
            id=DocumentId(self._ids.new("doc")),
            shop_id=held.shop.id,
            order_id=held.known.id,
            adjusts_id=held.booked.document.id,
            content=content,
            snapshot=state_of(held.order, held.settings),
            series_prefix=getattr(orders.number_series, content.kind.value),
            released=orders.release_documents,
        )


async def _with_customers(uow: UnitOfWork, held: ProcessedOrder, customers: Mapping[str, str | None]) -> ProcessedOrder:
    if held.booked.document.state not in _OURS_STILL:
        raise Conflict(
            "The ERP has the document: its customer is changed there. Amend it without customers.",
            facts={"state": held.booked.document.state.value},
        )
    mapping = await mapped_by_hand(uow, held.shop.id, held.known.mapping, customers)
    return replace(held, known=replace(held.known, mapping=mapping))


def _refusal(decision: Decision) -> Conflict:
    if any(problem.code is ProblemCode.NOTHING_TO_DOCUMENT for problem in decision.problems):
        return Conflict(f"{decision.problems[0].detail} Cancel the document instead.", code="nothing_to_document")
    mended = " Amend it for a customer that you name (sell_to_customer_no)."
    about_customer = any(problem.code in ABOUT_THE_CUSTOMER for problem in decision.problems)
    return Conflict(
        "The order cannot be documented as it is now until its problems are solved."
        + (mended if about_customer else ""),
        code="order_blocked",
        errors=errors_of(decision.problems),
    )


def _unknown() -> NotFound:
    return NotFound("There is no such order, or none that this key may see.")
