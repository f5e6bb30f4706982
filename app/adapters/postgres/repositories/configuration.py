"""A store's configuration in one statement: the store, its shops, and every mapping table of theirs."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from app.adapters.postgres.repositories.keyed_records import Table
from app.adapters.postgres.repositories.mapping_tables import (
    CURRENCIES,
    CUSTOMER_TEMPLATES,
    LOCATIONS,
    PAYMENT_METHODS,
    PAYMENT_TERMS,
    SHIPMENT_METHODS,
    STAFF,
    TAX_AREAS,
)
from app.domain.identifiers import ShopId, ShopifyId, StoreId
from app.domain.mappings import Mappings
from app.domain.settings_values import settings_from_json
from app.ports.repositories.configuration import ShopConfiguration, StoreConfiguration
from app.ports.store_gateway import StoreRef

_OF_SHOPS = (
    "location_mappings",
    "shipment_method_mappings",
    "payment_method_mappings",
    "payment_terms_mappings",
    "staff_mappings",
    "customer_templates",
)

# Rows that wait to be mapped decide nothing, and of countries and provinces there may be thousands.
_MAPPED_TEMPLATE = (
    " AND (default_customer_no IS NOT NULL OR template_code IS NOT NULL OR prices_include_tax IS NOT NULL)"
)

_TABLES = ",\n    ".join(
    f"(SELECT json_agg({table}) FROM {table} JOIN shops ON shops.id = {table}.shop_id"
    f" WHERE shops.store_id = stores.id{_MAPPED_TEMPLATE if table == 'customer_templates' else ''}) AS {table}"
    for table in _OF_SHOPS
)

_STORE = f"""
SELECT to_json(stores) AS store,
    (SELECT json_agg(shops ORDER BY created_at, id) FROM shops WHERE store_id = stores.id) AS shops,
    {_TABLES},
    (
        SELECT json_agg(tax_areas ORDER BY country_code, province) FROM tax_areas
        WHERE tax_area_code IS NOT NULL OR vat_business_group IS NOT NULL
    ) AS tax_areas,
    (SELECT json_agg(currency_mappings) FROM currency_mappings WHERE currency_code IS NOT NULL) AS currency_mappings
FROM (
    SELECT id, store_domain, plan, currency, time_zone, country_code, granted_scopes,
           access_revoked_at, access_revoked_reason, described_at, orders_listed_at
    FROM stores WHERE id = $1 AND deleted_at IS NULL
) AS stores
"""

Rows = list[dict[str, Any]]
Record = TypeVar("Record")


class PostgresConfigurations:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def of_store(self, store: StoreId) -> StoreConfiguration | None:
        row = await self._driver.fetchrow(_STORE, store)
        if row is None:
            return None
        parts = {name: msgspec.json.decode(value) if value else [] for name, value in row.items()}
        found = parts["store"]
        scopes = tuple(found["granted_scopes"]) if found["granted_scopes"] is not None else None
        described_at = _instant(found["described_at"])
        return StoreConfiguration(
            store=StoreRef(
                id=StoreId(found["id"]),
                domain=found["store_domain"],
                plan=found["plan"],
                granted_scopes=scopes,
                described_at=described_at,
            ),
            granted_scopes=scopes,
            access_revoked=found["access_revoked_at"] is not None,
            access_revoked_reason=found["access_revoked_reason"],
            described=described_at is not None,
            orders_listed_at=_instant(found["orders_listed_at"]),
            shops=tuple(_shop(shop, found, parts) for shop in parts["shops"]),
        )

    async def store_of_shop(self, shop: ShopId) -> StoreId | None:
        found: str | None = await self._driver.fetchval("SELECT store_id FROM shops WHERE id = $1", shop)
        return StoreId(found) if found else None


def _instant(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def _shop(shop: dict[str, Any], store: dict[str, Any], parts: dict[str, Rows]) -> ShopConfiguration:
    settings = settings_from_json(shop["settings"])
    return ShopConfiguration(
        id=ShopId(shop["id"]),
        code=shop["code"],
        name=shop["name"],
        settings=settings,
        mappings=_mappings(shop["id"], parts),
        local_currency=settings.general.local_currency or store["currency"],
        time_zone=ZoneInfo(settings.general.time_zone or store["time_zone"] or "UTC"),
    )


def _mappings(shop_id: str, parts: dict[str, Rows]) -> Mappings:
    def mine(table: Table[Record]) -> Iterator[tuple[dict[str, Any], Record]]:
        return ((row, table.record(row)) for row in parts[table.name] if row.get("shop_id") in (shop_id, None))

    return Mappings(
        locations={mapping.location_id: mapping for _, mapping in mine(LOCATIONS)},
        shipment_methods={row["title_key"]: mapping for row, mapping in mine(SHIPMENT_METHODS)},
        payment_methods={
            (row["gateway_key"], row["card_company_key"]): mapping for row, mapping in mine(PAYMENT_METHODS)
        },
        payment_terms=tuple(mapping for _, mapping in mine(PAYMENT_TERMS)),
        staff={ShopifyId(each.staff_id): each.salesperson_code for _, each in mine(STAFF) if each.salesperson_code},
        templates={(each.country_code, each.province): each for _, each in mine(CUSTOMER_TEMPLATES)},
        tax_areas=tuple(area for _, area in mine(TAX_AREAS)),
        currencies={each.iso: each.currency_code for _, each in mine(CURRENCIES) if each.currency_code},
    )
