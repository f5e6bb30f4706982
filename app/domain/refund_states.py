"""Where a refund stands on its way to a document (P50, REF-25 … REF-39). Builds nothing."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.orders import Order, Refund
from app.domain.refunds import is_creditable, is_pending
from app.domain.shop_settings import CancelledPaid, RefundProcess, ShopSettings


class RefundState(StrEnum):
    """``open`` waits for a person, ``waiting`` for Shopify or the order's own document, ``blocked`` for what it lacks;
    ``failed`` could not be made for a reason nobody foresaw.
    """

    OPEN = "open"
    WAITING = "waiting"
    BLOCKED = "blocked"
    FAILED = "failed"
    DONE = "done"
    NOT_NEEDED = "not_needed"


class RefundReason(StrEnum):
    """Why a refund gets no document now; the code of the 409 when one is asked for."""

    NOT_CREDITABLE = "not_creditable"
    REFUND_PENDING = "refund_pending"
    ORDER_NOT_PROCESSED = "order_not_processed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of a refund that has no document; ``may_be_made`` says whether one may be made on request."""

    state: RefundState
    reason: RefundReason | None = None

    @property
    def may_be_made(self) -> bool:
        return self.reason is None


def standing(order: Order, refund: Refund, *, settings: ShopSettings, order_processed: bool) -> Standing:
    """Where a refund without a document stands. ``order_processed``: a live document of its order exists (REF-32)."""
    if not is_creditable(refund):
        return Standing(state=RefundState.NOT_NEEDED, reason=RefundReason.NOT_CREDITABLE)
    if is_pending(refund):
        return Standing(state=RefundState.WAITING, reason=RefundReason.REFUND_PENDING)
    if not order_processed:
        skipped = order.cancelled_at is not None and order.paid
        nobody_asks = skipped and settings.orders.cancelled_paid is CancelledPaid.SKIP
        return Standing(
            state=RefundState.NOT_NEEDED if nobody_asks else RefundState.WAITING,
            reason=RefundReason.ORDER_NOT_PROCESSED,
        )
    if settings.refunds.process is RefundProcess.NONE:
        return Standing(state=RefundState.NOT_NEEDED, reason=RefundReason.NOT_CREDITABLE)
    return Standing(state=RefundState.OPEN)
