"""Links of a shop: which record of the store is which record of the ERP."""

from app.api.dependencies import VisibleShop
from app.api.keyed_routes import Address, Kind, add_entry, add_list
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
from app.domain.links import (
    CompanyLocationLink,
    StoreAddressLink,
    StoreCompanyLink,
    StoreCustomerLink,
    StoreVariantLink,
)
from app.ports.versions import Expected
from app.services.links import LinkTables
from app.services.mappings import Put

router = resource_router("links")


async def _of_customer(shop: VisibleShop, store_customer_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(store_customer_id,))


async def _of_address(shop: VisibleShop, store_customer_id: ShopifyIdPath, address_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(store_customer_id, address_id))


async def _of_company(shop: VisibleShop, store_company_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(store_company_id,))


async def _of_location(shop: VisibleShop, company_location_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(company_location_id,))


async def _of_variant(shop: VisibleShop, store_variant_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(store_variant_id,))


async def _put_customer(
    tables: LinkTables, address: Address, body: CustomerLinkGiven, expected: Expected
) -> Put[StoreCustomerLink]:
    [customer] = address.key
    return await tables.put_store_customer(address.in_shop, ShopifyId(customer), body.customer_no, expected=expected)


async def _put_address(
    tables: LinkTables, address: Address, body: CustomerLinkGiven, expected: Expected
) -> Put[StoreAddressLink]:
    customer, place = address.key
    return await tables.put_store_address(
        address.in_shop, ShopifyId(customer), place, body.customer_no, expected=expected
    )


async def _put_company(
    tables: LinkTables, address: Address, body: CustomerLinkGiven, expected: Expected
) -> Put[StoreCompanyLink]:
    [company] = address.key
    return await tables.put_store_company(address.in_shop, ShopifyId(company), body.customer_no, expected=expected)


async def _put_location(
    tables: LinkTables, address: Address, body: CompanyLocationGiven, expected: Expected
) -> Put[CompanyLocationLink]:
    [location] = address.key
    return await tables.put_company_location(
        address.in_shop,
        ShopifyId(location),
        sell_to_customer_no=body.sell_to_customer_no,
        bill_to_customer_no=body.bill_to_customer_no,
        expected=expected,
    )


async def _put_variant(
    tables: LinkTables, address: Address, body: StoreVariantGiven, expected: Expected
) -> Put[StoreVariantLink]:
    [variant] = address.key
    link = StoreVariantLink(store_variant_id=ShopifyId(variant), **dict(body))
    return await tables.put_store_variant(address.in_shop, link, expected=expected)


CUSTOMERS = Kind[LinkTables, StoreCustomerLink, CustomerLinkGiven, StoreCustomerShown](
    noun="store customer link",
    tables=LinkTables,
    table=lambda tables: tables.store_customers,
    put=_put_customer,
    given=CustomerLinkGiven,
    shown=StoreCustomerShown,
    show=store_customer_shown,
)
ADDRESSES = Kind[LinkTables, StoreAddressLink, CustomerLinkGiven, StoreAddressShown](
    noun="store address link",
    tables=LinkTables,
    table=lambda tables: tables.store_addresses,
    put=_put_address,
    given=CustomerLinkGiven,
    shown=StoreAddressShown,
    show=store_address_shown,
)
COMPANIES = Kind[LinkTables, StoreCompanyLink, CustomerLinkGiven, StoreCompanyShown](
    noun="store company link",
    tables=LinkTables,
    table=lambda tables: tables.store_companies,
    put=_put_company,
    given=CustomerLinkGiven,
    shown=StoreCompanyShown,
    show=store_company_shown,
)
COMPANY_LOCATIONS = Kind[LinkTables, CompanyLocationLink, CompanyLocationGiven, CompanyLocationShown](
    noun="company location link",
    tables=LinkTables,
    table=lambda tables: tables.company_locations,
    put=_put_location,
    given=CompanyLocationGiven,
    shown=CompanyLocationShown,
    show=company_location_shown,
)
VARIANTS = Kind[LinkTables, StoreVariantLink, StoreVariantGiven, StoreVariantShown](
    noun="store variant link",
    tables=LinkTables,
    table=lambda tables: tables.store_variants,
    put=_put_variant,
    given=StoreVariantGiven,
    shown=StoreVariantShown,
    show=store_variant_shown,
)

ADDRESSES_OF_ONE = "/shops/{shop}/store-customers/{store_customer_id}/addresses"

add_list(router, "/shops/{shop}/store-customers", CUSTOMERS, StoreCustomerList)
add_entry(router, "/shops/{shop}/store-customers/{store_customer_id}", CUSTOMERS, where=_of_customer)
add_list(router, ADDRESSES_OF_ONE, ADDRESSES, StoreAddressList, where=_of_customer)
add_entry(router, ADDRESSES_OF_ONE + "/{address_id}", ADDRESSES, where=_of_address)
add_list(router, "/shops/{shop}/store-companies", COMPANIES, StoreCompanyList)
add_entry(router, "/shops/{shop}/store-companies/{store_company_id}", COMPANIES, where=_of_company)
add_list(router, "/shops/{shop}/company-locations", COMPANY_LOCATIONS, CompanyLocationList)
add_entry(router, "/shops/{shop}/company-locations/{company_location_id}", COMPANY_LOCATIONS, where=_of_location)
add_list(router, "/shops/{shop}/store-variants", VARIANTS, StoreVariantList)
add_entry(router, "/shops/{shop}/store-variants/{store_variant_id}", VARIANTS, where=_of_variant)
