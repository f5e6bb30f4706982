"""Refunds in Shopify's words, and what became of them here, for tests of credit memos over HTTP.

Does not know what a test expects of them.
"""

from typing import Any

from tests.acceptance.clients import Erp, Json
from tests.acceptance.harness import all_documents

ACCOUNTS: Json = {"shipping_charges": "4100", "refunds": "4900", "refunds_not_restocked": "4910"}


def amount(shop: str, presentment: str | None = None) -> Json:
    """Without a presentment side it counts the same in both currencies."""
    return {"shopMoney": {"amount": shop}} | ({"presentmentMoney": {"amount": presentment}} if presentment else {})


def a_refund(number: int, *lines: Json, refunded: Json, **fields: Any) -> Json:
    return {
        "legacyResourceId": str(number),
        "createdAt": "2026-01-20T09:00:00Z",
        "totalRefundedSet": refunded,
        "refundLineItems": list(lines),
        "refundShippingLines": [],
        "transactions": [
            {
                "id": f"gid://shopify/OrderTransaction/{number}",
                "kind": "REFUND",
                "status": "SUCCESS",
                "gateway": "shopify_payments",
                "amountSet": refunded,
            }
        ],
    } | fields


def given_back(line: int, price: Json, *, restock: str) -> Json:
    return {
        "id": f"gid://shopify/RefundLineItem/{line}",
        "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
        "quantity": 1,
        "restockType": restock,
        "restocked": restock == "RETURN",
        "priceSet": price,
        "subtotalSet": price,
        "totalTaxSet": amount("0.00"),
    }


def freight_back(number: int, charge: Json, price: Json) -> Json:
    return {
        "id": f"gid://shopify/RefundShippingLine/{number}",
        "shippingLine": {"id": charge["id"]},
        "subtotalAmountSet": price,
        "taxAmountSet": amount("0.00"),
    }


def memo(erp: Erp, shop: str, shopify_id: str) -> Json:
    [refund] = erp.every("/v1/refunds", shop=shop, shopify_id=shopify_id)
    [made] = [each for each in all_documents(erp, shop) if each["refund"] and each["refund"]["id"] == refund["id"]]
    assert refund["state"] == "done"
    return made
