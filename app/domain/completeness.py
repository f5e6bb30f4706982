"""Whether the orders and refunds of a day are here as they are at the store, or why not: the proof of completeness.

Pure: what the store lists and what we hold are given. A day is one of the shop's time zone; an order belongs to the day
of its creation, a refund to its own. Amounts are shop money, orders at what they amount to now, after edits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from app.domain.identifiers import ShopId, ShopifyId

NOTHING = Decimal(0)


class Reason(StrEnum):
    """Why an order of the store is not among the shop's, though nothing is wrong."""

    OTHER_SHOP = "other_shop"
    """Another shop of the store has claimed it."""
    UNCLAIMED = "unclaimed"
    """The filters of no shop match it."""
    BEFORE_START = "before_start"
    """It is older than the day on which the shop went live."""
    BEFORE_CONNECTION = "before_connection"
    """It is older than the connection of the store, and nobody has asked for orders yet."""
    CLOSED = "closed"
    """It was closed before it was ever listed."""
    LEFT_OUT = "left_out"
    """A person has deleted it from the queue."""
    WAITING = "waiting"
    """It is in the queue and will be read, or read again."""


class DifferenceKind(StrEnum):
    MISSING = "missing"
    """At the store, and neither here nor in the queue."""
    IMPORT_FAILED = "import_failed"
    """In the queue, with an error."""
    CHANGED = "changed"
    """Its amount is another one here."""
    GONE = "gone"
    """Here, and not at the store any more."""
    REFUND_MISSING = "refund_missing"
    REFUND_CHANGED = "refund_changed"
    REFUND_GONE = "refund_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSum:
    shopify_id: ShopifyId
    created_at: datetime
    refunded: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSum:
    """An order as the store lists it, with what it amounts to and what of it was refunded."""

    shopify_id: ShopifyId
    name: str
    created_at: datetime
    updated_at: datetime
    closed: bool
    amount: Decimal
    refunds: tuple[RefundSum, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySum:
    """The same of a copy of ours."""

    shopify_id: ShopifyId
    name: str
    shop: ShopId
    created_at: datetime
    amount: Decimal
    refunds: tuple[RefundSum, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """Where an order stands in the queue of orders to import."""

    shop: ShopId | None
    unclaimed: bool
    left_out: bool
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopTerms:
    """What of the store the shop is about. ``seen_from``: creation of the oldest order the app sees; None = any."""

    shop: ShopId
    zone: tzinfo
    start_date: str | None
    connected_at: datetime
    listed: bool
    """Orders of the store were listed at least once."""
    seen_from: datetime | None


@dataclass(slots=True, kw_only=True)
class Sum:
    count: int = 0
    amount: Decimal = NOTHING

    def add(self, amount: Decimal) -> None:
        self.count += 1
        self.amount += amount


@dataclass(slots=True, kw_only=True)
class Explained:
    """Orders of a day that are rightly not the shop's, with their refunds of that day."""

    orders: Sum = field(default_factory=Sum)
    refunds: Sum = field(default_factory=Sum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """``order`` and ``name`` tell whose a refund is; an amount is None where there is nothing."""

    kind: DifferenceKind
    shopify_id: ShopifyId
    order: ShopifyId
    name: str
    there: Decimal | None
    here: Decimal | None


@dataclass(slots=True, kw_only=True)
class DayCompared:
    day: date
    orders_there: Sum = field(default_factory=Sum)
    orders_here: Sum = field(default_factory=Sum)
    refunds_there: Sum = field(default_factory=Sum)
    refunds_here: Sum = field(default_factory=Sum)
    explained: dict[Reason, Explained] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not self.differences

    @property
    def to_mend(self) -> Sequence[Difference]:
        """What reading the order again may settle, or a person must; what the store deleted is only told."""
        gone = (DifferenceKind.GONE, DifferenceKind.REFUND_GONE)
        return [each for each in self.differences if each.kind not in gone]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Both sides of a comparison, by Shopify's id. ``copies`` may hold other shops' and other days' orders."""

    there: Mapping[ShopifyId, OrderSum]
    copies: Mapping[ShopifyId, CopySum]
    queued: Mapping[ShopifyId, Queued]


def compared(days: Iterable[date], sides: Compared, terms: ShopTerms) -> Sequence[DayCompared]:
    """Each of the days, in order. What is there must hold every order of the days and every order refunded on them."""
    found = {day: DayCompared(day=day) for day in days}
    for order in sorted(sides.there.values(), key=lambda each: (each.created_at, each.shopify_id)):
        _compare_order(order, sides, terms, found)
    for copy in sorted(sides.copies.values(), key=lambda each: (each.created_at, each.shopify_id)):
        if copy.shop == terms.shop and copy.shopify_id not in sides.there:
            _tell_gone(copy, terms, found)
    return list(found.values())


def _compare_order(order: OrderSum, sides: Compared, terms: ShopTerms, days: Mapping[date, DayCompared]) -> None:
    day = days.get(order.created_at.astimezone(terms.zone).date())
    copy, queued = sides.copies.get(order.shopify_id), sides.queued.get(order.shopify_id)
    if day is not None:
        day.orders_there.add(order.amount)
    reason = _reason(order, copy, queued, terms)
    if copy is not None and copy.shop == terms.shop:
        if day is not None:
            day.orders_here.add(copy.amount)
            if copy.amount != order.amount:
                day.differences.append(_order_differs(DifferenceKind.CHANGED, order, here=copy.amount))
        _compare_refunds(order, copy, terms, days)
        return
    if reason is None:
        failed = queued is not None and queued.failed
        if day is not None:
            kind = DifferenceKind.IMPORT_FAILED if failed else DifferenceKind.MISSING
            day.differences.append(_order_differs(kind, order, here=None))
    elif day is not None:
        day.explained.setdefault(reason, Explained()).orders.add(order.amount)
    _explain_refunds(order, reason, terms, days)


def _reason(order: OrderSum, copy: CopySum | None, queued: Queued | None, terms: ShopTerms) -> Reason | None:
    """Why an order is not the shop's; None = it is, or should be."""
    if copy is not None:
        return None if copy.shop == terms.shop else Reason.OTHER_SHOP
    if queued is not None and queued.shop not in (None, terms.shop):
        return Reason.OTHER_SHOP
    if terms.start_date and order.created_at.astimezone(terms.zone).date().isoformat() < terms.start_date:
        return Reason.BEFORE_START
    if queued is None:
        if order.closed:
            return Reason.CLOSED
        return Reason.BEFORE_CONNECTION if order.created_at < terms.connected_at and not terms.listed else None
    if queued.left_out:
        return Reason.LEFT_OUT
    if queued.unclaimed:
        return Reason.UNCLAIMED
    return None if queued.failed else Reason.WAITING


def _compare_refunds(order: OrderSum, copy: CopySum, terms: ShopTerms, days: Mapping[date, DayCompared]) -> None:
    held = {each.shopify_id: each for each in copy.refunds}
    for refund in order.refunds:
        day = days.get(refund.created_at.astimezone(terms.zone).date())
        ours = held.pop(refund.shopify_id, None)
        if day is None:
            continue
        day.refunds_there.add(refund.refunded)
        if ours is None:
            day.differences.append(_refund_differs(DifferenceKind.REFUND_MISSING, order, refund, None))
            continue
        day.refunds_here.add(ours.refunded)
        if ours.refunded != refund.refunded:
            day.differences.append(_refund_differs(DifferenceKind.REFUND_CHANGED, order, refund, ours.refunded))
    for ours in held.values():
        day = days.get(ours.created_at.astimezone(terms.zone).date())
        if day is not None:
            day.refunds_here.add(ours.refunded)
            day.differences.append(
                Difference(
                    kind=DifferenceKind.REFUND_GONE,
                    shopify_id=ours.shopify_id,
                    order=order.shopify_id,
                    name=order.name,
                    there=None,
                    here=ours.refunded,
                )
            )


def _explain_refunds(
    order: OrderSum, reason: Reason | None, terms: ShopTerms, days: Mapping[date, DayCompared]
) -> None:
    for refund in order.refunds:
        day = days.get(refund.created_at.astimezone(terms.zone).date())
        if day is None:
            continue
        day.refunds_there.add(refund.refunded)
        if reason is None:
            day.differences.append(_refund_differs(DifferenceKind.REFUND_MISSING, order, refund, None))
        else:
            day.explained.setdefault(reason, Explained()).refunds.add(refund.refunded)


def _tell_gone(copy: CopySum, terms: ShopTerms, days: Mapping[date, DayCompared]) -> None:
    day = days.get(copy.created_at.astimezone(terms.zone).date())
    if day is None:
        return
    day.orders_here.add(copy.amount)
    if terms.seen_from is None or copy.created_at >= terms.seen_from:
        day.differences.append(
            Difference(
                kind=DifferenceKind.GONE,
                shopify_id=copy.shopify_id,
                order=copy.shopify_id,
                name=copy.name,
                there=None,
                here=copy.amount,
            )
        )


def _order_differs(kind: DifferenceKind, order: OrderSum, *, here: Decimal | None) -> Difference:
    return Difference(
        kind=kind,
        shopify_id=order.shopify_id,
        order=order.shopify_id,
        name=order.name,
        there=order.amount,
        here=here,
    )


def _refund_differs(kind: DifferenceKind, order: OrderSum, refund: RefundSum, here: Decimal | None) -> Difference:
    return Difference(
        kind=kind,
        shopify_id=refund.shopify_id,
        order=order.shopify_id,
        name=order.name,
        there=refund.refunded,
        here=here,
    )
