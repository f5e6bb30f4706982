"""When an order is finished and may be closed (archived) at its store by itself (7.10, 7.11 without 7.12 and 7.13).

Finished: in the ERP under its number, wholly fulfilled, and paid or invoiced; not cancelled; with nothing open beside
it: no conflict, no refund, return or shipment on which somebody still has to act. Once: what was closed before, by
whomever, is left to people. Here stand the words; the queue of write-backs asks for all of it in one statement.
"""

from app.domain.order_glance import OrderGlance
from app.domain.orders import Order
from app.domain.refund_states import RefundState
from app.domain.shipments import ShipmentState

FULFILLED = ("fulfilled", "fulfillment_not_required")
"""Nothing is left to ship."""
PAID = ("paid", "partially_refunded", "refunded")
"""What went back since does not make an order unpaid. An order that became an invoice need not be paid (7.10 b)."""
OPEN_RETURNS = ("return_requested", "in_progress")
OPEN_REFUNDS = (RefundState.OPEN, RefundState.WAITING, RefundState.BLOCKED, RefundState.FAILED)
OPEN_SHIPMENTS = (ShipmentState.PENDING, ShipmentState.PARTIALLY, ShipmentState.FAILED)


def may_be_finished(order: Order | OrderGlance) -> bool:
    """Whether it is worth asking for the rest: at the store the order is shipped and neither cancelled nor closed."""
    return order.fulfilment_status in FULFILLED and order.cancelled_at is None and order.closed_at is None
