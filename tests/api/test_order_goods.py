"""Goods of an order on their way, as they are read: fulfilments and returns."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.api.schemas.order_goods import FulfilmentList, OrderReturnList
from app.domain.fulfilments import Fulfilment, FulfilmentLine, Tracking
from app.domain.identifiers import OrderId
from app.domain.returns import (
    UNKNOWN_RETURNS,
    Disposition,
    ExchangeLine,
    RestockingFee,
    Return,
    ReturnLine,
    ReverseDelivery,
    ReverseFulfilmentOrder,
    ReverseLine,
    UnverifiedPrice,
)
from app.services.read_orders import ReadOrders
from tests.builders import line, money, order, refund, sid
from tests.erp_surface import Surface, surface
from tests.stored_documents import an_order

NINE = datetime(2026, 1, 20, 9, tzinfo=UTC)


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(database_url, lambda uow, _clock: {ReadOrders: ReadOrders(uow)}) as found:
        yield found


async def stored(erp: Surface, **fields: Any) -> OrderId:
    async with erp.rows() as uow:
        made = await an_order(uow.driver, copy=order(line(11301), **fields))
        await uow.commit()
    return made


def a_fulfilment(number: int) -> Fulfilment:
    return Fulfilment(
        shopify_id=sid(number),
        name=f"#1001-F{number}",
        status="success",
        display_status="delivered",
        delivered_at=NINE,
        location_id=sid(71),
        service="Warehouse Ltd",
        tracking=(Tracking(company="DHL", number="R1"),),
        lines=(FulfilmentLine(shopify_id=sid(17201), line_id=sid(11301), quantity=2),),
    )


async def test_fulfilments_are_listed_page_by_page_with_parcels_and_lines(erp: Surface) -> None:
    one = await stored(erp, fulfilments=tuple(a_fulfilment(number) for number in range(1, 4)))

    first = await erp.get(f"/v1/orders/{one}/fulfilments", limit=2)
    rest = await erp.get(f"/v1/orders/{one}/fulfilments", limit=2, cursor=first["next_cursor"])

    FulfilmentList.model_validate(first)
    assert [each["name"] for each in first["data"] + rest["data"]] == ["#1001-F1", "#1001-F2", "#1001-F3"]
    assert rest["next_cursor"] is None
    shown = first["data"][0]
    assert (shown["delivered_at"], shown["location_id"], shown["service"]) == (
        "2026-01-20T09:00:00Z",
        "71",
        "Warehouse Ltd",
    )
    assert shown["tracking"] == [{"company": "DHL", "number": "R1", "url": ""}]
    assert shown["lines"] == [{"shopify_id": "17201", "order_line_id": f"orl_{one[4:]}_11301", "quantity": "2"}]


async def test_a_return_is_shown_as_the_contract_says(erp: Surface) -> None:
    known = ReturnLine(
        shopify_id=sid(1),
        line_id=sid(11301),
        quantity=2,
        refunded_quantity=1,
        reason="size-too-small",
        reason_note="Collar",
        customer_note="Too tight",
        restocking_fee=RestockingFee(percentage=Decimal("12.50"), amount=money("1.25")),
        total=money("20.00"),
    )
    unverified = ReturnLine(
        shopify_id=sid(2), quantity=1, unit_price=UnverifiedPrice(amount=Decimal("12.5"), currency="EUR")
    )
    disposed = ReverseLine(
        shopify_id=sid(3),
        line_id=sid(11301),
        quantity=2,
        dispositions=(
            Disposition(shopify_id=sid(4), kind="restocked", quantity=1, location_id=sid(71), created_at=NINE),
        ),
    )
    back = Return(
        shopify_id=sid(41),
        name="#1001-R1",
        status="open",
        total_quantity=3,
        lines=(known, unverified),
        exchange_lines=(ExchangeLine(shopify_id=sid(6), quantity=1, line_ids=(sid(11302),)),),
        reverse_orders=(
            ReverseFulfilmentOrder(
                shopify_id=sid(5),
                status="open",
                lines=(disposed,),
                deliveries=(
                    ReverseDelivery(shopify_id=sid(7), tracking=Tracking(number="R1")),
                    ReverseDelivery(shopify_id=sid(8)),
                ),
            ),
        ),
    )
    one = await stored(erp, returns=(back,), refunds=(refund(number=701, return_id=sid(41)), refund(number=702)))

    answer = await erp.get(f"/v1/orders/{one}/returns")

    OrderReturnList.model_validate(answer)
    [shown] = answer["data"]
    assert (shown["name"], shown["refund_ids"], answer["unavailable"]) == ("#1001-R1", [f"ref_{one[4:]}_701"], None)
    first, second = shown["lines"]
    assert (first["reason"], first["reason_note"], first["customer_note"]) == ("size-too-small", "Collar", "Too tight")
    assert first["restocking_fee"] == {"percentage": "12.5", "amount": {"shop": "1.25", "presentment": "1.25"}}
    assert (second["order_line_id"], second["unit_price"]) == (None, {"amount": "12.50", "currency": "EUR"})
    [reverse] = shown["reverse_fulfilment_orders"]
    assert reverse["lines"][0]["dispositions"][0]["type"] == "restocked"
    assert [each["tracking"] and each["tracking"]["number"] for each in reverse["deliveries"]] == ["R1", None]
    assert shown["exchange_lines"][0]["order_line_ids"] == [f"orl_{one[4:]}_11302"]


async def test_returns_that_the_store_does_not_tell_are_unavailable_and_not_none(erp: Surface) -> None:
    one = await stored(erp, unknown=(UNKNOWN_RETURNS,))

    answer = await erp.get(f"/v1/orders/{one}/returns")

    OrderReturnList.model_validate(answer)
    assert (answer["data"], answer["unavailable"]["code"]) == ([], "scope_missing")
    assert "read_returns" in answer["unavailable"]["remedy"]
