"""Orders to import, orders, captures and sales documents."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import (
    Holds,
    amount,
    flag,
    instant,
    json,
    raw,
    small,
    text,
    texts,
    whole,
)


class OrderToImportRow(Row, table=True):
    """A Shopify order listed or announced as new or changed: the work of the import, as an operator sees it.

    ``wanted`` rises with each announcement; an import that ends compares it with the value it began with, so that no
    announcement is lost (decision 3). A claim is a lease with a rising number (decision 4). Rows end with their work.
    """

    __tablename__ = "orders_to_import"
    __table_args__ = (
        UniqueConstraint("store_id", "shopify_id"),
        Index("ix_orders_to_import_due", "store_id", "due_at", "id", postgresql_where=sql("due_at IS NOT NULL")),
        Index(
            "ix_orders_to_import_prompt",
            "store_id",
            "due_at",
            "id",
            postgresql_where=sql("due_at IS NOT NULL AND source <> 'listing'"),
        ),
        Index("ix_orders_to_import_run", "run_id", postgresql_where=sql("run_id IS NOT NULL")),
        Index(None, "shop_id", "id"),
        {"postgresql_with": {"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02}},
    )

    id: str = Field(sa_column=text(primary_key=True))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    shopify_id: str = Field(sa_column=text())
    shop_id: str | None = Field(
        default=None, sa_column=text(ForeignKey("shops.id", ondelete="SET NULL"), nullable=True)
    )
    """The shop that claimed the order; null = not known yet or unclaimed."""
    name: str | None = Field(default=None, sa_column=text(nullable=True))
    action: str = Field(sa_column=text())
    """new or update."""
    source: str = Field(sa_column=text())
    """webhook, listing, request or retry: what last wanted it."""
    wanted: int = Field(sa_column=whole())
    store_updated_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """The order's change time as last announced."""
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When it may be worked on; null = waits for a person or a change (parked, unclaimed, left out)."""
    attempts: int = Field(sa_column=small())
    error_code: str | None = Field(default=None, sa_column=text(nullable=True))
    error_detail: str | None = Field(default=None, sa_column=text(holds=Holds.PERSON, nullable=True))
    """With the store's own words, which may name whom the order is for."""
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    parked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    unclaimed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    left_out_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """Deleted by a person: out until it changes."""
    claim_by_id: bool = Field(default=False, sa_column=flag())
    """Asked for by id in a shop: taken in although no filter matches (P11)."""
    run_id: str | None = Field(default=None, sa_column=text(nullable=True))
    """The run that waits for it."""
    claimed_by: str | None = Field(default=None, sa_column=text(nullable=True))
    claim_no: int = Field(sa_column=whole())
    claimed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    listed_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class OrderRow(Row, table=True):
    """Our copy of a Shopify order (``body``), and what we decided about it."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("store_id", "shopify_id"),
        Index("ix_orders_shop_updated", "shop_id", "updated_at", "id"),
        Index("ix_orders_updated", "updated_at", "id"),
        Index("ix_orders_shop_name", "shop_id", "name"),
        Index("ix_orders_shop_state", "shop_id", "state", "updated_at", "id"),
        Index(
            "ix_orders_undocumented",
            "shop_id",
            "id",
            postgresql_where=sql("state <> 'processed' AND NOT documents_on_request"),
        ),
        Index("ix_orders_state", "state", "updated_at", "id"),
        Index("ix_orders_financial_status", "financial_status", "updated_at", "id"),
        Index("ix_orders_fulfilment_status", "fulfilment_status", "updated_at", "id"),
        Index("ix_orders_cancelled", "updated_at", "id", postgresql_where=sql("cancelled_at IS NOT NULL")),
        Index("ix_orders_open", "updated_at", "id", postgresql_where=sql("closed_at IS NULL")),
        Index("ix_orders_problems", "updated_at", "id", postgresql_where=sql("problems <> '[]'::jsonb")),
        Index("ix_orders_waits_for", "waits_for", postgresql_using="gin"),
        Index("ix_orders_returns", sql("(body -> 'returns'::text)"), postgresql_using="gin"),
        Index(
            "ix_orders_fulfilment_orders",
            sql('jsonb_path_query_array(body, \'$."fulfilment_orders"[*]."shopify_id"\'::jsonpath)'),
            postgresql_using="gin",
        ),
        Index(
            "ix_orders_document_due", "shop_id", "document_due_at", postgresql_where=sql("document_due_at IS NOT NULL")
        ),
        Index("ix_orders_conflict", "shop_id", "updated_at", postgresql_where=sql("conflict IS NOT NULL")),
        CheckConstraint("state IN ('unprocessed', 'blocked', 'processed')", name="state"),
    )

    id: str = Field(sa_column=text(primary_key=True))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    shopify_id: str = Field(sa_column=text())
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id")))
    name: str = Field(sa_column=text())
    body: Any = Field(sa_column=json(holds=Holds.PERSON))
    """The copy: ``app.domain.orders.Order``."""
    body_version: int = Field(sa_column=small())
    body_hash: bytes = Field(sa_column=raw(holds=Holds.PLAIN))
    """Of the copy as stored: an equal one is not written again (P14)."""
    store_updated_at: datetime = Field(sa_column=instant())
    read_at: datetime = Field(sa_column=instant())
    own_write_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """The change time that our last own write gave the order; while it is the copy's, its announcement is no news."""
    state: str = Field(sa_column=text())
    mapping: Any = Field(sa_column=json(holds=Holds.PERSON_KEY))
    """``app.domain.order_record.OrderMapping``."""
    problems: Any = Field(sa_column=json(holds=Holds.PERSON))
    """List of ``app.domain.problems.Problem``: one about an ambiguous customer quotes what was looked for."""
    waits_for: list[str] = Field(sa_column=texts(holds=Holds.PERSON))
    """Names of facts that make another attempt worthwhile; e-mail and phone keys are among them."""
    document_due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """A document is to be made (again) from now on."""
    documents_on_request: bool = Field(sa_column=flag())
    """After unlink, cancel or reject nothing is made by itself."""
    use_shopify_number: bool = Field(sa_column=flag())
    """``orders.use_shopify_order_number`` as it stood at the first import."""
    conflict: Any = Field(default=None, sa_column=json(nullable=True, holds=Holds.PERSON))
    """``app.domain.conflicts.Conflict``: what its document no longer shows."""
    financial_status: str | None = Field(default=None, sa_column=text(nullable=True))
    fulfilment_status: str = Field(sa_column=text())
    cancelled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    first_closed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """Stays when the order is reopened: what was closed once is not closed again by itself."""
    store_customer_id: str | None = Field(
        default=None, sa_column=text(nullable=True, index=True, holds=Holds.PERSON_KEY)
    )
    version: int = Field(sa_column=small())
    created_at: datetime = Field(sa_column=instant())
    """When we first imported it."""
    updated_at: datetime = Field(sa_column=instant())


class OrderChangesRow(Row, table=True):
    """What of a processed order differed from its document at a version of the order, and how it was settled."""

    __tablename__ = "order_changes"

    order_id: str = Field(sa_column=text(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True))
    version: int = Field(sa_column=small(primary_key=True))
    changes: Any = Field(sa_column=json(holds=Holds.PERSON))
    """List of ``app.domain.edit_impact.Change``."""
    note: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON))
    """What the person said who marked the conflict as resolved."""


class RefundRow(Row, table=True):
    """Where a refund of an order stands on its way to a document; what it gives back is in the order's copy, too."""

    __tablename__ = "refunds"
    __table_args__ = (
        Index("ix_refunds_order", "order_id"),
        Index("ix_refunds_updated", "updated_at", "id"),
        Index("ix_refunds_state", "state", "updated_at", "id"),
        Index("ix_refunds_shop_state", "shop_id", "state", "updated_at", "id"),
        Index("ix_refunds_shopify", "shopify_id", "updated_at", "id"),
        Index("ix_refunds_waits_for", "waits_for", postgresql_using="gin"),
        Index("ix_refunds_problems", "shop_id", postgresql_where=sql("problems <> '[]'::jsonb")),
        CheckConstraint(
            "state IN ('open', 'waiting', 'blocked', 'failed', 'done', 'not_needed')",
            name="state",
        ),
    )

    id: str = Field(sa_column=text(primary_key=True))
    """Derived from the order's and Shopify's: ``app.domain.identifiers.refund_id``."""
    order_id: str = Field(sa_column=text(ForeignKey("orders.id", ondelete="CASCADE")))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id")))
    shopify_id: str = Field(sa_column=text())
    body: Any = Field(sa_column=json(holds=Holds.PERSON))
    """``app.domain.orders.Refund``."""
    state: str = Field(sa_column=text())
    problems: Any = Field(sa_column=json(holds=Holds.PERSON))
    """List of ``app.domain.problems.Problem``."""
    waits_for: list[str] = Field(sa_column=texts(holds=Holds.PERSON))
    """As that of orders."""
    document_on_request: bool = Field(sa_column=flag())
    """After its document was cancelled or rejected nothing is made by itself."""
    version: int = Field(sa_column=small())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class OrderCaptureRow(Row, table=True):
    """The raw answer an import was made of, kept when it differs from the one before (2.22)."""

    __tablename__ = "order_captures"

    order_id: str = Field(sa_column=text(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True))
    captured_at: datetime = Field(sa_column=instant(primary_key=True))
    digest: bytes = Field(sa_column=raw(holds=Holds.PLAIN))
    body: bytes = Field(sa_column=raw(holds=Holds.PERSON))
    """Compressed with zlib."""


class SalesDocumentRow(Row, table=True):
    """What the ERP collects; at most one live one of an order and of a refund (P34).

    Documents are written before their orders in one transaction, so their reference is checked at its end.
    """

    __tablename__ = "sales_documents"
    __table_args__ = (
        UniqueConstraint("shop_id", "kind", "number"),
        Index(
            "uq_sales_documents_live_order",
            "order_id",
            unique=True,
            postgresql_where=sql(
                "refund_id IS NULL AND adjusts_id IS NULL AND state <> 'cancelled' AND unlinked_at IS NULL"
            ),
        ),
        Index(
            "uq_sales_documents_live_refund",
            "refund_id",
            unique=True,
            postgresql_where=sql("refund_id IS NOT NULL AND state <> 'cancelled' AND unlinked_at IS NULL"),
        ),
        Index("ix_sales_documents_state", "state", "updated_at", "id"),
        Index("ix_sales_documents_shop_state", "shop_id", "state", "updated_at", "id"),
        Index("ix_sales_documents_kind", "kind", "updated_at", "id"),
        Index("ix_sales_documents_updated", "updated_at", "id"),
        Index(None, "order_id"),
        Index(None, "number"),
        Index(None, "external_document_no", postgresql_where=sql("external_document_no <> ''")),
        Index(None, "sell_to_customer_id"),
        Index(None, "bill_to_customer_id"),
        CheckConstraint("kind IN ('sales_order', 'sales_invoice', 'credit_memo', 'return_order')", name="kind"),
        CheckConstraint("state IN ('open', 'released', 'acknowledged', 'posted', 'cancelled')", name="state"),
        CheckConstraint("total = total AND abs(total) < 1e15", name="total"),
    )

    id: str = Field(sa_column=text(primary_key=True))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id")))
    order_id: str = Field(sa_column=text(ForeignKey("orders.id", deferrable=True, initially="DEFERRED")))
    refund_id: str | None = Field(default=None, sa_column=text(nullable=True))
    replaces_id: str | None = Field(default=None, sa_column=text(nullable=True))
    adjusts_id: str | None = Field(default=None, sa_column=text(nullable=True))
    kind: str = Field(sa_column=text())
    number: str = Field(sa_column=text())
    state: str = Field(sa_column=text())
    version: int = Field(sa_column=small())
    """Version of the content; what the ERP acknowledges."""
    revision: int = Field(sa_column=small())
    """Rises with every change of the row: the ETag."""
    content: Any = Field(sa_column=json(holds=Holds.PERSON))
    """``app.domain.sales_documents.DocumentContent`` without its lines."""
    lines: Any = Field(sa_column=json(holds=Holds.PERSON))
    """List of ``DocumentLine``."""
    snapshot: Any = Field(sa_column=json(holds=Holds.PERSON))
    """The order as this document was made from it (decision 9)."""
    external_document_no: str = Field(sa_column=text())
    sell_to_customer_id: str | None = Field(
        default=None, sa_column=text(ForeignKey("customers.id"), nullable=True, holds=Holds.PERSON_KEY)
    )
    bill_to_customer_id: str | None = Field(
        default=None, sa_column=text(ForeignKey("customers.id"), nullable=True, holds=Holds.PERSON_KEY)
    )
    currency: str = Field(sa_column=text())
    total: Decimal = Field(sa_column=amount())
    erp_document_no: str | None = Field(default=None, sa_column=text(nullable=True))
    posted_document_no: str | None = Field(default=None, sa_column=text(nullable=True))
    posting_date: date | None = Field(
        default=None, sa_column=Column(Date(), nullable=True, info={"holds": Holds.PLAIN})
    )
    cancel_reason: str | None = Field(default=None, sa_column=text(nullable=True))
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
    released_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    acknowledged_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    posted_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    cancelled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    unlinked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SalesDocumentVersionRow(Row, table=True):
    """A version of a document that a later one replaced; readable, never changed."""

    __tablename__ = "sales_document_versions"

    document_id: str = Field(sa_column=text(ForeignKey("sales_documents.id", ondelete="CASCADE"), primary_key=True))
    version: int = Field(sa_column=small(primary_key=True))
    content: Any = Field(sa_column=json(holds=Holds.PERSON))
    lines: Any = Field(sa_column=json(holds=Holds.PERSON))
    snapshot: Any = Field(sa_column=json(holds=Holds.PERSON))
    replaced_at: datetime = Field(sa_column=instant())
