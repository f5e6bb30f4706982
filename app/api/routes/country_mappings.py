"""Mappings by country and currency: customer templates, tax areas, currencies."""

from app.api.dependencies import VisibleShop
from app.api.keyed_routes import Address, Kind, add_entry, add_list, for_all_shops
from app.api.routing import resource_router
from app.api.schemas.mappings import (
    CurrencyGiven,
    CurrencyList,
    CurrencyShown,
    TaxAreaGiven,
    TaxAreaList,
    TaxAreaShown,
    TemplateGiven,
    TemplateList,
    TemplateShown,
    currency_shown,
    tax_area_shown,
    template_shown,
)
from app.api.schemas.types import CountryPath, CurrencyPath, ProvincePath
from app.domain.mapping_entries import CurrencyMapping
from app.domain.mappings import CustomerTemplate, TaxArea
from app.services.mappings import MappingTables

router = resource_router("mappings")

BY_COUNTRY = "By country and province."
REPLACES = "Makes or replaces it. Fields not given are null."
PROVINCE = "of a province"
WHOLE_COUNTRY = ""
"""The province of an entry that is for all of them."""


async def _template_of_country(shop: VisibleShop, country: CountryPath) -> Address:
    return Address(shop=shop.id, key=(country, WHOLE_COUNTRY))


async def _template_of_province(shop: VisibleShop, country: CountryPath, province: ProvincePath) -> Address:
    return Address(shop=shop.id, key=(country, province))


async def _area_of_country(country: CountryPath) -> Address:
    return Address(shop=None, key=(country, WHOLE_COUNTRY))


async def _area_of_province(country: CountryPath, province: ProvincePath) -> Address:
    return Address(shop=None, key=(country, province))


async def _currency_of(iso: CurrencyPath) -> Address:
    return Address(shop=None, key=(iso,))


def _template(address: Address, body: TemplateGiven) -> CustomerTemplate:
    country, province = address.key
    return CustomerTemplate(country_code=country, province=province or None, **dict(body))


def _area(address: Address, body: TaxAreaGiven) -> TaxArea:
    country, province = address.key
    return TaxArea(country_code=country, province=province or None, **dict(body))


def _currency(address: Address, body: CurrencyGiven) -> CurrencyMapping:
    [iso] = address.key
    return CurrencyMapping(iso=iso, currency_code=body.currency_code)


TEMPLATES = Kind[MappingTables, CustomerTemplate, TemplateGiven, TemplateShown](
    noun="customer template",
    tables=MappingTables,
    table=lambda tables: tables.customer_templates,
    put=lambda tables, at, body, expected: tables.customer_templates.put(
        at.shop, _template(at, body), expected=expected
    ),
    given=TemplateGiven,
    shown=TemplateShown,
    show=template_shown,
    replaces=REPLACES,
)
TAX_AREAS = Kind[MappingTables, TaxArea, TaxAreaGiven, TaxAreaShown](
    noun="tax area",
    tables=MappingTables,
    table=lambda tables: tables.tax_areas,
    put=lambda tables, at, body, expected: tables.tax_areas.put(at.shop, _area(at, body), expected=expected),
    given=TaxAreaGiven,
    shown=TaxAreaShown,
    show=tax_area_shown,
    replaces=REPLACES,
)
CURRENCIES = Kind[MappingTables, CurrencyMapping, CurrencyGiven, CurrencyShown](
    noun="currency mapping",
    tables=MappingTables,
    table=lambda tables: tables.currencies,
    put=lambda tables, at, body, expected: tables.currencies.put(at.shop, _currency(at, body), expected=expected),
    given=CurrencyGiven,
    shown=CurrencyShown,
    show=currency_shown,
)

add_list(router, "/shops/{shop}/customer-templates", TEMPLATES, TemplateList, order=BY_COUNTRY)
add_entry(router, "/shops/{shop}/customer-templates/{country}", TEMPLATES, where=_template_of_country)
add_entry(
    router, "/shops/{shop}/customer-templates/{country}/{province}", TEMPLATES, where=_template_of_province, of=PROVINCE
)
add_list(router, "/tax-areas", TAX_AREAS, TaxAreaList, where=for_all_shops, order=BY_COUNTRY)
add_entry(router, "/tax-areas/{country}", TAX_AREAS, where=_area_of_country)
add_entry(router, "/tax-areas/{country}/{province}", TAX_AREAS, where=_area_of_province, of=PROVINCE)
add_list(router, "/currency-mappings", CURRENCIES, CurrencyList, where=for_all_shops)
add_entry(router, "/currency-mappings/{iso}", CURRENCIES, where=_currency_of)
