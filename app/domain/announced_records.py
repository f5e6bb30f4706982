"""What a webhook says of the product, customer, company or piece of stock that it is about (P17).

Enough to know whether it may be our own write, and which piece is to be looked at; never what is true of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.webhook_topics import instant

LONGEST_SKU = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedRecord:
    """As far as it is said. ``shopify_id`` of stock is the inventory item's; only that has a ``sku``."""

    shopify_id: ShopifyId | None = None
    sku: str = ""
    changed_at: datetime | None = None


def record_of(topic: str, payload: object) -> AnnouncedRecord:
    """What is said of it; nothing, where the body is of no shape that we know."""
    if not isinstance(payload, Mapping):
        return AnnouncedRecord()
    if topic.startswith("inventory_levels/"):
        return AnnouncedRecord(shopify_id=_number(payload.get("inventory_item_id")))
    changed_at = payload.get("updated_at")
    return AnnouncedRecord(
        shopify_id=_number(payload.get("admin_graphql_api_id")) or _number(payload.get("id")),
        sku=_text(payload.get("sku")) if topic.startswith("inventory_items/") else "",
        changed_at=instant(changed_at) if isinstance(changed_at, str) else None,
    )


def _number(value: object) -> ShopifyId | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = shopify_id(str(value))
    return ShopifyId(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None


def _text(value: object) -> str:
    """Characters that no database takes are of no SKU that is known here."""
    text = value.strip() if isinstance(value, str) else ""
    harmful = any(each == "\x00" or "\ud800" <= each <= "\udfff" for each in text)
    return "" if harmful or len(text) > LONGEST_SKU else text
