"""Gift cards as answers: each amount with the decimals of its currency."""

import msgspec

from app.api.order_answers import Plain, Scale
from app.domain.decimal_text import plain
from app.domain.identifiers import order_line_id
from app.domain.money import minor_digits
from app.ports.repositories.gift_cards import ListedGiftCard
from app.services.read_gift_cards import GiftCardsFound


def gift_cards_json(found: GiftCardsFound, *, next_cursor: str | None) -> bytes:
    """A page of gift cards, with the shops that can list none."""
    return msgspec.json.encode(
        {
            "data": [_card(card) for card in found.page.rows],
            "next_cursor": next_cursor,
            "unavailable": [_unavailable(shop) for shop in found.without_access],
        }
    )


def _card(card: ListedGiftCard) -> Plain:
    scale = Scale(minor_digits(card.currency), minor_digits(card.presentment_currency))
    used = card.used_presentment
    return {
        "state": card.state.value,
        "shop": card.shop,
        "shopify_id": card.shopify_id,
        "last_characters": card.last_characters or None,
        "order": {"id": card.order_id, "shopify_id": card.order_shopify_id, "name": card.order_name},
        "line_id": None if card.line_id is None else order_line_id(card.order_id, card.line_id),
        "currency": card.currency,
        "presentment_currency": card.presentment_currency,
        "amount": scale.amount(card.amount),
        "used": {
            "shop": plain(card.used, scale.shop),
            "presentment": None if used is None else plain(used, scale.presentment),
        },
    }


def _unavailable(shop: str) -> Plain:
    return {
        "shop": shop,
        "code": "scope_missing",
        "detail": "The app may not read the gift cards of this shop's store: read_gift_cards is not granted.",
        "remedy": "Grant the app read_gift_cards. The next import_orders run notices; orders that sold gift cards"
        " before are read again by POST /v1/orders/{id}/sync.",
    }
