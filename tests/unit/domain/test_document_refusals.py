"""P33, P34: a refusal names every missing piece, where to set it and what it waits for; and what makes no document at
all.
"""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.documents import NothingReason, NothingToDocument, Parties, Refusal
from app.domain.items import ItemChoice
from app.domain.mappings import ChargeType, CustomerTemplate, LocationMapping, Mappings, ShipmentMethodMapping
from app.domain.money import CurrencyHandling
from app.domain.orders import LineKind
from app.domain.problems import Problem, ProblemCode
from app.domain.shop_settings import CancelledPaid
from tests.builders import (
    CREATED,
    SHOP,
    address,
    built,
    documented,
    fee,
    fulfilment_order,
    line,
    order,
    refund,
    refund_line,
    refused,
    settings,
    shipping,
    sid,
    told,
    totals,
)

NO_ACCOUNTS = settings(
    accounts=dict.fromkeys(
        ("shipping_charges", "tips", "sold_gift_cards", "cash_rounding", "duties", "additional_fees"), None
    )
)


def test_everything_that_is_missing_is_named_at_once() -> None:
    sold = line(1, duties=[("21", "1.00")])
    made = order(
        sold,
        line(2, kind=LineKind.TIP),
        line(3, kind=LineKind.GIFT_CARD),
        shipping_lines=(shipping("5.00"),),
        additional_fees=(fee("2.00"),),
        fulfilment_orders=(fulfilment_order((sold, 1), location=5009),),
        name="@odd",
        currency="NOK",
        totals=totals("99.00", cash_rounding="0.01"),
    )
    item = Problem(code=ProblemCode.ITEM_MISSING, pointer="/lines/1/item_no", detail="…", remedy="…")
    person = Problem(code=ProblemCode.CUSTOMER_MISSING, pointer="/customer/sell_to_customer_no", detail="…", remedy="…")
    outcome = built(
        made,
        shop=replace(NO_ACCOUNTS, orders=settings(orders={"location_mandatory": True}).orders),
        mappings=Mappings(templates={("US", None): CustomerTemplate(country_code="US", prices_include_tax=False)}),
        items={sid(1): item},
        customer=Parties(problems=(person,)),
        use_shopify_number=True,
    )
    assert isinstance(outcome, Refusal)
    assert [(str(each.code), each.pointer) for each in outcome.problems] == [
        ("customer_missing", "/customer/sell_to_customer_no"),
        ("item_missing", "/lines/1/item_no"),
        ("account_missing", "/settings/accounts/tips"),
        ("account_missing", "/settings/accounts/sold_gift_cards"),
        ("account_missing", "/settings/accounts/shipping_charges"),
        ("account_missing", "/settings/accounts/duties"),
        ("account_missing", "/settings/accounts/additional_fees"),
        ("account_missing", "/settings/accounts/cash_rounding"),
        ("location_missing", "/lines/1/location_code"),
        ("number_invalid", "/name"),
        ("price_tax_mode_differs", "/prices_include_tax"),
        ("total_differs", "/totals/total"),
        ("currency_missing", "/currency-mappings/NOK"),
    ]
    assert all(each.detail and each.remedy for each in outcome.problems)


def test_a_missing_account_is_named_once_however_many_lines_need_it() -> None:
    """DO-05, 5.25."""
    made = order(line(1, kind=LineKind.GIFT_CARD), line(2, kind=LineKind.GIFT_CARD))
    outcome = built(made, shop=NO_ACCOUNTS)
    assert isinstance(outcome, Refusal)
    (problem,) = outcome.problems
    assert problem.pointer == "/settings/accounts/sold_gift_cards"
    assert problem.waits_for == (f"setting:{SHOP}:accounts.sold_gift_cards",)


def test_a_missing_shipping_account_also_waits_for_the_mapping_of_the_title() -> None:
    problem = refused(order(line(1), shipping_lines=(shipping(title="Post"),)), shop=NO_ACCOUNTS)[
        ProblemCode.ACCOUNT_MISSING
    ]
    assert f"shipment_method:{SHOP}:post" in problem.waits_for


def test_an_account_that_nothing_needs_may_be_missing() -> None:
    documented(order(line(1), shipping_lines=(shipping("0.00"),)), shop=NO_ACCOUNTS)


def test_a_typed_shipping_mapping_without_a_number_is_refused() -> None:
    """5.25."""
    mappings = Mappings(
        shipment_methods={"standard": ShipmentMethodMapping(title="Standard", charge_type=ChargeType.ITEM)}
    )
    problem = refused(order(line(1), shipping_lines=(shipping(number=12001),)), mappings=mappings)[
        ProblemCode.CHARGE_NO_MISSING
    ]
    assert problem.pointer == "/shipping_lines/12001/charge_no"
    assert problem.waits_for == (f"shipment_method:{SHOP}:standard",)


def test_a_line_without_an_erp_location_is_refused_only_where_locations_are_mandatory() -> None:
    sold = line(1)
    made = order(sold, fulfilment_orders=(fulfilment_order((sold, 1), location=5009),))
    documented(made)
    problem = refused(made, shop=settings(orders={"location_mandatory": True}))[ProblemCode.LOCATION_MISSING]
    assert problem.pointer == "/lines/1/location_code"
    assert problem.waits_for[0] == f"location:{SHOP}:5009"


MANDATORY = settings(orders={"location_mandatory": True})


def test_every_unmapped_location_of_a_line_is_named_and_waited_for() -> None:
    """P33: mapping the first must not bring up the second."""
    sold = line(1, quantity=3)
    made = order(
        sold,
        fulfilment_orders=(
            fulfilment_order((sold, 2), location=5009, name="Harbour"),
            fulfilment_order((sold, 1), location=5010),
        ),
    )
    problem = refused(made, shop=MANDATORY)[ProblemCode.LOCATION_MISSING]
    assert "“Harbour” (5009)" in problem.detail
    assert "store location 5010" in problem.detail
    assert problem.remedy == "Map the store location to an ERP location, or switch orders.location_mandatory off."
    assert problem.waits_for[:2] == (f"location:{SHOP}:5009", f"location:{SHOP}:5010")
    assert told(documented(made).lines, "location_code", "quantity") == [(None, "3")]


def test_a_location_that_is_gone_from_the_store_is_named_as_such() -> None:
    """Peers 48."""
    sold = line(1)
    made = order(sold, fulfilment_orders=(fulfilment_order((sold, 1), location=None, name="Old barn"),))
    problem = refused(made, shop=MANDATORY)[ProblemCode.LOCATION_MISSING]
    assert "“Old barn”" in problem.detail
    assert "Move the fulfilment order" in problem.remedy
    assert told(documented(made).lines, "location_code") == [(None,)]


def test_a_line_of_which_no_fulfilment_order_tells_is_refused_if_it_is_shipped() -> None:
    problem = refused(order(line(1)), shop=MANDATORY)[ProblemCode.LOCATION_MISSING]
    assert "No fulfilment order" in problem.detail
    documented(order(line(1, requires_shipping=False)), shop=MANDATORY)


@pytest.mark.parametrize("place", [{"location": 5009}, {"location": None, "name": "Old barn"}])
def test_what_is_not_shipped_but_stands_at_a_location_needs_its_mapping_too(place: dict[str, Any]) -> None:
    sold = line(1, requires_shipping=False)
    made = order(sold, fulfilment_orders=(fulfilment_order((sold, 1), **place),))
    refused(made, shop=MANDATORY)


def test_shipping_on_an_item_needs_no_location() -> None:
    sold = line(1)
    mappings = Mappings(
        locations={sid(5001): LocationMapping(location_id=sid(5001), location_code="BLUE")},
        shipment_methods={
            "standard": ShipmentMethodMapping(title="Standard", charge_type=ChargeType.ITEM, charge_no="SHIP")
        },
    )
    made = order(sold, fulfilment_orders=(fulfilment_order((sold, 1)),), shipping_lines=(shipping(),))
    document = documented(made, mappings=mappings, shop=settings(orders={"location_mandatory": True}))
    assert told(document.lines, "location_code") == [("BLUE",), (None,)]


def test_a_number_that_begins_with_an_at_sign_is_refused_only_as_a_number() -> None:
    """5.07, DO-02."""
    assert "@" in refused(order(name="@INVALID123"), use_shopify_number=True)[ProblemCode.NUMBER_INVALID].detail
    documented(order(name="@INVALID123"), use_shopify_number=False)


@pytest.mark.parametrize(
    ("said", "found", "blocked"), [(True, True, False), (False, True, True), (None, True, False), (True, False, True)]
)
def test_prices_that_are_not_as_the_countrys_template_says_block_the_order(
    said: bool | None, found: bool, blocked: bool
) -> None:
    mappings = Mappings(templates={("US", None): CustomerTemplate(country_code="US", prices_include_tax=said)})
    outcome = built(order(prices_include_tax=found), mappings=mappings)
    codes = [each.code for each in outcome.problems] if isinstance(outcome, Refusal) else []
    assert codes == ([ProblemCode.PRICE_TAX_MODE_DIFFERS] if blocked else [])


def test_the_province_of_the_ship_to_has_its_own_template() -> None:
    mappings = Mappings(
        templates={
            ("US", None): CustomerTemplate(country_code="US", prices_include_tax=True),
            ("US", "CA"): CustomerTemplate(country_code="US", province="CA", prices_include_tax=False),
        }
    )
    refused(order(ship_to_address=address(province_code="CA")), mappings=mappings)
    documented(order(ship_to_address=address(province_code="NY")), mappings=mappings)


@pytest.mark.parametrize(
    ("of_country", "of_province", "blocked"), [(False, None, True), (None, False, True), (False, True, False)]
)
def test_a_province_that_says_nothing_of_prices_leaves_it_to_its_country(
    of_country: bool | None, of_province: bool | None, blocked: bool
) -> None:
    mappings = Mappings(
        templates={
            ("US", None): CustomerTemplate(country_code="US", prices_include_tax=of_country),
            ("US", "CA"): CustomerTemplate(country_code="US", province="CA", prices_include_tax=of_province),
        }
    )
    outcome = built(order(ship_to_address=address(province_code="CA")), mappings=mappings)
    assert isinstance(outcome, Refusal) is blocked


def test_an_order_that_is_shipped_nowhere_has_no_country_to_ask() -> None:
    mappings = Mappings(templates={("", None): CustomerTemplate(country_code="", prices_include_tax=False)})
    documented(order(ship_to_address=None), mappings=mappings)


def test_a_currency_without_a_code_waits_for_its_mapping_and_for_the_settings_of_its_remedy() -> None:
    """G8: never silently the local currency."""
    problem = refused(order(currency="NOK"))[ProblemCode.CURRENCY_MISSING]
    assert "currency:NOK" in problem.waits_for
    waited = " ".join(problem.waits_for)
    assert all(path in waited for path in ("orders.currency_code", "general.local_currency"))


@pytest.mark.parametrize(("handling", "helps"), [(CurrencyHandling.SHOP, True), (CurrencyHandling.PRESENTMENT, False)])
def test_only_documents_in_the_shops_money_are_told_of_its_one_code(handling: CurrencyHandling, helps: bool) -> None:
    shop = settings(orders={"currency_handling": handling})
    made = order(currency="NOK", presentment_currency="SEK")
    remedy = refused(made, shop=shop)[ProblemCode.CURRENCY_MISSING].remedy
    assert ("orders.currency_code" in remedy) is helps


def test_a_difference_is_explained_in_figures() -> None:
    made = order(line(1, price="30.00"), shipping_lines=(shipping("5.00"),), totals=totals("34.00"))
    detail = refused(made)[ProblemCode.TOTAL_DIFFERS].detail
    assert detail == (
        "The document would come to 35.00 EUR (items 30.00 EUR, shipping 5.00 EUR), 1.00 EUR more than the 34.00 EUR "
        "that Shopify charged."
    )


def test_one_cent_is_a_difference() -> None:
    assert "0.01 EUR less" in refused(order(line(1), totals=totals("10.01")))[ProblemCode.TOTAL_DIFFERS].detail


def test_an_order_without_customers_says_so_itself() -> None:
    assert ProblemCode.CUSTOMER_MISSING in refused(order(), customer=Parties())


def test_items_of_lines_that_are_not_documented_are_not_missed() -> None:
    gone = line(1, current=0)
    made = order(
        gone, line(2), totals=totals("20.00", current="10.00"), refunds=(refund(refund_line(gone, subtotal="10.00")),)
    )
    item = Problem(code=ProblemCode.ITEM_MISSING, pointer="/lines/1/item_no", detail="…", remedy="…")
    outcome = built(made, items={sid(1): item, sid(2): ItemChoice(item_no="ITEM-2")})
    assert not isinstance(outcome, Refusal)


def test_an_unpaid_cancelled_order_has_nothing_left_even_if_it_was_to_be_shipped() -> None:
    """P34, G14."""
    gone = line(1, current=0)
    made = order(
        gone,
        shipping_lines=(shipping("5.00"),),
        cancelled_at=CREATED,
        financial_status="voided",
        refunds=(refund(refund_line(gone, subtotal="10.00", restock_type="cancel")),),
        totals=totals("15.00", current="0"),
    )
    outcome = built(made)
    assert isinstance(outcome, NothingToDocument)
    assert outcome.reason is NothingReason.NOTHING_LEFT


def test_an_order_of_which_everything_was_removed_makes_no_document() -> None:
    made = order(line(1, current=0), totals=totals("10.00", current="0"))
    assert isinstance(built(made), NothingToDocument)


@pytest.mark.parametrize("includes", [True, False])
def test_a_tax_that_is_left_without_any_line_is_a_charge_that_nothing_explains(includes: bool) -> None:
    made = order(
        line(1, current=0),
        prices_include_tax=includes,
        totals=totals("11.90", current="0.30", tax="1.90", current_tax="0.30"),
    )
    detail = refused(made)[ProblemCode.TOTAL_DIFFERS].detail
    assert "less than the 0.30 EUR that Shopify charged" in detail


def test_an_order_of_which_only_shipping_is_left_is_still_documented() -> None:
    made = order(line(1, current=0), shipping_lines=(shipping("5.00"),), totals=totals("15.00", current="5.00"))
    assert told(documented(made).lines, "amount") == [("5.00",)]


@pytest.mark.parametrize(
    ("what", "by_request", "made"),
    [
        (CancelledPaid.PROCESS, False, True),
        (CancelledPaid.SKIP, False, False),
        (CancelledPaid.SKIP, True, True),
    ],
)
def test_a_paid_order_that_was_cancelled_is_documented_or_left_out_as_the_shop_says(
    what: CancelledPaid, by_request: bool, made: bool
) -> None:
    """P34."""
    sold = line(1, current=0)
    cancelled = order(
        sold,
        cancelled_at=CREATED,
        financial_status="refunded",
        refunds=(refund(refund_line(sold, subtotal="10.00", restock_type="cancel"), refunded="10.00"),),
        totals=totals("10.00", current="0"),
    )
    outcome = built(cancelled, shop=settings(orders={"cancelled_paid": what}), by_request=by_request)
    assert isinstance(outcome, NothingToDocument) is not made
    if isinstance(outcome, NothingToDocument):
        assert outcome.reason is NothingReason.CANCELLED_PAID
