"""Shipments that the ERP posted, what was sent of them to the store, and the agents that carry them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, flag, instant, json, small, text, whole


class ShipmentRow(Row, table=True):
    """A shipment as the ERP posted it, and what came of each of its lines. A claim is that of ``orders_to_import``."""

    __tablename__ = "shipments"
    __table_args__ = (
        UniqueConstraint("erp_shipment_no"),
        CheckConstraint("state IN ('pending', 'synchronised', 'partially', 'failed', 'skipped')", name="state"),
        Index("ix_shipments_due", "store_id", "due_at", "id", postgresql_where=sql("due_at IS NOT NULL")),
        Index("ix_shipments_order", "order_id", "id"),
        Index("ix_shipments_open", "shop_id", "state", "id", postgresql_where=sql("state <> 'synchronised'")),
        Index("ix_shipments_skipped", "id", postgresql_where=sql("state = 'skipped'")),
        Index("ix_shipments_shop", "shop_id", "id"),
        Index("ix_shipments_posting_date", "posting_date", "id"),
        {"postgresql_with": {"fillfactor": 85}},
    )

    id: str = Field(sa_column=text(primary_key=True))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id")))
    order_id: str = Field(sa_column=text())
    """No foreign key: its check would wait for imports of the order, which lock it."""
    erp_shipment_no: str = Field(sa_column=text())
    fingerprint: str = Field(sa_column=text())
    """Of the body as it was posted: by it a repeat is told from another shipment."""
    posting_date: date | None = Field(
        default=None, sa_column=Column(Date(), nullable=True, info={"holds": Holds.PLAIN})
    )
    body: Any = Field(sa_column=json(holds=Holds.PERSON))
    """Lines, agent and tracking; a tracking number leads to whoever gets the parcel."""
    results: Any = Field(sa_column=json(holds=Holds.PERSON))
    """By line, with the store's own words."""
    state: str = Field(sa_column=text())
    reason: str | None = Field(default=None, sa_column=text(nullable=True))
    reason_detail: str | None = Field(default=None, sa_column=text(holds=Holds.PERSON, nullable=True))
    tracking_changed: bool = Field(sa_column=flag())
    """Tracking was given anew after something was sent: it is still to be told to the store."""
    seen: str | None = Field(default=None, sa_column=text(nullable=True))
    """What was open of the order when it was last tried: what does not fit is tried again when this is different."""
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """null = done, or waits for a person or a change of the order."""
    attempts: int = Field(sa_column=small())
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When it first was not sent, or not whole."""
    claimed_by: str | None = Field(default=None, sa_column=text(nullable=True))
    claim_no: int = Field(sa_column=whole())
    claimed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    version: int = Field(sa_column=small())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class ShipmentSendingRow(Row, table=True):
    """One fulfilment that is to be, or was, recorded at the store: written before it is asked for, so that whoever
    takes over knows what may have taken effect.
    """

    __tablename__ = "shipment_sendings"
    __table_args__ = (
        CheckConstraint("state IN ('begun', 'recorded', 'void')", name="state"),
        Index(
            "uq_shipment_sendings_fulfilment",
            "store_id",
            "fulfilment_shopify_id",
            unique=True,
            postgresql_where=sql("fulfilment_shopify_id IS NOT NULL"),
        ),
    )

    shipment_id: str = Field(sa_column=text(ForeignKey("shipments.id", ondelete="CASCADE"), primary_key=True))
    no: int = Field(sa_column=small(primary_key=True, autoincrement=False))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    order_id: str = Field(sa_column=text(index=True))
    body: Any = Field(sa_column=json(holds=Holds.PERSON))
    """Parts and tracking, as sent."""
    state: str = Field(sa_column=text())
    fulfilment_shopify_id: str | None = Field(default=None, sa_column=text(nullable=True))
    begun_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ShippingAgentRow(Row, table=True):
    """A carrier of the ERP's, and what Shopify shows of it to the buyer."""

    __tablename__ = "shipping_agents"

    code: str = Field(sa_column=text(primary_key=True))
    name: str | None = Field(default=None, sa_column=text(nullable=True))
    tracking_company: str | None = Field(default=None, sa_column=text(nullable=True))
    tracking_url_template: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())
