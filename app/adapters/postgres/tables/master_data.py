"""Customers and items, as the ERP told them or as we created them for it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.searched_words import CUSTOMER_WORDS, ITEM_WORDS
from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import (
    Holds,
    amount,
    flag,
    instant,
    json,
    small,
    text,
    texts,
)
from app.adapters.postgres.tax_id_keys import TAX_IDS


class CustomerRow(Row, table=True):
    """A customer of the ERP; ``no`` is null while the ERP has not numbered one that we created."""

    __tablename__ = "customers"
    __table_args__ = (
        Index(None, "email_key", postgresql_where=sql("email_key IS NOT NULL")),
        Index(None, "phone_key", postgresql_where=sql("phone_key IS NOT NULL")),
        Index("ix_customers_phone_ending", sql("\"right\"(regexp_replace(phone, '[^0-9]+', '', 'g'), 9)"), "id"),
        Index(None, "address_key", postgresql_where=sql("address_key IS NOT NULL")),
        Index("ix_customers_updated", "updated_at", "no", postgresql_where=sql("no IS NOT NULL")),
        *(
            Index(f"ix_customers_{name}", sql(key), postgresql_where=sql(f"{name} <> ''"))
            for name, key in TAX_IDS.items()
        ),
        Index(
            "ix_customers_words", sql(CUSTOMER_WORDS), postgresql_using="gin", postgresql_where=sql("no IS NOT NULL")
        ),
        Index("ix_customers_unnumbered", "created_at", "id", postgresql_where=sql("no IS NULL")),
    )

    id: str = Field(sa_column=text(primary_key=True, holds=Holds.PERSON_KEY))
    no: str | None = Field(default=None, sa_column=text(unique=True, nullable=True, holds=Holds.PERSON_KEY))
    name: str = Field(sa_column=text(holds=Holds.PERSON))
    name2: str = Field(sa_column=text(holds=Holds.PERSON))
    contact_name: str = Field(sa_column=text(holds=Holds.PERSON))
    email: str = Field(sa_column=text(holds=Holds.PERSON))
    phone: str = Field(sa_column=text(holds=Holds.PERSON))
    line1: str = Field(sa_column=text(holds=Holds.PERSON))
    line2: str = Field(sa_column=text(holds=Holds.PERSON))
    postal_code: str = Field(sa_column=text(holds=Holds.PERSON))
    city: str = Field(sa_column=text(holds=Holds.PERSON))
    county: str = Field(sa_column=text(holds=Holds.PERSON))
    country_code: str = Field(sa_column=text())
    vat_registration_no: str = Field(sa_column=text(holds=Holds.PERSON))
    registration_no: str = Field(sa_column=text(holds=Holds.PERSON))
    payment_terms_code: str = Field(sa_column=text())
    blocked: bool = Field(sa_column=flag())
    email_key: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON))
    phone_key: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON))
    address_key: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON))
    shop_id: str | None = Field(
        default=None, sa_column=text(ForeignKey("shops.id", ondelete="SET NULL"), nullable=True)
    )
    """The shop for which we created it."""
    store_customer_id: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON_KEY))
    store_company_id: str | None = Field(default=None, sa_column=text(nullable=True))
    template_code: str | None = Field(default=None, sa_column=text(nullable=True))
    tax_area_code: str | None = Field(default=None, sa_column=text(nullable=True))
    tax_liable: bool | None = Field(default=None, sa_column=flag(nullable=True))
    vat_business_group: str | None = Field(default=None, sa_column=text(nullable=True))
    contacts: Any = Field(default=None, sa_column=json(nullable=True, holds=Holds.PERSON))
    """List of ``app.domain.customers.CustomerContact`` of a company that we made a customer."""
    version: int = Field(sa_column=small())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class ItemRow(Row, table=True):
    __tablename__ = "items"
    __table_args__ = (
        Index("ix_items_no_key", sql("lower(no)")),
        Index("ix_items_updated", "updated_at", "no"),
        Index("ix_items_words", sql(ITEM_WORDS), postgresql_using="gin"),
        CheckConstraint("unit_price = unit_price AND unit_price < 1e15", name="unit_price"),
        CheckConstraint("net_weight = net_weight AND net_weight >= 0 AND net_weight < 1e9", name="net_weight"),
    )

    no: str = Field(sa_column=text(primary_key=True))
    description: str = Field(sa_column=text())
    base_unit: str | None = Field(default=None, sa_column=text(nullable=True))
    sku: str | None = Field(default=None, sa_column=text(nullable=True))
    vendor_item_no: str | None = Field(default=None, sa_column=text(nullable=True))
    unit_price: Decimal | None = Field(default=None, sa_column=amount(nullable=True))
    blocked: bool = Field(sa_column=flag())
    vendor: str | None = Field(default=None, sa_column=text(nullable=True))
    category: str | None = Field(default=None, sa_column=text(nullable=True))
    text_html: str | None = Field(default=None, sa_column=text(nullable=True))
    net_weight: Decimal | None = Field(default=None, sa_column=amount(nullable=True))
    """In kilograms."""
    hs_code: str | None = Field(default=None, sa_column=text(nullable=True))
    origin_country_code: str | None = Field(default=None, sa_column=text(nullable=True))
    variants: list[dict[str, Any]] = Field(sa_column=json())
    """[{code, description, sku, barcodes[], options[[name, value]]}] as the ERP gave them."""
    barcodes: list[str] = Field(sa_column=texts())
    version: int = Field(sa_column=small())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class ItemCodeRow(Row, table=True):
    """By what an item or item variant is found: made from ``items`` whenever one is written."""

    __tablename__ = "item_codes"
    __table_args__ = (Index(None, "kind", "code"),)

    item_no: str = Field(sa_column=text(ForeignKey("items.no", ondelete="CASCADE"), primary_key=True))
    variant_code: str = Field(sa_column=text(primary_key=True))
    """Empty = the item itself."""
    kind: str = Field(sa_column=text(primary_key=True))
    """item_no, barcode, vendor_item_no or sku."""
    code: str = Field(sa_column=text(primary_key=True))
    """Case-folded."""
