"""Movements of money, and the gift card that a receipt names."""

from collections.abc import Iterable, Mapping

import msgspec

from app.adapters.shopify.answers.gift_cards import GiftCardAnswer, IssuedGiftCardAnswer
from app.adapters.shopify.answers.orders import TransactionAnswer
from app.adapters.shopify.answers.scoped_parts import ReceiptAnswer
from app.adapters.shopify.translators.amounts import amount, id_of, word
from app.domain.gift_card import GiftCard
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.orders import Transaction

NO_GIFT_CARDS: Mapping[ShopifyId, ShopifyId] = {}


class _Receipt(msgspec.Struct):
    gift_card_id: int | str | None = None


def transactions(
    answers: Iterable[TransactionAnswer], gift_cards: Mapping[ShopifyId, ShopifyId] = NO_GIFT_CARDS
) -> tuple[Transaction, ...]:
    """The movements in Shopify's order; ``gift_cards`` is the card of each transaction that was paid with one."""
    return tuple(_transaction(answer, gift_cards) for answer in answers)


def _transaction(answer: TransactionAnswer, gift_cards: Mapping[ShopifyId, ShopifyId]) -> Transaction:
    identifier = shopify_id(answer.id)
    details = answer.payment_details
    return Transaction(
        shopify_id=identifier,
        kind=word(answer.kind),
        status=word(answer.status),
        gateway=answer.gateway or "",
        card_company=(details.company or "") if details else "",
        test=answer.test,
        manual=answer.manual_payment_gateway,
        created_at=answer.created_at,
        processed_at=answer.processed_at,
        amount=amount(answer.amount_set),
        rounding=amount(answer.amount_rounding_set),
        parent_id=id_of(answer.parent_transaction),
        gift_card_id=gift_cards.get(identifier),
        payment_id=answer.payment_id or "",
        error_code=word(answer.error_code),
    )


def gift_cards(answers: Iterable[GiftCardAnswer]) -> tuple[GiftCard, ...]:
    """The cards an order issued, and those that paid it; by their ids, so that the same cards make the same copy."""
    cards = (
        GiftCard(
            shopify_id=shopify_id(answer.id),
            last_characters=answer.last_characters,
            issued=isinstance(answer, IssuedGiftCardAnswer),
            line_id=id_of(answer.line_item) if isinstance(answer, IssuedGiftCardAnswer) else None,
        )
        for answer in answers
    )
    return tuple(sorted(cards, key=lambda card: (len(card.shopify_id), card.shopify_id)))


def gift_card_of(receipt: ReceiptAnswer) -> ShopifyId | None:
    """The gift card that a receipt names, if it is readable and names one."""
    try:
        content = msgspec.json.decode(receipt.receipt_json)
        if isinstance(content, str):
            content = msgspec.json.decode(content)
        card = msgspec.convert(content, _Receipt).gift_card_id
    except msgspec.DecodeError:
        return None
    return shopify_id(str(card)) if card else None
