"""The mapping tables on PostgreSQL: which columns make which record."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import asyncpg

from app.adapters.postgres.repositories.keyed_records import PostgresKeyedRecords, Table
from app.domain.identifiers import ShopifyId
from app.domain.mapping_entries import CurrencyMapping, StaffMapping
from app.domain.mappings import (
    ChargeType,
    CustomerTemplate,
    LocationMapping,
    LocationStatus,
    PaymentMethodMapping,
    PaymentTermsMapping,
    ShipmentMethodMapping,
    TaxArea,
)
from app.domain.shipping_agents import ShippingAgent


def _fields(value: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _some(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


LOCATIONS = Table[LocationMapping](
    name="location_mappings",
    key=("location_id",),
    columns=lambda value: {
        **_fields(value, "location_id", "location_code", "stock_calculation"),
        "location_filter": list(value.location_filter),
    },
    record=lambda row: LocationMapping(
        location_id=ShopifyId(row["location_id"]),
        location_filter=tuple(row["location_filter"]),
        status=LocationStatus(row["status"]) if row["status"] else None,
        **_some(row, "name", "location_code", "stock_calculation"),
    ),
)
SHIPMENT = ("shipment_method_code", "shipping_agent_code", "shipping_agent_service_code", "charge_no")
SHIPMENT_METHODS = Table[ShipmentMethodMapping](
    name="shipment_method_mappings",
    key=("title_key",),
    with_id=True,
    columns=lambda value: {
        **_fields(value, "title", *SHIPMENT),
        "charge_type": value.charge_type.value if value.charge_type else None,
        "title_key": value.title.casefold(),
    },
    record=lambda row: ShipmentMethodMapping(
        charge_type=ChargeType(row["charge_type"]) if row["charge_type"] else None,
        **_some(row, "title", *SHIPMENT),
    ),
)
PAYMENT_METHODS = Table[PaymentMethodMapping](
    name="payment_method_mappings",
    key=("gateway_key", "card_company_key"),
    with_id=True,
    columns=lambda value: {
        **_fields(value, "gateway", "card_company", "payment_method_code"),
        "gateway_key": value.gateway.casefold(),
        "card_company_key": (value.card_company or "").casefold(),
    },
    record=lambda row: PaymentMethodMapping(**_some(row, "gateway", "card_company", "payment_method_code")),
)
TERMS = ("name", "type", "payment_terms_code", "primary")
PAYMENT_TERMS = Table[PaymentTermsMapping](
    name="payment_terms_mappings",
    key=("terms_id",),
    columns=lambda value: _fields(value, "terms_id", *TERMS),
    record=lambda row: PaymentTermsMapping(terms_id=ShopifyId(row["terms_id"]), **_some(row, *TERMS)),
)
STAFF = Table[StaffMapping](
    name="staff_mappings",
    key=("staff_id",),
    columns=lambda value: _fields(value, "staff_id", "salesperson_code"),
    record=lambda row: StaffMapping(**_some(row, "staff_id", "salesperson_code")),
)
TEMPLATE = ("country_code", "default_customer_no", "template_code", "prices_include_tax")
CUSTOMER_TEMPLATES = Table[CustomerTemplate](
    name="customer_templates",
    key=("country_code", "province"),
    columns=lambda value: {**_fields(value, *TEMPLATE), "province": value.province or ""},
    record=lambda row: CustomerTemplate(province=row["province"] or None, **_some(row, *TEMPLATE)),
)
AREA = ("country_code", "province_name", "tax_area_code", "tax_liable", "vat_business_group")
TAX_AREAS = Table[TaxArea](
    name="tax_areas",
    key=("country_code", "province"),
    of_shop=False,
    columns=lambda value: {**_fields(value, *AREA), "province": value.province or ""},
    record=lambda row: TaxArea(province=row["province"] or None, **_some(row, *AREA)),
)
CURRENCIES = Table[CurrencyMapping](
    name="currency_mappings",
    key=("iso",),
    of_shop=False,
    columns=lambda value: _fields(value, "iso", "currency_code"),
    record=lambda row: CurrencyMapping(**_some(row, "iso", "currency_code")),
)
AGENT = ("code", "name", "tracking_company", "tracking_url_template")
SHIPPING_AGENTS = Table[ShippingAgent](
    name="shipping_agents",
    key=("code",),
    of_shop=False,
    columns=lambda value: _fields(value, *AGENT),
    record=lambda row: ShippingAgent(**_some(row, *AGENT)),
)


class PostgresMappingTables:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    @cached_property
    def locations(self) -> PostgresKeyedRecords[LocationMapping]:
        return PostgresKeyedRecords(self._driver, LOCATIONS)

    @cached_property
    def shipment_methods(self) -> PostgresKeyedRecords[ShipmentMethodMapping]:
        return PostgresKeyedRecords(self._driver, SHIPMENT_METHODS)

    @cached_property
    def payment_methods(self) -> PostgresKeyedRecords[PaymentMethodMapping]:
        return PostgresKeyedRecords(self._driver, PAYMENT_METHODS)

    @cached_property
    def payment_terms(self) -> PostgresKeyedRecords[PaymentTermsMapping]:
        return PostgresKeyedRecords(self._driver, PAYMENT_TERMS)

    @cached_property
    def staff(self) -> PostgresKeyedRecords[StaffMapping]:
        return PostgresKeyedRecords(self._driver, STAFF)

    @cached_property
    def customer_templates(self) -> PostgresKeyedRecords[CustomerTemplate]:
        return PostgresKeyedRecords(self._driver, CUSTOMER_TEMPLATES)

    @cached_property
    def tax_areas(self) -> PostgresKeyedRecords[TaxArea]:
        return PostgresKeyedRecords(self._driver, TAX_AREAS)

    @cached_property
    def currencies(self) -> PostgresKeyedRecords[CurrencyMapping]:
        return PostgresKeyedRecords(self._driver, CURRENCIES)

    @cached_property
    def shipping_agents(self) -> PostgresKeyedRecords[ShippingAgent]:
        return PostgresKeyedRecords(self._driver, SHIPPING_AGENTS)
