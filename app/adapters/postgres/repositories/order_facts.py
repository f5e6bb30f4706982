"""Master data and links for deciding about orders: one statement for customers, one for items, whatever the number."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from app.adapters.postgres.repositories.stored_json import raw_json, recordset
from app.adapters.postgres.tax_id_keys import TAX_IDS
from app.domain.addresses import Address
from app.domain.chosen_customers import LinkKind
from app.domain.customer_lookup import CustomerFacts, CustomerLookup, LocationCustomers
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.domain.item_choice import ItemCandidate, ItemFact, ItemFacts, ItemLink, ItemLookup
from app.domain.shop_settings import TaxIdField
from app.ports.repositories.order_facts import CreatedCustomerRow, NewLink

ENDING = """right(regexp_replace(phone, '[^0-9]+', '', 'g'), 9)"""
"""As ``app.domain.comparison.phone_ending``; there is an index on it."""
_OF_LINK = ("shop_id", "shopify_id", "store_customer_id", "customer_id", "told", "told_at")
MOST_ALIKE = 10
"""So many customers, the first ones, are suggested for a phone that only ends like theirs; thousands may have it."""

_WITH_KEY = """SELECT '{found_by}', wanted.key, same.id FROM unnest(${parameter}::text[]) AS wanted(key)
        CROSS JOIN LATERAL (SELECT id FROM customers WHERE {key} = wanted.key{bounds}) AS same"""
"""One key after another, whatever the server believes of how many customers have it: a bounded sub-select is not made
a part of what surrounds it, and so never becomes a reading of the whole table beside many keys.
"""


def _with_key(found_by: str, key: str, parameter: int, *, bounds: str = " OFFSET 0") -> str:
    return _WITH_KEY.format(found_by=found_by, key=key, parameter=parameter, bounds=bounds)


def _with_tax_id(field: str, parameter: int) -> str:
    return _with_key("tax_id", f"{field} <> '' AND {TAX_IDS[field]}", parameter)


CUSTOMERS = f"""
WITH found(found_by, key, customer_id) AS (
    SELECT 'store_customer', store_customer_id, customer_id FROM store_customer_links
        WHERE shop_id = $1 AND store_customer_id = ANY($2::text[])
    UNION ALL SELECT 'address', address_id, customer_id FROM store_address_links
        WHERE shop_id = $1 AND address_id = ANY($3::text[])
    UNION ALL {_with_key("email", "email_key", 4)}
    UNION ALL {_with_key("phone", "phone_key", 5)}
    UNION ALL {_with_key("phone_ending", ENDING, 11, bounds=f" ORDER BY id LIMIT {MOST_ALIKE}")}
    UNION ALL {_with_key("place", "address_key", 6)}
    UNION ALL {_with_key("no", "no", 7)}
    UNION ALL {_with_key("id", "id", 8)}
    UNION ALL SELECT 'company', store_company_id, customer_id FROM store_company_links
        WHERE shop_id = $1 AND store_company_id = ANY($9::text[])
    UNION ALL SELECT 'location_sell_to', company_location_id, sell_to_customer_id FROM company_location_links
        WHERE shop_id = $1 AND company_location_id = ANY($10::text[])
    UNION ALL SELECT 'location_bill_to', company_location_id, bill_to_customer_id FROM company_location_links
        WHERE shop_id = $1 AND company_location_id = ANY($10::text[])
    UNION ALL {_with_tax_id("registration_no", 12)}
    UNION ALL {_with_tax_id("vat_registration_no", 13)}
)
SELECT found_by, key, customers.* FROM found CROSS JOIN LATERAL (
    SELECT id, no, name, name2, contact_name, email, phone, line1, line2, postal_code, city, county, country_code,
        vat_registration_no, registration_no, payment_terms_code, blocked, shop_id
    FROM customers WHERE id = found.customer_id OFFSET 0
) AS customers
ORDER BY found_by, key, no, id
"""

_ITEMS = """
WITH links AS (
    SELECT store_variant_id, item_no, variant_code, unit FROM store_variant_links
    WHERE shop_id = $1 AND store_variant_id = ANY($2::text[])
), codes AS (
    SELECT kind, code, item_no, variant_code FROM item_codes
    WHERE kind = 'item_no' AND code = ANY($3::text[]) OR kind = 'barcode' AND code = ANY($4::text[])
       OR kind = 'vendor_item_no' AND code = ANY($5::text[])
)
SELECT 'link' AS found_by, store_variant_id AS key, item_no, variant_code, unit, NULL AS description, false AS blocked,
    NULL::jsonb AS variants FROM links
UNION ALL SELECT kind, code, item_no, variant_code, NULL, NULL, false, NULL FROM codes
UNION ALL SELECT 'item', no, no, NULL, base_unit, description, blocked, variants FROM items
    WHERE no IN (SELECT item_no FROM links UNION SELECT item_no FROM codes)
"""

_SERIALISE = """
SELECT pg_advisory_xact_lock(hash) FROM (
    SELECT DISTINCT hashtextextended('orderbridge.customer:' || key, 0) AS hash FROM unnest($1::text[]) AS key
    ORDER BY hash
) AS sorted
"""

_CREATE = "INSERT INTO customers SELECT * FROM json_populate_recordset(NULL::customers, ${0}::json)"

_LINK = """
INSERT INTO {table} (shop_id, {columns}, {of_customer}, told, told_at, version, updated_at)
SELECT shop_id, {columns}, customer_id, told, told_at, 1, $1
FROM unnest(${{0}}::text[], ${{1}}::text[], ${{2}}::text[], ${{3}}::text[], ${{4}}::bytea[], ${{5}}::timestamptz[])
    AS new(shop_id, {key}, {owner}, customer_id, told, told_at)
ON CONFLICT DO NOTHING
"""


def _link_statement(table: str, key: str, *, owner: str | None = None, of_customer: str = "customer_id") -> str:
    columns = f"{owner}, {key}" if owner else key
    return _LINK.format(table=table, columns=columns, of_customer=of_customer, key=key, owner=owner or "nobody")


_LINKS: Mapping[LinkKind, str] = {
    LinkKind.STORE_CUSTOMER: _link_statement("store_customer_links", "store_customer_id"),
    LinkKind.ADDRESS: _link_statement("store_address_links", "address_id", owner="store_customer_id"),
    LinkKind.COMPANY: _link_statement("store_company_links", "store_company_id"),
    LinkKind.COMPANY_LOCATION: _link_statement(
        "company_location_links", "company_location_id", of_customer="sell_to_customer_id"
    ),
}


class PostgresOrderFacts:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def customers(self, shop: ShopId, lookups: Sequence[CustomerLookup]) -> CustomerFacts:
        rows = await self._driver.fetch(
            CUSTOMERS,
            shop,
            _each(lookup.store_customer_id for lookup in lookups),
            _each(address for lookup in lookups for address in lookup.address_ids),
            _each(lookup.email_key for lookup in lookups),
            _each(lookup.phone_key for lookup in lookups),
            _each(key for lookup in lookups for key in lookup.address_keys),
            _each(no for lookup in lookups for no in lookup.customer_nos),
            _each(each for lookup in lookups for each in lookup.customer_ids),
            _each(lookup.company_id for lookup in lookups),
            _each(lookup.company_location_id for lookup in lookups),
            _each(lookup.phone_ending for lookup in lookups),
            *(_tax_ids(lookups, field) for field in TaxIdField),
        )
        return _customer_facts(rows)

    async def items(self, shop: ShopId, lookup: ItemLookup) -> ItemFacts:
        rows = await self._driver.fetch(
            _ITEMS,
            shop,
            list(lookup.variant_ids),
            list(lookup.item_nos),
            list(lookup.barcodes),
            list(lookup.vendor_item_nos),
        )
        return _item_facts(rows)

    async def serialise_creation(self, keys: Collection[str]) -> None:
        if keys:
            # By their hashes in order, so that two batches never wait for each other in a circle.
            await self._driver.execute(_SERIALISE, list(keys))

    async def create(self, customers: Sequence[CreatedCustomerRow], links: Sequence[NewLink], *, now: datetime) -> None:
        written: list[tuple[str, Sequence[object]]] = []
        if customers:
            written.append((_CREATE, [recordset([_row(created, now) for created in customers])]))
        for kind, statement in _LINKS.items():
            of_kind = [link for link in links if link.kind is kind]
            if of_kind:
                written.append((statement, [[getattr(link, name) for link in of_kind] for name in _OF_LINK]))
        if written:
            await self._together(written, now)

    async def _together(self, written: Sequence[tuple[str, Sequence[object]]], now: datetime) -> None:
        """In one statement: whether a link's customer is there is asked when all of it is done."""
        parts: list[str] = []
        parameters: list[object] = [now]
        for statement, given in written:
            first = len(parameters) + 1
            parts.append(f"part_{first} AS ({statement.format(*range(first, first + len(given)))})")
            parameters += given
        await self._driver.execute(f"WITH {', '.join(parts)} SELECT $1::timestamptz", *parameters)

    async def customer_numbers(self, ids: Sequence[CustomerId]) -> Mapping[CustomerId, str | None]:
        rows = await self._driver.fetch("SELECT id, no FROM customers WHERE id = ANY($1::text[])", list(ids))
        return {CustomerId(row["id"]): row["no"] for row in rows}


def _each(values: Any) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _tax_ids(lookups: Sequence[CustomerLookup], field: TaxIdField) -> list[str]:
    return _each(key for lookup in lookups if lookup.tax_id_field is field for key in lookup.tax_id_keys)


def _customer_facts(rows: Sequence[asyncpg.Record]) -> CustomerFacts:
    found: dict[str, dict[str, list[Customer]]] = defaultdict(lambda: defaultdict(list))
    customers: dict[str, Customer] = {}
    for row in rows:
        customer = customers.setdefault(row["id"], _customer(row))
        found[row["found_by"]][row["key"]].append(customer)

    def one(found_by: str) -> dict[str, Customer]:
        return {key: matches[0] for key, matches in found[found_by].items()}

    sell_to, bill_to = one("location_sell_to"), one("location_bill_to")
    return CustomerFacts(
        store_customer_links={ShopifyId(key): customer for key, customer in one("store_customer").items()},
        address_links=one("address"),
        by_email=dict(found["email"]),
        by_phone=dict(found["phone"]),
        by_tax_id=dict(found["tax_id"]),
        by_phone_ending=dict(found["phone_ending"]),
        by_address=dict(found["place"]),
        by_no=one("no"),
        by_id={CustomerId(key): customer for key, customer in one("id").items()},
        company_links={ShopifyId(key): customer for key, customer in one("company").items()},
        company_location_links={
            ShopifyId(key): LocationCustomers(sell_to=sell_to.get(key), bill_to=bill_to.get(key))
            for key in sell_to.keys() | bill_to.keys()
        },
    )


def _customer(row: asyncpg.Record) -> Customer:
    return Customer(
        id=CustomerId(row["id"]),
        no=row["no"],
        name=row["name"],
        name2=row["name2"],
        contact_name=row["contact_name"],
        email=row["email"],
        phone=row["phone"],
        address=Address(
            line1=row["line1"],
            line2=row["line2"],
            postal_code=row["postal_code"],
            city=row["city"],
            county=row["county"],
            country_code=row["country_code"],
        ),
        vat_registration_no=row["vat_registration_no"],
        registration_no=row["registration_no"],
        payment_terms_code=row["payment_terms_code"],
        blocked=row["blocked"],
        shop_id=ShopId(row["shop_id"]) if row["shop_id"] else None,
    )


def _item_facts(rows: Sequence[asyncpg.Record]) -> ItemFacts:
    links: dict[ShopifyId, ItemLink] = {}
    items: dict[str, list[ItemFact]] = {}
    codes: dict[str, dict[str, list[ItemCandidate]]] = {"barcode": {}, "vendor_item_no": {}}
    for row in rows:
        match row["found_by"]:
            case "link":
                links[ShopifyId(row["key"])] = ItemLink(
                    item_no=row["item_no"], variant_code=row["variant_code"], unit=row["unit"]
                )
            case "item":
                items.setdefault(row["item_no"].casefold(), []).append(_item(row))
            case "barcode" | "vendor_item_no" as kind:
                candidate = ItemCandidate(row["item_no"], row["variant_code"] or "")
                codes[kind].setdefault(row["key"], []).append(candidate)
            case _:
                """An item found by its own number: its row is in the answer as well."""
    return ItemFacts(links=links, items=items, barcodes=codes["barcode"], vendor_item_nos=codes["vendor_item_no"])


def _item(row: asyncpg.Record) -> ItemFact:
    variants: list[dict[str, Any]] = msgspec.json.decode(row["variants"])
    return ItemFact(
        no=row["item_no"],
        description=row["description"],
        base_unit=row["unit"],
        blocked=row["blocked"],
        variants={variant["code"]: variant.get("description") or "" for variant in variants},
    )


def _row(created: CreatedCustomerRow, now: datetime) -> dict[str, Any]:
    new = created.customer
    return {
        "id": created.id,
        "name": new.name,
        "name2": new.name2,
        "contact_name": new.contact_name,
        "email": new.email,
        "phone": new.phone,
        "line1": new.address.line1,
        "line2": new.address.line2,
        "postal_code": new.address.postal_code,
        "city": new.address.city,
        "county": new.address.county,
        "country_code": new.address.country_code,
        "vat_registration_no": new.vat_registration_no,
        "registration_no": new.registration_no,
        "payment_terms_code": new.payment_terms_code,
        "blocked": False,
        "email_key": created.email_key,
        "phone_key": created.phone_key,
        "address_key": created.address_key,
        "shop_id": new.shop_id,
        "store_customer_id": new.store_customer_id,
        "store_company_id": new.store_company_id,
        "template_code": new.template_code,
        "tax_area_code": new.tax_area_code,
        "tax_liable": new.tax_liable,
        "vat_business_group": new.vat_business_group,
        "contacts": raw_json(new.contacts) if new.contacts else None,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
