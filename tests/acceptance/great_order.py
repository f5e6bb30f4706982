"""One order of ten thousand lines, with charges and refunds, as the simulated store is given it (B8, F10)."""

from tests.acceptance.clients import Json

LINES, CHARGES, REMOVED, RETURNED = 10_000, 300, 250, 250
IN_EUROS = {"currencyCode": "EUR", "ianaTimezone": "Europe/Berlin"}


def great_order() -> Json:
    """As the simulated store takes it."""
    return {
        "legacyResourceId": "1001",
        "name": "#1001",
        "createdAt": "2025-06-01T08:00:00Z",
        "updatedAt": "2025-06-01T08:00:00Z",
        "currencyCode": "EUR",
        "taxesIncluded": True,
        "lineItems": [_line(number) for number in range(1, LINES + 1)],
        "shippingLines": [
            {"id": f"gid://shopify/ShippingLine/{number}", "title": f"Parcel {number}", "originalPriceSet": _euros(1)}
            for number in range(1, CHARGES + 1)
        ],
        "refunds": [
            _refund(1, range(1, REMOVED + 1), "NO_RESTOCK", money_back=0),
            _refund(2, range(REMOVED + 1, REMOVED + RETURNED + 1), "RETURN", money_back=RETURNED * 10),
        ],
        "fulfillmentOrders": [],
    }


def _line(number: int) -> Json:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Teapot",
        "quantity": 1,
        "sku": "TEAPOT",
        "originalUnitPriceSet": _euros(10),
        "product": {"legacyResourceId": "801"},
        "variant": {"legacyResourceId": "9001"},
    }


def _refund(number: int, lines: range, restock_type: str, *, money_back: int) -> Json:
    """Lines removed without money reduce the document; those that were paid back a credit memo will show."""
    parts = [
        {
            "id": f"gid://shopify/RefundLineItem/{line}",
            "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
            "quantity": 1,
            "restockType": restock_type,
            "subtotalSet": _euros(10),
        }
        for line in lines
    ]
    return {"legacyResourceId": str(number), "refundLineItems": parts, "totalRefundedSet": _euros(money_back)}


def _euros(amount: int) -> Json:
    return {"shopMoney": {"amount": f"{amount}.00", "currencyCode": "EUR"}}
