"""What can be asked of an order at its store, and whether it still has to be sent there (P35, 7.01–7.05).

Judged by how the order stands at the store at that moment, never by our copy: what is done already is not done twice,
and what the store alone can know is left for the store to refuse. Knows nothing of how it is sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from app.domain.finished_orders import PAID
from app.domain.identifiers import ShopifyId
from app.domain.money import ZERO, Amount, written


class CancelReason(StrEnum):
    CUSTOMER = "customer"
    DECLINED = "declined"
    FRAUD = "fraud"
    INVENTORY = "inventory"
    STAFF = "staff"
    OTHER = "other"


class CancelRefund(StrEnum):
    """Where the money goes when an order is cancelled."""

    ORIGINAL_PAYMENT = "original_payment"
    STORE_CREDIT = "store_credit"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MarkAsPaid:
    """The whole outstanding amount was received outside the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """For good: nothing undoes it."""

    reason: CancelReason
    refund: CancelRefund
    restock: bool
    notify_customer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePayment:
    """Take what was authorised; ``amount`` None = all that is left of it, else in the currency the buyer pays in."""

    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CloseOrder:
    """Archive it."""


@dataclass(frozen=True, slots=True)
class ReopenOrder:
    """Take it out of the archive."""


OrderAction = MarkAsPaid | CancelOrder | CapturePayment | CloseOrder | ReopenOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """Money held for the order; ``open`` is what may still be captured, in the currency the buyer pays in."""

    shopify_id: ShopifyId
    open: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Money taken, or being taken, of an authorisation."""

    shopify_id: ShopifyId
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStanding:
    """How an order stands at its store at this moment, as far as actions go."""

    shopify_id: ShopifyId
    updated_at: datetime
    cancelled: bool
    closed: bool
    financial_status: str | None
    outstanding: Amount
    currency: str
    """In which the buyer pays, and in which captures are."""
    authorisations: tuple[Authorisation, ...] = ()
    captures: tuple[Capture, ...] = ()

    @property
    def paid(self) -> bool:
        return self.financial_status in PAID and self.outstanding.presentment <= 0

    @property
    def capturable(self) -> Decimal:
        return sum((each.open for each in self.authorisations), ZERO)

    @property
    def captured(self) -> Decimal:
        return sum((each.amount for each in self.captures), ZERO)


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The order stands as it was asked to."""


@dataclass(frozen=True, slots=True)
class ToSend:
    """The store is to do it, or to say why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturesToSend:
    """What to capture of which authorisations, one after the other."""

    parts: tuple[Capture, ...]
    """Each with the id of its authorisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPossible:
    """For a person: why it cannot be, and what to do."""

    code: str
    detail: str


Judgement = AlreadyDone | ToSend | CapturesToSend | NotPossible


def judged(
    action: OrderAction, standing: OrderStanding, *, captured_before: Iterable[ShopifyId] | None = None
) -> Judgement:
    """What is left to do. ``captured_before`` are the captures there were before the action was first tried: what came
    since is ours (B6); None = it was never tried.
    """
    match action:
        case MarkAsPaid():
            return AlreadyDone() if standing.paid else ToSend()
        case CancelOrder():
            return AlreadyDone() if standing.cancelled else ToSend()
        case CloseOrder():
            return AlreadyDone() if standing.closed else ToSend()
        case ReopenOrder():
            return ToSend() if standing.closed else AlreadyDone()
        case CapturePayment():
            return _capture(action, standing, captured_before)
        case _:
            assert_never(action)


def _capture(action: CapturePayment, standing: OrderStanding, captured_before: Iterable[ShopifyId] | None) -> Judgement:
    left = standing.capturable
    if action.amount is None:
        wanted = left
    elif captured_before is None:
        wanted = action.amount
    else:
        before = frozenset(captured_before)
        wanted = action.amount - sum((each.amount for each in standing.captures if each.shopify_id not in before), ZERO)
    if action.amount is not None and wanted > left > 0:
        return NotPossible(code="amount_exceeds_authorised", detail=_too_much(wanted, left, standing.currency))
    if wanted > left or (action.amount is None and not left):
        return (
            AlreadyDone() if standing.paid and action.amount in (None, standing.captured) else _nothing_held(standing)
        )
    return CapturesToSend(parts=_shared(wanted, standing.authorisations)) if wanted > 0 else AlreadyDone()


def _shared(wanted: Decimal, authorisations: Iterable[Authorisation]) -> tuple[Capture, ...]:
    """From the first authorisation on, until the amount is reached."""
    parts: list[Capture] = []
    for each in authorisations:
        part = min(wanted, each.open)
        if part > 0:
            parts.append(Capture(shopify_id=each.shopify_id, amount=part))
            wanted -= part
    return tuple(parts)


def _too_much(wanted: Decimal, left: Decimal, currency: str) -> str:
    return (
        f"{written(wanted, currency)} is more than the {written(left, currency)} that can still be captured. "
        "Ask for that much or less, or leave the amount out to capture all that is left."
    )


def _nothing_held(standing: OrderStanding) -> NotPossible:
    return NotPossible(
        code="nothing_to_capture",
        detail=(
            "No authorised payment of the order is left to capture (its financial status at Shopify is "
            f"{standing.financial_status or 'unknown'}). If it was paid elsewhere, mark it as paid instead."
        ),
    )
