"""All tables. Rows live in this ring only and validate nothing (decision 7)."""

from app.adapters.postgres.tables import (
    audit,
    catalogs,
    console,
    exchanges,
    gift_cards,
    mappings,
    master_data,
    orders,
    payouts,
    privacy,
    products,
    shipments,
    stock,
    stores,
    webhooks_out,
    work,
    write_backs,
)
from app.adapters.postgres.tables.base import metadata

__all__ = [
    "audit",
    "catalogs",
    "console",
    "exchanges",
    "gift_cards",
    "mappings",
    "master_data",
    "metadata",
    "orders",
    "payouts",
    "privacy",
    "products",
    "shipments",
    "stock",
    "stores",
    "webhooks_out",
    "work",
    "write_backs",
]
