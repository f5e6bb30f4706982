"""Makes many orders of few, by SQL: each with its customer, its document, posted long ago, and its events."""

import asyncpg

BATCH = 25
"""Copies of everything a statement."""
_NO_TRIGGERS = "SET session_replication_role = replica; SET synchronous_commit = off"
_CHANGED = {
    "customers": {
        "id": "{id}",
        "no": "'C' || k || '-' || substr(o.id, 20)",
        "name": "o.name || ' ' || k",
        "email": "k || '.' || o.email",
        "email_key": "k || '.' || o.email_key",
        "phone_key": "o.phone_key || '-' || k",
        "address_key": "o.address_key || '-' || k",
        "store_customer_id": "{outer}",
    },
    "store_customer_links": {"store_customer_id": "{outer}", "customer_id": "{customer_id}"},
    "orders": {
        "id": "{id}",
        "shopify_id": "k || lpad(o.shopify_id, 12, '0')",
        "name": "o.name || '-' || k",
        "store_customer_id": "{outer}",
        "financial_status": "'paid'",
        "fulfilment_status": "'fulfilled'",
        "closed_at": "o.updated_at",
        "updated_at": "o.updated_at - k * interval '1 minute'",
    },
    "sales_documents": {
        "id": "{id}",
        "order_id": "{order_id}",
        "number": "'SO-' || k || '-' || o.number",
        "state": "'posted'",
        "sell_to_customer_id": "{sell_to_customer_id}",
        "bill_to_customer_id": "{bill_to_customer_id}",
        "erp_document_no": "'E-' || k || '-' || o.number",
        "updated_at": "o.updated_at - k * interval '1 minute'",
    },
    "events": {
        "seq": "o.seq - k * $3",
        "id": "{id}",
        "position": "o.position - k * $3",
        "resource_id": "{resource_id}",
    },
}
"""By table: what is not as in the row that is copied. Ids of copies sort before those of all originals."""
_ORIGINALS = {
    "customers": "o.id >= 'cus_01'",
    "store_customer_links": "o.customer_id >= 'cus_01'",
    "orders": "o.id >= 'ord_01'",
    "sales_documents": "o.id >= 'doc_01'",
    "events": "o.id >= 'evt_01'",
}


async def copy_everything(database: str, *, times: int) -> None:
    """``times`` copies of every order and of what hangs on it; fewer than ten thousand."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(_NO_TRIGGERS)
        # Copies stand before the originals, which are moved up to make room.
        events: int = await connection.fetchval("SELECT max(seq) FROM events")
        await connection.execute("UPDATE event_positions SET last = last + $1", events * times)
        await connection.execute("UPDATE events SET seq = seq + $1, position = position + $1", events * times)
        await connection.execute("SELECT setval(pg_get_serial_sequence('events', 'seq'), $1)", events * (times + 1))
        for table in _CHANGED:
            statement = await _statement(connection, table)
            arguments = [events] if "$3" in statement else []
            for first in range(1, times + 1, BATCH):
                await connection.execute(statement, first, min(first + BATCH - 1, times), *arguments)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _statement(connection: asyncpg.Connection, table: str) -> str:
    rows = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position", table
    )
    columns = [row["column_name"] for row in rows]
    values = ", ".join(_value(table, column) for column in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE SELECT {values}"  # noqa: S608 - names of our own
        f" FROM {table} AS o, generate_series($1::int, $2::int) AS k WHERE {_ORIGINALS[table]}"
    )


def _value(table: str, column: str) -> str:
    written = _CHANGED[table].get(column, f"o.{column}")
    if written == "{outer}":
        return f"k || lpad(o.{column}, 12, '0')"
    if written == f"{{{column}}}":
        return f"substr(o.{column}, 1, 4) || '0' || lpad(k::text, 5, '0') || substr(o.{column}, 11)"
    return written
