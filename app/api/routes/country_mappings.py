"""Mappings by country and currency: customer templates, tax areas, currencies."""

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from app.api.answers import CREATED, answer, no_content, put_answer
from app.api.auth import MappingsRead, MappingsWrite
from app.api.dependencies import VisibleShop, service
from app.api.etag import ExpectedVersion
from app.api.pagination import PagingOf
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
from app.domain.mappings import (
    CustomerTemplate,
    TaxArea,
)
from app.services.mappings import MappingTables

router = resource_router("mappings")

Tables = Annotated[MappingTables, Depends(service(MappingTables))]


@router.get("/shops/{shop}/customer-templates", response_model=TemplateList, summary="List customer templates")
async def list_customer_templates(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
    """By country and province."""
    return paging.answer(TemplateList, await tables.customer_templates.page(shop.id, paging.request), template_shown)


@router.get(
    "/shops/{shop}/customer-templates/{country}", response_model=TemplateShown, summary="Read a customer template"
)
async def get_customer_template(_: MappingsRead, shop: VisibleShop, country: CountryPath, tables: Tables) -> Response:
    """404 when there is none."""
    kept = await tables.customer_templates.get(shop.id, (country, ""))
    return answer(template_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/customer-templates/{country}",
    response_model=TemplateShown,
    responses=CREATED,
    summary="Set a customer template",
)
async def put_customer_template(
    body: TemplateGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    country: CountryPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it. Fields not given are null."""
    value = CustomerTemplate(country_code=country, province=None, **dict(body))
    done = await tables.customer_templates.put(shop.id, value, expected=expected)
    return put_answer(template_shown(done.kept), done)


@router.delete("/shops/{shop}/customer-templates/{country}", status_code=204, summary="Delete a customer template")
async def delete_customer_template(
    _: MappingsWrite, shop: VisibleShop, country: CountryPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.customer_templates.delete(shop.id, (country, ""), expected=expected)
    return no_content()


@router.get(
    "/shops/{shop}/customer-templates/{country}/{province}",
    response_model=TemplateShown,
    summary="Read a customer template of a province",
)
async def get_customer_template_of_province(
    _: MappingsRead, shop: VisibleShop, country: CountryPath, province: ProvincePath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.customer_templates.get(shop.id, (country, province))
    return answer(template_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/customer-templates/{country}/{province}",
    response_model=TemplateShown,
    responses=CREATED,
    summary="Set a customer template of a province",
)
async def put_customer_template_of_province(
    body: TemplateGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    country: CountryPath,
    province: ProvincePath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it. Fields not given are null."""
    value = CustomerTemplate(country_code=country, province=province, **dict(body))
    done = await tables.customer_templates.put(shop.id, value, expected=expected)
    return put_answer(template_shown(done.kept), done)


@router.delete(
    "/shops/{shop}/customer-templates/{country}/{province}",
    status_code=204,
    summary="Delete a customer template of a province",
)
async def delete_customer_template_of_province(
    _: MappingsWrite,
    shop: VisibleShop,
    country: CountryPath,
    province: ProvincePath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """404 when there is none."""
    await tables.customer_templates.delete(shop.id, (country, province), expected=expected)
    return no_content()


@router.get("/tax-areas", response_model=TaxAreaList, summary="List tax areas")
async def list_tax_areas(_: MappingsRead, paging: PagingOf, tables: Tables) -> Response:
    """By country and province."""
    return paging.answer(TaxAreaList, await tables.tax_areas.page(None, paging.request), tax_area_shown)


@router.get("/tax-areas/{country}", response_model=TaxAreaShown, summary="Read a tax area")
async def get_tax_area(_: MappingsRead, country: CountryPath, tables: Tables) -> Response:
    """404 when there is none."""
    kept = await tables.tax_areas.get(None, (country, ""))
    return answer(tax_area_shown(kept), version=kept.version)


@router.put("/tax-areas/{country}", response_model=TaxAreaShown, responses=CREATED, summary="Set a tax area")
async def put_tax_area(
    body: TaxAreaGiven, _: MappingsWrite, country: CountryPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """Makes or replaces it. Fields not given are null."""
    value = TaxArea(country_code=country, province=None, **dict(body))
    done = await tables.tax_areas.put(None, value, expected=expected)
    return put_answer(tax_area_shown(done.kept), done)


@router.delete("/tax-areas/{country}", status_code=204, summary="Delete a tax area")
async def delete_tax_area(
    _: MappingsWrite, country: CountryPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.tax_areas.delete(None, (country, ""), expected=expected)
    return no_content()


@router.get("/tax-areas/{country}/{province}", response_model=TaxAreaShown, summary="Read a tax area of a province")
async def get_tax_area_of_province(
    _: MappingsRead, country: CountryPath, province: ProvincePath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.tax_areas.get(None, (country, province))
    return answer(tax_area_shown(kept), version=kept.version)


@router.put(
    "/tax-areas/{country}/{province}",
    response_model=TaxAreaShown,
    responses=CREATED,
    summary="Set a tax area of a province",
)
async def put_tax_area_of_province(
    body: TaxAreaGiven,
    _: MappingsWrite,
    country: CountryPath,
    province: ProvincePath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it. Fields not given are null."""
    value = TaxArea(country_code=country, province=province, **dict(body))
    done = await tables.tax_areas.put(None, value, expected=expected)
    return put_answer(tax_area_shown(done.kept), done)


@router.delete("/tax-areas/{country}/{province}", status_code=204, summary="Delete a tax area of a province")
async def delete_tax_area_of_province(
    _: MappingsWrite, country: CountryPath, province: ProvincePath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.tax_areas.delete(None, (country, province), expected=expected)
    return no_content()


@router.get("/currency-mappings", response_model=CurrencyList, summary="List currency mappings")
async def list_currency_mappings(_: MappingsRead, paging: PagingOf, tables: Tables) -> Response:
    """In the order of their ids."""
    return paging.answer(CurrencyList, await tables.currencies.page(None, paging.request), currency_shown)


@router.get("/currency-mappings/{iso}", response_model=CurrencyShown, summary="Read a currency mapping")
async def get_currency_mapping(_: MappingsRead, iso: CurrencyPath, tables: Tables) -> Response:
    """404 when there is none."""
    kept = await tables.currencies.get(None, (iso,))
    return answer(currency_shown(kept), version=kept.version)


@router.put(
    "/currency-mappings/{iso}", response_model=CurrencyShown, responses=CREATED, summary="Set a currency mapping"
)
async def put_currency_mapping(
    body: CurrencyGiven, _: MappingsWrite, iso: CurrencyPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """Makes or replaces it, also before Shopify named the id. Fields not given are null."""
    done = await tables.currencies.put(
        None, CurrencyMapping(iso=iso, currency_code=body.currency_code), expected=expected
    )
    return put_answer(currency_shown(done.kept), done)


@router.delete("/currency-mappings/{iso}", status_code=204, summary="Delete a currency mapping")
async def delete_currency_mapping(
    _: MappingsWrite, iso: CurrencyPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.currencies.delete(None, (iso,), expected=expected)
    return no_content()
