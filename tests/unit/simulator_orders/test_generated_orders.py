"""A generated day has the variety of a real store's, hangs together, and is the same for the same seed."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from time import process_time
from typing import Any

import pytest

from app.store_simulator.orders import EVERYTHING, TYPICAL, GeneratorOptions, generate_catalogue, generate_orders
from app.store_simulator.orders.catalogue import UNLINKED_TAG

Order = dict[str, Any]

START = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
CATALOGUE = generate_catalogue(1)


def orders(
    count: int = 200, preset: str | GeneratorOptions = "default", *, seed: int = 7, **kwargs: Any
) -> list[Order]:
    catalogue = kwargs.pop("catalogue", CATALOGUE)
    return generate_orders(seed=seed, count=count, catalogue=catalogue, start=START, options=preset, **kwargs)


@pytest.fixture(scope="module")
def many() -> list[Order]:
    return orders(2000)


def lines_of(placed: list[Order]) -> Iterator[Order]:
    return (line for order in placed for line in order["lineItems"])


def test_the_same_seed_gives_the_same_orders_and_another_seed_others() -> None:
    assert orders(30) == orders(30)
    assert orders(30) != orders(30, seed=8)


def test_asking_for_more_never_changes_the_earlier_orders() -> None:
    assert orders(40)[:30] == orders(30)


def test_orders_are_plain_json() -> None:
    placed = orders(60)

    assert json.loads(json.dumps(placed)) == placed


def test_two_thousand_orders_take_seconds() -> None:
    begun = process_time()

    orders(2000, "typical")

    assert process_time() - begun < 10


def test_numbers_and_ids_are_unique_and_updated_at_never_precedes_creation(many: list[Order]) -> None:
    assert [order["name"] for order in many[:2]] == ["#1001", "#1002"]
    ids = [order["id"] for order in many]
    ids += [line["id"] for line in lines_of(many)]
    ids += [one["id"] for order in many for one in order["transactions"]]
    assert len(set(ids)) == len(ids)
    assert all(order["updatedAt"] >= order["createdAt"] for order in many)


def test_lines_refer_to_the_catalogue_and_keep_its_copy(many: list[Order]) -> None:
    variants = {variant["id"]: variant for product in CATALOGUE.products for variant in product["variants"]}

    sold = [line for line in lines_of(many) if line["variant"]]

    assert all(line["sku"] == variants[line["variant"]["id"]]["sku"] for line in sold)
    customers = {customer["id"] for customer in CATALOGUE.customers}
    assert {order["customer"]["id"] for order in many if order["customer"]} <= customers
    locations = {location["id"] for location in CATALOGUE.locations}
    nodes = [node for order in many for node in order["fulfillmentOrders"]]
    assert {node["assignedLocation"]["location"]["id"] for node in nodes} <= locations


def test_every_kind_of_discount_occurs(many: list[Order]) -> None:
    applications = [one for order in many for one in order["discountApplications"]]

    kinds = {(one["__typename"], one["allocationMethod"], one["targetSelection"]) for one in applications}
    assert {
        ("DiscountCodeApplication", "ACROSS", "ALL"),
        ("AutomaticDiscountApplication", "ACROSS", "ALL"),
        ("AutomaticDiscountApplication", "EACH", "ENTITLED"),
        ("DiscountCodeApplication", "EACH", "ENTITLED"),
        ("ManualDiscountApplication", "EACH", "EXPLICIT"),
        ("ManualDiscountApplication", "ACROSS", "ALL"),
    } <= kinds
    assert {one["targetType"] for one in applications} == {"LINE_ITEM", "SHIPPING_LINE"}
    assert {one["value"]["__typename"] for one in applications} == {"MoneyV2", "PricingPercentageValue"}
    free = [order for order in many if order["totalPriceSet"]["shopMoney"]["amount"] == "0.00"]
    assert free
    assert all(order["displayFinancialStatus"] in ("PAID", "VOIDED", "PENDING") for order in free)


def test_every_way_to_pay_ship_and_end_occurs(many: list[Order]) -> None:
    financial = Counter(order["displayFinancialStatus"] for order in many)
    assert set(financial) == {
        "PAID",
        "AUTHORIZED",
        "PENDING",
        "PARTIALLY_PAID",
        "PARTIALLY_REFUNDED",
        "REFUNDED",
        "VOIDED",
    }
    shipped = {order["displayFulfillmentStatus"] for order in many}
    assert shipped >= {"FULFILLED", "PARTIALLY_FULFILLED", "UNFULFILLED"}
    gateways = {one["gateway"] for order in many for one in order["transactions"]}
    assert gateways >= {"shopify_payments", "paypal", "gift_card", "cash", "Bank Deposit", "bogus"}
    assert any(order["closed"] and not order["cancelledAt"] for order in many)
    assert any(order["cancelledAt"] for order in many)
    assert any(order["edited"] and order["refunds"] for order in many)
    assert any(order["edited"] and not order["refunds"] for order in many)


def test_tax_comes_in_and_out_of_prices_with_one_and_several_rates_and_not_at_all() -> None:
    currencies = {"EUR": 1.0, "USD": 1.0, "CAD": 1.0, "JPY": 1.0, "KWD": 1.0, "CHF": 1.0}
    placed = orders(600, GeneratorOptions(presentment_currencies=currencies))

    assert {order["taxesIncluded"] for order in placed} == {True, False}
    assert {len(line["taxLines"]) for line in lines_of(placed)} >= {0, 1, 2, 3}
    titles = {tax["title"] for line in lines_of(placed) for tax in line["taxLines"]}
    assert {"GST", "PST"} <= titles
    assert any(order["taxExempt"] and not order["taxLines"] for order in placed)
    assert {tax["channelLiable"] for line in lines_of(placed) for tax in line["taxLines"]} == {True, False, None}
    assert any(charge["taxLines"] for order in placed for charge in order["shippingLines"])
    codes = {order["presentmentCurrencyCode"] for order in placed}
    assert codes == set(currencies)


def test_tips_gift_cards_and_custom_lines_are_told_apart(many: list[Order]) -> None:
    tipped = [order for order in many if order["totalTipReceivedSet"]["shopMoney"]["amount"] != "0.00"]
    titles = Counter(
        line["title"] for line in lines_of(tipped) if line["product"] is None and not line["requiresShipping"]
    )
    assert {"Trinkgeld", "Pourboire"} <= set(titles)
    cards = [line for line in lines_of(many) if line["isGiftCard"]]
    assert cards
    assert not any(line["taxLines"] or line["discountAllocations"] or line["requiresShipping"] for line in cards)
    assert any(line["title"] == "Engraving" and line["variant"] is None for line in lines_of(many))


def test_orders_with_only_gift_cards_are_fulfilled_once_paid(many: list[Order]) -> None:
    only = [
        order
        for order in many
        if all(line["isGiftCard"] for line in order["lineItems"]) and order["fullyPaid"] and not order["cancelledAt"]
    ]

    assert only
    assert {order["displayFulfillmentStatus"] for order in only} == {"FULFILLED"}


def test_till_orders_have_neither_address_nor_customer_nor_charge(many: list[Order]) -> None:
    till = [order for order in many if order["sourceName"] == "pos"]

    assert till
    assert not any(order["shippingAddress"] or order["customer"] or order["shippingLines"] for order in till)
    assert all(order["retailLocation"] for order in till)


def test_cash_in_francs_is_rounded_beside_the_total() -> None:
    catalogue = generate_catalogue(3, currency="CHF")
    placed = orders(200, GeneratorOptions(point_of_sale=1.0), catalogue=catalogue, shop_currency="CHF")

    rounded = [
        one
        for order in placed
        for one in order["transactions"]
        if one["amountRoundingSet"] and one["amountRoundingSet"]["shopMoney"]["amount"] != "0.00"
    ]

    assert rounded
    for one in rounded:
        amount, rounding = (one[name]["shopMoney"]["amount"] for name in ("amountSet", "amountRoundingSet"))
        paid = round(float(amount) * 100) + round(float(rounding) * 100)
        assert paid % 5 == 0
    adjusted = [order["totalCashRoundingAdjustment"]["paymentSet"]["shopMoney"]["amount"] for order in placed]
    assert set(adjusted) <= {"-0.02", "-0.01", "0.00", "0.01", "0.02"}


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("KWD", 3), ("EUR", 2), ("XTS", 2)])
def test_amounts_have_the_scale_of_their_currency(currency: str, decimals: int) -> None:
    catalogue = generate_catalogue(3, currency=currency)
    [order] = orders(1, "typical", catalogue=catalogue, shop_currency=currency)

    for name, bag in order.items():
        if name.endswith("Set") and bag is not None:
            _, _, fraction = bag["shopMoney"]["amount"].partition(".")
            assert (name, len(fraction)) == (name, decimals)


def test_lines_range_from_one_to_hundreds() -> None:
    sizes = [len(order["lineItems"]) for order in orders(400, GeneratorOptions(long_tail=0.05))]

    assert min(sizes) == 1
    assert max(sizes) > 150
    assert max(sizes) <= 302


def test_split_orders_ask_for_one_line_at_two_locations(many: list[Order]) -> None:
    asked = [
        Counter(part["lineItem"]["id"] for node in order["fulfillmentOrders"] for part in node["lineItems"])
        for order in many
    ]

    assert any(count > 1 for lines in asked for count in lines.values())


def test_a_typical_order_has_two_lines_one_charge_one_payment_one_fulfilment_order() -> None:
    for order in orders(50, TYPICAL):
        names = ("lineItems", "shippingLines", "transactions", "fulfillmentOrders", "refunds")
        assert [len(order[name]) for name in names] == [2, 1, 1, 1, 0]
        assert order["displayFinancialStatus"] == "PAID"


def test_the_demo_day_has_a_handful_that_a_connector_must_refuse() -> None:
    day = orders(200, "day")
    unlinked = {product["id"] for product in CATALOGUE.products if UNLINKED_TAG in product["tags"]}
    tips = {"Tip", "Trinkgeld", "Pourboire", "Fooi", "チップ", "إكرامية"}

    refused = [
        order["name"]
        for order in day
        if any(
            (line["product"] is None and line["title"] not in tips) or (line["product"] or {}).get("id") in unlinked
            for line in order["lineItems"]
        )
    ]

    assert 3 <= len(refused) <= 20


def test_duties_and_fees_are_off_until_asked_for() -> None:
    assert not any(order["additionalFees"] for order in orders(50))

    options = GeneratorOptions(duties=1, additional_fees=1, point_of_sale=0, shipping_lines=(1,), cancelled=0)
    [order] = orders(1, options)

    assert order["additionalFees"]
    assert any(line["duties"] for line in order["lineItems"])
    assert order["originalTotalDutiesSet"] == order["currentTotalDutiesSet"] is not None


@pytest.fixture(scope="module")
def everything() -> list[Order]:
    return orders(600, replace(EVERYTHING, presentment_currencies={"EUR": 1.0, "USD": 1.0, "SEK": 1.0}))


def taxes_of(order: Order) -> set[bool | None]:
    return {tax["channelLiable"] for line in order["lineItems"] for tax in line["taxLines"]}


def test_duties_may_be_inside_the_prices_and_may_be_taxed(everything: list[Order]) -> None:
    inside = [order for order in everything if order["dutiesIncluded"]]
    duties = [duty for line in lines_of(everything) for duty in line["duties"]]

    assert inside
    assert all(any(line["duties"] for line in order["lineItems"]) for order in inside)
    assert {bool(duty["taxLines"]) for duty in duties} == {True, False}
    assert not any(duty["taxLines"] for line in lines_of(inside) for duty in line["duties"])


def test_a_channel_remits_all_taxes_or_some_or_none(everything: list[Order]) -> None:
    seen = [taxes_of(order) for order in everything]

    assert all(liable in seen for liable in ({True}, {False}, {None}, {True, False}))


def test_a_deleted_product_leaves_the_texts_of_its_sale(everything: list[Order]) -> None:
    deleted = [line for line in lines_of(everything) if line["sku"] and line["product"] is None]

    assert deleted
    assert all(line["variant"] is None and line["title"] and line["vendor"] for line in deleted)


def test_an_article_stays_taxable_in_an_order_that_is_exempt(everything: list[Order]) -> None:
    exempt = [order for order in everything if order["taxExempt"]]

    assert exempt
    assert not any(line["taxLines"] for line in lines_of(exempt))
    assert {line["taxable"] for line in lines_of(exempt)} == {True, False}


def test_companies_buy_with_a_number_of_their_own_on_terms(everything: list[Order]) -> None:
    bought = [order for order in everything if order["purchasingEntity"]]
    terms = [order["paymentTerms"] for order in bought if order["paymentTerms"]]

    assert all(order["customer"] for order in bought)
    assert {len(order["poNumber"] or "") > 50 for order in bought} == {True, False}
    assert {one["paymentTermsType"] for one in terms} == {"NET", "FIXED", "RECEIPT", "FULFILLMENT"}
    assert all(len(one["paymentSchedules"]) == 1 for one in terms)
    undated = {one["paymentTermsType"] for one in terms if one["paymentSchedules"][0]["dueAt"] is None}
    assert undated == {"FULFILLMENT"}


def test_lines_ship_from_as_many_locations_as_there_are(everything: list[Order]) -> None:
    parts = Counter(
        part["lineItem"]["id"]
        for order in everything
        for node in order["fulfillmentOrders"]
        for part in node["lineItems"]
    )

    assert max(parts.values()) == len(CATALOGUE.locations) == 3


def test_cash_in_kronor_is_rounded_to_whole_ones() -> None:
    placed = orders(60, replace(EVERYTHING, point_of_sale=1), shop_currency="SEK")

    roundings = [Decimal(order["totalCashRoundingAdjustment"]["paymentSet"]["shopMoney"]["amount"]) for order in placed]
    paid_in_cash = [
        Decimal(one["amountSet"]["shopMoney"]["amount"]) + rounding
        for order, rounding in zip(placed, roundings, strict=True)
        for one in order["transactions"]
        if one["gateway"] == "cash" and one["kind"] == "SALE"
    ]
    assert any(roundings)
    assert all(amount % 1 == 0 for amount in paid_in_cash)


def test_the_catalogue_has_what_orders_need() -> None:
    catalogue = generate_catalogue(5, products=30, customers=20, locations=9)

    assert len(catalogue.locations) == 4
    assert any(customer["defaultEmailAddress"] is None for customer in catalogue.customers)
    variants = [variant for product in catalogue.products for variant in product["variants"]]
    skus = [variant["sku"] for variant in variants if variant["sku"]]
    assert len(set(skus)) == len(skus)
    for variant in variants:
        digits = [int(digit) for digit in variant["barcode"]]
        assert len(digits) == 13
        assert sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
    assert catalogue.unlinked
    assert set(catalogue.as_state()) == {"products", "customers", "locations", "companies"}
