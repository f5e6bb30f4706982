"""The gift cards behind generated orders: those that were sold and are paid, and those that paid.

A card that paid was issued by hand, as far as the store knows: no generated order sold it. Its id stands in the receipt
of its payment, as Shopify has it.
"""

from collections.abc import Iterator

from app.store_simulator.ids import gid, number_of
from app.store_simulator.state import Values

ISSUED_WHEN = frozenset({"PAID", "PARTIALLY_REFUNDED", "REFUNDED"})
GATEWAY = "gift_card"
MOST_OF_A_LINE = 100
"""Ids of cards are those of their lines, so many apart."""


def cards_of(order: Values) -> list[Values]:
    """The cards of a generated order, which is given the receipts that name those it was paid with."""
    return [*_sold(order), *_redeemed(order)]


def _sold(order: Values) -> Iterator[Values]:
    if order["displayFinancialStatus"] not in ISSUED_WHEN:
        return
    for line in order["lineItems"]:
        for place in range(min(line["quantity"], MOST_OF_A_LINE) if line.get("isGiftCard") else 0):
            yield _card(
                int(number_of(line["id"])) * MOST_OF_A_LINE + place,
                line["originalUnitPriceSet"]["shopMoney"],
                made_at=order["processedAt"],
                order={"id": order["id"]},
                lineItem={"id": line["id"]},
            )


def _redeemed(order: Values) -> Iterator[Values]:
    for each in order["transactions"]:
        if each["gateway"] == GATEWAY and each["kind"] == "SALE":
            number = int(number_of(each["id"])) * MOST_OF_A_LINE
            each["receiptJson"] = f'{{"gift_card_id": {number}}}'
            yield _card(number, each["amountSet"]["shopMoney"], made_at=order["createdAt"])


def _card(number: int, value: Values, *, made_at: str, **sold_by: Values) -> Values:
    return {
        "id": gid("GiftCard", number),
        "lastCharacters": f"{number % 65_536:04x}",
        "maskedCode": f"•••• •••• •••• {number % 65_536:04x}",
        "initialValue": value,
        "balance": value,
        "enabled": True,
        "createdAt": made_at,
        "updatedAt": made_at,
        "order": None,
        "lineItem": None,
    } | sold_by
