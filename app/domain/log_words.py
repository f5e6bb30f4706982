"""What the log says of an event, in the operator's words, and how much it matters (P81)."""

from collections.abc import Mapping
from enum import StrEnum

from app.domain.events import EventType


class LogLevel(StrEnum):
    """``warning``: somebody may have to look; ``error``: something was not done."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


WORDS: Mapping[EventType, str] = {
    EventType.ORDER_IMPORTED: "Order {no} came in.",
    EventType.ORDER_UPDATED: "Order {no} changed.",
    EventType.ORDER_CANCELLED: "Order {no} was cancelled.",
    EventType.ORDER_BLOCKED: "Order {no} cannot be documented: something is missing.",
    EventType.ORDER_CONFLICT_DETECTED: "Order {no} changed after its document was made.",
    EventType.ORDER_CONFLICT_RESOLVED: "The conflict of order {no} is resolved.",
    EventType.SALES_DOCUMENT_CREATED: "Document {no} was made.",
    EventType.SALES_DOCUMENT_UPDATED: "Document {no} has a new version.",
    EventType.SALES_DOCUMENT_RELEASED: "Document {no} was released.",
    EventType.SALES_DOCUMENT_ACKNOWLEDGED: "The ERP took document {no}.",
    EventType.SALES_DOCUMENT_POSTED: "The ERP posted document {no}.",
    EventType.SALES_DOCUMENT_CANCELLED: "Document {no} was cancelled.",
    EventType.REFUND_IMPORTED: "A refund of order {no} came in.",
    EventType.REFUND_BLOCKED: "A refund of order {no} cannot be documented: something is missing.",
    EventType.REFUND_CHANGED: "A refund of order {no} changed after its document was made.",
    EventType.CUSTOMER_CREATED: "A customer was made.",
    EventType.CUSTOMER_UPDATED: "A customer changed.",
    EventType.ITEM_DISCOVERED: "A product of the store is no item yet.",
    EventType.SHIPMENT_SYNCHRONISED: "Shipment {no} was sent to Shopify.",
    EventType.SHIPMENT_PARTIALLY: "Shipment {no} was sent to Shopify in part.",
    EventType.SHIPMENT_FAILED: "Shipment {no} could not be sent to Shopify.",
    EventType.RUN_FAILED: "A run failed.",
    EventType.STORE_ACCESS_REVOKED: "The store refuses our credentials.",
    EventType.WEBHOOK_ENDPOINT_DISABLED: "A webhook endpoint is told nothing any more.",
}

LEVELS: Mapping[LogLevel, frozenset[EventType]] = {
    LogLevel.WARNING: frozenset(
        {
            EventType.ORDER_BLOCKED,
            EventType.ORDER_CONFLICT_DETECTED,
            EventType.REFUND_BLOCKED,
            EventType.REFUND_CHANGED,
            EventType.SHIPMENT_PARTIALLY,
        }
    ),
    LogLevel.ERROR: frozenset(
        {EventType.SHIPMENT_FAILED, EventType.STORE_ACCESS_REVOKED, EventType.WEBHOOK_ENDPOINT_DISABLED}
    ),
}
"""All others are ``info``."""


def event_words(event: str, no: str | None) -> str:
    """A sentence; of an event that this release does not know its name."""
    try:
        words = WORDS[EventType(event)]
    except (KeyError, ValueError):
        return event.replace(".", " ").replace("_", " ")
    return words.format(no=no or "").replace("  ", " ")
