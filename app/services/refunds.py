"""Refunds for whoever may see them, and the document of one on request (P50)."""

from dataclasses import replace

from app.domain.access import Access
from app.domain.identifiers import OrderId, RefundId
from app.domain.refund_states import RefundReason, RefundState, standing
from app.ports.clock import Clock
from app.ports.errors import Conflict, NotFound
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.documents_reading import DocumentJson
from app.ports.repositories.refunds import KnownRefund, RefundFilter, StoredRefund
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.order_decisions import errors_of
from app.services.refund_documents import RefundDocuments, RefundedOrder

_REFUSALS = {
    RefundReason.NOT_CREDITABLE: (
        "The refund was already used to reduce the order. Only one that gives money back, or belongs to goods that"
        " come back, gets a document of its own."
    ),
    RefundReason.REFUND_PENDING: "The refund has pending transactions; retry later, when its money has moved.",
    RefundReason.ORDER_NOT_PROCESSED: "The order of this refund has no document yet. Make that first.",
}


class RefundRequests:
    """What the caller may not see does not exist."""

    def __init__(self, uow: UnitOfWorkFactory, documents: RefundDocuments, clock: Clock) -> None:
        self._uow = uow
        self._documents = documents
        self._clock = clock

    async def page(self, access: Access, wanted: RefundFilter, request: PageRequest) -> Page[StoredRefund]:
        """Refunds by their last change here, from the end that is asked for."""
        async with self._uow() as uow:
            return await uow.refunds.page(replace(wanted, shop_ids=access.shops), request)

    async def one(self, access: Access, refund: RefundId) -> StoredRefund:
        """A refund; raises ``NotFound``."""
        async with self._uow() as uow:
            found = await uow.refunds.one(refund, shop_ids=access.shops)
        if found is None:
            raise _unknown()
        return found

    async def create_document(
        self, access: Access, refund: RefundId, *, once: Once[DocumentJson] = AS_OFTEN_AS_ASKED
    ) -> DocumentJson:
        """Make the document of a refund now, also where refunds are only imported. Raises ``Conflict``:
        ``already_processed``, ``refund_pending``, ``order_not_processed``, ``refund_blocked``, ``not_creditable``.
        """
        async with self._uow() as uow:
            await once.begin(uow)
            owner = await self._owner(uow, access, refund)
            before = await self._known(uow, owner.id, refund)
            if before is not None and before.document_id is not None:
                raise Conflict(
                    "The refund has a live document.",
                    code="already_processed",
                    facts={"document_id": before.document_id},
                )
            await self._refuse(uow, owner, refund)
            await self._documents.settle(uow, [owner], now=self._clock.now())
            after = await self._known(uow, owner.id, refund)
            assert after is not None
            if after.document_id is not None:
                document = await uow.documents_reading.one(after.document_id, shop_ids=None)
                assert document is not None
                await once.answered(uow, document)
                await uow.commit()
                return document
            await uow.commit()
        assert after.state in (RefundState.BLOCKED, RefundState.FAILED)
        raise Conflict(
            "The refund cannot be documented until its problems are solved.",
            code="refund_blocked",
            errors=errors_of(after.problems),
        )

    async def _owner(self, uow: UnitOfWork, access: Access, refund: RefundId) -> RefundedOrder:
        order_id = await uow.refunds.order_of(refund, shop_ids=access.shops)
        found = (await uow.orders.locked([order_id])).get(order_id) if order_id else None
        if found is None:
            raise _unknown()
        known, order = found
        configuration = await uow.configurations.of_store(known.store_id)
        shop = configuration.shop(known.shop_id) if configuration else None
        if shop is None:
            raise _unknown()
        return RefundedOrder(id=known.id, shop=shop, order=order, mapping=known.mapping, asked_for=refund)

    async def _known(self, uow: UnitOfWork, order: OrderId, refund: RefundId) -> KnownRefund | None:
        found = (await uow.refunds.of_orders([order])).get(order, {})
        return next((each for each in found.values() if each.id == refund), None)

    async def _refuse(self, uow: UnitOfWork, owner: RefundedOrder, refund: RefundId) -> None:
        known = await self._known(uow, owner.id, refund)
        current = next((each for each in owner.order.refunds if known and each.shopify_id == known.shopify_id), None)
        if current is None:
            raise _unknown()
        booked = await uow.documents.booked([owner.id])
        found = standing(owner.order, current, settings=owner.shop.settings, order_processed=owner.id in booked)
        if found.reason is not None:
            retryable = found.reason is RefundReason.REFUND_PENDING
            raise Conflict(_REFUSALS[found.reason], code=found.reason.value, retryable=retryable)


def _unknown() -> NotFound:
    return NotFound("There is no such refund, or none that this key may see.")
