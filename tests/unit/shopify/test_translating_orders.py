"""From an answer to the domain's order: every fact in its place, in our words, in both currencies."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from app.adapters.shopify.answers.orders import OrderAnswer
from app.adapters.shopify.answers.refunds import RefundAnswer
from app.adapters.shopify.translators.orders import OrderParts, Untranslatable, order_of
from app.domain.identifiers import ShopifyId
from app.domain.money import Amount
from app.domain.orders import Attribute, Channel, Named, Order, PaymentTerms, Risk
from tests.unit.shopify.shopify_answers import (
    a_customer,
    a_fulfilment_order,
    a_line,
    a_refund,
    a_refund_line,
    a_shipping_line,
    a_tax,
    a_transaction,
    an_address,
    an_allocation,
    an_order,
    money,
    page,
)


def told(answer: dict[str, Any], **parts: Any) -> Order:
    return order_of(OrderParts(header=msgspec.json.decode(msgspec.json.encode(answer), type=OrderAnswer), **parts))


def both(amount: str, presentment: str | None = None) -> Amount:
    return Amount(Decimal(amount), Decimal(presentment or amount))


def test_money_is_kept_in_both_currencies_of_the_order() -> None:
    order = told(
        an_order(presentmentCurrencyCode="CHF", totalPriceSet=money("10.00", "9.55"), totalTaxSet=None, lines=[])
    )

    assert (order.currency, order.presentment_currency) == ("EUR", "CHF")
    assert order.totals.total == both("10.00", "9.55")
    assert order.totals.tax == both("0")


def test_cash_rounding_is_that_of_payments_and_stays_when_a_refund_is_rounded() -> None:
    rounding = {"paymentSet": money("0.02"), "refundSet": money("0.05")}

    assert told(an_order(totalCashRoundingAdjustment=rounding)).totals.cash_rounding == both("0.02")


def test_states_are_in_lower_case_and_an_unknown_one_is_not_refused() -> None:
    order = told(
        an_order(
            displayFinancialStatus="PARTIALLY_PAID",
            displayFulfillmentStatus="SOMETHING_NEW",
            returnStatus="IN_PROGRESS",
            cancelReason="FRAUD",
        )
    )

    assert (order.financial_status, order.fulfilment_status) == ("partially_paid", "something_new")
    assert (order.return_status, order.cancel_reason) == ("in_progress", "fraud")


def test_a_status_that_shopify_does_not_know_stays_unknown() -> None:
    assert told(an_order(displayFinancialStatus=None)).financial_status is None


def test_the_three_addresses_are_kept_apart_and_none_is_made_up() -> None:
    order = told(
        an_order(
            displayAddress=an_address(city="Bern", provinceCode="BE", province="Bern", countryCodeV2="CH"),
            billingAddress=an_address(city="Basel"),
            shippingAddress=None,
        )
    )

    assert order.sell_to_address is not None
    assert order.bill_to_address is not None
    assert (order.sell_to_address.city, order.sell_to_address.province_code) == ("Bern", "BE")
    assert (order.sell_to_address.shopify_id, order.bill_to_address.city) == ("31", "Basel")
    assert order.ship_to_address is None


def test_a_customers_default_address_comes_first_and_once() -> None:
    home = an_address(id="gid://shopify/MailingAddress/2?model_name=CustomerAddress", city="Home")
    work = an_address(id="gid://shopify/MailingAddress/1?model_name=CustomerAddress", city="Work")

    customer = told(an_order(customer=a_customer(defaultAddress=home, addressesV2=page([work, home])))).customer

    assert customer is not None
    assert [address.city for address in customer.addresses] == ["Home", "Work"]
    assert customer.has_default_address
    assert (customer.email, customer.phone) == ("ada@example.com", "+4930123456")


def test_a_guest_at_a_till_has_no_customer() -> None:
    order = told(an_order(customer=None, email=None, retailLocation={"id": "gid://shopify/Location/5", "name": "Till"}))

    assert order.customer is None
    assert order.email == ""
    assert order.retail_location == Named(shopify_id=ShopifyId("5"), name="Till")


def test_a_company_that_buys_is_told_with_location_and_contact() -> None:
    entity = {
        "__typename": "PurchasingCompany",
        "company": {"id": "gid://shopify/Company/7", "name": "Acme"},
        "location": {"id": "gid://shopify/CompanyLocation/8", "name": "Acme North"},
        "contact": {"id": "gid://shopify/CompanyContact/9"},
    }

    order = told(an_order(purchasingEntity=entity))

    assert order.b2b
    assert order.company == Named(shopify_id=ShopifyId("7"), name="Acme")
    assert order.company_location == Named(shopify_id=ShopifyId("8"), name="Acme North")
    assert order.company_contact_id == "9"


@pytest.mark.parametrize("entity", [None, {"__typename": "Customer"}])
def test_a_consumer_is_no_company(entity: dict[str, Any] | None) -> None:
    order = told(an_order(purchasingEntity=entity))

    assert not order.b2b
    assert order.company is None


def test_a_line_keeps_quantities_price_discounts_taxes_and_duties() -> None:
    duty = {"id": "gid://shopify/Duty/4", "price": money("1.50"), "taxLines": [a_tax("0.28")]}
    line = a_line(
        5,
        price="20.00",
        quantity=3,
        currentQuantity=2,
        variantTitle="Blue",
        discountAllocations=[an_allocation("1.00", index=0), an_allocation("0.50", index=2)],
        taxLines=[a_tax("2.00", rate=0.07), a_tax("1.00", rate=None, channel_liable=True)],
        duties=[duty],
        customAttributes=[{"key": "Engraving", "value": "A"}, {"key": "Gift", "value": None}],
    )

    [found] = told(an_order(lines=[line])).lines

    assert (found.ordered_quantity, found.current_quantity, found.unit_price) == (3, 2, both("20.00"))
    assert (found.store_product_id, found.store_variant_id, found.barcode) == ("801", "9001", "4006381333931")
    assert found.discount == both("1.50")
    assert [share.application for share in found.discounts] == [0, 2]
    assert [(tax.rate, tax.channel_liable) for tax in found.tax_lines] == [(Decimal("0.07"), None), (Decimal(0), True)]
    assert (found.duties[0].amount, found.duties[0].tax_lines[0].amount) == (both("1.50"), both("0.28"))
    assert found.attributes == (Attribute(key="Engraving", value="A"), Attribute(key="Gift", value=""))


def test_a_shipping_lines_discount_is_the_sum_of_its_shares_and_removed_ones_are_kept_apart() -> None:
    shares = [an_allocation("1.00"), an_allocation("0.25")]
    gone, nameless = a_shipping_line(2, isRemoved=True), a_shipping_line(3, isRemoved=True, id=None)
    lines = [a_shipping_line(1, price="4.90", discountAllocations=shares), gone, nameless]

    order = told(an_order(shippingLines=page(lines)))

    [found] = order.shipping_lines
    assert (found.shopify_id, found.amount, found.discount) == ("1", both("4.90"), both("1.25"))
    assert [each.shopify_id for each in order.removed_shipping_lines] == ["2"]


def test_a_shipping_line_without_an_id_cannot_be_told() -> None:
    with pytest.raises(Untranslatable):
        told(an_order(shippingLines=page([a_shipping_line(1, id=None)])))


def test_a_transaction_is_told_with_its_words_in_lower_case() -> None:
    transaction = a_transaction(
        7,
        kind="CAPTURE",
        status="FAILURE",
        errorCode="CARD_DECLINED",
        amountRoundingSet=money("0.01"),
        parentTransaction={"id": "gid://shopify/OrderTransaction/6"},
    )

    [found] = told(an_order(transactions=[transaction]), gift_cards={ShopifyId("7"): ShopifyId("99")}).transactions

    assert (found.kind, found.status, found.error_code) == ("capture", "failure", "card_declined")
    assert (found.parent_id, found.gift_card_id, found.rounding) == ("6", "99", both("0.01"))
    assert found.card_company == "Visa"


def test_a_fulfilment_order_without_a_location_keeps_its_name() -> None:
    fulfilment_order = a_fulfilment_order(
        status="ON_HOLD", assignedLocation={"name": "Deleted depot", "location": None}, deliveryMethod=None
    )

    [found] = told(an_order(fulfillmentOrders=page([fulfilment_order]))).fulfilment_orders

    assert (found.status, found.location_id, found.location_name) == ("on_hold", None, "Deleted depot")
    assert (found.delivery_method, found.lines[0].line_id) == ("", "1")


def test_a_refund_is_told_whole() -> None:
    shipping = {
        "id": "gid://shopify/RefundShippingLine/3",
        "shippingLine": {"id": "gid://shopify/ShippingLine/1"},
        "subtotalAmountSet": money("4.90"),
        "taxAmountSet": money("0.78"),
    }
    adjustment = {
        "id": "gid://shopify/OrderAdjustment/4",
        "reason": "REFUND_DISCREPANCY",
        "amountSet": money("-0.10"),
        "taxAmountSet": money("0.00"),
    }
    answer = a_refund(
        2,
        refundLineItems=page([a_refund_line(1, line=1, quantity=2, restock_type="NO_RESTOCK")]),
        refundShippingLines=page([shipping]),
        orderAdjustments=page([adjustment]),
        duties=[{"amountSet": money("1.00")}, {"amountSet": money("0.50")}],
        transactions=page([a_transaction(8, kind="REFUND")]),
    )
    answer["return"] = {"id": "gid://shopify/Return/41"}
    refund = msgspec.json.decode(msgspec.json.encode(answer), type=RefundAnswer)

    [found] = told(an_order(refunds=[{"id": "gid://shopify/Refund/2"}]), refunds=[refund]).refunds

    assert (found.shopify_id, found.return_id, found.duties) == ("2", "41", both("1.50"))
    assert (found.lines[0].restock_type, found.lines[0].restocked, found.lines[0].quantity) == ("no_restock", False, 2)
    assert (found.shipping[0].subtotal, found.shipping[0].shipping_line_id) == (both("4.90"), "1")
    assert (found.adjustments[0].reason, found.adjustments[0].amount) == ("refund_discrepancy", both("-0.10"))
    assert found.transactions[0].kind == "refund"


def test_each_fact_of_a_risk_assessment_is_told() -> None:
    facts = [{"description": "Address far from card", "sentiment": "NEGATIVE"}]
    assessments = [
        {"riskLevel": "HIGH", "provider": {"title": "Guard"}, "facts": facts},
        {"riskLevel": "LOW", "provider": None, "facts": []},
    ]

    order = told(an_order(risk={"assessments": assessments}))

    assert order.risks == (
        Risk(level="high", provider="Guard", text="Address far from card", sentiment="negative"),
        Risk(level="low"),
    )
    assert order.high_risk


def test_terms_staff_channel_and_fees_are_told() -> None:
    schedules = {"nodes": [{"dueAt": "2026-12-20T00:00:00Z"}]}
    terms = {"paymentTermsName": "Net 30", "paymentTermsType": "NET", "dueInDays": 30, "paymentSchedules": schedules}
    fee = {"id": "gid://shopify/AdditionalFee/2", "name": "Recycling", "price": money("0.20"), "taxLines": []}

    order = told(an_order(paymentTerms=terms, staffMember={"id": "gid://shopify/StaffMember/3"}, additionalFees=[fee]))

    due = datetime(2026, 12, 20, tzinfo=UTC)
    assert order.payment_terms == PaymentTerms(name="Net 30", type="net", due_in_days=30, due_at=due)
    assert (order.staff_id, order.channel) == ("3", Channel(handle="online_store", name="Online Store"))
    assert (order.additional_fees[0].name, order.additional_fees[0].amount) == ("Recycling", both("0.20"))


def test_what_is_unknown_stays_named() -> None:
    order = told(an_order(), unknown=("payment_terms",))

    assert order.payment_terms is None
    assert order.unknown == ("payment_terms",)
