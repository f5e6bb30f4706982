"""What we note of fulfilments that we recorded ourselves, so that they come back to us as no news (P43, decision 34).

Where our copy held all there was before the shipment was sent, it holds all there is after it, and takes status, open
pieces, fulfilments and change time over. What else happened in that second is looked for when it has settled
(``noted_write_backs``). Where anything does not fit together nothing is taken over, and the order is read as ever.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.fulfilment_orders import FulfilmentOrder
from app.domain.identifiers import OrderId, ShopifyId
from app.domain.order_freshness import SETTLED_AFTER
from app.domain.orders import Order
from app.domain.shipment_fitting import Part
from app.domain.shipment_sights import ShippingSeen
from app.domain.shipment_traces import open_at
from app.ports.job_queue import NudgeKind
from app.ports.repositories.orders import OwnWrite
from app.ports.shipment_gateway import RecordedFulfilment
from app.ports.unit_of_work import UnitOfWork

_GOING_ON = ("open", "in_progress")
_ASKED_FOR = ("submitted", "accepted")


@dataclass(slots=True, kw_only=True)
class SentNow:
    """What one attempt recorded at the store, and what was seen right before it."""

    seen: ShippingSeen
    accepted: Collection[ShopifyId] = ()
    parts: list[Part] = field(default_factory=list)
    recorded: list[RecordedFulfilment] = field(default_factory=list)


async def note_sent(uow: UnitOfWork, order_id: OrderId, sent: SentNow | None, *, now: datetime) -> bool:
    """Take over into the locked copy what was just recorded; False = there is nothing to take over, or no knowing."""
    if sent is None or not sent.recorded:
        return False
    known, copy = (await uow.orders.locked([order_id]))[order_id]
    seen = sent.seen
    unbroken = known.store_updated_at == seen.updated_at and copy.fulfilment_status == seen.fulfilment_status
    if not unbroken or open_at(copy.fulfilment_orders) != open_at(seen.fulfilment_orders):
        return False
    noted = _after(copy, sent)
    if noted is None:
        return False
    changed_at = noted.updated_at
    await uow.orders.note_own_writes([OwnWrite(id=order_id, order=noted, changed_at=changed_at)])
    await uow.orders_to_import.forget_echoes(known.store_id, {known.shopify_id: changed_at})
    await uow.orders_to_import.overtake(known.store_id, known.shopify_id)
    settled_at = max(changed_at, now) + SETTLED_AFTER
    await uow.write_backs.vouch(order_id, changed_at, look_at=settled_at, now=now)
    await uow.nudge(NudgeKind.WRITE_BACK, known.store_id)
    return True


def _after(copy: Order, sent: SentNow) -> Order | None:
    """The copy as the store stands now; None = it did not tell its fulfilments whole."""
    told = [each.fulfilment for each in sent.recorded]
    fulfilments = [each for each in told if each is not None]
    if len(fulfilments) != len(told):
        return None
    last = sent.recorded[-1]
    return replace(
        copy,
        updated_at=last.order_updated_at,
        fulfilment_status=last.order_fulfilment_status,
        fulfilments=(*copy.fulfilments, *fulfilments),
        fulfilment_orders=_left_of(copy.fulfilment_orders, sent.parts, sent.accepted),
    )


def _left_of(
    orders: Sequence[FulfilmentOrder], parts: Sequence[Part], accepted: Collection[ShopifyId]
) -> tuple[FulfilmentOrder, ...]:
    return tuple(_left(order, parts, accepted) for order in orders)


def _left(order: FulfilmentOrder, parts: Sequence[Part], accepted: Collection[ShopifyId]) -> FulfilmentOrder:
    taken = [part for part in parts if part.fulfilment_order_id == order.shopify_id]
    if not taken:
        return replace(order, request_status="accepted") if order.shopify_id in accepted else order
    lines = tuple(
        replace(
            line,
            remaining_quantity=line.remaining_quantity
            - sum(part.quantity for part in taken if part.fulfilment_order_line_id == line.shopify_id),
        )
        for line in order.lines
    )
    over = not any(line.remaining_quantity for line in lines)
    status = ("closed" if over else "in_progress") if order.status in _GOING_ON else order.status
    asked_for = order.request_status in _ASKED_FOR
    request = ("closed" if over else "accepted") if asked_for else order.request_status
    return replace(order, lines=lines, status=status, request_status=request)
