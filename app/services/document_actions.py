"""What the ERP and people do with sales documents: release, acknowledge, post, cancel, reject, unlink (P34).

Whether an action applies is ``app.domain.document_states``; here the document is locked, changed, announced and
answered in one transaction. Cancelling, rejecting and unlinking set the order back: what comes next is made on request.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from app.domain.access import Access
from app.domain.document_problems import document_taken_back
from app.domain.document_states import (
    Acknowledge,
    Action,
    Cancel,
    Moved,
    Post,
    Reject,
    Release,
    StateCode,
    StateOutcome,
    StateRefused,
    Unchanged,
    Unlink,
    decide,
)
from app.domain.events import EventType
from app.domain.identifiers import DocumentId, OrderId, RefundId, ShopId
from app.domain.problems import Problem
from app.domain.sales_documents import DocumentFacts, DocumentState
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import Conflict, NotFound
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.repositories.documents import DocumentRecord, LockedOrder
from app.ports.repositories.documents_reading import DocumentJson
from app.ports.repositories.events import NewEvent
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.read_orders import OrderView, order_view
from app.services.waking import want_written_back

DOCUMENT, ORDER = "sales_document", "order"

_ANNOUNCED = {
    DocumentState.RELEASED: EventType.SALES_DOCUMENT_RELEASED,
    DocumentState.ACKNOWLEDGED: EventType.SALES_DOCUMENT_ACKNOWLEDGED,
    DocumentState.POSTED: EventType.SALES_DOCUMENT_POSTED,
    DocumentState.CANCELLED: EventType.SALES_DOCUMENT_CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One request for one document."""

    access: Access
    document_id: DocumentId
    expected: Expected
    once: Once[DocumentJson]


class DocumentActions:
    """Each method answers the document as it stands afterwards; a ``Conflict`` names what is allowed instead."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    async def release(
        self,
        access: Access,
        document_id: DocumentId,
        *,
        expected: Expected = ANY_VERSION,
        once: Once[DocumentJson] = AS_OFTEN_AS_ASKED,
    ) -> DocumentJson:
        """Hand an open document to the ERP."""
        request = _Request(access=access, document_id=document_id, expected=expected, once=once)
        return await self._move_on(request, Release())

    async def acknowledge(
        self,
        access: Access,
        document_id: DocumentId,
        *,
        erp_document_no: str,
        version: int,
        expected: Expected = ANY_VERSION,
        once: Once[DocumentJson] = AS_OFTEN_AS_ASKED,
    ) -> DocumentJson:
        """Note the ERP's own number for the version it read; the same number again answers the same."""
        request = _Request(access=access, document_id=document_id, expected=expected, once=once)
        return await self._move_on(request, Acknowledge(erp_document_no=erp_document_no, version=version))

    async def post(
        self,
        access: Access,
        document_id: DocumentId,
        *,
        posted_document_no: str,
        posting_date: date,
        expected: Expected = ANY_VERSION,
        once: Once[DocumentJson] = AS_OFTEN_AS_ASKED,
    ) -> DocumentJson:
        """Note that the ERP posted its document; the same number again answers the same."""
        request = _Request(access=access, document_id=document_id, expected=expected, once=once)
        return await self._move_on(request, Post(posted_document_no=posted_document_no, posting_date=posting_date))

    async def cancel(
        self,
        access: Access,
        document_id: DocumentId,
        *,
        reason: str,
        erp_deleted: bool = False,
        expected: Expected = ANY_VERSION,
        once: Once[DocumentJson] = AS_OFTEN_AS_ASKED,
    ) -> DocumentJson:
        """Take a document back; an acknowledged one only when the ERP deleted its own. The order is set back."""
        request = _Request(access=access, document_id=document_id, expected=expected, once=once)
        return await self._end(request, Cancel(erp_deleted=erp_deleted), reason=reason)

    async def reject(
        self,
        access: Access,
        document_id: DocumentId,
        *,
        reason: str,
        expected: Expected = ANY_VERSION,
        once: Once[DocumentJson] = AS_OFTEN_AS_ASKED,
    ) -> DocumentJson:
        """The ERP will not take a document. The order is set back."""
        request = _Request(access=access, document_id=document_id, expected=expected, once=once)
        return await self._end(request, Reject(), reason=reason)

    async def _move_on(self, request: _Request, action: Action) -> DocumentJson:
        async with self._uow() as uow:
            await request.once.begin(uow)
            document = await _locked(uow, request)
            facts = _after(decide(document.facts, action))
            if facts is not None:
                await _save(uow, _changed(document, facts, now=(now := self._clock.now())), now=now)
                await _tell_store(uow, document, facts, now=now)
            return await _answer(uow, request)

    async def _end(self, request: _Request, action: Cancel | Reject, *, reason: str) -> DocumentJson:
        async with self._uow() as uow:
            await request.once.begin(uow)
            order = await _locked_order_of(uow, request)
            document = await _locked(uow, request)
            facts = _after(decide(document.facts, action))
            if facts is not None:
                now = self._clock.now()
                await _save(uow, replace(_changed(document, facts, now=now), cancel_reason=reason), now=now)
                await _tell_store(uow, document, facts, now=now)
                if document.facts.live:
                    await _take_back(uow, order, document, _rejected(document, action, reason), now=now)
            return await _answer(uow, request)


class UnlinkDocuments:
    """Let an order go of its documents, so that it can be documented anew."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    async def __call__(
        self,
        access: Access,
        order_id: OrderId,
        *,
        expected: Expected = ANY_VERSION,
        once: Once[OrderView] = AS_OFTEN_AS_ASKED,
    ) -> OrderView:
        """Documents not yet acknowledged are cancelled, others keep their state; those of refunds are left alone.

        Raises ``Conflict`` when there is no document to let go of.
        """
        async with self._uow() as uow:
            await once.begin(uow)
            order = await uow.documents.lock_order(order_id, shop_ids=access.shops)
            if order is None:
                raise NotFound("There is no such order, or none that this key may see.")
            expected.check(order.version)
            documents = await uow.documents.lock_all_of_order(order_id)
            if not documents:
                raise Conflict("The order has no document that it could let go of.")
            now = self._clock.now()
            for document in documents:
                await _unlink(uow, document, now=now)
            await set_back(uow, order, problem=None, now=now)
            view = await order_view(uow, access, order_id)
            await once.answered(uow, view)
            await uow.commit()
        return view


async def _take_back(
    uow: UnitOfWork, order: LockedOrder, document: DocumentRecord, problem: Problem, *, now: datetime
) -> None:
    """What the document was made of is made anew only on request."""
    if document.of_the_order:
        await set_back(uow, order, problem=problem, now=now)
    elif document.refund_id is not None:
        remedy = f"Mend what was named, then make a new one: POST /v1/refunds/{document.refund_id}/create-document."
        told = replace(problem, remedy=remedy)
        await uow.refunds.set_back(RefundId(document.refund_id), problem=told, now=now)


async def set_back(uow: UnitOfWork, order: LockedOrder, *, problem: Problem | None, now: datetime) -> None:
    """Make a locked order unprocessed until somebody asks for its next document; its conflict is over."""
    version = await uow.documents.set_order_back(order.id, problem=problem, now=now)
    # Refunds without a document of their own wait for the order's next one.
    await uow.nudge("documents", order.shop_id)
    types = [EventType.ORDER_UPDATED]
    if order.in_conflict:
        types.append(EventType.ORDER_CONFLICT_RESOLVED)
    await uow.events.append_many(
        [
            NewEvent(type=each, shop_id=order.shop_id, resource_type=ORDER, resource_id=order.id, version=version)
            for each in types
        ]
    )


async def _unlink(uow: UnitOfWork, document: DocumentRecord, *, now: datetime) -> None:
    facts = _after(decide(document.facts, Unlink(at=now)))
    if facts is None:
        return
    kept = facts.state is document.state
    event = EventType.SALES_DOCUMENT_UPDATED if kept else _ANNOUNCED[facts.state]
    await _save(uow, _changed(document, facts, now=now), now=now, event=event)
    await _tell_store(uow, document, facts, now=now)


async def _tell_store(uow: UnitOfWork, document: DocumentRecord, facts: DocumentFacts, *, now: datetime) -> None:
    """Have the number written to the store's order, or taken off it, if the order is in the ERP under another now."""
    before, after = (each.erp_document_no if each.live else None for each in (document.facts, facts))
    if document.of_the_order and before != after:
        await want_written_back(uow, document.order_id, now=now)


def _changed(document: DocumentRecord, facts: DocumentFacts, *, now: datetime) -> DocumentRecord:
    """The record with what was decided, and when each state was reached."""
    reached = facts.state if facts.state is not document.state else None
    return replace(
        document,
        state=facts.state,
        erp_document_no=facts.erp_document_no,
        posted_document_no=facts.posted_document_no,
        posting_date=facts.posting_date,
        unlinked_at=facts.unlinked_at,
        released_at=now if reached is DocumentState.RELEASED else document.released_at,
        acknowledged_at=now if reached is DocumentState.ACKNOWLEDGED else document.acknowledged_at,
        posted_at=now if reached is DocumentState.POSTED else document.posted_at,
        cancelled_at=now if reached is DocumentState.CANCELLED else document.cancelled_at,
    )


async def _save(uow: UnitOfWork, document: DocumentRecord, *, now: datetime, event: EventType | None = None) -> None:
    await uow.documents.save(document, now=now)
    await uow.events.append(
        event or _ANNOUNCED[document.state], document.shop_id, DOCUMENT, document.id, document.version
    )


async def _locked_order_of(uow: UnitOfWork, request: _Request) -> LockedOrder:
    """The order first, then its document: whoever imports the order locks in this order, too."""
    shops = request.access.shops
    order_id = await uow.documents.order_of(request.document_id, shop_ids=shops)
    order = None if order_id is None else await uow.documents.lock_order(order_id, shop_ids=None)
    if order is None:
        raise _unknown_document()
    return order


async def _locked(uow: UnitOfWork, request: _Request) -> DocumentRecord:
    shops: Collection[ShopId] | None = request.access.shops
    document = await uow.documents.lock(request.document_id, shop_ids=shops)
    if document is None:
        raise _unknown_document()
    request.expected.check(document.revision)
    return document


async def _answer(uow: UnitOfWork, request: _Request) -> DocumentJson:
    document = await uow.documents_reading.one(request.document_id, shop_ids=request.access.shops)
    assert document is not None
    await request.once.answered(uow, document)
    await through(Act.DOCUMENT_ACTION, uow.commit())
    return document


def _after(outcome: StateOutcome) -> DocumentFacts | None:
    """The facts after an action; None = the same was done before."""
    match outcome:
        case Moved():
            return outcome.document
        case Unchanged():
            return None
        case StateRefused():
            facts: dict[str, object] = {"state": outcome.state, "allowed": list(outcome.allowed)}
            if outcome.code is StateCode.VERSION_SUPERSEDED:
                facts["current_version"] = outcome.current_version
            allowed = ", ".join(outcome.allowed) or "nothing"
            raise Conflict(f"{outcome.detail} Allowed now: {allowed}.", code=outcome.code, facts=facts)
        case _:
            assert_never(outcome)


def _rejected(document: DocumentRecord, action: Cancel | Reject, reason: str) -> Problem:
    done = "cancelled" if isinstance(action, Cancel) else "rejected by the ERP"
    return document_taken_back(document.id, number=document.number, order=document.order_id, done=done, reason=reason)


def _unknown_document() -> NotFound:
    return NotFound("There is no such document, or none that this key may see.")
