"""Mapping tables and links: store value to ERP code, store record to ERP record (P04)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import (
    Holds,
    flag,
    instant,
    raw,
    small,
    text,
    texts,
)


class LocationMappingRow(Row, table=True):
    __tablename__ = "location_mappings"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    location_id: str = Field(sa_column=text(primary_key=True))
    name: str | None = Field(default=None, sa_column=text(nullable=True))
    status: str | None = Field(default=None, sa_column=text(nullable=True))
    """active, inactive or not_at_store; null = the store was not asked yet."""
    location_code: str | None = Field(default=None, sa_column=text(nullable=True))
    location_filter: list[str] = Field(sa_column=texts())
    stock_calculation: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class ShipmentMethodMappingRow(Row, table=True):
    __tablename__ = "shipment_method_mappings"
    __table_args__ = (UniqueConstraint("shop_id", "title_key"), Index(None, "shop_id", "id"))

    id: str = Field(sa_column=text(primary_key=True))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE")))
    title: str = Field(sa_column=text())
    title_key: str = Field(sa_column=text())
    """The title case-folded."""
    shipment_method_code: str | None = Field(default=None, sa_column=text(nullable=True))
    shipping_agent_code: str | None = Field(default=None, sa_column=text(nullable=True))
    shipping_agent_service_code: str | None = Field(default=None, sa_column=text(nullable=True))
    charge_type: str | None = Field(default=None, sa_column=text(nullable=True))
    charge_no: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class PaymentMethodMappingRow(Row, table=True):
    __tablename__ = "payment_method_mappings"
    __table_args__ = (UniqueConstraint("shop_id", "gateway_key", "card_company_key"), Index(None, "shop_id", "id"))

    id: str = Field(sa_column=text(primary_key=True))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE")))
    gateway: str = Field(sa_column=text())
    gateway_key: str = Field(sa_column=text())
    card_company: str | None = Field(default=None, sa_column=text(nullable=True))
    card_company_key: str = Field(sa_column=text())
    payment_method_code: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class PaymentTermsMappingRow(Row, table=True):
    __tablename__ = "payment_terms_mappings"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    terms_id: str = Field(sa_column=text(primary_key=True))
    name: str = Field(sa_column=text())
    type: str = Field(sa_column=text())
    payment_terms_code: str | None = Field(default=None, sa_column=text(nullable=True))
    primary: bool = Field(sa_column=flag())
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class StaffMappingRow(Row, table=True):
    __tablename__ = "staff_mappings"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    staff_id: str = Field(sa_column=text(primary_key=True, holds=Holds.PERSON_KEY))
    salesperson_code: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class CustomerTemplateRow(Row, table=True):
    __tablename__ = "customer_templates"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    country_code: str = Field(sa_column=text(primary_key=True))
    province: str = Field(sa_column=text(primary_key=True))
    """Province code; empty = the whole country."""
    default_customer_no: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON_KEY))
    template_code: str | None = Field(default=None, sa_column=text(nullable=True))
    prices_include_tax: bool | None = Field(default=None, sa_column=flag(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class TaxAreaRow(Row, table=True):
    __tablename__ = "tax_areas"

    country_code: str = Field(sa_column=text(primary_key=True))
    province: str = Field(sa_column=text(primary_key=True))
    province_name: str | None = Field(default=None, sa_column=text(nullable=True))
    tax_area_code: str | None = Field(default=None, sa_column=text(nullable=True))
    tax_liable: bool = Field(sa_column=flag())
    vat_business_group: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class CurrencyMappingRow(Row, table=True):
    __tablename__ = "currency_mappings"

    iso: str = Field(sa_column=text(primary_key=True))
    currency_code: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class StoreCustomerLinkRow(Row, table=True):
    """A store customer is this ERP customer in this shop."""

    __tablename__ = "store_customer_links"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    store_customer_id: str = Field(sa_column=text(primary_key=True, holds=Holds.PERSON_KEY))
    customer_id: str = Field(sa_column=text(ForeignKey("customers.id"), index=True, holds=Holds.PERSON_KEY))
    told: bytes | None = Field(default=None, sa_column=raw(nullable=True, holds=Holds.PERSON))
    """A hash of what the store last said of the customer, and the id of the customer after it."""
    told_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When that was read from the store."""
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class StoreAddressLinkRow(Row, table=True):
    """One address of a store customer is this ERP customer (CUS-52: mapping by bill-to)."""

    __tablename__ = "store_address_links"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    store_customer_id: str = Field(sa_column=text(primary_key=True, holds=Holds.PERSON_KEY))
    address_id: str = Field(sa_column=text(primary_key=True))
    customer_id: str = Field(sa_column=text(ForeignKey("customers.id"), index=True, holds=Holds.PERSON_KEY))
    told: bytes | None = Field(default=None, sa_column=raw(nullable=True, holds=Holds.PERSON))
    """A hash of what the store last said of the customer, and the id of the customer after it."""
    told_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When that was read from the store."""
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class StoreCompanyLinkRow(Row, table=True):
    __tablename__ = "store_company_links"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    store_company_id: str = Field(sa_column=text(primary_key=True))
    customer_id: str = Field(sa_column=text(ForeignKey("customers.id"), index=True, holds=Holds.PERSON_KEY))
    told: bytes | None = Field(default=None, sa_column=raw(nullable=True, holds=Holds.PERSON))
    """A hash of what the store last said of the customer, and the id of the customer after it."""
    told_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When that was read from the store."""
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class CompanyLocationLinkRow(Row, table=True):
    """A company location has customers of its own (COM-11)."""

    __tablename__ = "company_location_links"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    company_location_id: str = Field(sa_column=text(primary_key=True))
    sell_to_customer_id: str | None = Field(
        default=None, sa_column=text(ForeignKey("customers.id"), nullable=True, index=True, holds=Holds.PERSON_KEY)
    )
    bill_to_customer_id: str | None = Field(
        default=None, sa_column=text(ForeignKey("customers.id"), nullable=True, index=True, holds=Holds.PERSON_KEY)
    )
    told: bytes | None = Field(default=None, sa_column=raw(nullable=True, holds=Holds.PERSON))
    """A hash of what the store last said of the customer, and the id of the customer after it."""
    told_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When that was read from the store."""
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class StoreVariantLinkRow(Row, table=True):
    """A store variant is this item, item variant and unit in this shop."""

    __tablename__ = "store_variant_links"
    __table_args__ = (Index(None, "item_no"),)

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    store_variant_id: str = Field(sa_column=text(primary_key=True))
    item_no: str = Field(sa_column=text(ForeignKey("items.no")))
    variant_code: str | None = Field(default=None, sa_column=text(nullable=True))
    unit: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())
