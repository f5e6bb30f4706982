"""The facts we announce to ERPs, by name (api.md, Events)."""

from enum import StrEnum


class EventType(StrEnum):
    ORDER_IMPORTED = "order.imported"
    ORDER_UPDATED = "order.updated"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_BLOCKED = "order.blocked"
    ORDER_CONFLICT_DETECTED = "order.conflict_detected"
    ORDER_CONFLICT_RESOLVED = "order.conflict_resolved"
    SALES_DOCUMENT_CREATED = "sales_document.created"
    SALES_DOCUMENT_UPDATED = "sales_document.updated"
    SALES_DOCUMENT_RELEASED = "sales_document.released"
    SALES_DOCUMENT_ACKNOWLEDGED = "sales_document.acknowledged"
    SALES_DOCUMENT_POSTED = "sales_document.posted"
    SALES_DOCUMENT_CANCELLED = "sales_document.cancelled"
    REFUND_IMPORTED = "refund.imported"
    REFUND_BLOCKED = "refund.blocked"
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_UPDATED = "customer.updated"
    ITEM_DISCOVERED = "item.discovered"
    SHIPMENT_SYNCHRONISED = "shipment.synchronised"
    SHIPMENT_PARTIALLY = "shipment.partially"
    SHIPMENT_FAILED = "shipment.failed"
    RUN_FAILED = "run.failed"
    STORE_ACCESS_REVOKED = "store.access_revoked"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint.disabled"
