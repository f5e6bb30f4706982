"""How the events that are pushed to webhook endpoints are described in the OpenAPI document: its ``webhooks`` section.

The feed's own route is described with the others; what becomes of a delivery is told at its endpoint.
"""

from collections.abc import Mapping
from typing import Any

from app.api.openapi_examples import harvest
from app.domain.events import EventType

EVENT = "#/components/schemas/EventShown"
ID = "01kf0ccccccccccccccccccccc"
ABOUT: Mapping[str, tuple[str, str]] = {
    "order": (f"ord_{ID}", f"/v1/orders/ord_{ID}"),
    "sales_document": (f"doc_{ID}", f"/v1/sales-documents/doc_{ID}"),
    "refund": (f"ref_{ID}", f"/v1/refunds/ref_{ID}"),
    "new_customer": (f"cus_{ID}", f"/v1/new-customers/cus_{ID}"),
    "customer": (f"cus_{ID}", "/v1/customers/C100"),
    "discovered_item": (f"itd_{ID}", f"/v1/discovered-items/itd_{ID}"),
    "shipment": (f"shp_{ID}", f"/v1/shipments/shp_{ID}"),
    "run": (f"run_{ID}", f"/v1/runs/run_{ID}"),
    "shop": ("shp_01k9", "/v1/shops/web"),
    "webhook_endpoint": (f"whe_{ID}", f"/v1/webhook-endpoints/whe_{ID}"),
}
"""By the type of what an event is about: an id and its address."""

MEANINGS: Mapping[EventType, tuple[str, str]] = {
    EventType.ORDER_IMPORTED: ("order", "An order of the store is here for the first time."),
    EventType.ORDER_UPDATED: ("order", "An order changed in the store, or what was decided about it did."),
    EventType.ORDER_CANCELLED: ("order", "The store cancelled an order."),
    EventType.ORDER_BLOCKED: ("order", "An order lacks something its document needs; its `problems` say what."),
    EventType.ORDER_CONFLICT_DETECTED: ("order", "A change in the store is not shown by the order's document."),
    EventType.ORDER_CONFLICT_RESOLVED: ("order", "The conflict of an order is over."),
    EventType.SALES_DOCUMENT_CREATED: ("sales_document", "A document was made."),
    EventType.SALES_DOCUMENT_UPDATED: ("sales_document", "A document has a new version or new facts: read it again."),
    EventType.SALES_DOCUMENT_RELEASED: ("sales_document", "A document is ready to be collected."),
    EventType.SALES_DOCUMENT_ACKNOWLEDGED: ("sales_document", "The ERP has a document, under a number of its own."),
    EventType.SALES_DOCUMENT_POSTED: ("sales_document", "The ERP posted a document."),
    EventType.SALES_DOCUMENT_CANCELLED: ("sales_document", "A document was cancelled or rejected."),
    EventType.REFUND_IMPORTED: ("refund", "A refund of the store is here for the first time."),
    EventType.REFUND_BLOCKED: ("refund", "A refund lacks something its document needs; its `problems` say what."),
    EventType.REFUND_CHANGED: ("refund", "The store changed a refund after its document was made."),
    EventType.CUSTOMER_CREATED: ("new_customer", "A customer was made from an order and waits for the ERP's number."),
    EventType.CUSTOMER_UPDATED: ("customer", "A customer was numbered, or took over what the store changed."),
    EventType.ITEM_DISCOVERED: ("discovered_item", "A product of the store is no item of the ERP yet."),
    EventType.SHIPMENT_SYNCHRONISED: ("shipment", "The store has all of a shipment."),
    EventType.SHIPMENT_PARTIALLY: ("shipment", "The store has a part of a shipment; its `results` say why not all."),
    EventType.SHIPMENT_FAILED: ("shipment", "The store has nothing of a shipment; its `results` say why."),
    EventType.RUN_FAILED: ("run", "A task could not go on; the run's `problem` says why."),
    EventType.STORE_ACCESS_REVOKED: ("shop", "The store no longer lets us in: its work stands still."),
    EventType.WEBHOOK_ENDPOINT_DISABLED: ("webhook_endpoint", "An endpoint failed for too long and is told nothing."),
}
"""What it is about, and what happened."""

HEADERS = (
    ("webhook-id", "The event's id; the same on every attempt.", f"evt_{ID}"),
    ("webhook-timestamp", "When this attempt was made, in seconds since 1970.", "1768471200"),
    (
        "webhook-signature",
        "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; one for each secret, with spaces between.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
)


def describe(document: dict[str, Any]) -> None:
    """Add what an endpoint is called with."""
    document["webhooks"] = {kind.value: {"post": _call(kind, *MEANINGS[kind])} for kind in EventType}


def _call(kind: EventType, about: str, meaning: str) -> dict[str, Any]:
    return {
        "operationId": f"on_{kind.value.replace('.', '_')}",
        "tags": ["webhook-endpoints"],
        "summary": kind.value,
        "description": f"{meaning} Sent to the endpoints whose `types` hold it, signed by Standard Webhooks.",
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": text,
                "schema": {"type": "string", "maxLength": 1000, "examples": [example]},
            }
            for name, text, example in HEADERS
        ],
        "requestBody": {
            "required": True,
            "description": "The event, as the feed shows it.",
            "content": {"application/json": {"schema": {"$ref": EVENT}, "example": _example(kind, about)}},
        },
        "responses": {
            "2XX": {"description": "Received. Anything else is tried again by a schedule."},
            "410": {"description": "Never again: the endpoint is disabled."},
        },
    }


def _example(kind: EventType, about: str) -> dict[str, Any]:
    """What the feed really said, or what it would say."""
    if (told := harvest()["events"].get(kind.value)) is not None:
        return dict(told)
    identifier, url = ABOUT[about]
    return {
        "id": f"evt_{ID}",
        "position": 4711,
        "type": kind.value,
        "occurred_at": "2026-01-15T10:00:00Z",
        "shop": "web",
        "resource": {"type": about, "id": identifier, "version": 1, "url": url},
    }
