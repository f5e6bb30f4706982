"""REF-48, REF-16: a refund without lines takes those of its return, and goods stand where they came back to."""

from dataclasses import replace
from typing import Any

from app.domain.documents import documented_quantities
from app.domain.identifiers import ShopifyId
from app.domain.mappings import LocationMapping, Mappings
from app.domain.orders import Order, Refund
from app.domain.refunded_lines import refunded_lines
from app.domain.returns import Disposition, Return, ReturnLine, ReverseFulfilmentOrder, ReverseLine
from app.domain.sales_documents import DocumentContent
from app.domain.shop_settings import RefundProcess, ReturnLocationPriority
from tests.builders import credited, line, money, order, refund, refund_line, settings, sid, tax

SOLD = line(1, quantity=3, price="10.00", taxes=[tax("5.70")])
BLUE = Mappings(locations={sid(71): LocationMapping(location_id=sid(71), location_code="BLUE")})
ORIGINAL = settings(refunds={"return_location_priority": ReturnLocationPriority.ORIGINAL_THEN_DEFAULT})


def a_return(*lines: ReturnLine, place: int | None = None, number: int = 41) -> Return:
    came = Disposition(shopify_id=sid(9), kind="restocked", quantity=2, location_id=sid(place) if place else None)
    reverse = ReverseLine(shopify_id=sid(8), line_id=sid(1), quantity=2, dispositions=(came,))
    return Return(
        shopify_id=sid(number),
        status="closed",
        lines=lines,
        reverse_orders=(ReverseFulfilmentOrder(shopify_id=sid(7), status="closed", lines=(reverse,)),),
    )


def coming_back(quantity: int, total: str, *, line_id: ShopifyId | None = SOLD.shopify_id) -> ReturnLine:
    return ReturnLine(shopify_id=sid(51), line_id=line_id, quantity=quantity, total=money(total))


def of(*refunds: Refund, returns: tuple[Return, ...], **fields: Any) -> Order:
    return order(SOLD, refunds=refunds, returns=returns, **fields)


def shown(content: DocumentContent) -> list[tuple[str, str | None, str, str, str]]:
    return [
        (each.type.value, each.no, f"{each.quantity:f}", f"{each.amount:f}", f"{each.tax_amount:f}")
        for each in content.lines
    ]


def test_a_refund_without_lines_takes_the_lines_of_its_return() -> None:
    made = of(refund(refunded="18.00", return_id=41), returns=(a_return(coming_back(2, "18.00"), place=71),))

    content = credited(made, shop=ORIGINAL, mappings=BLUE)

    assert shown(content) == [("item", "ITEM-1", "2", "18.00", "3.80")]
    assert content.lines[0].location_code == "BLUE"


def test_with_prices_without_tax_the_tax_of_the_returned_pieces_is_credited_too() -> None:
    back = refund(refunded="23.80", return_id=41)

    content = credited(of(back, returns=(a_return(coming_back(2, "20.00")),), prices_include_tax=False))

    assert shown(content) == [("item", "ITEM-1", "2", "20.00", "3.80")]


def test_what_the_refund_keeps_back_of_the_return_is_balanced() -> None:
    back = refund(refunded="15.00", return_id=41)

    content = credited(of(back, returns=(a_return(coming_back(2, "18.00")),)))

    assert [(each.no, f"{each.amount:f}") for each in content.lines] == [("ITEM-1", "18.00"), ("4300", "-3.00")]


def test_a_refund_with_lines_keeps_to_them_and_stands_where_the_return_came_back_to() -> None:
    back = refund(refund_line(SOLD, subtotal="10.00", restock_type="return"), refunded="10.00", return_id=41)

    content = credited(of(back, returns=(a_return(coming_back(2, "18.00"), place=71),)), shop=ORIGINAL, mappings=BLUE)

    assert shown(content) == [("item", "ITEM-1", "1", "10.00", "0.00")]
    assert content.lines[0].location_code == "BLUE"


def test_a_place_of_the_refund_itself_goes_before_that_of_its_return() -> None:
    mine = replace(refund_line(SOLD, subtotal="10.00", restock_type="return"), location_id=sid(72))
    white = LocationMapping(location_id=sid(72), location_code="WHITE")
    back = refund(mine, refunded="10.00", return_id=41)

    content = credited(
        of(back, returns=(a_return(place=71),)),
        shop=ORIGINAL,
        mappings=Mappings(locations={**BLUE.locations, sid(72): white}),
    )

    assert content.lines[0].location_code == "WHITE"


def test_goods_of_a_return_are_credited_once_however_many_refunds_pay_for_them() -> None:
    back = a_return(coming_back(2, "18.00"))
    without_lines = of(refund(refunded="10.00", return_id=41), refund(refunded="8.00", return_id=41), returns=(back,))
    with_lines = of(
        refund(refund_line(SOLD, subtotal="10.00", restock_type="return"), refunded="10.00", return_id=41),
        refund(refunded="8.00", return_id=41),
        returns=(back,),
    )

    assert shown(credited(without_lines)) == [("account", "4300", "1", "8.00", "0.00")]
    assert shown(credited(with_lines)) == [("account", "4300", "1", "8.00", "0.00")]


def test_where_the_first_refund_of_a_return_gives_nothing_the_goods_are_of_the_one_that_brings_the_money() -> None:
    """One of nothing makes no document, so what came back, and what went out for it, would be on none."""
    came = line(2, price="8.00", exchange=True, return_id=sid(41))
    nothing, later = refund(return_id=41), refund(refunded="10.00", return_id=41)
    made = order(SOLD, came, refunds=(nothing, later), returns=(a_return(coming_back(2, "18.00")),))

    assert shown(credited(made)) == [
        ("item", "ITEM-1", "2", "18.00", "3.80"),
        ("item", "ITEM-2", "-1", "-8.00", "0.00"),
    ]


def test_where_a_later_refund_of_the_return_has_lines_the_first_takes_none() -> None:
    first = refund(refunded="8.00", return_id=41)
    later = refund(refund_line(SOLD, subtotal="10.00", restock_type="return"), refunded="10.00", return_id=41)
    made = of(first, later, returns=(a_return(coming_back(2, "18.00")),))

    assert list(refunded_lines(made, first)) == []
    assert [each.quantity for each in refunded_lines(made, later)] == [1]


def test_goods_of_which_the_order_line_is_not_known_are_on_the_refund_account() -> None:
    back = a_return(coming_back(1, "0", line_id=None))

    content = credited(of(refund(refunded="10.00", return_id=41), returns=(back,)))

    assert shown(content) == [("account", "4300", "1", "10.00", "0.00")]


def test_pieces_that_a_return_takes_by_its_own_lines_stay_on_the_order() -> None:
    gone = replace(SOLD, current_quantity=1)
    made = order(gone, refunds=(refund(refunded="18.00", return_id=41),), returns=(a_return(coming_back(2, "18.00")),))

    assert documented_quantities(made, RefundProcess.IMPORT_ONLY) == {sid(1): 3}
    assert documented_quantities(made, RefundProcess.NONE) == {sid(1): 1}
