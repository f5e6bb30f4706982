"""What real Shopify stores answered goes through the translators.

The recordings asked for less than we do, so each recorded order is laid over a whole one: what was recorded stands,
what was not asked for is the builder's. Skipped where the shared recordings are not beside the checkout.
"""

import json
import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.adapters.shopify.answers.fulfilments import FulfilmentAnswer
from app.adapters.shopify.answers.orders import OrderAnswer
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.answers.returns import ReturnAnswer
from app.adapters.shopify.translators.orders import OrderParts, order_of
from app.domain.orders import Order
from tests.unit.shopify import shopify_answers as shopify

CHECKOUT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("ORDERBRIDGE_SHARED") or CHECKOUT.parent / "shared")
RECORDED = SHARED / "data/shopify/recorded"
Json = dict[str, Any]
ORDER_GID = "gid://shopify/Order/"

TEMPLATES: dict[str, Callable[[], Json]] = {
    "lineItems": shopify.a_line,
    "shippingLines": shopify.a_shipping_line,
    "transactions": shopify.a_transaction,
    "fulfillmentOrders": shopify.a_fulfilment_order,
    "taxLines": lambda: shopify.a_tax("0.00"),
    "discountAllocations": lambda: shopify.an_allocation("0.00"),
    "customAttributes": lambda: {"key": "", "value": None},
    "addressesV2": shopify.an_address,
    "refundLineItems": lambda: shopify.a_refund_line(1, line=1),
    "returnLineItems": lambda: shopify.a_return_line(1, line=1),
    "reverseFulfillmentOrders": lambda: shopify.a_reverse_order(1, dispositions=[]),
    "dispositions": lambda: shopify.a_disposition(1),
    "fulfillmentLineItems": lambda: shopify.a_fulfilment()["fulfillmentLineItems"]["nodes"][0],
    "trackingInfo": lambda: {"company": None, "number": None, "url": None},
    "reverseDeliveries": lambda: {"id": "", "deliverable": {"tracking": {"number": None, "url": None}}},
}
ORDER_LINES_INSIDE = {
    "fulfillmentOrders": shopify.a_fulfilment_order_line(1, line=1),
    "reverseFulfillmentOrders": shopify.a_reverse_order(1, dispositions=[])["lineItems"]["nodes"][0],
}
RETURN_GID = "gid://shopify/Return/"
FULFILMENT_GID = "gid://shopify/Fulfillment/"
TELLING = 3


def laid_over(whole: Json, recorded: Json, *, inside: str = "") -> Json:
    """The whole answer with everything that was recorded in its place."""
    result = dict(whole)
    for key, value in recorded.items():
        if key not in whole:
            continue
        standing = whole[key]
        if isinstance(value, dict) and isinstance(standing, dict) and "pageInfo" in standing:
            result[key] = shopify.page([_node(key, inside, each) for each in _nodes(value)])
        elif isinstance(value, dict) and isinstance(standing, dict):
            result[key] = laid_over(standing, value, inside=key)
        elif isinstance(value, list) and key in TEMPLATES:
            result[key] = [_node(key, inside, each) for each in value]
        elif isinstance(value, dict):
            result[key] = _without_template(key, value)
        else:
            result[key] = value
    return result


def _without_template(key: str, value: Json) -> Any:
    if key.endswith("Address"):
        return laid_over(shopify.an_address(), value)
    if key == "customer":
        return laid_over(shopify.a_customer(), value)
    return {"shopMoney": {}, "presentmentMoney": value["shopMoney"], **value} if "shopMoney" in value else None


def _node(key: str, inside: str, recorded: Json) -> Json:
    if key == "lineItems" and inside in ORDER_LINES_INSIDE:
        return laid_over(ORDER_LINES_INSIDE[inside], recorded)
    return laid_over(TEMPLATES[key](), recorded, inside=key)


def _nodes(connection: Json) -> list[Json]:
    edges = [edge["node"] for edge in connection.get("edges", []) if "node" in edge]
    nodes: list[Json] = connection.get("nodes") or edges
    return nodes


def told_in(value: Any, start: str, whole: Json) -> Iterator[Json]:
    """Everything with such an id that tells more than a few fields of ours, at any depth of a recording."""
    if isinstance(value, dict):
        identifier = value.get("id")
        is_one = isinstance(identifier, str) and identifier.startswith(start)
        if is_one and len(value.keys() & whole.keys()) > TELLING:
            yield value
        for each in value.values():
            yield from told_in(each, start, whole)
    elif isinstance(value, list):
        for each in value:
            yield from told_in(each, start, whole)


def recorded(start: str, whole: Json) -> list[Json]:
    files = sorted(RECORDED.rglob("*.json"))
    return [found for path in files for found in told_in(json.loads(path.read_bytes()), start, whole)]


@cache
def recorded_orders() -> list[Json]:
    return recorded(ORDER_GID, shopify.an_order())


@cache
def recorded_returns() -> list[Json]:
    return recorded(RETURN_GID, shopify.a_return())


pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the shared recordings are not here")


def translated(recorded: Json) -> Order:
    answer = laid_over({**shopify.an_order(), "refunds": []}, {**recorded, "refunds": []})
    return order_of(OrderParts(header=msgspec.json.decode(msgspec.json.encode(answer), type=OrderAnswer)))


def test_there_are_recordings_to_go_through() -> None:
    assert len(recorded_orders()) > 40


def test_every_recorded_order_can_be_translated() -> None:
    for recorded in recorded_orders():
        order = translated(recorded)

        assert order.shopify_id == recorded["id"].removeprefix(ORDER_GID)
        if "lineItems" in recorded:
            quantities = [line.get("quantity", 1) for line in _nodes(recorded["lineItems"])]
            assert [line.ordered_quantity for line in order.lines] == quantities


def test_recorded_totals_and_states_come_through_unchanged() -> None:
    totals = 0
    for recorded in recorded_orders():
        order = translated(recorded)

        if recorded.get("currentTotalPriceSet"):
            totals += 1
            assert order.totals.current_total.shop == Decimal(recorded["currentTotalPriceSet"]["shopMoney"]["amount"])
        if "displayFinancialStatus" in recorded:
            status = recorded["displayFinancialStatus"]
            assert order.financial_status == (status.lower() if status else None)
    assert totals > 20


def test_recorded_transactions_keep_kind_status_and_amount() -> None:
    seen = 0
    for recorded in recorded_orders():
        transactions = recorded.get("transactions")
        if not isinstance(transactions, list):
            continue
        for told, transaction in zip(transactions, translated(recorded).transactions, strict=True):
            seen += 1
            assert transaction.kind == told.get("kind", "SALE").lower()
            assert transaction.status == told.get("status", "SUCCESS").lower()
            if "amountSet" in told:
                assert transaction.amount.shop == Decimal(told["amountSet"]["shopMoney"]["amount"])
    assert seen >= 10


def test_recorded_refund_lines_can_be_translated() -> None:
    refunds = [
        refund
        for order in recorded_orders()
        for refund in (order["refunds"] if isinstance(order.get("refunds"), list) else [])
    ]
    assert refunds

    for number, recorded in enumerate(refunds):
        whole = laid_over(shopify.a_refund(number), recorded)
        answer = msgspec.json.decode(msgspec.json.encode(whole), type=RefundAnswer)
        header = msgspec.json.decode(msgspec.json.encode(shopify.an_order()), type=OrderAnswer)
        [refund] = order_of(OrderParts(header=header, refunds=[answer])).refunds

        assert all(line.restock_type in {"return", "cancel", "no_restock", "legacy_restock"} for line in refund.lines)


def test_every_recorded_return_can_be_translated() -> None:
    states, disposed = set(), 0
    for told in recorded_returns():
        answer = msgspec.json.decode(msgspec.json.encode(laid_over(shopify.a_return(), told)), type=ReturnAnswer)
        header = msgspec.json.decode(msgspec.json.encode(shopify.an_order()), type=OrderAnswer)
        [found] = order_of(OrderParts(header=header, returns=[answer])).returns

        states.add(found.status)
        if "returnLineItems" in told:
            expected = [
                (line["quantity"], line.get("processedQuantity", 0)) for line in _nodes(told["returnLineItems"])
            ]
            assert [(line.quantity, line.processed_quantity) for line in found.lines] == expected
        disposed += sum(len(line.dispositions) for each in found.reverse_orders for line in each.lines)
    assert states == {"requested", "open", "closed", "declined", "canceled"}
    assert disposed


def test_every_recorded_fulfilment_can_be_translated() -> None:
    parcels = 0
    for told in recorded(FULFILMENT_GID, shopify.a_fulfilment()):
        answer = msgspec.json.decode(
            msgspec.json.encode(laid_over(shopify.a_fulfilment(), told)), type=FulfilmentAnswer
        )
        header = msgspec.json.decode(msgspec.json.encode(shopify.an_order()), type=OrderAnswer)
        [found] = order_of(OrderParts(header=header, fulfilments=[answer])).fulfilments

        assert found.status == told.get("status", "SUCCESS").lower()
        numbers = [each.get("number") or "" for each in told.get("trackingInfo", [])]
        assert [each.number for each in found.tracking] == numbers
        parcels += len(numbers)
    assert parcels


def test_an_answer_with_parts_missing_is_no_order() -> None:
    for recorded in recorded_orders():
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(msgspec.json.encode(recorded), type=OrderAnswer)
