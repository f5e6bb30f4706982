"""Gift cards that orders issued and that paid them, as facts of an order (2.18, P13).

A sold card is a line; a redeemed one is a payment and never a line, so neither changes what an order is charged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.gift_card import UNKNOWN_GIFT_CARDS
from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING, Amount, total
from app.domain.orders import LineKind, Order, OrderLine, Transaction

TAKEN = frozenset({"sale", "capture"})
GIVEN_BACK = "refund"
SUCCESS = "success"


class GiftCardState(StrEnum):
    """What an order did with a card."""

    ISSUED = "issued"
    REDEEMED = "redeemed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardEntry:
    """One card in one order. ``amount`` is what it was sold for, or what it paid, less what was given back to it."""

    state: GiftCardState
    shopify_id: ShopifyId
    amount: Amount
    line_id: ShopifyId | None = None
    last_characters: str = ""


def concerns_gift_cards(order: Order) -> bool:
    """Whether there is anything to list. Lines and payments stay with an order, so this never turns false again."""
    return any(line.kind is LineKind.GIFT_CARD for line in order.lines) or any(
        each.gift_card_id for each in order.transactions
    )


def gift_cards_are_known(order: Order) -> bool:
    """Whether the store told which cards there are; otherwise what was known before still holds."""
    return UNKNOWN_GIFT_CARDS not in order.unknown


def gift_card_entries(order: Order) -> tuple[GiftCardEntry, ...]:
    """The cards that an order issued, then those that paid it."""
    return (*_issued(order), *_redeemed(order))


def _issued(order: Order) -> Iterable[GiftCardEntry]:
    sold = [line for line in order.lines if line.kind is LineKind.GIFT_CARD]
    for card in order.gift_cards:
        if card.issued:
            line = _line_of(card.line_id, sold)
            yield GiftCardEntry(
                state=GiftCardState.ISSUED,
                shopify_id=card.shopify_id,
                amount=line.unit_price if line else NOTHING,
                line_id=line.shopify_id if line else None,
                last_characters=card.last_characters,
            )


def _line_of(line_id: ShopifyId | None, sold: list[OrderLine]) -> OrderLine | None:
    named = next((line for line in sold if line.shopify_id == line_id), None)
    return named or (sold[0] if len(sold) == 1 else None)


def _redeemed(order: Order) -> Iterable[GiftCardEntry]:
    last = {card.shopify_id: card.last_characters for card in order.gift_cards}
    done = [each for each in order.transactions if each.status == SUCCESS]
    for card in dict.fromkeys(each.gift_card_id for each in done if each.kind in TAKEN):
        if card is not None:
            yield GiftCardEntry(
                state=GiftCardState.REDEEMED,
                shopify_id=card,
                amount=total(_moved(each) for each in done if each.gift_card_id == card),
                last_characters=last.get(card, ""),
            )


def _moved(each: Transaction) -> Amount:
    if each.kind in TAKEN:
        return each.amount
    return -each.amount if each.kind == GIVEN_BACK else NOTHING
