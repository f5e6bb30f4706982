"""Gift cards on the wire."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.orders import ORDER_ID, Amount
from app.api.schemas.types import AnswerBody, DecimalString


class GiftCardOrder(AnswerBody):
    """The order that sold the card, or was paid with it."""

    id: str = Field(description="Our id of the order.", examples=[ORDER_ID])
    shopify_id: str = Field(description="Shopify's id of the order.", examples=["5501"])
    name: str = Field(description="Its name.", examples=["#1001"])


class GiftCardUsed(AnswerBody):
    """What a card has paid, as far as we hold the orders."""

    shop: DecimalString = Field(description="In `currency`, the shop's books.", examples=["20.00"])
    presentment: DecimalString | None = Field(
        description="In `presentment_currency`; null when it paid in other currencies, too.", examples=["20.00"]
    )


class GiftCardShown(AnswerBody):
    """A gift card in an order: one that it sold (a line, a liability), or one that paid it (never a line)."""

    state: str = Field(
        description="`issued`: the order sold it. `redeemed`: it paid the order. A card that was sold and later used is"
        " listed with both orders.",
        examples=["issued"],
    )
    shop: str = Field(description="The shop of the order.", examples=["web"])
    shopify_id: str = Field(description="Shopify's id of the card; the same in every order.", examples=["4711"])
    last_characters: str | None = Field(description="The end of its code; null = not told.", examples=["a3f9"])
    order: GiftCardOrder = Field(description="The order.")
    line_id: str | None = Field(
        description="Our id of the line that sold it; null when redeemed.", examples=[f"orl_{ORDER_ID[4:]}_11301"]
    )
    currency: str = Field(description="Of the shop's books.", examples=["EUR"])
    presentment_currency: str = Field(description="Of the buyer.", examples=["EUR"])
    amount: Amount = Field(
        description="Issued: what it was sold for. Redeemed: what it paid of this order, less what was given back."
    )
    used: GiftCardUsed = Field(
        description="What is known to be used of it: what it paid in all orders of the store that are here. Payments of"
        " orders that are not here, and changes of the balance by hand, are not in it."
    )


class GiftCardsUnavailable(AnswerBody):
    """A shop whose gift cards cannot be told, and why."""

    shop: str = Field(description="The shop's code.", examples=["web"])
    code: str = Field(description="Why.", examples=["scope_missing"])
    detail: str = Field(description="The same in a sentence.")
    remedy: str = Field(description="What to do.")


class GiftCardList(ListOf[GiftCardShown]):
    """A page of gift cards, by order, oldest first."""

    unavailable: list[GiftCardsUnavailable] = Field(
        description="The shops in question that can list none, with the reason."
    )
