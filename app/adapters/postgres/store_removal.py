"""Statements that delete everything of a store, derived from the tables: no table can be forgotten (P83, S15).

Loads the tables' descriptions, which no process needs otherwise: only called when a store is really removed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

STAYS = frozenset({"stores", "privacy_requests"})
"""The store's domain and secret are kept for late webhooks; the requests say what was done."""

SHARED = frozenset({"customers"})
"""Rows that several stores may use: they end only where nothing else names them."""

_OF_STORE = "store_id = $1"
_OF_SHOPS = "shop_id IN (SELECT id FROM shops WHERE store_id = $1)"

_OWN_CUSTOMERS = f"""
DELETE FROM customers AS gone WHERE {_OF_SHOPS} AND NOT EXISTS (
    SELECT FROM shops JOIN store_customer_links AS link ON link.shop_id = shops.id
    WHERE link.customer_id = gone.id AND shops.store_id <> $1
) AND NOT EXISTS (
    SELECT FROM sales_documents AS other JOIN shops ON shops.id = other.shop_id
    WHERE shops.store_id <> $1 AND gone.id IN (other.sell_to_customer_id, other.bill_to_customer_id)
)
"""
"""Customers that were made of the store's."""


def removal_statements() -> Sequence[tuple[str, str]]:
    """Tables and the statements about them, in an order that references allow; ``$1`` is the store."""
    from app.adapters.postgres.tables import metadata  # noqa: PLC0415

    tables = {table.name: table for table in metadata.sorted_tables}
    conditions = dict(_conditions(tables))
    ends = [name for name in reversed(tables) if name in conditions and name not in STAYS | SHARED]
    shops_last = sorted(ends, key=lambda name: name == "shops")
    statements = [(name, f"DELETE FROM {name} WHERE {conditions[name]}") for name in shops_last]
    return [*statements[:-1], ("customers", _OWN_CUSTOMERS), statements[-1]]


def _conditions(tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What of each table is the store's: by its own columns, else by what it refers to."""
    known: dict[str, str] = {}
    for name, table in tables.items():
        condition = _own(table) or _referred(table, known)
        if condition:
            known[name] = condition
            yield name, condition


def _own(table: Any) -> str:
    if "store_id" in table.columns:
        return _OF_STORE
    return _OF_SHOPS if "shop_id" in table.columns else ""


def _referred(table: Any, known: Mapping[str, str]) -> str:
    for key in table.foreign_keys:
        parent = key.column.table.name
        if parent in known and parent not in SHARED:
            return f"{key.parent.name} IN (SELECT {key.column.name} FROM {parent} WHERE {known[parent]})"
    return ""
