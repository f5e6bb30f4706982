"""A store's configuration in one statement: the store, its shops, and every mapping table of theirs."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from app.domain.identifiers import ShopId, ShopifyId, StoreId
from app.domain.mappings import (
    ChargeType,
    CustomerTemplate,
    LocationMapping,
    Mappings,
    PaymentMethodMapping,
    PaymentTermsMapping,
    ShipmentMethodMapping,
    TaxArea,
)
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

_TABLES = ",\n    ".join(
    f"(SELECT json_agg({table}) FROM {table} JOIN shops ON shops.id = {table}.shop_id"
    f" WHERE shops.store_id = stores.id) AS {table}"
    for table in _OF_SHOPS
)

_STORE = f"""
SELECT to_json(stores) AS store,
    (SELECT json_agg(shops ORDER BY created_at, id) FROM shops WHERE store_id = stores.id) AS shops,
    {_TABLES},
    (SELECT json_agg(tax_areas ORDER BY country_code, province) FROM tax_areas) AS tax_areas,
    (SELECT json_agg(currency_mappings) FROM currency_mappings WHERE currency_code IS NOT NULL) AS currency_mappings
FROM (
    SELECT id, store_domain, currency, time_zone, country_code, granted_scopes, access_revoked_at, described_at
    FROM stores WHERE id = $1 AND deleted_at IS NULL
) AS stores
"""

Rows = list[dict[str, Any]]


class PostgresConfigurations:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def of_store(self, store: StoreId) -> StoreConfiguration | None:
        row = await self._driver.fetchrow(_STORE, store)
        if row is None:
            return None
        parts = {name: msgspec.json.decode(value) if value else [] for name, value in row.items()}
        found = parts["store"]
        return StoreConfiguration(
            store=StoreRef(id=StoreId(found["id"]), domain=found["store_domain"]),
            granted_scopes=tuple(found["granted_scopes"]) if found["granted_scopes"] is not None else None,
            access_revoked=found["access_revoked_at"] is not None,
            described=found["described_at"] is not None,
            shops=tuple(_shop(shop, found, parts) for shop in parts["shops"]),
        )

    async def store_of_shop(self, shop: ShopId) -> StoreId | None:
        found: str | None = await self._driver.fetchval("SELECT store_id FROM shops WHERE id = $1", shop)
        return StoreId(found) if found else None


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
    def mine(table: str) -> Iterable[dict[str, Any]]:
        return (row for row in parts[table] if row["shop_id"] == shop_id)

    return Mappings(
        locations={row["location_id"]: _location(row) for row in mine("location_mappings")},
        shipment_methods={row["title_key"]: _shipment_method(row) for row in mine("shipment_method_mappings")},
        payment_methods={
            (row["gateway_key"], row["card_company_key"]): _payment_method(row)
            for row in mine("payment_method_mappings")
        },
        payment_terms=tuple(_payment_terms(row) for row in mine("payment_terms_mappings")),
        staff={
            ShopifyId(row["staff_id"]): row["salesperson_code"]
            for row in mine("staff_mappings")
            if row["salesperson_code"]
        },
        templates={
            (row["country_code"], row["province"] or None): _template(row) for row in mine("customer_templates")
        },
        tax_areas=tuple(_tax_area(row) for row in parts["tax_areas"]),
        currencies={row["iso"]: row["currency_code"] for row in parts["currency_mappings"]},
    )


def _payment_method(row: dict[str, Any]) -> PaymentMethodMapping:
    return PaymentMethodMapping(
        gateway=row["gateway"], card_company=row["card_company"], payment_method_code=row["payment_method_code"]
    )


def _payment_terms(row: dict[str, Any]) -> PaymentTermsMapping:
    return PaymentTermsMapping(
        terms_id=ShopifyId(row["terms_id"]),
        name=row["name"],
        type=row["type"],
        payment_terms_code=row["payment_terms_code"],
        primary=row["primary"],
    )


def _template(row: dict[str, Any]) -> CustomerTemplate:
    return CustomerTemplate(
        country_code=row["country_code"],
        province=row["province"] or None,
        default_customer_no=row["default_customer_no"],
        template_code=row["template_code"],
        prices_include_tax=row["prices_include_tax"],
    )


def _tax_area(row: dict[str, Any]) -> TaxArea:
    return TaxArea(
        country_code=row["country_code"],
        province=row["province"] or None,
        province_name=row["province_name"],
        tax_area_code=row["tax_area_code"],
        tax_liable=row["tax_liable"],
        vat_business_group=row["vat_business_group"],
    )


def _location(row: dict[str, Any]) -> LocationMapping:
    return LocationMapping(
        location_id=ShopifyId(row["location_id"]),
        location_code=row["location_code"],
        location_filter=tuple(row["location_filter"]),
        stock_calculation=row["stock_calculation"],
    )


def _shipment_method(row: dict[str, Any]) -> ShipmentMethodMapping:
    return ShipmentMethodMapping(
        title=row["title"],
        shipment_method_code=row["shipment_method_code"],
        shipping_agent_code=row["shipping_agent_code"],
        shipping_agent_service_code=row["shipping_agent_service_code"],
        charge_type=ChargeType(row["charge_type"]) if row["charge_type"] else None,
        charge_no=row["charge_no"],
    )
