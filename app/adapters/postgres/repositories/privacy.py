"""Privacy requests on PostgreSQL: finding a person, taking it out of every table, and the tombstones of it (P83)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from app.adapters.postgres.page_keys import Conditions, key_of, moment_and_id
from app.adapters.postgres.personal_rows import PERSONAL_ROWS, PersonalRows
from app.adapters.postgres.repositories.orders import PostgresOrders
from app.adapters.postgres.repositories.paging import page_of
from app.adapters.postgres.repositories.stored_json import decoder, encoded, recordset
from app.adapters.postgres.store_removal import removal_statements
from app.domain.identifiers import CustomerId, OrderId, ShopId, ShopifyId, StoreId
from app.domain.orders import Order
from app.domain.privacy import ANSWERED_WITHIN, Person, PrivacyKind, PrivacyState
from app.domain.redaction import names_in, without_person
from app.ports.paging import Page, PageRequest
from app.ports.repositories.privacy import NewPrivacyRequest, PrivacyRequest, Traces

SHORTEST_TEXT = 6
"""Shorter ones would be found everywhere."""

_person = decoder(Person)
_order = decoder(Order)

_ADD = """
INSERT INTO privacy_requests (id, store_id, webhook_id, kind, person, state, detail, counts, received_at, due_at)
SELECT id, store_id, webhook_id, kind, person, 'waiting', '', '{}', received_at, received_at
FROM json_populate_recordset(NULL::privacy_requests, $1)
ON CONFLICT (store_id, webhook_id) DO NOTHING
"""

_SHOWN = """
SELECT r.id, r.store_id, st.store_domain, r.kind, r.state, r.detail, r.person, r.counts, r.received_at, r.done_at
FROM privacy_requests AS r JOIN stores AS st ON st.id = r.store_id
"""

_DUE = f"""{_SHOWN}
WHERE r.store_id = $1 AND r.state = 'waiting' AND r.due_at <= $2
ORDER BY r.received_at, r.id LIMIT 1 FOR UPDATE OF r SKIP LOCKED
"""

_ORDERS = """
SELECT id, shopify_id, mapping, body FROM orders
WHERE store_id = $1 AND (
    shopify_id = ANY($2::text[]) OR store_customer_id = $3
    OR ($3 IS NULL AND store_customer_id IS NULL AND (
        ($4 <> '' AND lower(body->>'email') = $4) OR ($5 <> '' AND body->>'phone' = $5)))
)
ORDER BY id
"""
"""With an id the id finds; only who has none is looked for by e-mail and phone, among orders of guests."""

_CUSTOMERS = """
SELECT id, no, store_customer_id FROM customers
WHERE store_customer_id = $2 AND shop_id IN (SELECT id FROM shops WHERE store_id = $1)
UNION
SELECT c.id, c.no, c.store_customer_id FROM customers AS c JOIN store_customer_links AS l ON l.customer_id = c.id
WHERE l.store_customer_id = $2 AND l.shop_id IN (SELECT id FROM shops WHERE store_id = $1)
"""

_GUESTS = """
SELECT id, no, store_customer_id FROM customers
WHERE shop_id IN (SELECT id FROM shops WHERE store_id = $1) AND (email_key = $2 OR phone_key = $3)
"""

_UNCOLLECTED = """
SELECT count(*) FROM sales_documents
WHERE order_id = ANY($1::text[]) AND state IN ('open', 'released') AND unlinked_at IS NULL
"""

_TOMBSTONES = """
INSERT INTO forgotten_orders (store_id, shopify_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING
"""


class PostgresPrivacy:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def add(self, requests: Sequence[NewPrivacyRequest]) -> None:
        rows = [
            {
                "id": each.id,
                "store_id": each.store_id,
                "webhook_id": each.webhook_id,
                "kind": each.kind,
                "person": asdict(each.person),
                "received_at": each.received_at,
            }
            for each in requests
        ]
        if rows:
            await self._driver.execute(_ADD, recordset(rows))

    async def locked_due(self, store: StoreId, *, now: datetime) -> PrivacyRequest | None:
        row = await self._driver.fetchrow(_DUE, store, now)
        return _request(row) if row else None

    async def hold_imports(self, store: StoreId, orders: Collection[ShopifyId]) -> None:
        # The import locks these rows before all others: what it is just writing is there when this goes on.
        await self._driver.execute(
            "SELECT id FROM orders_to_import WHERE store_id = $1 AND shopify_id = ANY($2::text[])"
            " ORDER BY id FOR UPDATE",
            store,
            list(orders),
        )

    async def traces(self, store: StoreId, person: Person, *, email_key: str, phone_key: str) -> Traces:
        orders = await self._driver.fetch(
            _ORDERS, store, list(person.orders), person.customer_id, person.email.lower(), person.phone
        )
        customers = (
            await self._driver.fetch(_CUSTOMERS, store, person.customer_id)
            if person.customer_id
            else await self._driver.fetch(_GUESTS, store, email_key or None, phone_key or None)
        )
        ids = [row["id"] for row in orders]
        documents = await self._driver.fetch("SELECT id FROM sales_documents WHERE order_id = ANY($1::text[])", ids)
        created = [row for row in customers if row["store_customer_id"] is not None or person.customer_id is None]
        named = [*(row["shopify_id"] for row in orders), *person.orders, person.customer_id or "", person.email.lower()]
        called = {name.lower() for row in orders for name in names_in(msgspec.json.decode(row["body"]))}
        ours = [*ids, *(row["id"] for row in documents), *(row["id"] for row in customers)]
        return Traces(
            orders=tuple(map(OrderId, ids)),
            shopify_orders=tuple(sorted({*(ShopifyId(row["shopify_id"]) for row in orders), *person.orders})),
            documents=tuple(row["id"] for row in documents),
            created_customers=tuple(CustomerId(row["id"]) for row in created),
            erp_customer_nos=tuple(sorted(row["no"] for row in customers if row["no"] and row not in created)),
            texts=tuple(sorted({text for text in (*named, *ours) if len(text) >= SHORTEST_TEXT})),
            names=tuple(sorted(name for name in {*called, person.phone} if len(name) >= SHORTEST_TEXT)),
        )

    async def uncollected(self, orders: Collection[OrderId]) -> int:
        number: int = await self._driver.fetchval(_UNCOLLECTED, list(orders))
        return number

    async def export(self, store: StoreId, person: Person, traces: Traces) -> Mapping[str, Sequence[Any]]:
        """Bodies that only name the person, such as webhooks and answers, hold nothing that is not in the rest."""
        found: dict[str, Sequence[Any]] = {}
        for rows in PERSONAL_ROWS:
            if rows.own:
                columns = ", ".join(dict.fromkeys((*rows.key, *rows.rewritten, *rows.blanked)))
                held = await self._fetch(rows, f"SELECT to_jsonb(held) FROM (SELECT {columns}", store, person, traces)
                found[rows.table] = [msgspec.json.decode(row[0]) for row in held]
        return found

    async def _fetch(
        self, rows: PersonalRows, select: str, store: StoreId, person: Person, traces: Traces
    ) -> Sequence[asyncpg.Record]:
        order = ", ".join(rows.key)
        statement = f"{select} FROM {rows.table} WHERE {rows.found_by} ORDER BY {order}) AS held"
        found: list[asyncpg.Record] = await self._driver.fetch(_typed(statement), *_parameters(store, person, traces))
        return found

    async def forget(self, store: StoreId, person: Person, traces: Traces) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        await self._driver.execute(_TOMBSTONES, store, list(traces.shopify_orders))
        for rows in PERSONAL_ROWS:
            if done := await self._forget(rows, store, person, traces):
                counts[rows.table] = counts.get(rows.table, 0) + done
        return counts

    async def _forget(self, rows: PersonalRows, store: StoreId, person: Person, traces: Traces) -> int:
        parameters = _parameters(store, person, traces)
        if rows.deleted:
            return _number(
                await self._driver.execute(_typed(f"DELETE FROM {rows.table} WHERE {rows.found_by}"), *parameters)
            )
        if not rows.rewritten:
            values = ", ".join(f"{column} = {value}" for column, value in rows.blanked.items())
            statement = f"UPDATE {rows.table} SET {values} WHERE {rows.found_by}"
            return _number(await self._driver.execute(_typed(statement), *parameters))
        columns = ", ".join((*rows.key, *rows.rewritten))
        found = await self._driver.fetch(
            _typed(f"SELECT {columns} FROM {rows.table} WHERE {rows.found_by} FOR UPDATE"), *parameters
        )
        if found:
            await self._rewrite(rows, found)
        return len(found)

    async def _rewrite(self, rows: PersonalRows, found: Sequence[asyncpg.Record]) -> None:
        new = [
            {**{name: row[name] for name in rows.key}, **{name: _rewritten(row[name]) for name in rows.rewritten}}
            for row in found
        ]
        values = [f"{column} = new.{column}" for column in rows.rewritten]
        values += [f"{column} = {value}" for column, value in rows.blanked.items()]
        if rows.table == "orders":
            values.append("body_hash = new.body_hash")
            for row in new:
                row["body_hash"] = PostgresOrders(self._driver).digest(_order.decode(row["body"]))
        same = " AND ".join(f"old.{name} = new.{name}" for name in rows.key)
        await self._driver.execute(
            f"UPDATE {rows.table} AS old SET {', '.join(values)}"
            f" FROM json_populate_recordset(NULL::{rows.table}, $1) AS new WHERE {same}",
            recordset(new),
        )

    async def forget_store(self, store: StoreId) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for table, statement in removal_statements():
            if done := _number(await self._driver.execute(statement, store)):
                counts[table] = counts.get(table, 0) + done
        return counts

    async def forgotten(self, store: StoreId, orders: Collection[ShopifyId]) -> Collection[ShopifyId]:
        rows = await self._driver.fetch(
            "SELECT shopify_id FROM forgotten_orders WHERE store_id = $1 AND shopify_id = ANY($2::text[])",
            store,
            list(orders),
        )
        return frozenset(ShopifyId(row["shopify_id"]) for row in rows)

    async def credentials_given(self, store: StoreId, *, since: datetime) -> bool:
        found: bool = await self._driver.fetchval(
            "SELECT EXISTS (SELECT FROM stores WHERE id = $1 AND credentials_set_at > $2)", store, since
        )
        return found

    async def put_off(self, request: str, *, until: datetime, detail: str) -> None:
        await self._driver.execute(
            "UPDATE privacy_requests SET due_at = $2, detail = $3 WHERE id = $1", request, until, detail
        )

    async def finish(
        self,
        request: str,
        state: PrivacyState,
        *,
        detail: str,
        counts: Mapping[str, int],
        keep_person: bool,
        now: datetime,
    ) -> None:
        await self._driver.execute(
            "UPDATE privacy_requests SET state = $2, detail = $3, counts = $4, done_at = $5,"
            " person = CASE WHEN $6 THEN person ELSE $7 END WHERE id = $1",
            request,
            state,
            detail,
            encoded(counts).decode(),
            now,
            keep_person,
            encoded(Person()).decode(),
        )

    async def page(self, shops: Collection[ShopId] | None, request: PageRequest) -> Page[PrivacyRequest]:
        where = _visible(shops, request.limit + 1)
        if request.after is not None:
            where.add("(r.received_at, r.id) > ({0}::timestamptz, {1})", *moment_and_id(request.after))
        rows = await self._driver.fetch(
            f"{_SHOWN} WHERE {where} ORDER BY r.received_at, r.id LIMIT $1", *where.parameters
        )
        return page_of(rows, request, shape=_request, key=lambda row: key_of(row["received_at"], row["id"]))

    async def one(
        self, request: str, shops: Collection[ShopId] | None, *, locked: bool = False
    ) -> PrivacyRequest | None:
        where = _visible(shops, request)
        lock = " FOR UPDATE OF r" if locked else ""
        row = await self._driver.fetchrow(f"{_SHOWN} WHERE r.id = $1 AND {where}{lock}", *where.parameters)
        return _request(row) if row else None


def _visible(shops: Collection[ShopId] | None, first: object) -> Conditions:
    """Of stores whose shops the caller sees, all of them: a person bought from the store, not from one shop."""
    where = Conditions(first)
    where.add_given(
        "NOT EXISTS (SELECT FROM shops WHERE store_id = r.store_id AND id <> ALL({0}::text[]))"
        " AND EXISTS (SELECT FROM shops WHERE store_id = r.store_id)",
        None if shops is None else sorted(shops),
    )
    return where


def _parameters(store: StoreId, person: Person, traces: Traces) -> list[object]:
    return [
        list(traces.orders),
        list(traces.shopify_orders),
        list(traces.created_customers),
        person.customer_id,
        list(traces.texts),
        store,
        list(traces.names),
    ]


def _typed(statement: str) -> str:
    """The statement with every parameter in it: one that a statement does not use must have a type, too."""
    types = "$1::text[], $2::text[], $3::text[], $4::text, $5::text[], $6::text, $7::text[]"
    return f"WITH given AS (SELECT {types}) {statement}"


def _rewritten(stored: str | None) -> msgspec.Raw | None:
    return None if stored is None else msgspec.Raw(msgspec.json.encode(without_person(msgspec.json.decode(stored))))


def _request(row: asyncpg.Record) -> PrivacyRequest:
    return PrivacyRequest(
        id=row["id"],
        store_id=StoreId(row["store_id"]),
        store_domain=row["store_domain"],
        kind=PrivacyKind(row["kind"]),
        state=PrivacyState(row["state"]),
        detail=row["detail"],
        person=_person.decode(row["person"]),
        counts=msgspec.json.decode(row["counts"]),
        received_at=row["received_at"],
        answer_by=row["received_at"] + ANSWERED_WITHIN,
        done_at=row["done_at"],
    )


def _number(done: str) -> int:
    return int(done.rpartition(" ")[2])
