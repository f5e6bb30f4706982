"""What stands in the store of the story, in Shopify's words. All persons are invented."""

from typing import Any

from scripts.examples.recording import Json

ITEM, MUG = "ITEM-A", "ITEM-B"
WAREHOUSE = "61"
ADA, GRACE, BLUE = "7001", "7002", "701"


def gid(kind: str, number: object) -> str:
    return f"gid://shopify/{kind}/{number}"


def money(amount: str) -> Json:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def vat(amount: str) -> Json:
    return {"title": "VAT", "rate": 0.21, "ratePercentage": 21.0, "priceSet": money(amount)}


def an_address(name: str = "Ada Blue", country: str = "NL") -> Json:
    first, last = name.split()
    return {
        "firstName": first,
        "lastName": last,
        "name": name,
        "address1": "Damrak 1",
        "zip": "1012 LG",
        "city": "Amsterdam",
        "countryCodeV2": country,
        "phone": "+31201234567",
    }


def a_customer(number: str, name: str, email: str) -> Json:
    first, last = name.split()
    return {
        "id": gid("Customer", number),
        "firstName": first,
        "lastName": last,
        "defaultEmailAddress": {"emailAddress": email},
        "defaultAddress": {"id": gid("MailingAddress", f"8{number[1:]}")} | an_address(name),
    }


def a_company() -> Json:
    place = {
        "id": gid("CompanyLocation", "9101"),
        "name": "Blue Ltd, Delft",
        "billingAddress": {"address1": "Oude Delft 9", "zip": "2611 CC", "city": "Delft", "countryCode": "NL"},
        "taxSettings": {"taxRegistrationId": "NL123456782B90"},
    }
    person = {"id": gid("CompanyContact", "9201"), "customer": a_customer("7003", "Mary Blue", "mary@example.com")}
    return {"id": gid("Company", BLUE), "name": "Blue Ltd", "mainContact": person, "locations": [place]}


def a_product(number: int, sku: str, title: str) -> Json:
    return {
        "id": gid("Product", number),
        "title": title,
        "vendor": "Acme",
        "status": "ACTIVE",
        "variants": [
            {"id": gid("ProductVariant", f"{number}1"), "sku": sku, "price": "15.50", "barcode": f"40063813{number}"}
        ],
    }


def a_line(number: int, sku: str = ITEM, *, price: str = "15.50", quantity: int = 2, **fields: Any) -> Json:
    return {
        "id": gid("LineItem", number),
        "title": "Teapot",
        "quantity": quantity,
        "currentQuantity": quantity,
        "sku": sku,
        "originalUnitPriceSet": money(price),
        "taxLines": [vat("5.38")],
        "product": {"legacyResourceId": "801"},
        "variant": {"legacyResourceId": "8011"},
    } | fields


def an_order(number: int, *, email: str = "ada@example.com", customer: str | None = ADA, **fields: Any) -> Json:
    """Paid, of two teapots and their freight, not shipped yet."""
    line = number * 10 + 1
    goods = {
        "id": gid("FulfillmentOrderLineItem", number),
        "totalQuantity": 2,
        "remainingQuantity": 2,
        "lineItem": {"id": gid("LineItem", line)},
    }
    to_ship = {
        "id": gid("FulfillmentOrder", number),
        "status": "OPEN",
        "assignedLocation": {"name": "Warehouse", "location": {"id": gid("Location", WAREHOUSE)}},
        "deliveryMethod": {"methodType": "SHIPPING"},
        "lineItems": [goods],
    }
    return {
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "createdAt": "2026-01-15T09:00:00Z",
        "updatedAt": "2026-01-15T09:00:00Z",
        "processedAt": "2026-01-15T09:00:00Z",
        "displayFinancialStatus": "PAID",
        "currencyCode": "EUR",
        "taxesIncluded": True,
        "email": email,
        "sourceName": "web",
        "tags": ["gift"],
        "customAttributes": [{"key": "gift_wrap", "value": "yes"}],
        "customer": {"id": gid("Customer", customer)} if customer else None,
        "billingAddress": an_address(),
        "shippingAddress": an_address(),
        "lineItems": [a_line(line)],
        "shippingLines": [
            {"id": gid("ShippingLine", number), "title": "Standard", "code": "STD", "originalPriceSet": money("4.95")}
        ],
        "fulfillmentOrders": [to_ship],
        "transactions": [a_payment(number)],
    } | fields


def a_payment(number: int, amount: str = "35.95", **fields: Any) -> Json:
    return {
        "id": gid("OrderTransaction", number),
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "processedAt": "2026-01-15T09:00:00Z",
        "amountSet": money(amount),
    } | fields


def held(number: int) -> Json:
    """Authorised and not captured."""
    hold = a_payment(number, kind="AUTHORIZATION", totalUnsettledSet=money("35.95"))
    return {"displayFinancialStatus": "AUTHORIZED", "transactions": [hold]}


UNPAID: Json = {"displayFinancialStatus": "PENDING", "totalOutstandingSet": money("35.95"), "transactions": []}
UNFORESEEN: Json = {"createdAt": "9999-12-31T23:59:59Z", "processedAt": "9999-12-31T23:59:59Z"}
"""A day past all calendars: the import breaks off."""


def a_refund(number: int, line: int) -> Json:
    back = {
        "id": gid("RefundLineItem", number),
        "lineItem": {"id": gid("LineItem", line)},
        "quantity": 1,
        "restockType": "RETURN",
        "restocked": True,
        "priceSet": money("15.50"),
        "subtotalSet": money("15.50"),
        "totalTaxSet": money("2.69"),
    }
    return {
        "legacyResourceId": str(number),
        "createdAt": "2026-01-20T09:00:00Z",
        "note": "Handle broken",
        "totalRefundedSet": money("15.50"),
        "refundLineItems": [back],
        "refundShippingLines": [],
        "transactions": [a_payment(number, "15.50", kind="REFUND")],
    }


def euros(amount: str) -> Json:
    return {"amount": amount, "currencyCode": "EUR"}


def a_payout(number: int, net: str) -> Json:
    names = ("adjustments", "advance", "charges", "refunds", "reservedFunds", "retriedPayouts")
    fees = {f"{name}Fee{'s' if name == 'advance' else ''}": euros("0") for name in names}
    gross = {f"{name}{'FeeGross' if name == 'refunds' else 'Gross'}": euros("0") for name in names}
    return {
        "id": gid("ShopifyPaymentsPayout", number),
        "status": "PAID",
        "transactionType": "DEPOSIT",
        "issuedAt": "2026-01-20T00:00:00Z",
        "net": euros(net),
        "summary": fees | gross | {"chargesGross": euros("35.95"), "chargesFee": euros("0.95")},
    }


def a_movement(number: int, payout: int, order: int) -> Json:
    return {
        "id": gid("ShopifyPaymentsBalanceTransaction", number),
        "type": "CHARGE",
        "test": False,
        "transactionDate": "2026-01-17T00:00:00Z",
        "amount": euros("35.95"),
        "fee": euros("0.95"),
        "net": euros("35.00"),
        "associatedPayout": {"id": gid("ShopifyPaymentsPayout", payout)},
        "associatedOrder": {"id": gid("Order", order)},
        "sourceOrderTransactionId": str(order),
    }


def a_dispute(number: int, order: int) -> Json:
    return {
        "id": gid("ShopifyPaymentsDispute", number),
        "status": "NEEDS_RESPONSE",
        "type": "CHARGEBACK",
        "initiatedAt": "2026-02-01T00:00:00Z",
        "evidenceDueBy": "2026-02-15T00:00:00Z",
        "amount": euros("35.95"),
        "reasonDetails": {"reason": "FRAUDULENT", "networkReasonCode": "4837"},
        "order": {"id": gid("Order", order)},
    }


def a_catalog() -> Json:
    return {
        "id": gid("CompanyLocationCatalog", "88001"),
        "title": "Wholesale",
        "companyLocations": [{"id": gid("CompanyLocation", "9101")}],
        "priceList": {"id": gid("PriceList", "9901")},
    }
