"""Troubles of the log, and what waits for a person, each by an index in the order in which it is listed.

Revision ID: 0034
Revises: 0033
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

FAILED = "error_code IS NOT NULL"
INDEXES: Sequence[tuple[str, str, Sequence[str], str]] = (
    (
        "events_errors",
        "events",
        ("occurred_at", "id"),
        "type IN ('shipment.failed', 'store.access_revoked', 'webhook_endpoint.disabled')",
    ),
    (
        "events_warnings",
        "events",
        ("occurred_at", "id"),
        (
            "type IN ('order.blocked', 'order.conflict_detected', 'refund.blocked', 'refund.changed',"
            " 'shipment.partially')"
        ),
    ),
    ("runs_failed", "runs", ("finished_at", "id"), "state = 'failed'"),
    (
        "runs_with_errors",
        "runs",
        ("finished_at", "id"),
        "state <> 'failed' AND jsonb_array_length(errors) > 0",
    ),
    ("store_calls_failed", "store_calls", ("called_at", "id"), "status >= 400 OR status IS NULL"),
    ("number_write_backs_skipped", "number_write_backs", ("order_id",), FAILED),
    ("shipments_skipped", "shipments", ("id",), "state = 'skipped'"),
    (
        "stock_to_tell_skipped",
        "stock_to_tell",
        ("((((shop_id || '/stock/') || item_no) || '/') || variant_code)",),
        "reason IS NOT NULL",
    ),
    (
        "record_exchanges_skipped",
        "record_exchanges",
        ("kind", "((((shop_id || '/') || kind) || '/') || record_id)"),
        FAILED,
    ),
    ("product_exports_skipped", "product_exports", ("((((shop_id || '/') || part) || '/') || item_no)",), FAILED),
    (
        "catalog_price_exports_skipped",
        "catalog_price_exports",
        ("((((shop_id || '/catalog_price/') || catalog_id) || '/') || store_variant_id)",),
        FAILED,
    ),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, table, columns, rows in INDEXES:
        keys = [sa.text(each) for each in columns]
        op.create_index(f"ix_{name}", table, keys, unique=False, postgresql_where=sa.text(rows))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(f"ix_{name}", table_name=table)
