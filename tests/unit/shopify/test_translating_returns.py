"""Fulfilments and returns from Shopify's answers into our words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from app.adapters.shopify.answers.fulfilments import FulfilmentAnswer
from app.adapters.shopify.answers.orders import OrderAnswer
from app.adapters.shopify.answers.returns import ReturnAnswer
from app.adapters.shopify.translators.orders import OrderParts, order_of
from app.domain.fulfilments import FulfilmentLine, Tracking
from app.domain.identifiers import ShopifyId
from app.domain.money import Amount
from app.domain.orders import Order
from app.domain.returns import Disposition, RestockingFee, ReturnLine, ReverseDelivery, UnverifiedPrice
from tests.unit.shopify.shopify_answers import (
    Json,
    a_disposition,
    a_fulfilment,
    a_line,
    a_return,
    a_return_line,
    a_reverse_order,
    an_exchange_line,
    an_order,
    money,
    page,
)

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)


def told(*, lines: list[Json] | None = None, returns: Sequence[Json] = (), fulfilments: Sequence[Json] = ()) -> Order:
    header = msgspec.json.decode(msgspec.json.encode(an_order(lines=lines)), type=OrderAnswer)
    return order_of(
        OrderParts(
            header=header,
            fulfilments=[msgspec.json.decode(msgspec.json.encode(each), type=FulfilmentAnswer) for each in fulfilments],
            returns=[msgspec.json.decode(msgspec.json.encode(each), type=ReturnAnswer) for each in returns],
        )
    )


def test_a_fulfilment_tells_what_left_from_where_and_where_it_is() -> None:
    parcels = [{"company": "DHL", "number": "00340", "url": "https://dhl.example/00340"}, {"number": "00341"}]
    answer = a_fulfilment(
        7,
        displayStatus="DELIVERED",
        deliveredAt="2026-11-21T09:00:00Z",
        service={"serviceName": "Warehouse Ltd"},
        trackingInfo=parcels,
    )

    [found] = told(fulfilments=[answer]).fulfilments

    assert (found.shopify_id, found.name, found.status, found.display_status) == (
        "7",
        "#1001-F7",
        "success",
        "delivered",
    )
    assert (found.location_id, found.service, found.delivered_at) == ("5001", "Warehouse Ltd", NINE)
    assert found.tracking == (
        Tracking(company="DHL", number="00340", url="https://dhl.example/00340"),
        Tracking(number="00341"),
    )
    assert found.lines == (FulfilmentLine(shopify_id=ShopifyId("7"), line_id=ShopifyId("1"), quantity=1),)


def test_a_returned_line_tells_its_reason_notes_and_fee() -> None:
    line = a_return_line(
        4,
        line=1,
        quantity=2,
        refundedQuantity=1,
        returnReasonNote="Collar",
        customerNote="Too tight for me",
        restockingFee={"percentage": 10.0, "amountSet": money("2.00")},
        withCodeDiscountedTotalPriceSet=money("20.00"),
    )

    [found] = told(returns=[a_return(returnLineItems=page([line]))]).returns

    assert found.lines == (
        ReturnLine(
            shopify_id=ShopifyId("4"),
            line_id=ShopifyId("1"),
            quantity=2,
            refundable_quantity=2,
            refunded_quantity=1,
            reason="size-too-small",
            reason_name="Size was too small",
            reason_note="Collar",
            customer_note="Too tight for me",
            restocking_fee=RestockingFee(percentage=Decimal(10), amount=Amount(Decimal(2), Decimal(2))),
            total=Amount(Decimal(20), Decimal(20)),
        ),
    )


def test_an_unverified_line_has_a_price_of_its_own_and_no_order_line() -> None:
    line = {
        **a_return_line(4, line=1),
        "__typename": "UnverifiedReturnLineItem",
        "returnReasonDefinition": None,
        "unitPrice": {"amount": "12.50", "currencyCode": "EUR"},
    }

    [found] = told(returns=[a_return(returnLineItems=page([line]))]).returns[0].lines

    assert (found.line_id, found.reason) == (None, "")
    assert found.unit_price == UnverifiedPrice(amount=Decimal("12.50"), currency="EUR")


def test_a_declined_return_tells_why() -> None:
    decline = {"reason": "FINAL_SALE", "note": "It was on sale"}

    [found] = told(returns=[a_return(status="DECLINED", requestApprovedAt=None, decline=decline)]).returns

    assert (found.status, found.decline_reason, found.decline_note) == ("declined", "final_sale", "It was on sale")
    assert found.approved_at is None


def test_what_became_of_returned_goods_is_told_with_its_place_and_parcel() -> None:
    parcel = {
        "id": "gid://shopify/ReverseDelivery/6",
        "deliverable": {"tracking": {"carrierName": "DHL", "number": "R1", "url": None}},
    }
    labelled = {"id": "gid://shopify/ReverseDelivery/7", "deliverable": {}}
    order = a_reverse_order(
        5, dispositions=[a_disposition(9, type="NOT_RESTOCKED")], reverseDeliveries=page([parcel, labelled])
    )

    [found] = told(returns=[a_return(reverseFulfillmentOrders=page([order]))]).returns[0].reverse_orders

    assert (found.shopify_id, found.status, found.lines[0].line_id, found.lines[0].quantity) == ("5", "open", "1", 1)
    assert found.lines[0].dispositions == (
        Disposition(
            shopify_id=ShopifyId("9"),
            kind="not_restocked",
            quantity=1,
            location_id=ShopifyId("5001"),
            created_at=NINE,
        ),
    )
    assert found.deliveries == (
        ReverseDelivery(shopify_id=ShopifyId("6"), tracking=Tracking(company="DHL", number="R1")),
        ReverseDelivery(shopify_id=ShopifyId("7")),
    )


def test_lines_that_came_in_by_a_return_are_marked_with_it() -> None:
    exchanged = a_return(77, exchangeLineItems=page([an_exchange_line(1, lines=[2]), an_exchange_line(2, lines=[])]))

    order = told(lines=[a_line(1), a_line(2)], returns=[exchanged])

    assert [(line.exchange, line.return_id) for line in order.lines] == [(False, None), (True, "77")]
    first, second = order.returns[0].exchange_lines
    assert (first.title, first.sku, first.line_ids, second.line_ids) == ("Bigger teapot", "TEA-XL", ("2",), ())


def test_goods_came_back_to_a_place_only_where_all_that_became_of_them_agrees() -> None:
    def came_back_to(*locations: int | None) -> ShopifyId | None:
        dispositions = [a_disposition(number, location=place) for number, place in enumerate(locations)]
        orders = page([a_reverse_order(1, dispositions=dispositions)])
        return told(returns=[a_return(reverseFulfillmentOrders=orders)]).returns[0].location_of(ShopifyId("1"))

    assert came_back_to(5001, 5001) == "5001"
    assert came_back_to(5001, 5002) is None
    assert came_back_to(5001, None) is None
    assert came_back_to() is None


def test_goods_without_a_shipped_part_belong_to_no_order_line() -> None:
    order = a_reverse_order(1, dispositions=[])
    order["lineItems"]["nodes"][0]["fulfillmentLineItem"] = None

    [found] = told(returns=[a_return(reverseFulfillmentOrders=page([order]))]).returns[0].reverse_orders

    assert found.lines[0].line_id is None
