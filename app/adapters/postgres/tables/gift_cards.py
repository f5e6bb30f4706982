"""Gift cards as orders issued and redeemed them."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import amount, text


class GiftCardRow(Row, table=True):
    """One card in one order: drawn from the order's copy, and written with it. What it holds of a card's code are the
    last characters, which Shopify prints on receipts.
    """

    __tablename__ = "gift_cards"
    __table_args__ = (
        Index("ix_gift_cards_shop", "shop_id", "order_id", "state", "shopify_id"),
        Index("ix_gift_cards_used", "store_id", "shopify_id", postgresql_where=sql("state = 'redeemed'")),
        CheckConstraint("state IN ('issued', 'redeemed')", name="state"),
    )

    order_id: str = Field(sa_column=text(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True))
    state: str = Field(sa_column=text(primary_key=True))
    shopify_id: str = Field(sa_column=text(primary_key=True))
    """Shopify's id of the card."""
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id")))
    line_id: str | None = Field(default=None, sa_column=text(nullable=True))
    """Shopify's id of the line that sold it."""
    last_characters: str = Field(sa_column=text())
    currency: str = Field(sa_column=text())
    presentment_currency: str = Field(sa_column=text())
    amount_shop: Decimal = Field(sa_column=amount())
    amount_presentment: Decimal = Field(sa_column=amount())
