"""Stores, their tokens and points, shops, keys: who may do what where."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, fraction, instant, json, raw, small, text, texts, whole


class StoreRow(Row, table=True):
    __tablename__ = "stores"

    id: str = Field(sa_column=text(primary_key=True))
    store_domain: str = Field(sa_column=text(unique=True))
    credentials: bytes | None = Field(default=None, sa_column=raw(holds=Holds.SECRET, nullable=True))
    """Ciphertext of the whole credentials value."""
    credentials_set_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When a person last gave them: an older removal of the app says nothing about them."""
    previous_webhook_secret: bytes | None = Field(default=None, sa_column=raw(holds=Holds.SECRET, nullable=True))
    previous_webhook_secret_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    name: str | None = Field(default=None, sa_column=text(nullable=True))
    plan: str | None = Field(default=None, sa_column=text(nullable=True))
    currency: str | None = Field(default=None, sa_column=text(nullable=True))
    time_zone: str | None = Field(default=None, sa_column=text(nullable=True))
    country_code: str | None = Field(default=None, sa_column=text(nullable=True))
    granted_scopes: list[str] | None = Field(default=None, sa_column=texts(nullable=True))
    described_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    orders_listed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """Cursor of the order listing: when the last complete listing began."""
    orders_swept_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When the last sweep over what changed lately began, by our clock."""
    orders_swept_widely_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """The same of the last sweep over the wide window."""
    subscriptions_checked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """null = due; -infinity = being looked at, and due until that has ended."""
    subscriptions_good_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When the order subscriptions last stood as they should, so that nothing before it went unannounced."""
    webhooks_missed_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """Subscriptions were found missing: what changed since then is still to be listed."""
    access_revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    access_revoked_reason: str | None = Field(default=None, sa_column=text(nullable=True))
    deleted_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """A deleted store keeps domain and secret for 90 days, for late webhooks only."""
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class StoreTokenRow(Row, table=True):
    """The one live token of a store (P02)."""

    __tablename__ = "store_tokens"

    store_id: str = Field(sa_column=text(ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True))
    token: bytes | None = Field(default=None, sa_column=raw(holds=Holds.SECRET, nullable=True))
    obtained_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    scopes: list[str] | None = Field(default=None, sa_column=texts(nullable=True))
    refresh_token: bytes | None = Field(default=None, sa_column=raw(holds=Holds.SECRET, nullable=True))
    """By which the next one is had, where tokens come by OAuth."""
    refresh_expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    forced_refresh_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class InstallationBegunRow(Row, table=True):
    """An installation of the app that a browser was sent to Shopify for; ends with its callback, or soon after."""

    __tablename__ = "installations_begun"

    state_hash: bytes = Field(sa_column=raw(primary_key=True, holds=Holds.SECRET))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id", ondelete="CASCADE")))
    begun_at: datetime = Field(sa_column=instant())


class StorePointsRow(Row, table=True):
    """The points bucket of a store, as last told and since reserved; updated by single statements only."""

    __tablename__ = "store_points"
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    store_id: str = Field(sa_column=text(ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True))
    maximum: int = Field(sa_column=small())
    restore_rate: int = Field(sa_column=small())
    available: float = Field(sa_column=fraction())
    measured_at: datetime = Field(sa_column=instant())
    throttled_seconds: float = Field(sa_column=fraction(server_default="0"))
    """How long calls were told to wait for points, in all."""


class DocumentCostRow(Row, table=True):
    """What Shopify last asked for a GraphQL document of a page size."""

    __tablename__ = "document_costs"

    document: str = Field(sa_column=text(primary_key=True))
    points: int = Field(sa_column=small())


class ShopRow(Row, table=True):
    __tablename__ = "shops"

    id: str = Field(sa_column=text(primary_key=True))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id"), index=True))
    code: str = Field(sa_column=text(unique=True))
    name: str = Field(sa_column=text())
    settings: dict[str, Any] = Field(sa_column=json())
    """Only what differs from the defaults."""
    version: int = Field(sa_column=small())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class ApiKeyRow(Row, table=True):
    __tablename__ = "api_keys"

    id: str = Field(sa_column=text(primary_key=True))
    """The public part of the key."""
    name: str = Field(sa_column=text())
    secret_hash: bytes = Field(sa_column=raw(holds=Holds.SECRET))
    scopes: list[str] = Field(sa_column=texts())
    shop_ids: list[str] | None = Field(default=None, sa_column=texts(nullable=True))
    """None = all shops."""
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    last_used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class IdempotencyKeyRow(Row, table=True):
    """An answer already given, written in the transaction of its effect; kept 7 days."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    api_key_id: str = Field(sa_column=text(primary_key=True))
    operation: str = Field(sa_column=text(primary_key=True))
    """Method and route."""
    key: str = Field(sa_column=text(primary_key=True))
    fingerprint: bytes = Field(sa_column=raw(holds=Holds.PLAIN))
    status: int = Field(sa_column=small())
    headers: dict[str, str] = Field(sa_column=json())
    body: bytes = Field(sa_column=raw(holds=Holds.PERSON))
    created_at: datetime = Field(sa_column=instant())


class NumberSeriesRow(Row, table=True):
    """The last number given of each kind in a shop; numbers are never reused."""

    __tablename__ = "number_series"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    kind: str = Field(sa_column=text(primary_key=True))
    last: int = Field(sa_column=whole())
