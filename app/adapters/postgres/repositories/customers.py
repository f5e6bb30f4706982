"""Customers on PostgreSQL: by number, by our id, and the moving of everything that hangs on one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from app.adapters.postgres.repositories.paging import Numbered, numbered_page, page_of
from app.adapters.postgres.repositories.stored_json import decoder, recordset
from app.adapters.postgres.searched_words import CUSTOMER_WORDS
from app.adapters.postgres.ulid import new_id
from app.domain.addresses import Address
from app.domain.chosen_customers import LinkKind
from app.domain.customer_updates import SAID_BYTES
from app.domain.customers import Customer, CustomerContact
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.ports.paging import Page, PageRequest
from app.ports.repositories.customers import (
    CustomerKeys,
    CustomerLink,
    Customers,
    KeptCustomer,
    RenumberedDocument,
    Told,
    UpdatedCustomer,
)

_contacts = decoder(tuple[CustomerContact, ...])

SELECT = "SELECT c.*, s.code AS shop_code FROM customers AS c LEFT JOIN shops AS s ON s.id = c.shop_id"
NUMBERED = Numbered(table="customers", select=SELECT, words=CUSTOMER_WORDS, alias="c.")
TEXTS = (
    "name", "name2", "contact_name", "email", "phone", "vat_registration_no", "registration_no", "payment_terms_code",
)  # fmt: skip
PLACE = ("line1", "line2", "postal_code", "city", "county", "country_code")
KEYS = ("email_key", "phone_key", "address_key")
WRITTEN = (*TEXTS, *PLACE, "blocked", *KEYS)
LINKS = (
    ("store_customer_links", "customer_id"),
    ("store_address_links", "customer_id"),
    ("store_company_links", "customer_id"),
    ("company_location_links", "sell_to_customer_id"),
    ("company_location_links", "bill_to_customer_id"),
)
PARTIES = ("sell_to", "bill_to")
TAX = ("tax_area_code", "tax_liable", "vat_business_group")
UPDATE = f"""
UPDATE customers AS c SET {", ".join(f"{name} = new.{name}" for name in (*TEXTS, *PLACE, *KEYS))},
    {", ".join(f"{name} = CASE WHEN c.no IS NULL THEN new.{name} ELSE c.{name} END" for name in TAX)},
    version = c.version + 1, updated_at = $2
FROM json_populate_recordset(NULL::customers, $1::json) AS new WHERE c.id = new.id
RETURNING c.id, c.version
"""
LINK_FIELDS = ("shop_id", "kind", "shopify_id", "store_customer_id", "customer_id")
LINK_TABLES: Mapping[LinkKind, tuple[str, str, str]] = {
    LinkKind.STORE_CUSTOMER: ("store_customer_links", "store_customer_id", "customer_id"),
    LinkKind.ADDRESS: ("store_address_links", "address_id", "customer_id"),
    LinkKind.COMPANY: ("store_company_links", "store_company_id", "customer_id"),
    LinkKind.COMPANY_LOCATION: ("company_location_links", "company_location_id", "sell_to_customer_id"),
}
"""Table, what is linked, and to whom."""
LINKED = "\n    UNION ALL ".join(
    f"SELECT asked.*, t.told, t.told_at FROM {table} AS t JOIN asked ON asked.kind = '{kind}'"
    f" AND (t.shop_id, t.{key}, t.{customer}) = (asked.shop_id, asked.shopify_id, asked.customer_id)"
    + (" AND t.store_customer_id = asked.store_customer_id" if kind is LinkKind.ADDRESS else "")
    for kind, (table, key, customer) in LINK_TABLES.items()
)
OF_OTHERS = """EXISTS (SELECT FROM {0} AS other WHERE other.shop_id = linked.shop_id
        AND linked.customer_id IN ({1}) AND {2})"""
SHARED = " OR ".join(
    OF_OTHERS.format(table, customers, others)
    for table, customers, others in (
        *(
            (table, "other.customer_id", "other.store_customer_id <> linked.store_customer_id")
            for table in ("store_customer_links", "store_address_links")
        ),
        (
            "store_company_links",
            "other.customer_id",
            f"(linked.kind, linked.shopify_id) <> ('{LinkKind.COMPANY}', other.store_company_id)",
        ),
        (
            "company_location_links",
            "other.sell_to_customer_id, other.bill_to_customer_id",
            f"(linked.kind, linked.shopify_id) <> ('{LinkKind.COMPANY_LOCATION}', other.company_location_id)",
        ),
    )
)
TOLD = f"""
WITH asked AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS given(shop_id, kind, shopify_id, store_customer_id, customer_id)
), linked AS (
    {LINKED}
)
SELECT linked.*, {SHARED} AS shared FROM linked
"""
TOLD_OF_ANOTHER = f"told = substr(told, 1, {SAID_BYTES}) || convert_to($2, 'UTF8'), "
"""What was said of a created customer is said of the one that takes its place."""
NOTES: Mapping[LinkKind, str] = {
    kind: f"UPDATE {table} AS link SET told = new.told, told_at = new.told_at"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::timestamptz[])"
    " AS new(shop_id, shopify_id, store_customer_id, told, told_at)"
    f" WHERE link.shop_id = new.shop_id AND link.{key} = new.shopify_id"
    + (" AND link.store_customer_id = new.store_customer_id" if kind is LinkKind.ADDRESS else "")
    for kind, (table, key, _) in LINK_TABLES.items()
}


class PostgresCustomers(Customers):
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def by_no(self, no: str) -> CustomerId | None:
        found = await self._driver.fetchval("SELECT id FROM customers WHERE no = $1 FOR KEY SHARE", no)
        return CustomerId(found) if found else None

    async def find(self, no: str) -> KeptCustomer | None:
        return await self._one("WHERE c.no = $1", no)

    async def locked(self, no: str) -> KeptCustomer | None:
        return await self._one("WHERE c.no = $1 FOR UPDATE OF c", no)

    async def locked_by_id(self, customer: CustomerId) -> KeptCustomer | None:
        return await self._one("WHERE c.id = $1 FOR UPDATE OF c", customer)

    async def new(self, customer: CustomerId) -> KeptCustomer | None:
        return await self._one("WHERE c.id = $1 AND c.no IS NULL", customer)

    async def _one(self, condition: str, value: str) -> KeptCustomer | None:
        row = await self._driver.fetchrow(f"{SELECT} {condition}", value)
        return _kept(row) if row else None

    async def page(
        self, request: PageRequest, *, updated_from: datetime | None, search: str | None = None
    ) -> Page[KeptCustomer]:
        return await numbered_page(
            self._driver, NUMBERED, request, updated_from=updated_from, search=search, shape=_kept
        )

    async def save(self, customer: Customer, keys: CustomerKeys, *, now: datetime) -> KeptCustomer:
        values = [getattr(customer, name) for name in TEXTS]
        values += [getattr(customer.address, name) for name in PLACE]
        values += [customer.blocked, keys.email, keys.phone, keys.address]
        places = ", ".join(f"${place + 4}" for place in range(len(values)))
        updates = ", ".join(f"{name} = excluded.{name}" for name in WRITTEN)
        await self._driver.execute(
            f"INSERT INTO customers AS c (id, no, created_at, updated_at, version, {', '.join(WRITTEN)})"
            f" VALUES ($1, $2, $3, $3, 1, {places}) ON CONFLICT (no) DO UPDATE SET {updates},"
            " version = c.version + 1, updated_at = excluded.updated_at",
            new_id("cus"),
            customer.no,
            now,
            *values,
        )
        kept = await self.find(str(customer.no))
        assert kept is not None
        return kept

    async def number(self, customer: CustomerId, no: str, *, now: datetime) -> None:
        await self._driver.execute(
            "UPDATE customers SET no = $2, version = version + 1, updated_at = $3 WHERE id = $1", customer, no, now
        )

    async def new_page(self, request: PageRequest, *, shops: Sequence[ShopId] | None) -> Page[KeptCustomer]:
        after, last = request.after or ("0001-01-01T00:00:00+00:00", "")
        rows = await self._driver.fetch(
            f"{SELECT} WHERE c.no IS NULL AND (c.created_at, c.id) > ($1, $2)"
            " AND ($3::text[] IS NULL OR c.shop_id = ANY($3)) ORDER BY c.created_at, c.id LIMIT $4",
            datetime.fromisoformat(str(after)),
            last,
            None if shops is None else list(shops),
            request.limit + 1,
        )
        return page_of(rows, request, shape=_kept, key=lambda row: (row["created_at"].isoformat(), row["id"]))

    async def show_number(self, customer: CustomerId, no: str, *, now: datetime) -> Sequence[RenumberedDocument]:
        found: dict[str, RenumberedDocument] = {}
        for party in PARTIES:
            rows = await self._driver.fetch(
                "UPDATE sales_documents SET content = jsonb_set(content, ARRAY[$4, 'customer_no'], to_jsonb($2::text)),"
                f" revision = revision + 1, updated_at = $3 WHERE {party}_customer_id = $1"
                " AND content #>> ARRAY[$4, 'customer_no'] IS DISTINCT FROM $2"
                " RETURNING id, shop_id, version",
                customer,
                no,
                now,
                party,
            )
            for row in rows:
                found[row["id"]] = RenumberedDocument(
                    id=row["id"], shop_id=ShopId(row["shop_id"]), version=row["version"]
                )
        return [found[each] for each in sorted(found)]

    async def replace_by(self, created: CustomerId, existing: CustomerId, *, now: datetime) -> None:
        for table, column in LINKS:
            told = "" if column == "bill_to_customer_id" else TOLD_OF_ANOTHER
            await self._driver.execute(
                f"UPDATE {table} SET {column} = $2, {told}version = version + 1, updated_at = $3 WHERE {column} = $1",
                created,
                existing,
                now,
            )
        for party in PARTIES:
            await self._driver.execute(
                f"UPDATE sales_documents SET {party}_customer_id = $2,"
                " content = jsonb_set(content, ARRAY[$3, 'customer_id'], to_jsonb($2::text))"
                f" WHERE {party}_customer_id = $1",
                created,
                existing,
                party,
            )
            await self._driver.execute(
                "UPDATE orders SET mapping = jsonb_set(mapping, ARRAY[$3], to_jsonb($2::text)),"
                " version = version + 1, updated_at = $4 WHERE mapping ->> $3 = $1",
                created,
                existing,
                f"{party}_customer_id",
                now,
            )
        await self._driver.execute("DELETE FROM customers WHERE id = $1", created)

    async def locked_many(self, customers: Sequence[CustomerId]) -> Mapping[CustomerId, KeptCustomer]:
        rows = await self._driver.fetch(
            f"{SELECT} WHERE c.id = ANY($1::text[]) ORDER BY c.id FOR NO KEY UPDATE OF c", list(customers)
        )
        return {CustomerId(row["id"]): _kept(row) for row in rows}

    async def told(self, links: Sequence[CustomerLink]) -> Sequence[Told]:
        rows = await self._driver.fetch(
            TOLD,
            *([getattr(link, name) for link in links] for name in LINK_FIELDS),
        )
        return [
            Told(
                link=CustomerLink(**{name: row[name] for name in LINK_FIELDS} | {"kind": LinkKind(row["kind"])}),
                digest=row["told"],
                read_at=row["told_at"],
                shared=row["shared"],
            )
            for row in rows
        ]

    async def update_many(self, customers: Sequence[UpdatedCustomer], *, now: datetime) -> Mapping[CustomerId, int]:
        rows = await self._driver.fetch(UPDATE, recordset([_update_row(each) for each in customers]), now)
        return {CustomerId(row["id"]): row["version"] for row in rows}

    async def note_told(self, told: Sequence[Told]) -> None:
        for kind, statement in NOTES.items():
            of_kind = [each for each in told if each.link.kind is kind]
            if of_kind:
                await self._driver.execute(
                    statement,
                    [each.link.shop_id for each in of_kind],
                    [each.link.shopify_id for each in of_kind],
                    [each.link.store_customer_id for each in of_kind],
                    [each.digest for each in of_kind],
                    [each.read_at for each in of_kind],
                )

    async def links(self, customer: CustomerId) -> int:
        counts = " + ".join(f"(SELECT count(*) FROM {table} WHERE {column} = $1)" for table, column in LINKS)
        found: int = await self._driver.fetchval(f"SELECT {counts}", customer)
        return found

    async def unlink(self, customer: CustomerId) -> None:
        for table, column in LINKS:
            if column == "customer_id":
                await self._driver.execute(f"DELETE FROM {table} WHERE customer_id = $1", customer)
            else:
                await self._driver.execute(f"UPDATE {table} SET {column} = NULL WHERE {column} = $1", customer)
        await self._driver.execute(
            "DELETE FROM company_location_links WHERE sell_to_customer_id IS NULL AND bill_to_customer_id IS NULL"
        )

    async def has_documents(self, customer: CustomerId) -> bool:
        found: bool = await self._driver.fetchval(
            "SELECT EXISTS (SELECT FROM sales_documents WHERE sell_to_customer_id = $1 OR bill_to_customer_id = $1)",
            customer,
        )
        return found

    async def delete(self, customer: CustomerId, *, now: datetime) -> None:
        for party in PARTIES:
            await self._driver.execute(
                "UPDATE orders SET mapping = jsonb_set(mapping, ARRAY[$2], 'null'), version = version + 1,"
                " updated_at = $3, document_due_at = CASE WHEN documents_on_request OR state = 'processed'"
                " THEN document_due_at ELSE $3 END WHERE mapping ->> $2 = $1",
                customer,
                f"{party}_customer_id",
                now,
            )
        await self._driver.execute("DELETE FROM customers WHERE id = $1", customer)


def _update_row(updated: UpdatedCustomer) -> dict[str, Any]:
    customer, keys = updated.customer, updated.keys
    return {
        "id": customer.id,
        **{name: getattr(customer, name) for name in TEXTS},
        **{name: getattr(customer.address, name) for name in PLACE},
        **{name: getattr(updated, name) for name in TAX},
        "email_key": keys.email,
        "phone_key": keys.phone,
        "address_key": keys.address,
    }


def _kept(row: asyncpg.Record) -> KeptCustomer:
    customer = Customer(
        id=CustomerId(row["id"]),
        no=row["no"],
        address=Address(**{name: row[name] for name in PLACE}),
        blocked=row["blocked"],
        **{name: row[name] for name in TEXTS},
    )
    return KeptCustomer(
        customer=customer,
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        shop_id=ShopId(row["shop_id"]) if row["shop_id"] else None,
        shop_code=row["shop_code"],
        store_customer_id=ShopifyId(row["store_customer_id"]) if row["store_customer_id"] else None,
        store_company_id=ShopifyId(row["store_company_id"]) if row["store_company_id"] else None,
        template_code=row["template_code"],
        tax_area_code=row["tax_area_code"] or None,
        tax_liable=row["tax_liable"],
        vat_business_group=row["vat_business_group"] or None,
        contacts=_contacts.decode(row["contacts"] or "[]"),
    )
