"""Links of a shop: which record of the store is which record of the ERP."""

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from app.api.answers import CREATED, answer, no_content, put_answer
from app.api.auth import MappingsRead, MappingsWrite
from app.api.dependencies import VisibleShop, service
from app.api.etag import ExpectedVersion
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.links import (
    CompanyLocationGiven,
    CompanyLocationList,
    CompanyLocationShown,
    CustomerLinkGiven,
    StoreAddressList,
    StoreAddressShown,
    StoreCompanyList,
    StoreCompanyShown,
    StoreCustomerList,
    StoreCustomerShown,
    StoreVariantGiven,
    StoreVariantList,
    StoreVariantShown,
    company_location_shown,
    store_address_shown,
    store_company_shown,
    store_customer_shown,
    store_variant_shown,
)
from app.api.schemas.types import ShopifyIdPath
from app.domain.identifiers import ShopifyId
from app.domain.links import StoreVariantLink
from app.services.links import LinkTables

router = resource_router("links")

Tables = Annotated[LinkTables, Depends(service(LinkTables))]


@router.get("/shops/{shop}/store-customers", response_model=StoreCustomerList, summary="List store customer links")
async def list_store_customer_links(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
    """In the order of their ids."""
    return paging.answer(
        StoreCustomerList, await tables.store_customers.page(shop.id, paging.request), store_customer_shown
    )


@router.get(
    "/shops/{shop}/store-customers/{store_customer_id}",
    response_model=StoreCustomerShown,
    summary="Read a store customer link",
)
async def get_store_customer_link(
    _: MappingsRead, shop: VisibleShop, store_customer_id: ShopifyIdPath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.store_customers.get(shop.id, (store_customer_id,))
    return answer(store_customer_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/store-customers/{store_customer_id}",
    response_model=StoreCustomerShown,
    responses=CREATED,
    summary="Set a store customer link",
)
async def put_store_customer_link(
    body: CustomerLinkGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    store_customer_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it, also before Shopify named the id. Fields not given are null."""
    done = await tables.put_store_customer(shop.id, ShopifyId(store_customer_id), body.customer_no, expected=expected)
    return put_answer(store_customer_shown(done.kept), done)


@router.delete(
    "/shops/{shop}/store-customers/{store_customer_id}", status_code=204, summary="Delete a store customer link"
)
async def delete_store_customer_link(
    _: MappingsWrite, shop: VisibleShop, store_customer_id: ShopifyIdPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.store_customers.delete(shop.id, (store_customer_id,), expected=expected)
    return no_content()


@router.get(
    "/shops/{shop}/store-customers/{store_customer_id}/addresses",
    response_model=StoreAddressList,
    summary="List store address links",
)
async def list_store_address_links(
    _: MappingsRead, shop: VisibleShop, store_customer_id: ShopifyIdPath, paging: PagingOf, tables: Tables
) -> Response:
    """In the order of their ids."""
    return paging.answer(
        StoreAddressList,
        await tables.store_addresses.page(shop.id, paging.request, under=(store_customer_id,)),
        store_address_shown,
    )


@router.get(
    "/shops/{shop}/store-customers/{store_customer_id}/addresses/{address_id}",
    response_model=StoreAddressShown,
    summary="Read a store address link",
)
async def get_store_address_link(
    _: MappingsRead, shop: VisibleShop, store_customer_id: ShopifyIdPath, address_id: ShopifyIdPath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.store_addresses.get(
        shop.id,
        (
            store_customer_id,
            address_id,
        ),
    )
    return answer(store_address_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/store-customers/{store_customer_id}/addresses/{address_id}",
    response_model=StoreAddressShown,
    responses=CREATED,
    summary="Set a store address link",
)
async def put_store_address_link(
    body: CustomerLinkGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    store_customer_id: ShopifyIdPath,
    address_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it, also before Shopify named the id. Fields not given are null."""
    done = await tables.put_store_address(
        shop.id, ShopifyId(store_customer_id), address_id, body.customer_no, expected=expected
    )
    return put_answer(store_address_shown(done.kept), done)


@router.delete(
    "/shops/{shop}/store-customers/{store_customer_id}/addresses/{address_id}",
    status_code=204,
    summary="Delete a store address link",
)
async def delete_store_address_link(
    _: MappingsWrite,
    shop: VisibleShop,
    store_customer_id: ShopifyIdPath,
    address_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """404 when there is none."""
    await tables.store_addresses.delete(
        shop.id,
        (
            store_customer_id,
            address_id,
        ),
        expected=expected,
    )
    return no_content()


@router.get("/shops/{shop}/store-companies", response_model=StoreCompanyList, summary="List store company links")
async def list_store_company_links(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
    """In the order of their ids."""
    return paging.answer(
        StoreCompanyList, await tables.store_companies.page(shop.id, paging.request), store_company_shown
    )


@router.get(
    "/shops/{shop}/store-companies/{store_company_id}",
    response_model=StoreCompanyShown,
    summary="Read a store company link",
)
async def get_store_company_link(
    _: MappingsRead, shop: VisibleShop, store_company_id: ShopifyIdPath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.store_companies.get(shop.id, (store_company_id,))
    return answer(store_company_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/store-companies/{store_company_id}",
    response_model=StoreCompanyShown,
    responses=CREATED,
    summary="Set a store company link",
)
async def put_store_company_link(
    body: CustomerLinkGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    store_company_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it, also before Shopify named the id. Fields not given are null."""
    done = await tables.put_store_company(shop.id, ShopifyId(store_company_id), body.customer_no, expected=expected)
    return put_answer(store_company_shown(done.kept), done)


@router.delete(
    "/shops/{shop}/store-companies/{store_company_id}", status_code=204, summary="Delete a store company link"
)
async def delete_store_company_link(
    _: MappingsWrite, shop: VisibleShop, store_company_id: ShopifyIdPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.store_companies.delete(shop.id, (store_company_id,), expected=expected)
    return no_content()


@router.get(
    "/shops/{shop}/company-locations", response_model=CompanyLocationList, summary="List company location links"
)
async def list_company_location_links(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
    """In the order of their ids."""
    return paging.answer(
        CompanyLocationList, await tables.company_locations.page(shop.id, paging.request), company_location_shown
    )


@router.get(
    "/shops/{shop}/company-locations/{company_location_id}",
    response_model=CompanyLocationShown,
    summary="Read a company location link",
)
async def get_company_location_link(
    _: MappingsRead, shop: VisibleShop, company_location_id: ShopifyIdPath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.company_locations.get(shop.id, (company_location_id,))
    return answer(company_location_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/company-locations/{company_location_id}",
    response_model=CompanyLocationShown,
    responses=CREATED,
    summary="Set a company location link",
)
async def put_company_location_link(
    body: CompanyLocationGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    company_location_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it, also before Shopify named the id. Fields not given are null."""
    done = await tables.put_company_location(
        shop.id,
        ShopifyId(company_location_id),
        sell_to_customer_no=body.sell_to_customer_no,
        bill_to_customer_no=body.bill_to_customer_no,
        expected=expected,
    )
    return put_answer(company_location_shown(done.kept), done)


@router.delete(
    "/shops/{shop}/company-locations/{company_location_id}", status_code=204, summary="Delete a company location link"
)
async def delete_company_location_link(
    _: MappingsWrite, shop: VisibleShop, company_location_id: ShopifyIdPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.company_locations.delete(shop.id, (company_location_id,), expected=expected)
    return no_content()


@router.get("/shops/{shop}/store-variants", response_model=StoreVariantList, summary="List store variant links")
async def list_store_variant_links(_: MappingsRead, shop: VisibleShop, paging: PagingOf, tables: Tables) -> Response:
    """In the order of their ids."""
    return paging.answer(
        StoreVariantList, await tables.store_variants.page(shop.id, paging.request), store_variant_shown
    )


@router.get(
    "/shops/{shop}/store-variants/{store_variant_id}",
    response_model=StoreVariantShown,
    summary="Read a store variant link",
)
async def get_store_variant_link(
    _: MappingsRead, shop: VisibleShop, store_variant_id: ShopifyIdPath, tables: Tables
) -> Response:
    """404 when there is none."""
    kept = await tables.store_variants.get(shop.id, (store_variant_id,))
    return answer(store_variant_shown(kept), version=kept.version)


@router.put(
    "/shops/{shop}/store-variants/{store_variant_id}",
    response_model=StoreVariantShown,
    responses=CREATED,
    summary="Set a store variant link",
)
async def put_store_variant_link(
    body: StoreVariantGiven,
    _: MappingsWrite,
    shop: VisibleShop,
    store_variant_id: ShopifyIdPath,
    expected: ExpectedVersion,
    tables: Tables,
) -> Response:
    """Makes or replaces it, also before Shopify named the id. Fields not given are null."""
    link = StoreVariantLink(store_variant_id=ShopifyId(store_variant_id), **dict(body))
    done = await tables.put_store_variant(shop.id, link, expected=expected)
    return put_answer(store_variant_shown(done.kept), done)


@router.delete(
    "/shops/{shop}/store-variants/{store_variant_id}", status_code=204, summary="Delete a store variant link"
)
async def delete_store_variant_link(
    _: MappingsWrite, shop: VisibleShop, store_variant_id: ShopifyIdPath, expected: ExpectedVersion, tables: Tables
) -> Response:
    """404 when there is none."""
    await tables.store_variants.delete(shop.id, (store_variant_id,), expected=expected)
    return no_content()
