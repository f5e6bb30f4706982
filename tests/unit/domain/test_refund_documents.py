"""P51, REF-40 … REF-62: what a refund becomes, line by line, and that its total is what was refunded."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.documents import Refusal
from app.domain.mappings import LocationMapping, Mappings
from app.domain.money import CurrencyHandling
from app.domain.orders import LineKind, Order, Refund
from app.domain.problems import ProblemCode
from app.domain.sales_documents import DocumentContent
from app.domain.shop_settings import RefundDocument, ReturnLocationPriority
from tests.builders import (
    credited,
    fee,
    line,
    money,
    order,
    payment,
    refund,
    refund_line,
    refunded,
    refunded_shipping,
    settings,
    shipping,
    sid,
    tax,
    totals,
)

SOLD = line(1, price="156.38", taxes=[tax("24.97")])
BACK = refund_line(SOLD, subtotal="156.38", tax="24.97", restock_type="return")


def of(*refunds: Refund, **fields: Any) -> Order:
    return order(SOLD, refunds=refunds, **fields)


def shown(content: DocumentContent) -> list[tuple[str, str | None, str, str]]:
    return [(each.type.value, each.no, f"{each.quantity:f}", f"{each.amount:f}") for each in content.lines]


@pytest.mark.parametrize(
    ("restock", "expected"),
    [
        ("return", ("item", "ITEM-1", "1", "156.38")),
        ("legacy_restock", ("item", "ITEM-1", "1", "156.38")),
        ("no_restock", ("account", "4310", "1", "156.38")),
        ("cancel", ("account", "4300", "1", "156.38")),
    ],
)
def test_a_refunded_line_goes_where_its_goods_went(restock: str, expected: tuple[str, str, str, str]) -> None:
    """REF-49 b, c, d."""
    content = credited(of(refund(replace(BACK, restock_type=restock), refunded="156.38")))
    assert shown(content) == [expected]
    assert (content.kind, content.totals.amount_including_tax) == ("credit_memo", Decimal("156.38"))
    assert content.lines[0].tax_amount == Decimal("24.97")


def test_a_refunded_gift_card_goes_to_its_account_and_a_tip_by_its_name_to_the_refunds() -> None:
    """REF-49a; P51 against REF-22."""
    card, tip = line(2, kind=LineKind.GIFT_CARD, price="50.00"), line(3, kind=LineKind.TIP, price="5.00", title="Fooi")
    back = refund(
        refund_line(card, subtotal="50.00", restock_type="no_restock"),
        refund_line(tip, subtotal="5.00", restock_type="no_restock"),
        refunded="55.00",
    )
    content = credited(order(card, tip, refunds=(back,)))
    assert shown(content) == [("account", "2450", "1", "50.00"), ("account", "4300", "1", "5.00")]
    assert content.lines[1].description == "Fooi"


def test_what_the_subtotal_is_below_the_price_is_a_discount() -> None:
    """REF-50."""
    sold = line(1, price="48.00", quantity=2, discounts=["19.20"])
    back = refund(refund_line(sold, quantity=2, subtotal="76.80", restock_type="return"), refunded="76.80")
    (found,) = credited(order(sold, refunds=(back,))).lines
    assert (found.quantity, found.unit_price, found.discount_amount, found.amount) == (
        Decimal(2),
        Decimal("48.00"),
        Decimal("19.20"),
        Decimal("76.80"),
    )


def test_a_subtotal_above_the_price_is_a_higher_price_and_no_negative_discount() -> None:
    sold = line(1, price="10.00", quantity=3)
    back = refund(refund_line(sold, quantity=3, subtotal="40.00", restock_type="return"), refunded="40.00")
    (found,) = credited(order(sold, refunds=(back,))).lines
    assert (found.unit_price, found.discount_amount, found.amount) == (
        Decimal("13.34"),
        Decimal("0.02"),
        Decimal("40.00"),
    )


def test_money_without_lines_is_one_line_on_the_refund_account() -> None:
    """D13: Case RF-02."""
    assert shown(credited(of(refund(refunded="5.00")))) == [("account", "4300", "1", "5.00")]


@pytest.mark.parametrize(("money_back", "rest"), [("150.00", "-6.38"), ("160.00", "3.62"), ("0", "-156.38")])
def test_the_rest_balances_so_that_the_total_is_what_was_refunded(money_back: str, rest: str) -> None:
    """Case RF-03: in either direction, and against everything where nothing was paid back."""
    content = credited(of(refund(BACK, refunded=money_back, return_id=77)))
    assert shown(content)[1] == ("account", "4300", "1", rest)
    assert content.totals.amount_including_tax == Decimal(money_back)


def test_a_large_rest_waits_for_a_person_where_there_is_a_limit() -> None:
    """REF-58."""
    made, shop = of(refund(BACK, refunded="150.00")), settings(refunds={"remainder_limit": Decimal(6)})
    outcome = refunded(made, shop=shop)
    assert isinstance(outcome, Refusal)
    assert [each.code for each in outcome.problems] == [ProblemCode.REMAINDER_TOO_LARGE]
    assert credited(made, shop=shop, by_request=True).totals.amount_including_tax == Decimal("150.00")
    within = settings(refunds={"remainder_limit": Decimal("6.38")})
    assert credited(made, shop=within).totals.amount_including_tax == Decimal("150.00")


@pytest.mark.parametrize(("stated", "tax_of_it"), [("4.13", "0.87"), ("5.00", "0.87")])
def test_refunded_shipping_goes_to_its_account_with_or_without_its_tax_stated_inside(
    stated: str, tax_of_it: str
) -> None:
    """REF-54 and case RF-02; the refunded amount tells which of the two it is."""
    charge = shipping("5.00", taxes=[tax("0.87")])
    back = refund(shipping=(refunded_shipping(stated, of=charge, tax=tax_of_it),), refunded="5.00")
    content = credited(order(shipping_lines=(charge,), refunds=(back,)))
    assert shown(content) == [("account", "4100", "1", "5.00")]
    assert (content.lines[0].description, content.lines[0].tax_amount) == ("Standard", Decimal("0.87"))


def test_tax_on_top_of_prices_is_part_of_what_was_refunded() -> None:
    sold = line(1, price="100.00", taxes=[tax("10.00", title="State", rate="0.1"), tax("9.00", title="City")])
    back = refund(refund_line(sold, subtotal="100.00", tax="19.00", restock_type="return"), refunded="119.00")
    content = credited(order(sold, prices_include_tax=False, refunds=(back,)))
    assert (content.totals.amount, content.totals.tax, content.totals.amount_including_tax) == (
        Decimal("100.00"),
        Decimal("19.00"),
        Decimal("119.00"),
    )
    assert [(each.title, each.amount) for each in content.lines[0].taxes] == [
        ("State", Decimal("10.00")),
        ("City", Decimal("9.00")),
    ]


def test_duties_given_back_go_to_their_account() -> None:
    content = credited(of(refund(duties=money("12.00"), refunded="12.00")))
    assert shown(content) == [("account", "4110", "1", "12.00")]


@pytest.mark.parametrize(
    ("includes", "refunds", "expected"),
    [
        (True, ["3.00"], [("4120", "3.00", "0.50")]),
        (False, ["3.75"], [("4120", "3.00", "0.75")]),
        (True, ["5.00"], [("4120", "3.00", "0.50"), ("4300", "2.00", "0.00")]),
        (True, ["1.00", "2.00"], [("4120", "2.00", "0.33")]),
        (True, ["3.00", "1.00"], [("4300", "1.00", "0.00")]),
    ],
    ids=["all of them", "with their tax on top", "and more", "in two steps", "what came after them"],
)
def test_fees_that_are_gone_go_to_their_account_and_only_once(
    includes: bool, refunds: list[str], expected: list[tuple[str, str, str]]
) -> None:
    """P51; Shopify says that they no longer stand, and never by which refund."""
    taxed = replace(fee("3.00"), tax_lines=(tax("0.50" if includes else "0.75"),))
    made = order(
        line(1),
        additional_fees=(taxed,),
        prices_include_tax=includes,
        refunds=tuple(refund(refunded=each) for each in refunds),
        totals=totals("13.00" if includes else "13.75", current="10.00", additional_fees="0"),
    )
    content = credited(made)
    assert [(each.no, f"{each.amount:f}", f"{each.tax_amount:f}") for each in content.lines] == expected
    assert str(content.totals.amount_including_tax) == refunds[-1]


def test_a_refund_without_lines_is_of_the_goods_of_its_return_and_not_of_a_fee_that_was_waived() -> None:
    made = order(
        line(1),
        additional_fees=(fee("2.00"),),
        refunds=(refund(refunded="10.00", return_id=77),),
        totals=totals("12.00", current="0.00", additional_fees="0"),
    )
    assert [each.no for each in credited(made).lines] == ["4300"]


def test_an_exchange_shows_what_came_instead_with_a_negative_quantity() -> None:
    """Case RF-04."""
    sold, other = line(1, price="1893.00"), line(2, price="365.00", exchange=True, return_id=sid(77))
    back = refund(refund_line(sold, subtotal="1893.00", restock_type="return"), refunded="1528.00", return_id=77)
    content = credited(order(sold, other, refunds=(back,)))
    assert shown(content) == [("item", "ITEM-1", "1", "1893.00"), ("item", "ITEM-2", "-1", "-365.00")]
    assert content.lines[1].unit_price == Decimal("365.00")


def test_an_exchange_for_something_dearer_shows_what_is_owed_without_a_balancing_line() -> None:
    """P51, REF-62, the peers' case 10: returned 100, exchanged for 250."""
    sold, dearer = line(1, price="100.00"), line(2, price="250.00", exchange=True, return_id=sid(77))
    back = refund(refund_line(sold, subtotal="100.00", restock_type="return"), return_id=77)
    content = credited(order(sold, dearer, refunds=(back,)))
    assert shown(content) == [("item", "ITEM-1", "1", "100.00"), ("item", "ITEM-2", "-1", "-250.00")]
    assert content.totals.amount_including_tax == Decimal("-150.00")


def test_an_exchange_counts_once_and_with_its_own_return() -> None:
    sold, other = line(1, price="100.00", quantity=2), line(2, price="30.00", exchange=True, return_id=sid(77))
    steps = [
        refund(refund_line(sold, subtotal="100.00", restock_type="return"), refunded=back, return_id=of_return)
        for back, of_return in (("70.00", 77), ("100.00", 77), ("100.00", 78))
    ]
    for number, lines in ((1, 2), (2, 1), (3, 1)):
        made = order(sold, other, refunds=tuple(steps[:number]))
        assert len(credited(made).lines) == lines


def test_of_what_came_instead_only_that_is_shown_which_was_not_taken_off_the_order_again() -> None:
    """P32 and REF-60: two came in exchange for one, and an edit without money took one of them away."""
    sold = line(1, price="100.00")
    came = line(2, price="30.00", quantity=2, current=1, taxes=[tax("9.58")], exchange=True, return_id=sid(77))
    back = refund(refund_line(sold, subtotal="100.00", restock_type="return"), refunded="40.00", return_id=77)
    edit = refund(refund_line(came, quantity=1, subtotal="30.00", restock_type="no_restock"))
    content = credited(order(sold, came, refunds=(edit, back)))
    assert shown(content)[1] == ("item", "ITEM-2", "-1", "-30.00")
    assert content.lines[1].tax_amount == Decimal("-4.79")


@pytest.mark.parametrize("total", ["9.97", "10.00"])
def test_the_cash_rounding_of_a_refund_is_a_line_of_its_own(total: str) -> None:
    """REF-55, REF-58: 9.97 paid back as 10.00; whether Shopify counts the rounding in is told by the figures."""
    sold = line(1, price="9.97")
    paid_back = replace(payment("9.97", kind="refund"), rounding=money("0.03"))
    back = refund(refund_line(sold, subtotal="9.97", restock_type="return"), refunded=total, transactions=(paid_back,))
    content = credited(order(sold, refunds=(back,)))
    assert shown(content) == [("item", "ITEM-1", "1", "9.97"), ("account", "6990", "1", "0.03")]
    assert content.totals.amount_including_tax == Decimal("10.00")


def test_all_amounts_are_in_the_currency_of_the_document_that_is_reversed() -> None:
    """D12: REF-42, REF-43; the peers' case 13."""
    sold, charge = line(1, price=("100.00", "108.55")), shipping(("5.00", "5.43"))
    back = refund(
        refund_line(sold, subtotal=("100.00", "108.55"), restock_type="return"),
        shipping=(refunded_shipping(("5.00", "5.43"), of=charge),),
        refunded=("105.00", "113.98"),
    )
    made = order(sold, shipping_lines=(charge,), refunds=(back,), presentment_currency="USD")
    mappings = Mappings(currencies={"USD": "USD"})
    content = credited(made, handling=CurrencyHandling.PRESENTMENT, mappings=mappings)
    assert shown(content) == [("item", "ITEM-1", "1", "108.55"), ("account", "4100", "1", "5.43")]
    assert (content.currency, content.currency_code, content.totals.amount_including_tax) == (
        "USD",
        "USD",
        Decimal("113.98"),
    )


@pytest.mark.parametrize(
    ("refunds", "code"),
    [
        ({}, None),
        ({"default_return_location": "RETURNS"}, "RETURNS"),
        ({"return_location_priority": ReturnLocationPriority.ORIGINAL_THEN_DEFAULT}, "BLUE"),
        (
            {"return_location_priority": ReturnLocationPriority.DEFAULT_LOCATION, "default_return_location": "RETURNS"},
            "RETURNS",
        ),
    ],
)
def test_returned_goods_stand_at_the_return_location(refunds: dict[str, Any], code: str | None) -> None:
    """REF-52."""
    mappings = Mappings(locations={sid(5001): LocationMapping(location_id=sid(5001), location_code="BLUE")})
    back = replace(BACK, location_id=sid(5001))
    content = credited(of(refund(back, refunded="156.38")), shop=settings(refunds=refunds), mappings=mappings)
    assert content.lines[0].location_code == code


def test_a_return_order_and_the_comment_line_by_setting() -> None:
    """Case RF-08."""
    shop = settings(refunds={"create_as": RefundDocument.RETURN_ORDER}, orders={"order_number_comment_line": True})
    content = credited(of(refund(BACK, refunded="156.38"), name="WEB671"), shop=shop)
    assert content.kind == "return_order"
    assert (content.lines[0].type, content.lines[0].description, content.lines[0].line_no) == (
        "comment",
        "Shopify order WEB671",
        10000,
    )


def test_the_day_is_that_of_the_refund() -> None:
    """REF-44."""
    made = of(refund(BACK, refunded="156.38", created_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC)))
    assert credited(made).document_date.isoformat() == "2026-03-01"


def test_every_missing_account_is_named() -> None:
    shop = settings(accounts={"refunds": None, "shipping_charges": None})
    charge = shipping("5.00")
    back = refund(shipping=(refunded_shipping("5.00", of=charge),), refunded="9.00")
    outcome = refunded(order(shipping_lines=(charge,), refunds=(back,)), shop=shop)
    assert isinstance(outcome, Refusal)
    assert all(each.detail.startswith("The refund has ") for each in outcome.problems)
    assert {each.pointer for each in outcome.problems} == {
        "/settings/accounts/refunds",
        "/settings/accounts/shipping_charges",
    }
