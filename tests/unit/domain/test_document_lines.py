"""P31: what stands on the lines of a document, in which order, on which accounts, from which locations."""

import dataclasses
from decimal import Decimal

import pytest

from app.domain.mappings import ChargeType, LocationMapping, Mappings, ShipmentMethodMapping
from app.domain.orders import Attribute, LineKind
from app.domain.sales_documents import LineType
from app.domain.shop_settings import RefundProcess
from tests.builders import (
    documented,
    fee,
    fulfilment_order,
    line,
    order,
    payment,
    refund,
    refund_line,
    settings,
    shipping,
    sid,
    tax,
    told,
    totals,
)

BLUE_AND_RED = Mappings(
    locations={
        sid(5001): LocationMapping(location_id=sid(5001), location_code="BLUE"),
        sid(5002): LocationMapping(location_id=sid(5002), location_code="RED"),
        sid(5004): LocationMapping(location_id=sid(5004), location_code="BLUE"),
    }
)


def methods(*rows: ShipmentMethodMapping) -> Mappings:
    return Mappings(shipment_methods={row.title.casefold(): row for row in rows})


def test_an_item_line_has_item_price_discount_amount_and_tax() -> None:
    document = documented(
        order(line(11301, price="15.50", quantity=2, discounts=["0.40", "0.60"], taxes=[tax("4.79")]))
    )
    assert told(
        document.lines,
        "line_no",
        "type",
        "no",
        "unit",
        "quantity",
        "unit_price",
        "discount_amount",
        "amount",
        "tax_amount",
    ) == [(10000, "item", "ITEM-11301", "PCS", "2", "15.50", "1.00", "30.00", "4.79")]
    assert document.lines[0].source.id == "orl_01_11301"
    assert document.lines[0].source.shopify_id == "11301"
    assert str(document.totals.charged_by_shopify) == "30.00"


def test_the_description_of_an_item_is_the_erps_and_of_shipping_the_title() -> None:
    document = documented(order(line(11301, title="Store's words"), shipping_lines=(shipping(title="Express"),)))
    assert told(document.lines, "description") == [("Item 11301",), ("Express",)]


def test_lines_stand_as_comment_order_lines_shipping_duties_fees_cash_rounding() -> None:
    """api.md: the order of lines."""
    made = order(
        line(2, duties=[("21", "1.50")]),
        line(1, kind=LineKind.TIP),
        shipping_lines=(shipping(number=31), shipping(number=30)),
        additional_fees=(fee(number=41),),
        totals=totals("33.52", cash_rounding="0.02"),
    )
    document = documented(made, shop=settings(orders={"order_number_comment_line": True}))
    assert [(str(each.source.kind), each.source.shopify_id) for each in document.lines] == [
        ("comment", None),
        ("order_line", "2"),
        ("tip", "1"),
        ("shipping_line", "31"),
        ("shipping_line", "30"),
        ("duty", "21"),
        ("additional_fee", "41"),
        ("cash_rounding", None),
    ]
    assert [each.line_no for each in document.lines] == [10000 * place for place in range(1, 9)]


def test_the_comment_line_names_the_shopify_order_and_costs_nothing() -> None:
    document = documented(order(name="WEB671"), shop=settings(orders={"order_number_comment_line": True}))
    comment = document.lines[0]
    assert comment.type is LineType.COMMENT
    assert "WEB671" in comment.description
    assert told([comment], "no", "quantity", "amount") == [(None, "0", "0.00")]


def test_tips_and_sold_gift_cards_are_account_lines() -> None:
    """D11: 4.20, DO-05."""
    document = documented(
        order(
            line(1, kind=LineKind.GIFT_CARD, price="50.00"),
            line(2, kind=LineKind.TIP, price="5.00"),
            line(3, price="20.00"),
            totals=totals("75.02", cash_rounding="0.02"),
        )
    )
    assert told(document.lines, "type", "no", "quantity", "unit_price", "amount") == [
        ("account", "2450", "1", "50.00", "50.00"),
        ("account", "4200", "1", "5.00", "5.00"),
        ("item", "ITEM-3", "1", "20.00", "20.00"),
        ("account", "6990", "1", "0.02", "0.02"),
    ]
    assert document.lines[3].description == "Cash rounding"


def test_duties_and_fees_have_accounts_of_their_own() -> None:
    """G16."""
    document = documented(order(line(1, duties=[("21", "1.50")]), additional_fees=(fee("2.00"),)))
    assert told(document.lines[1:], "type", "no", "description", "amount") == [
        ("account", "4110", "Duties", "1.50"),
        ("account", "4120", "Handling", "2.00"),
    ]


def test_exchange_lines_are_left_out() -> None:
    """2.10; the totals as they were before the exchange."""
    document = documented(order(line(1), line(2, exchange=True), totals=totals("10.00")))
    assert [each.source.shopify_id for each in document.lines] == ["1"]


def test_exchange_lines_are_left_out_of_a_total_that_holds_them_too() -> None:
    document = documented(order(line(1, price="1893.00"), line(2, price="365.00", exchange=True)))
    assert str(document.totals.charged_by_shopify) == "1893.00"


@pytest.mark.parametrize("process", RefundProcess)
def test_goods_that_went_out_for_others_are_in_no_document_of_the_order_whoever_credits(
    process: RefundProcess,
) -> None:
    """The same document whether the order is imported before the exchange or after it."""
    kept, sold = line(1), line(2, price="100.00")
    before = documented(order(kept), shop=settings(refunds={"process": process}))
    sold, dearer = dataclasses.replace(sold, current_quantity=0), line(3, price="250.00", exchange=True)
    back = refund(refund_line(sold, subtotal="100.00", restock_type="return"), number=901, return_id=77)
    exchanged = order(kept, sold, dearer, refunds=(back,), totals=totals("360.00", current="260.00"))
    after = documented(exchanged, shop=settings(refunds={"process": process}))
    shown = [each.source.shopify_id for each in after.lines]
    credited = [] if process is RefundProcess.NONE else ["2"]
    assert shown == ["1", *credited]
    assert after.lines[0] == before.lines[0]


@pytest.mark.parametrize("process", RefundProcess)
@pytest.mark.parametrize("includes", [True, False])
def test_an_exchange_line_that_came_back_in_part_is_left_out_as_what_is_left_of_it(
    process: RefundProcess, includes: bool
) -> None:
    """Shopify's current total holds only the pieces that were kept."""
    kept = line(1, price="100.00", taxes=[tax("19.00")])
    swapped = line(2, price="40.00", quantity=2, current=1, taxes=[tax("15.20")], exchange=True)
    whole, now, on_top = ("180.00", "140.00", "0") if includes else ("214.20", "166.60", "19.00")
    made = order(
        kept,
        swapped,
        prices_include_tax=includes,
        totals=totals(whole, current=now, tax="34.20", current_tax="26.60"),
        refunds=(refund(refund_line(swapped, subtotal="40.00", tax="7.60"), refunded="40.00"),),
    )
    document = documented(made, shop=settings(refunds={"process": process}))
    assert document.totals.charged_by_shopify == Decimal("100.00") + Decimal(on_top)
    assert told(document.lines, "no", "tax_amount") == [("ITEM-1", "19.00")]


def test_each_shipping_charge_is_its_own_line_on_what_its_title_is_mapped_to() -> None:
    """4.26, 5.27: a typed title does not rub off on the next one."""
    mappings = methods(
        ShipmentMethodMapping(
            title="Express", charge_type=ChargeType.ITEM, charge_no="SHIP-ITEM", shipping_agent_code="DHL"
        ),
        ShipmentMethodMapping(title="Freight", charge_type=ChargeType.ACCOUNT, charge_no="4150"),
        ShipmentMethodMapping(title="Courier", charge_type=ChargeType.CHARGE, charge_no="CHG-1"),
        ShipmentMethodMapping(title="Standard", shipping_agent_code="UPS", shipping_agent_service_code="STD"),
    )
    titles = ("Express", "Freight", "COURIER", "Standard", "Never seen")
    charges = tuple(shipping("7.00", number=number, title=title) for number, title in enumerate(titles, 1))
    document = documented(order(line(1), shipping_lines=charges), mappings=mappings)
    fields = ("type", "no", "description", "shipping_agent_code", "shipping_agent_service_code")
    assert told(document.lines[1:], *fields) == [
        ("item", "SHIP-ITEM", "Express", "DHL", None),
        ("account", "4150", "Freight", None, None),
        ("charge", "CHG-1", "COURIER", None, None),
        ("account", "4100", "Standard", "UPS", "STD"),
        ("account", "4100", "Never seen", None, None),
    ]


def test_free_shipping_makes_no_line() -> None:
    """5.24."""
    assert len(documented(order(line(1), shipping_lines=(shipping("0.00"),))).lines) == 1


def test_fully_discounted_shipping_makes_a_line_with_the_whole_discount() -> None:
    """D11: 5.24."""
    document = documented(order(line(1), shipping_lines=(shipping("5.00", discount="5.00"),)))
    assert told(document.lines[1:], "unit_price", "discount_amount", "amount") == [("5.00", "5.00", "0.00")]


def test_a_line_carries_the_location_of_its_fulfilment_order() -> None:
    """5.20, DO-08."""
    sold = line(1, quantity=2)
    document = documented(order(sold, fulfilment_orders=(fulfilment_order((sold, 2)),)), mappings=BLUE_AND_RED)
    assert told(document.lines, "location_code") == [("BLUE",)]


def test_an_unmapped_location_leaves_the_line_without_one() -> None:
    """DO-08."""
    sold = line(1)
    made = order(sold, fulfilment_orders=(fulfilment_order((sold, 1), location=5009),))
    assert told(documented(made, mappings=BLUE_AND_RED).lines, "location_code") == [(None,)]


def test_closed_and_cancelled_fulfilment_orders_give_way_to_open_ones() -> None:
    """2.08, DO-08."""
    sold = line(1, quantity=2)
    made = order(
        sold,
        fulfilment_orders=(
            fulfilment_order((sold, 2), location=5002, status="closed"),
            fulfilment_order((sold, 2), location=5002, status="cancelled"),
            fulfilment_order((sold, 2), location=5001),
        ),
    )
    assert told(documented(made, mappings=BLUE_AND_RED).lines, "location_code", "quantity") == [("BLUE", "2")]


def test_a_fulfilled_order_keeps_the_location_it_was_shipped_from() -> None:
    """2.08: where none is open the finished ones speak."""
    sold = line(1, quantity=2)
    shipped = fulfilment_order((sold, 2), location=5002, status="closed")
    made = order(sold, fulfilment_status="fulfilled", fulfilment_orders=(shipped,))
    assert told(documented(made, mappings=BLUE_AND_RED).lines, "location_code") == [("RED",)]


def test_a_line_that_ships_from_two_places_is_split_with_discount_and_tax_to_the_cent() -> None:
    """G27."""
    sold = line(1, price="10.00", quantity=3, discounts=["1.00"], taxes=[tax("4.63")])
    made = order(
        sold, fulfilment_orders=(fulfilment_order((sold, 1), location=5001), fulfilment_order((sold, 2), location=5002))
    )
    document = documented(made, mappings=BLUE_AND_RED)
    assert told(document.lines, "location_code", "quantity", "discount_amount", "amount", "tax_amount") == [
        ("BLUE", "1", "0.33", "9.67", "1.54"),
        ("RED", "2", "0.67", "19.33", "3.09"),
    ]
    assert {each.source.id for each in document.lines} == {"orl_01_1"}


def test_a_cent_that_cannot_be_shared_stands_on_one_part() -> None:
    sold = line(1, price="10.00", quantity=3, discounts=["1.00"], taxes=[tax("1.00")])
    places = tuple(fulfilment_order((sold, 1), location=location) for location in (5001, 5002, 5009))
    document = documented(order(sold, fulfilment_orders=places), mappings=BLUE_AND_RED)
    assert told(document.lines, "location_code", "discount_amount", "amount", "tax_amount") == [
        ("BLUE", "0.34", "9.66", "0.34"),
        ("RED", "0.33", "9.67", "0.33"),
        (None, "0.33", "9.67", "0.33"),
    ]


def test_store_locations_that_are_one_erp_location_make_one_line() -> None:
    sold = line(1, quantity=3)
    made = order(
        sold, fulfilment_orders=(fulfilment_order((sold, 1), location=5001), fulfilment_order((sold, 2), location=5004))
    )
    assert told(documented(made, mappings=BLUE_AND_RED).lines, "location_code", "quantity") == [("BLUE", "3")]


def test_pieces_no_fulfilment_order_knows_ship_with_the_first() -> None:
    """G27: an edited or partly cancelled line keeps its location."""
    sold = line(1, quantity=5)
    made = order(
        sold, fulfilment_orders=(fulfilment_order((sold, 2), location=5002), fulfilment_order((sold, 1), location=5001))
    )
    assert told(documented(made, mappings=BLUE_AND_RED).lines, "location_code", "quantity") == [
        ("RED", "4"),
        ("BLUE", "1"),
    ]


def test_unmapped_locations_are_one_line_and_mapped_ones_their_own() -> None:
    sold = line(1, quantity=4, discounts=["1.00"])
    places = tuple(fulfilment_order((sold, 1), location=location) for location in (5008, 5001, 5009, 5002))
    document = documented(order(sold, fulfilment_orders=places), mappings=BLUE_AND_RED)
    assert told(document.lines, "location_code", "quantity", "discount_amount") == [
        (None, "2", "0.50"),
        ("BLUE", "1", "0.25"),
        ("RED", "1", "0.25"),
    ]


def test_pieces_of_one_location_in_two_equal_fulfilment_orders_are_both_counted() -> None:
    sold = line(1, quantity=2)
    places = (fulfilment_order((sold, 1)), fulfilment_order((sold, 1)))
    assert told(documented(order(sold, fulfilment_orders=places), mappings=BLUE_AND_RED).lines, "quantity") == [("2",)]


def test_a_fulfilment_order_that_is_open_speaks_before_one_that_is_finished() -> None:
    """2.08: even where neither has pieces left, which an edit can bring about."""
    sold = line(1)
    places = (
        fulfilment_order((sold, 0), location=5001, status="closed"),
        fulfilment_order((sold, 0), location=5002),
    )
    assert told(documented(order(sold, fulfilment_orders=places), mappings=BLUE_AND_RED).lines, "location_code") == [
        ("RED",)
    ]


def test_each_line_bears_the_attributes_of_its_own_order_line() -> None:
    """5.37, ALAppExtensions 26274: not those of the last line; both parts of a split line bear them."""
    engraved = Attribute(key="engraving", value="For A.")
    wrapped = Attribute(key="wrap", value="red")
    split = line(1, quantity=2, attributes=(engraved, wrapped))
    places = tuple(fulfilment_order((split, 1), location=location) for location in (5001, 5002))
    made = order(
        split,
        line(2, attributes=(wrapped,)),
        line(3),
        line(4, kind=LineKind.GIFT_CARD, attributes=(engraved,)),
        shipping_lines=(shipping(),),
        fulfilment_orders=places,
    )
    assert told(documented(made, mappings=BLUE_AND_RED).lines, "attributes") == [
        ((engraved, wrapped),),
        ((engraved, wrapped),),
        ((wrapped,),),
        ((),),
        ((engraved,),),
        ((),),
    ]


def test_a_charge_without_a_mapping_of_its_own_does_not_take_that_of_the_charge_before() -> None:
    """5.27: each charge by its own title, whatever stands before or behind it."""
    mappings = methods(
        ShipmentMethodMapping(
            title="Freight", charge_type=ChargeType.CHARGE, charge_no="C-1", shipping_agent_code="DHL"
        ),
        ShipmentMethodMapping(title="Pallet", charge_type=ChargeType.ITEM, charge_no="I-1"),
    )
    charges = [shipping(title=title, number=number) for number, title in enumerate(("Freight", "Post", "PALLET"), 1)]
    document = documented(order(line(9), shipping_lines=tuple(charges)), mappings=mappings)
    assert told(document.lines[1:], "type", "no", "shipping_agent_code") == [
        (LineType.CHARGE, "C-1", "DHL"),
        (LineType.ACCOUNT, "4100", None),
        (LineType.ITEM, "I-1", None),
    ]


def test_a_gift_card_that_pays_is_no_line() -> None:
    """5.29, 2.18: a payment like others."""
    paid = dataclasses.replace(payment("gift_card", amount="4.00"), gift_card_id=sid(81))
    document = documented(order(line(1), transactions=(paid, payment(amount="6.00"))))
    assert told(document.lines, "type", "amount") == [("item", "10.00")]
