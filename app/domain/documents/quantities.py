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

    That is what stands of it; where nobody will credit (``refunds.process = none``) it is the current quantity.
    Exchange lines are left out.
    """
    if process is RefundProcess.NONE:
        return {each.shopify_id: 0 if each.exchange else max(each.current_quantity, 0) for each in order.lines}
    standing = standing_pieces(order)
    return {each.shopify_id: 0 if each.exchange else standing[each.shopify_id] for each in order.lines}


def standing_pieces(order: Order) -> Mapping[ShopifyId, int]:
    """What was sold of every line and not taken off again, whether or not a credit memo gives some of it back.

    The smaller of *ordered less what non-creditable refund lines took* and *current plus what creditable refund lines
    took*; the second covers an edit for which Shopify wrote no refund, or an empty one.
    """
    taken: dict[ShopifyId, int] = defaultdict(int)
    credited: dict[ShopifyId, int] = defaultdict(int)
    for refund in order.refunds:
        for line in refunded_lines(order, refund):
            side = credited if creditable(refund, line) else taken
            side[line.line_id] += line.quantity
    return {
        each.shopify_id: max(
            min(
                each.ordered_quantity - taken.get(each.shopify_id, 0),
                each.current_quantity + credited.get(each.shopify_id, 0),
            ),
            0,
        )
        for each in order.lines
    }
