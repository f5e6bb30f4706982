"""A gift card as a fact of an order. What orders make of their cards is in ``gift_cards``."""

from dataclasses import dataclass

from app.domain.identifiers import ShopifyId

UNKNOWN_GIFT_CARDS = "gift_card_details"
"""In ``Order.unknown``: which gift cards the order issued was not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCard:
    """A gift card that the order ``issued``, or that paid it. Its balance is no fact of an order."""

    shopify_id: ShopifyId
    last_characters: str = ""
    issued: bool = False
    line_id: ShopifyId | None = None
