"""Links on PostgreSQL. A link holds the customer's id, which lasts; its number is joined."""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import asyncpg

from app.adapters.postgres.repositories.keyed_records import PostgresKeyedRecords, Table
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.domain.links import (
    CompanyLocationLink,
    LinkedCustomer,
    StoreAddressLink,
    StoreCompanyLink,
    StoreCustomerLink,
    StoreVariantLink,
)


def _joined(table: str) -> str:
    return f", c.no AS customer_no FROM {table} AS t JOIN customers AS c ON c.id = t.customer_id"


def _customer(row: asyncpg.Record) -> LinkedCustomer:
    return LinkedCustomer(id=CustomerId(row["customer_id"]), no=row["customer_no"])


def _party(row: asyncpg.Record, side: str) -> LinkedCustomer | None:
    found = row[f"{side}_customer_id"]
    return LinkedCustomer(id=CustomerId(found), no=row[f"{side}_customer_no"]) if found else None


STORE_CUSTOMERS = Table[StoreCustomerLink](
    name="store_customer_links",
    key=("store_customer_id",),
    joined=_joined("store_customer_links"),
    columns=lambda link: {"store_customer_id": link.store_customer_id, "customer_id": link.customer.id},
    record=lambda row: StoreCustomerLink(
        store_customer_id=ShopifyId(row["store_customer_id"]), customer=_customer(row)
    ),
)
STORE_ADDRESSES = Table[StoreAddressLink](
    name="store_address_links",
    key=("store_customer_id", "address_id"),
    joined=_joined("store_address_links"),
    columns=lambda link: {
        "store_customer_id": link.store_customer_id,
        "address_id": link.address_id,
        "customer_id": link.customer.id,
    },
    record=lambda row: StoreAddressLink(
        store_customer_id=ShopifyId(row["store_customer_id"]), address_id=row["address_id"], customer=_customer(row)
    ),
)
STORE_COMPANIES = Table[StoreCompanyLink](
    name="store_company_links",
    key=("store_company_id",),
    joined=_joined("store_company_links"),
    columns=lambda link: {"store_company_id": link.store_company_id, "customer_id": link.customer.id},
    record=lambda row: StoreCompanyLink(store_company_id=ShopifyId(row["store_company_id"]), customer=_customer(row)),
)
COMPANY_LOCATIONS = Table[CompanyLocationLink](
    name="company_location_links",
    key=("company_location_id",),
    joined=", s.no AS sell_to_customer_no, b.no AS bill_to_customer_no FROM company_location_links AS t"
    " LEFT JOIN customers AS s ON s.id = t.sell_to_customer_id"
    " LEFT JOIN customers AS b ON b.id = t.bill_to_customer_id",
    columns=lambda link: {
        "company_location_id": link.company_location_id,
        "sell_to_customer_id": link.sell_to.id if link.sell_to else None,
        "bill_to_customer_id": link.bill_to.id if link.bill_to else None,
    },
    record=lambda row: CompanyLocationLink(
        company_location_id=ShopifyId(row["company_location_id"]),
        sell_to=_party(row, "sell_to"),
        bill_to=_party(row, "bill_to"),
    ),
)
VARIANT = ("item_no", "variant_code", "unit")


def _variant_columns(link: StoreVariantLink) -> dict[str, Any]:
    return {"store_variant_id": link.store_variant_id, **{name: getattr(link, name) for name in VARIANT}}


STORE_VARIANTS = Table[StoreVariantLink](
    name="store_variant_links",
    key=("store_variant_id",),
    columns=_variant_columns,
    record=lambda row: StoreVariantLink(
        store_variant_id=ShopifyId(row["store_variant_id"]), **{name: row[name] for name in VARIANT}
    ),
)


class PostgresLinks:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    @cached_property
    def store_customers(self) -> PostgresKeyedRecords[StoreCustomerLink]:
        return PostgresKeyedRecords(self._driver, STORE_CUSTOMERS)

    @cached_property
    def store_addresses(self) -> PostgresKeyedRecords[StoreAddressLink]:
        return PostgresKeyedRecords(self._driver, STORE_ADDRESSES)

    @cached_property
    def store_companies(self) -> PostgresKeyedRecords[StoreCompanyLink]:
        return PostgresKeyedRecords(self._driver, STORE_COMPANIES)

    @cached_property
    def company_locations(self) -> PostgresKeyedRecords[CompanyLocationLink]:
        return PostgresKeyedRecords(self._driver, COMPANY_LOCATIONS)

    @cached_property
    def store_variants(self) -> PostgresKeyedRecords[StoreVariantLink]:
        return PostgresKeyedRecords(self._driver, STORE_VARIANTS)

    async def awaited_companies(self, shop: ShopId) -> Sequence[str]:
        rows = await self._driver.fetch(
            "SELECT DISTINCT fact FROM orders, unnest(waits_for) AS fact"
            " WHERE shop_id = $1 AND state = 'blocked' AND starts_with(fact, 'company:')",
            shop,
        )
        return [row["fact"] for row in rows]

    async def unknown_items(self, nos: Collection[str]) -> Sequence[str]:
        rows = await self._driver.fetch("SELECT no FROM items WHERE no = ANY($1) FOR KEY SHARE", list(nos))
        known = {row["no"] for row in rows}
        return [no for no in nos if no not in known]
