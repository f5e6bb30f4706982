"""Answers as Shopify would give them to our documents, by builders that name only what a test is about."""

from typing import Any

Json = dict[str, Any]


def money(amount: str, presentment: str | None = None) -> Json:
    return {"shopMoney": {"amount": amount}, "presentmentMoney": {"amount": presentment or amount}}


def page(nodes: list[Json], *, cursor: str | None = None) -> Json:
    """A page of a connection; with a cursor there is more behind it."""
    return {"pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}, "nodes": nodes}


def an_address(**given: Any) -> Json:
    return {
        "id": "gid://shopify/MailingAddress/31?model_name=Address",
        "firstName": "Ada",
        "lastName": "Muster",
        "company": None,
        "address1": "Hauptstrasse 1",
        "address2": None,
        "zip": "10115",
        "city": "Berlin",
        "province": None,
        "provinceCode": None,
        "countryCodeV2": "DE",
        "phone": None,
        **given,
    }


def a_tax(amount: str, *, rate: float | None = 0.19, title: str = "VAT", channel_liable: bool | None = None) -> Json:
    return {"title": title, "rate": rate, "channelLiable": channel_liable, "priceSet": money(amount)}


def an_allocation(amount: str, *, index: int = 0) -> Json:
    return {"allocatedAmountSet": money(amount), "discountApplication": {"index": index}}


def a_line(number: int = 1, *, price: str = "10.00", **given: Any) -> Json:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Teapot",
        "variantTitle": None,
        "sku": "TEA-1",
        "vendor": "Potters",
        "quantity": 1,
        "currentQuantity": 1,
        "requiresShipping": True,
        "taxable": True,
        "isGiftCard": False,
        "product": {"id": "gid://shopify/Product/801"},
        "variant": {"id": "gid://shopify/ProductVariant/9001", "barcode": "4006381333931"},
        "customAttributes": [],
        "originalUnitPriceSet": money(price),
        "discountAllocations": [],
        "taxLines": [a_tax("1.60")],
        "duties": [],
        **given,
    }


def a_bare_line(number: int, *, title: str, price: str, **given: Any) -> Json:
    """A line without an article: a tip, or something that the merchant typed."""
    article: Json = {"sku": None, "vendor": None, "product": None, "variant": None, "requiresShipping": False}
    return a_line(number, price=price, **{**article, "title": title, "taxable": False, "taxLines": [], **given})


def a_shipping_line(number: int = 1, *, price: str = "4.90", **given: Any) -> Json:
    return {
        "id": f"gid://shopify/ShippingLine/{number}",
        "title": "Standard",
        "code": "STD",
        "source": "shopify",
        "isRemoved": False,
        "originalPriceSet": money(price),
        "discountAllocations": [],
        "taxLines": [],
        **given,
    }


def a_transaction(number: int = 1, *, amount: str = "10.00", **given: Any) -> Json:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "manualPaymentGateway": False,
        "test": False,
        "createdAt": "2026-11-20T10:00:05Z",
        "processedAt": "2026-11-20T10:00:05Z",
        "errorCode": None,
        "paymentId": None,
        "amountSet": money(amount),
        "amountRoundingSet": None,
        "parentTransaction": None,
        "paymentDetails": {"company": "Visa"},
        **given,
    }


def a_fulfilment_order_line(number: int, *, line: int, quantity: int = 1) -> Json:
    return {
        "id": f"gid://shopify/FulfillmentOrderLineItem/{number}",
        "totalQuantity": quantity,
        "remainingQuantity": quantity,
        "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
    }


def a_fulfilment_order(number: int = 1, **given: Any) -> Json:
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "assignedLocation": {"name": "Main store", "location": {"id": "gid://shopify/Location/5001"}},
        "deliveryMethod": {"methodType": "SHIPPING"},
        "lineItems": page([a_fulfilment_order_line(number * 100, line=1)]),
        **given,
    }


def a_customer(**given: Any) -> Json:
    return {
        "id": "gid://shopify/Customer/7000",
        "firstName": "Ada",
        "lastName": "Muster",
        "defaultEmailAddress": {"emailAddress": "ada@example.com"},
        "defaultPhoneNumber": {"phoneNumber": "+4930123456"},
        "defaultAddress": None,
        "addressesV2": page([]),
        **given,
    }


def a_refund(number: int = 1, *, order_updated_at: str = "2026-11-20T10:00:10Z", **given: Any) -> Json:
    return {
        "id": f"gid://shopify/Refund/{number}",
        "createdAt": "2026-11-20T11:00:00Z",
        "processedAt": "2026-11-20T11:00:00Z",
        "updatedAt": "2026-11-20T11:00:00Z",
        "note": None,
        "order": {"updatedAt": order_updated_at},
        "return": None,
        "totalRefundedSet": money("10.00"),
        "duties": [],
        "refundLineItems": page([a_refund_line(1, line=1)]),
        "refundShippingLines": page([]),
        "orderAdjustments": page([]),
        "transactions": page([]),
        **given,
    }


def a_refund_line(number: int, *, line: int, quantity: int = 1, restock_type: str = "RETURN") -> Json:
    return {
        "id": f"gid://shopify/RefundLineItem/{number}",
        "quantity": quantity,
        "restockType": restock_type,
        "restocked": restock_type != "NO_RESTOCK",
        "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
        "location": None,
        "subtotalSet": money("10.00"),
        "totalTaxSet": money("1.60"),
    }


def a_fulfilment(number: int = 1, **given: Any) -> Json:
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "name": f"#1001-F{number}",
        "status": "SUCCESS",
        "displayStatus": "FULFILLED",
        "createdAt": "2026-11-20T12:00:00Z",
        "updatedAt": "2026-11-20T12:00:00Z",
        "inTransitAt": None,
        "deliveredAt": None,
        "estimatedDeliveryAt": None,
        "location": {"id": "gid://shopify/Location/5001"},
        "service": None,
        "trackingInfo": [],
        "fulfillmentLineItems": page(
            [
                {
                    "id": f"gid://shopify/FulfillmentLineItem/{number}",
                    "quantity": 1,
                    "lineItem": a_reference("LineItem", 1),
                }
            ]
        ),
        **given,
    }


def a_reference(kind: str, number: int) -> Json:
    return {"id": f"gid://shopify/{kind}/{number}"}


def a_return(number: int = 1, *, order_updated_at: str = "2026-11-20T10:00:10Z", **given: Any) -> Json:
    return {
        "id": f"gid://shopify/Return/{number}",
        "name": f"#1001-R{number}",
        "status": "OPEN",
        "createdAt": "2026-11-20T13:00:00Z",
        "requestApprovedAt": "2026-11-20T13:05:00Z",
        "closedAt": None,
        "totalQuantity": 1,
        "order": {"updatedAt": order_updated_at},
        "decline": None,
        "returnShippingFees": [],
        "returnLineItems": page([a_return_line(1, line=1)]),
        "exchangeLineItems": page([]),
        "reverseFulfillmentOrders": page([]),
        **given,
    }


def a_return_line(number: int, *, line: int, quantity: int = 1, **given: Any) -> Json:
    return {
        "__typename": "ReturnLineItem",
        "id": f"gid://shopify/ReturnLineItem/{number}",
        "quantity": quantity,
        "processedQuantity": 0,
        "refundableQuantity": quantity,
        "refundedQuantity": 0,
        "returnReasonNote": "",
        "customerNote": None,
        "returnReasonDefinition": {"handle": "size-too-small", "name": "Size was too small"},
        "fulfillmentLineItem": {"lineItem": a_reference("LineItem", line)},
        "restockingFee": None,
        "withCodeDiscountedTotalPriceSet": money("10.00"),
        **given,
    }


def an_exchange_line(number: int, *, lines: list[int]) -> Json:
    return {
        "id": f"gid://shopify/ExchangeLineItem/{number}",
        "quantity": 1,
        "processedQuantity": len(lines),
        "title": "Bigger teapot",
        "variantSku": "TEA-XL",
        "lineItems": [a_reference("LineItem", line) for line in lines],
    }


def a_reverse_order(number: int, *, dispositions: list[Json], line: int = 1, **given: Any) -> Json:
    return {
        "id": f"gid://shopify/ReverseFulfillmentOrder/{number}",
        "status": "OPEN",
        "lineItems": page(
            [
                {
                    "id": f"gid://shopify/ReverseFulfillmentOrderLineItem/{number}",
                    "totalQuantity": 1,
                    "fulfillmentLineItem": {"lineItem": a_reference("LineItem", line)},
                    "dispositions": dispositions,
                }
            ]
        ),
        "reverseDeliveries": page([]),
        **given,
    }


def a_disposition(number: int, *, location: int | None = 5001, **given: Any) -> Json:
    return {
        "id": f"gid://shopify/ReverseFulfillmentOrderDisposition/{number}",
        "type": "RESTOCKED",
        "quantity": 1,
        "createdAt": "2026-11-21T09:00:00Z",
        "location": a_reference("Location", location) if location else None,
        **given,
    }


_ZERO_SETS = (
    "totalTaxSet",
    "currentTotalTaxSet",
    "totalDiscountsSet",
    "currentTotalDiscountsSet",
    "totalShippingPriceSet",
    "currentShippingPriceSet",
    "totalTipReceivedSet",
    "totalRefundedSet",
    "totalOutstandingSet",
)
_TEN_SETS = ("totalPriceSet", "currentTotalPriceSet", "subtotalPriceSet", "currentSubtotalPriceSet", "totalReceivedSet")


def an_order(number: int = 1, *, lines: list[Json] | None = None, **given: Any) -> Json:
    """An order of one teapot, paid; anything given stands instead of the default."""
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{1000 + number}",
        "createdAt": "2026-11-20T10:00:00Z",
        "updatedAt": "2026-11-20T10:00:10Z",
        "processedAt": "2026-11-20T10:00:00Z",
        "cancelledAt": None,
        "cancelReason": None,
        "closedAt": None,
        "test": False,
        "confirmed": True,
        "edited": False,
        "currencyCode": "EUR",
        "presentmentCurrencyCode": "EUR",
        "taxesIncluded": True,
        "dutiesIncluded": False,
        "taxExempt": False,
        "email": "ada@example.com",
        "phone": None,
        "note": None,
        "poNumber": None,
        "tags": [],
        "discountCodes": [],
        "sourceName": "web",
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "returnStatus": "NO_RETURN",
        "statusPageUrl": "https://test-shop.example/orders/1",
        "customAttributes": [],
        "attribution": {"handle": "online_store", "displayName": "Online Store"},
        "retailLocation": None,
        "displayAddress": an_address(),
        "billingAddress": an_address(),
        "shippingAddress": an_address(),
        "customer": a_customer(),
        "purchasingEntity": {"__typename": "Customer"},
        "risk": {"assessments": []},
        **{name: money("0.00") for name in _ZERO_SETS},
        **{name: money("10.00") for name in _TEN_SETS},
        "currentTotalDutiesSet": None,
        "currentTotalAdditionalFeesSet": None,
        "totalCashRoundingAdjustment": {"paymentSet": money("0.00"), "refundSet": money("0.00")},
        "taxLines": [a_tax("1.60")],
        "additionalFees": [],
        "lineItems": page([a_line()] if lines is None else lines),
        "shippingLines": page([]),
        "transactions": [a_transaction()],
        "refunds": [],
        "fulfillmentOrders": page([a_fulfilment_order()]),
        **given,
    }
