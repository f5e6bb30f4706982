"""Mappings of what the store knows by id: locations, payment terms, staff."""

from app.api.dependencies import VisibleShop
from app.api.keyed_routes import Address, Kind, add_entry, add_list
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
from app.domain.mappings import LocationMapping, PaymentTermsMapping
from app.services.mappings import MappingTables

router = resource_router("mappings")


async def _of_location(shop: VisibleShop, location_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(location_id,))


async def _of_terms(shop: VisibleShop, terms_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(terms_id,))


async def _of_staff(shop: VisibleShop, staff_id: ShopifyIdPath) -> Address:
    return Address(shop=shop.id, key=(staff_id,))


def _location(address: Address, body: LocationGiven) -> LocationMapping:
    [location_id] = address.key
    return LocationMapping(
        location_id=ShopifyId(location_id),
        location_code=body.location_code,
        location_filter=tuple(body.location_filter),
        stock_calculation=body.stock_calculation.value if body.stock_calculation else None,
    )


def _terms(address: Address, body: PaymentTermsGiven) -> PaymentTermsMapping:
    [terms_id] = address.key
    return PaymentTermsMapping(terms_id=ShopifyId(terms_id), **dict(body))


def _staff(address: Address, body: StaffGiven) -> StaffMapping:
    [staff_id] = address.key
    return StaffMapping(staff_id=ShopifyId(staff_id), salesperson_code=body.salesperson_code)


LOCATIONS = Kind[MappingTables, LocationMapping, LocationGiven, LocationShown](
    noun="location mapping",
    tables=MappingTables,
    table=lambda tables: tables.locations,
    put=lambda tables, at, body, expected: tables.locations.put(at.shop, _location(at, body), expected=expected),
    given=LocationGiven,
    shown=LocationShown,
    show=location_shown,
)
PAYMENT_TERMS = Kind[MappingTables, PaymentTermsMapping, PaymentTermsGiven, PaymentTermsShown](
    noun="payment terms mapping",
    tables=MappingTables,
    table=lambda tables: tables.payment_terms,
    put=lambda tables, at, body, expected: tables.payment_terms.put(at.shop, _terms(at, body), expected=expected),
    given=PaymentTermsGiven,
    shown=PaymentTermsShown,
    show=payment_terms_shown,
    replaces=(
        "Makes or replaces it, also before Shopify named the id. A name and a type not given stay as the store tells"
        " them; until a pull has told them, `matches_orders` is false and orders do not find it."
    ),
)
STAFF = Kind[MappingTables, StaffMapping, StaffGiven, StaffShown](
    noun="staff mapping",
    tables=MappingTables,
    table=lambda tables: tables.staff,
    put=lambda tables, at, body, expected: tables.staff.put(at.shop, _staff(at, body), expected=expected),
    given=StaffGiven,
    shown=StaffShown,
    show=staff_shown,
)

add_list(router, "/shops/{shop}/location-mappings", LOCATIONS, LocationList)
add_entry(router, "/shops/{shop}/location-mappings/{location_id}", LOCATIONS, where=_of_location)
add_list(router, "/shops/{shop}/payment-terms-mappings", PAYMENT_TERMS, PaymentTermsList)
add_entry(router, "/shops/{shop}/payment-terms-mappings/{terms_id}", PAYMENT_TERMS, where=_of_terms)
add_list(router, "/shops/{shop}/staff-mappings", STAFF, StaffList)
add_entry(router, "/shops/{shop}/staff-mappings/{staff_id}", STAFF, where=_of_staff)
