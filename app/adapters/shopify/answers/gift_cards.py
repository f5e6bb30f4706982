"""Gift cards, as their documents answer them."""

from app.adapters.shopify.answers.money import Page, Reference, Wire


class GiftCardAnswer(Wire):
    id: str
    last_characters: str


class IssuedGiftCardAnswer(GiftCardAnswer):
    """``order`` and ``line_item`` null = issued by hand."""

    order: Reference | None = None
    line_item: Reference | None = None


class IssuedGiftCardsAnswer(Wire):
    gift_cards: Page[IssuedGiftCardAnswer]
