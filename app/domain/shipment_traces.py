"""What we left at the store: whether a fulfilment there is the one that we asked for and never heard of, and whether
what is open of an order changed since it was last looked at.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from app.domain.fulfilment_orders import FulfilmentOrder
from app.domain.identifiers import ShopifyId
from app.domain.shipment_fitting import Part
from app.domain.shipment_sights import SeenFulfilment, SeenFulfilmentOrder

CLOCKS_DIFFER_BY = timedelta(minutes=15)
"""How much the store's clock may be behind ours."""
MACHINES_DIFFER_BY = timedelta(seconds=15)
"""How much two machines of the store may tell different times of one moment."""
_OPEN = {"in_progress": "open"}
"""A fulfilment of a part moves the status from one to the other, and that opens nothing."""
_NOT_DONE = frozenset({"cancelled", "error", "failure"})


def recognised(
    fulfilments: Iterable[SeenFulfilment],
    *,
    parts: Sequence[Part],
    tracking_numbers: Collection[str],
    begun_at: datetime,
    looked_at: datetime | None,
    known: Collection[ShopifyId],
) -> SeenFulfilment | None:
    """The fulfilment that our request left, if it took effect: the same pieces of the same order lines under the same
    tracking numbers, made since, and nobody else's that we know. Fulfilments carry no mark of who asked for them.

    ``begun_at`` is by our clock, ``looked_at`` by the store's: when the order was looked at right before we asked.
    None = the store told no time.
    """
    since = begun_at - CLOCKS_DIFFER_BY
    if looked_at is not None:
        since = max(since, looked_at - MACHINES_DIFFER_BY)
    asked: Counter[ShopifyId] = Counter()
    for part in parts:
        asked[part.line_id] += part.quantity
    numbers = {number.strip() for number in tracking_numbers}
    candidates = [
        each
        for each in fulfilments
        if each.shopify_id not in known
        and each.status not in _NOT_DONE
        and each.created_at >= since
        and _quantities(each) == asked
        and {number.strip() for number in each.tracking_numbers} == numbers
    ]
    return min(candidates, key=lambda each: (each.created_at, len(each.shopify_id), each.shopify_id), default=None)


def _quantities(fulfilment: SeenFulfilment) -> Counter[ShopifyId]:
    found: Counter[ShopifyId] = Counter()
    for line_id, quantity in fulfilment.quantities:
        found[line_id] += quantity
    return found


def open_at(orders: Iterable[FulfilmentOrder | SeenFulfilmentOrder]) -> str:
    """A digest of what is open in fulfilment orders and where: equal as long as none of it changed. It is the same for
    what was just seen and for the order's copy.
    """
    standing = sorted(
        " ".join(map(str, (order.shopify_id, status, order.request_status, order.location_id, line.shopify_id, left)))
        for order in orders
        for status in (_OPEN.get(order.status, order.status),)
        for line in order.lines
        if (left := line.remaining_quantity) > 0
    )
    return blake2b("\n".join(standing).encode(), digest_size=16).hexdigest()


def left_open(
    orders: Iterable[SeenFulfilmentOrder], sent: Iterable[Part], *, accepted: Collection[ShopifyId] = ()
) -> tuple[SeenFulfilmentOrder, ...]:
    """Fulfilment orders as they stand after what was sent."""
    taken: Counter[ShopifyId] = Counter()
    for part in sent:
        taken[part.fulfilment_order_line_id] += part.quantity
    return tuple(
        replace(
            order,
            request_status="accepted" if order.shopify_id in accepted else order.request_status,
            lines=tuple(
                replace(line, remaining_quantity=line.remaining_quantity - taken[line.shopify_id])
                for line in order.lines
            ),
        )
        for order in orders
    )
