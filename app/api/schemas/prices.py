"""Prices as the ERP tells them, on the wire."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.api.schemas.types import Code, Currency, DecimalString, No, RequestBody, ShopCode
from app.domain.products import ItemPrice
from app.services.item_prices import PriceTold

HIGHEST = Decimal(10) ** 15


def _price(value: Decimal) -> Decimal:
    if not 0 <= value < HIGHEST:
        raise PydanticCustomError("wrong_value", "This must be an amount that is not negative.")
    return value


Price = Annotated[DecimalString, AfterValidator(_price)]


class PriceInBatch(RequestBody):
    """What an item costs. With no amount at all the price is taken back."""

    shop: ShopCode | None = Field(default=None, description="Only in this shop; null = wherever no price is its own.")
    item_no: No = Field(description="The ERP's item; it may be sent later.", examples=["ITEM-A"])
    variant_code: Code | None = Field(
        default=None, description="Its variant; null = the item, and each variant without a price of its own."
    )
    price_group: Code | None = Field(
        default=None,
        description="Only for those who buy from catalogs with this price group, which may be a customer's number; then"
        " without `shop` and `unit_cost`.",
        examples=[None],
    )
    currency: Currency | None = Field(
        default=None, description="ISO, of a price with a price group; others are in the shop's.", examples=[None]
    )
    price: Price | None = Field(
        default=None, description="In the shop's currency, or in `currency`.", examples=["12.50"]
    )
    compare_at_price: Price | None = Field(
        default=None, description="What it cost before; shown only where it is higher than the price.", examples=["15"]
    )
    unit_cost: Price | None = Field(default=None, description="What it costs you.", examples=["7.25"])


def price_told(given: PriceInBatch) -> PriceTold:
    amounts = ItemPrice(price=given.price, compare_at_price=given.compare_at_price, unit_cost=given.unit_cost)
    return PriceTold(
        item_no=given.item_no,
        variant_code=given.variant_code or "",
        price=amounts,
        shop=given.shop,
        price_group=given.price_group,
        currency=given.currency,
    )
