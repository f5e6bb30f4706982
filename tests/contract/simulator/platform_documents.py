"""The documents of the reference page on the platform, completed with their fragments, and variables for them."""

import re
from pathlib import Path
from typing import Any

Values = dict[str, Any]


def read_documents(shared: Path) -> dict[str, str]:
    page = (shared / "reference" / "shopify-platform.md").read_text(encoding="utf-8")
    appendix = page[page.index("## Appendix B") :]
    texts = dict(re.findall(r"### (\S+)\n+```graphql\n(.*?)```", appendix, re.DOTALL))
    fragments = _fragments(texts.pop("00_fragments"))
    return {name: _with_fragments(text, fragments) for name, text in texts.items()}


def _fragments(text: str) -> dict[str, str]:
    pieces = [piece for piece in re.split(r"(?=^fragment )", text, flags=re.MULTILINE) if piece.strip()]
    return {re.findall(r"fragment (\w+)", piece)[0]: piece for piece in pieces}


def _with_fragments(text: str, fragments: dict[str, str]) -> str:
    needed: dict[str, str] = {}
    pending = re.findall(r"\.\.\.(\w+)", text)
    while pending:
        name = pending.pop()
        if name not in needed:
            needed[name] = fragments[name]
            pending.extend(re.findall(r"\.\.\.(\w+)", fragments[name]))
    return "\n".join([text, *needed.values()])


ORDER = "gid://shopify/Order/1"
SINCE = "updated_at:>='2026-01-01T00:00:00Z'"
VARIABLES: dict[str, Values] = {
    "01_order_listing": {"query": SINCE, "first": 50},
    "02_order_full": {"id": ORDER},
    "02b_order_payment_terms": {"id": ORDER},
    "02c_order_page": {"query": SINCE},
    "03_order_lines_page": {"id": ORDER, "after": "eyJsYXN0X2lkIjowLCJsYXN0X3ZhbHVlIjowfQ=="},
    "04_refund": {"id": "gid://shopify/Refund/3"},
    "05_fulfilment_orders": {"id": ORDER},
    "06_returns": {"id": ORDER},
    "07_order_agreements": {"id": ORDER},
    "08_customers": {"query": SINCE},
    "20_fulfillment_create": {"fulfillment": {"lineItemsByFulfillmentOrder": []}},
    "21_fulfillment_tracking_update": {"fulfillmentId": "gid://shopify/Fulfillment/4", "info": {"number": "1"}},
    "22_order_mark_as_paid": {"input": {"id": ORDER}},
    "23_order_cancel": {"orderId": "gid://shopify/Order/2", "reason": "OTHER", "restock": True},
    "23b_job": {"id": "gid://shopify/Job/1"},
    "24_order_close": {"input": {"id": ORDER}},
    "25_customer_create": {"input": {"email": "new@example.com"}},
    "26_customer_update": {"input": {"id": "gid://shopify/Customer/7", "note": "x"}},
    "26b_customer_set": {"input": {"email": "set@example.com"}},
    "30_webhook_create": {"topic": "ORDERS_CREATE", "sub": {"uri": "https://example.com/hooks"}},
    "32_webhook_delete": {"id": "gid://shopify/WebhookSubscription/1"},
    "40_bulk_run": {"query": "{ orders { edges { node { id } } } }"},
    "41_bulk_status": {"id": "gid://shopify/BulkOperation/1"},
    "43_bulk_cancel": {"id": "gid://shopify/BulkOperation/1"},
    "50_inventory_set": {
        "input": {"name": "available", "reason": "correction", "quantities": []},
        "key": "a-key",
    },
    "51_product_set": {"input": {"title": "A"}, "sync": True},
    "52_variants_bulk_update": {"productId": "gid://shopify/Product/8", "variants": []},
    "53_refund_create": {"input": {"orderId": ORDER}, "key": "a-key"},
    "54_inventory_levels": {"ids": ["gid://shopify/InventoryItem/9"]},
}
