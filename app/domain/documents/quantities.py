"""How many pieces of an order line a document shows (P32). Knows quantities and refunds, nothing of money."""

from collections import defaultdict
from collections.abc import Mapping

from app.domain.identifiers import ShopifyId
from app.domain.orders import Order
from app.domain.refunded_lines import refunded_lines
from app.domain.refunds import creditable
from app.domain.shop_settings import RefundProcess


def documented_quantities(order: Order, process: RefundProcess) -> Mapping[ShopifyId, int]:
    """The quantity to be documented, for every line by its Shopify id (P32).

    The smaller of *ordered less what non-creditable refund lines took* and *current plus what creditable refund lines
    took*; the second covers an edit for which Shopify wrote no refund, or an empty one. Where nobody will credit
    (``refunds.process = none``) it is the current quantity. Exchange lines are left out.
    """
    taken: dict[ShopifyId, int] = defaultdict(int)
    credited: dict[ShopifyId, int] = defaultdict(int)
    for refund in order.refunds:
        for line in refunded_lines(order, refund):
            side = credited if creditable(refund, line) else taken
            side[line.line_id] += line.quantity
    quantities: dict[ShopifyId, int] = {}
    for each in order.lines:
        if each.exchange:
            quantity = 0
        elif process is RefundProcess.NONE:
            quantity = each.current_quantity
        else:
            kept = each.ordered_quantity - taken.get(each.shopify_id, 0)
            quantity = min(kept, each.current_quantity + credited.get(each.shopify_id, 0))
        quantities[each.shopify_id] = max(quantity, 0)
    return quantities
