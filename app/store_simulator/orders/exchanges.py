"""Exchanges: goods that were shipped come back, others leave as new lines of the same order.

Admin API, Return.exchangeLineItems: exchanged goods become lines of the order they replace; the refund of the return
carries the lines that came back, and money only for what the new goods cost less. Not recorded, decided here: an
exchange is received and processed at once, and its lines move the totals as lines do that an edit adds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.store_simulator.orders.edit_lines import LineEdits
from app.store_simulator.orders.edit_session import EditSession
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.line_money import current_quantity, money_of, shipped_units
from app.store_simulator.orders.money import ZERO, Amounts, JsonObject, total
from app.store_simulator.orders.nodes import ChildIds
from app.store_simulator.orders.payments import fix_received
from app.store_simulator.orders.refunds import RefundEntry
from app.store_simulator.orders.returns import closed_return, return_status


def record_exchange(
    order: JsonObject, returned: Sequence[tuple[str, int]], goods: Sequence[Mapping[str, Any]], at: datetime
) -> list[str]:
    """Take back units of lines, `(line id, quantity)`, against goods as `addVariant` of an edit takes them."""
    session = EditSession.begin(order, at)
    fix_received(order, session.currencies)
    wanted = _returnable(session, returned)
    first_new = len(order["lineItems"])
    editor = LineEdits(session)
    for each in goods:
        editor.add_variant(each)
    new_lines = order["lineItems"][first_new:]
    back = closed_return(order, wanted, at)
    ids = ChildIds.continuing({**order, "returns": [*order["returns"], back]})
    back["exchangeLineItems"] = [_exchange_line(line, ids) for line in new_lines]
    order["returns"] = [*order["returns"], back]
    order["returnStatus"] = return_status(order["returns"])
    entry = _refund(order, back, wanted, _worth(session, new_lines), at)
    back["refunds"] = [{"id": entry.node["id"]}]
    return entry.topics


def _returnable(session: EditSession, returned: Sequence[tuple[str, int]]) -> list[tuple[JsonObject, int]]:
    if not returned or session.order.get("cancelledAt"):
        raise ChangeRefused("The order has nothing to return.", field=["returnInput"])
    shipped = shipped_units(session.order)
    wanted: list[tuple[JsonObject, int]] = []
    for line_id, quantity in returned:
        line = session.line(line_id)
        if not 0 < quantity <= min(current_quantity(line), shipped[line["id"]]):
            message = "Return line items have an invalid quantity."
            raise ChangeRefused(message, field=["returnInput", "returnLineItems"])
        wanted.append((line, quantity))
    return wanted


def _exchange_line(line: JsonObject, ids: ChildIds) -> JsonObject:
    variant, product = line["variant"] or {}, line["product"] or {}
    return {
        "id": ids.next("ExchangeLineItem"),
        "quantity": line["quantity"],
        "processableQuantity": 0,
        "processedQuantity": line["quantity"],
        "unprocessedQuantity": 0,
        "productId": product.get("id"),
        "title": line["title"],
        "variantId": variant.get("id"),
        "variantSku": line["sku"],
        "variantTitle": line["variantTitle"],
        "lineItems": [{"id": line["id"]}],
    }


def _worth(session: EditSession, lines: Sequence[JsonObject]) -> Amounts:
    figures = [money_of(line, session.order, session.currencies) for line in lines]
    return total(one.charged(one.quantity) for one in figures)


def _refund(
    order: JsonObject, back: JsonObject, wanted: Sequence[tuple[JsonObject, int]], new_worth: Amounts, at: datetime
) -> RefundEntry:
    """The refund of the return: the goods that came back, and the money that the new ones leave over."""
    stub = {name: back[name] for name in ("id", "name", "status")}
    entry = RefundEntry.begin(order, {"return": stub}, at)
    entry.take_lines(
        [{"lineItem": {"id": line["id"]}, "quantity": units, "restockType": "RETURN"} for line, units in wanted]
    )
    left_over = (entry.suggested - new_worth).at_most(entry.net_payment())
    if left_over.shop > 0 and left_over.presentment > 0:
        if order.get("transactions"):
            entry.pay_back(left_over)
        else:
            entry.node["totalRefundedSet"] = entry.currencies.bag(left_over)
    else:
        entry.node["totalRefundedSet"] = entry.currencies.bag(ZERO)
    entry.finish(balanced=True)
    return entry
