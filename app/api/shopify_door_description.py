"""How Shopify's door is described in the OpenAPI document: its headers, what each topic sets going, and examples.

The door itself stands in front of the framework that writes the rest of the document.
"""

from collections.abc import Mapping
from typing import Any

from app.api.shopify_door import PATH
from app.domain.webhook_topics import WAKES, Wakes, wakes

PROBLEMS = ("401", "405", "408", "413", "503")

MEANINGS: Mapping[Wakes, str] = {
    Wakes.ORDER: "the order it names is read again, once for all that is announced within a moment",
    Wakes.MAPPINGS: "`pull_mappings` runs in each shop of the store",
    Wakes.PRODUCTS: "`sync_products` runs in each shop that has it scheduled and takes them in",
    Wakes.STOCK: "its stock is compared in each shop that has `sync_inventory` scheduled",
    Wakes.CUSTOMERS: "`sync_customers` runs in each shop that has it scheduled and takes them in",
    Wakes.COMPANIES: "`sync_companies` runs in each shop that has it scheduled and takes them in",
    Wakes.DISPUTES: "`sync_payouts` runs in each shop that has it scheduled",
    Wakes.BULK_OPERATION: "whoever waits for a bulk operation of the store looks at it",
    Wakes.END_OF_ACCESS: "the store's work stops: cue `access_revoked`, event `store.access_revoked`",
    Wakes.SCOPES: "scopes are asked for again, subscriptions checked, and what waited for a scope goes on",
    Wakes.PRIVACY: "kept until the request has been dealt with",
    Wakes.NOTHING: "kept for 30 days; no feature of this release acts on it",
}

EXAMPLES: Mapping[str, dict[str, Any]] = {
    "orders/updated": {
        "id": 5501,
        "admin_graphql_api_id": "gid://shopify/Order/5501",
        "name": "#1001",
        "updated_at": "2026-01-15T11:00:00+01:00",
    },
    "orders/edited": {"order_edit": {"id": 77, "order_id": 5501}},
    "orders/delete": {"id": 5501},
    "refunds/create": {"id": 901, "order_id": 5501},
    "returns/approve": {"id": 31, "order": {"id": 5501, "admin_graphql_api_id": "gid://shopify/Order/5501"}},
    "fulfillments/update": {"id": 41, "order_id": 5501, "status": "success"},
    "locations/update": {"id": 61, "name": "Main Street", "active": True},
    "products/update": {"id": 8001, "updated_at": "2026-01-15T11:00:00+01:00"},
    "inventory_items/update": {"id": 51, "sku": "MUG", "updated_at": "2026-01-15T11:00:00+01:00"},
    "customers/update": {"id": 101, "updated_at": "2026-01-15T11:00:00+01:00"},
    "company_locations/update": {
        "admin_graphql_api_id": "gid://shopify/CompanyLocation/111",
        "updated_at": "2026-01-15T11:00:00+01:00",
    },
    "disputes/create": {"id": 121, "order_id": 5501},
    "bulk_operations/finish": {
        "admin_graphql_api_id": "gid://shopify/BulkOperation/71",
        "status": "completed",
        "error_code": None,
    },
    "app/uninstalled": {"id": 81, "myshopify_domain": "example.myshopify.com"},
    "app/scopes_update": {"id": 91, "previous": ["read_orders"], "current": ["read_orders", "read_returns"]},
    "customers/redact": {"shop_domain": "example.myshopify.com", "customer": {"id": 101}, "orders_to_redact": [5501]},
}
"""By topic, as Shopify shapes them; real ones hold more, and nothing but what is to be looked at is taken from them."""


def describe(document: dict[str, Any]) -> None:
    """Add the door to an OpenAPI document."""
    document.setdefault("paths", {})[PATH] = {
        "post": {
            "operationId": "receive_shopify_webhook",
            "tags": ["shopify"],
            "summary": "Receive a webhook from Shopify",
            "description": _description(),
            "security": [],
            "parameters": [
                {
                    "name": name,
                    "in": "header",
                    "required": required,
                    "description": text,
                    "schema": {"type": "string", "maxLength": 500, "examples": [example]},
                }
                for name, required, text, example in DESCRIBED_HEADERS
            ],
            "requestBody": _body(),
            "responses": {
                "200": {"description": "Stored, or stored before."},
                **{status: {"$ref": f"#/components/responses/Problem{status}"} for status in PROBLEMS},
            },
        }
    }


def _description() -> str:
    topics: dict[Wakes, list[str]] = {}
    for topic, meaning in WAKES.items():
        topics.setdefault(meaning, []).append(f"`{topic}*`" if topic.endswith("/") else f"`{topic}`")
    rows = "\n".join(f"| {', '.join(topics[what])} | {meaning} |" for what, meaning in MEANINGS.items())
    return (
        "Verified over the raw bytes with the store's present and previous secret, stored durably, then answered."
        " Content is looked at later, and only for what it is about: a webhook is a hint, what is true is read from"
        " Shopify. Repeats, disorder and losses cost time and never data."
        "\n\nShopify also sends these headers without `X-`; both families are read. No key is needed: the signature"
        " is one, made with the app's secret of a store that is connected here."
        f"\n\n| topic | what it sets going |\n|---|---|\n{rows}\n| any other | kept for 30 days, and said in the log |"
    )


def _body() -> dict[str, Any]:
    examples = {
        topic.replace("/", "_"): {"summary": f"`{topic}`: {MEANINGS[wakes(topic)]}", "value": value}
        for topic, value in EXAMPLES.items()
    }
    schema = {"type": "object", "description": "Shopify's own words.", "examples": [EXAMPLES["orders/updated"]]}
    return {
        "required": True,
        "description": "What Shopify tells; at most 10 MiB.",
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


DESCRIBED_HEADERS = (
    (
        "X-Shopify-Hmac-Sha256",
        True,
        "Base64 of HMAC-SHA256 over the raw body, with the app's secret.",
        "XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4bM=",
    ),
    ("X-Shopify-Shop-Domain", True, "The store.", "example.myshopify.com"),
    ("X-Shopify-Topic", True, "What happened.", "orders/updated"),
    (
        "X-Shopify-Webhook-Id",
        True,
        "Id of the delivery, the same on its retries; a known one stores nothing.",
        "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    ),
    (
        "X-Shopify-Event-Id",
        False,
        "Shared by all deliveries that one action caused.",
        "98880550-7158-44d4-b7cd-2c97c8a091b5",
    ),
    ("X-Shopify-API-Version", False, "Version of the payload.", "2026-10"),
    ("X-Shopify-Triggered-At", False, "When it happened.", "2026-01-15T10:00:00.123456789Z"),
)
