"""Mappings of what the store knows by id: locations, payment terms, staff."""

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
    LocationGiven,
    LocationList,
    LocationShown,
    PaymentTermsGiven,
    PaymentTermsList,
    PaymentTermsShown,
    StaffGiven,
    StaffList,
    StaffShown,
    location_shown,
    payment_terms_shown,
    staff_shown,
)
from app.api.schemas.types import ShopifyIdPath
from app.domain.identifiers import ShopifyId
from app.domain.mapping_entries import StaffMapping
from app.domain.mappings import (
    LocationMapping,
    PaymentTermsMapping,
)
from app.services.mappings import MappingTables

router = resource_router("mappings")

Tables = Annotated[MappingTables, Depends(service(MappingTables))]


@router.get("/shops/{shop}/location-mappings", response_model=LocationList, summary="List location mappings")
async def list_location_mappings(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
    """In the order of their ids."""
    return paging.answer(LocationList, await tables.locations.page(shop.id, paging.request), location_shown)


@router.get(
    "/shops/{shop}/location-mappings/{location_id}", response_model=LocationShown, summary="Read a location mapping"
)
async def get_location_mapping(
    _: MappingsRead, shop: VisibleShop, location_id: ShopifyIdPath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.locations.get(shop.id, (location_id,))
    return answer(location_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/location-mappings/{location_id}",
    response_model=LocationShown,
    responses=CREATED,
    summary="Set a location mapping",
)
async def put_location_mapping(
    body: LocationGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    location_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it, also before Shopify named the id. Fields not given are null."""
    value = LocationMapping(
        location_id=ShopifyId(location_id),
        location_code=body.location_code,
        location_filter=tuple(body.location_filter),
        stock_calculation=body.stock_calculation,
    )
    done = await tables.locations.put(shop.id, value, expected=expected)
    return put_answer(location_shown(done.kept), done)


@router.delete("/shops/{shop}/location-mappings/{location_id}", status_code=204, summary="Delete a location mapping")
async def delete_location_mapping(
    _: MappingsWrite, shop: VisibleShop, location_id: ShopifyIdPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.locations.delete(shop.id, (location_id,), expected=expected)
    return no_content()


@router.get(
    "/shops/{shop}/payment-terms-mappings", response_model=PaymentTermsList, summary="List payment terms mappings"
)
async def list_payment_terms_mappings(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
    """In the order of their ids."""
    return paging.answer(
        PaymentTermsList, await tables.payment_terms.page(shop.id, paging.request), payment_terms_shown
    )


@router.get(
    "/shops/{shop}/payment-terms-mappings/{terms_id}",
    response_model=PaymentTermsShown,
    summary="Read a payment terms mapping",
)
async def get_payment_terms_mapping(
    _: MappingsRead, shop: VisibleShop, terms_id: ShopifyIdPath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.payment_terms.get(shop.id, (terms_id,))
    return answer(payment_terms_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/payment-terms-mappings/{terms_id}",
    response_model=PaymentTermsShown,
    responses=CREATED,
    summary="Set a payment terms mapping",
)
async def put_payment_terms_mapping(
    body: PaymentTermsGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    terms_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it, also before Shopify named the id. A name and a type not given stay as the store tells them."""
    value = PaymentTermsMapping(terms_id=ShopifyId(terms_id), **dict(body))
    done = await tables.payment_terms.put(shop.id, value, expected=expected)
    return put_answer(payment_terms_shown(done.kept), done)


@router.delete(
    "/shops/{shop}/payment-terms-mappings/{terms_id}", status_code=204, summary="Delete a payment terms mapping"
)
async def delete_payment_terms_mapping(
    _: MappingsWrite, shop: VisibleShop, terms_id: ShopifyIdPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.payment_terms.delete(shop.id, (terms_id,), expected=expected)
    return no_content()


@router.get("/shops/{shop}/staff-mappings", response_model=StaffList, summary="List staff mappings")
async def list_staff_mappings(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
    """In the order of their ids."""
    return paging.answer(StaffList, await tables.staff.page(shop.id, paging.request), staff_shown)


@router.get("/shops/{shop}/staff-mappings/{staff_id}", response_model=StaffShown, summary="Read a staff mapping")
async def get_staff_mapping(_: MappingsRead, shop: VisibleShop, staff_id: ShopifyIdPath, tables: Tables) -> Response:
    """404 when there is none."""
    kept = await tables.staff.get(shop.id, (staff_id,))
    return answer(staff_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/staff-mappings/{staff_id}",
    response_model=StaffShown,
    responses=CREATED,
    summary="Set a staff mapping",
)
async def put_staff_mapping(
    body: StaffGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    staff_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it, also before Shopify named the id. Fields not given are null."""
    value = StaffMapping(staff_id=ShopifyId(staff_id), salesperson_code=body.salesperson_code)
    done = await tables.staff.put(shop.id, value, expected=expected)
    return put_answer(staff_shown(done.kept), done)


@router.delete("/shops/{shop}/staff-mappings/{staff_id}", status_code=204, summary="Delete a staff mapping")
async def delete_staff_mapping(
    _: MappingsWrite, shop: VisibleShop, staff_id: ShopifyIdPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.staff.delete(shop.id, (staff_id,), expected=expected)
    return no_content()
