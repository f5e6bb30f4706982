"""Links between the store's records and the ERP's: by the ERP's numbers, refused when unknown (P20, P31)."""

from collections.abc import Iterable

from app.domain import awaited
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.item_choice import ItemFact, ItemLookup
from app.domain.links import (
    CompanyLocationLink,
    LinkedCustomer,
    StoreAddressLink,
    StoreCompanyLink,
    StoreCustomerLink,
    StoreVariantLink,
)
from app.ports.clock import Clock
from app.ports.errors import FieldError, InvalidInput
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import Expected
from app.services.mappings import KeyedTable, Put


class LinkTables:
    """Reading and deleting is the tables' own; putting first finds what the number stands for."""

    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self.store_customers: KeyedTable[StoreCustomerLink] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.links.store_customers, _store_customer
        )
        self.store_addresses: KeyedTable[StoreAddressLink] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.links.store_addresses, _store_customer
        )
        self.store_companies: KeyedTable[StoreCompanyLink] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.links.store_companies, _company
        )
        self.company_locations: KeyedTable[CompanyLocationLink] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.links.company_locations, _company_location
        )
        self.store_variants: KeyedTable[StoreVariantLink] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.links.store_variants, _variant
        )

    async def put_store_customer(
        self, shop: ShopId, store_customer: ShopifyId, customer_no: str, *, expected: Expected
    ) -> Put[StoreCustomerLink]:
        async def make(uow: UnitOfWork) -> StoreCustomerLink:
            customer = await _known(uow, "customer_no", customer_no)
            return StoreCustomerLink(store_customer_id=store_customer, customer=customer)

        return await self.store_customers.put_made(shop, make, expected=expected)

    async def put_store_address(
        self, shop: ShopId, store_customer: ShopifyId, address: str, customer_no: str, *, expected: Expected
    ) -> Put[StoreAddressLink]:
        async def make(uow: UnitOfWork) -> StoreAddressLink:
            customer = await _known(uow, "customer_no", customer_no)
            return StoreAddressLink(store_customer_id=store_customer, address_id=address, customer=customer)

        return await self.store_addresses.put_made(shop, make, expected=expected)

    async def put_store_company(
        self, shop: ShopId, company: ShopifyId, customer_no: str, *, expected: Expected
    ) -> Put[StoreCompanyLink]:
        async def make(uow: UnitOfWork) -> StoreCompanyLink:
            customer = await _known(uow, "customer_no", customer_no)
            return StoreCompanyLink(store_company_id=company, customer=customer)

        return await self.store_companies.put_made(shop, make, expected=expected)

    async def put_company_location(
        self,
        shop: ShopId,
        location: ShopifyId,
        *,
        sell_to_customer_no: str | None,
        bill_to_customer_no: str | None,
        expected: Expected,
    ) -> Put[CompanyLocationLink]:
        async def make(uow: UnitOfWork) -> CompanyLocationLink:
            return CompanyLocationLink(
                company_location_id=location,
                sell_to=await _known_if_given(uow, "sell_to_customer_no", sell_to_customer_no),
                bill_to=await _known_if_given(uow, "bill_to_customer_no", bill_to_customer_no),
            )

        return await self.company_locations.put_made(shop, make, expected=expected)

    async def put_store_variant(
        self, shop: ShopId, link: StoreVariantLink, *, expected: Expected
    ) -> Put[StoreVariantLink]:
        async def make(uow: UnitOfWork) -> StoreVariantLink:
            if await uow.links.unknown_items([link.item_no]):
                raise _unknown("item_no", link.item_no, "item")
            found = await uow.order_facts.items(shop, ItemLookup(item_nos=frozenset({link.item_no.casefold()})))
            refuse_unknown_variant(found.item(link.item_no), link.variant_code)
            return link

        return await self.store_variants.put_made(shop, make, expected=expected)


async def _known(uow: UnitOfWork, field: str, no: str) -> LinkedCustomer:
    found = await uow.customers.by_no(no)
    if found is None:
        raise _unknown(field, no, "customer")
    return LinkedCustomer(id=found, no=no)


async def _known_if_given(uow: UnitOfWork, field: str, no: str | None) -> LinkedCustomer | None:
    return None if no is None else await _known(uow, field, no)


def refuse_unknown_variant(item: ItemFact | None, code: str | None) -> None:
    """An item variant must be one that the ERP told. Of units it tells the base unit only: any other may be meant."""
    if item is None or code is None or code in item.variants:
        return
    known = ", ".join(sorted(item.variants)[:20]) or "none"
    detail = (
        f"The item {item.no!r} has no variant {code!r} (its variants: {known}). Send the item with this variant first,"
        " or leave variant_code out."
    )
    error = FieldError(pointer="/variant_code", code="unknown_variant", detail=detail)
    raise InvalidInput(detail, errors=[error], code="unknown_variant")


def _unknown(field: str, no: str, what: str) -> InvalidInput:
    detail = f"There is no {what} {no!r}. Put the {what} first, then the link."
    error = FieldError(pointer=f"/{field}", code=f"unknown_{what}", detail=detail)
    return InvalidInput(detail, errors=[error], code=f"unknown_{what}")


async def _store_customer(
    _: UnitOfWork, shop: ShopId | None, link: StoreCustomerLink | StoreAddressLink
) -> Iterable[str]:
    assert shop is not None
    return (awaited.store_customer_link(shop, link.store_customer_id),)


async def _company(_: UnitOfWork, shop: ShopId | None, link: StoreCompanyLink) -> Iterable[str]:
    assert shop is not None
    return (awaited.company_link(shop, link.store_company_id),)


async def _company_location(uow: UnitOfWork, shop: ShopId | None, _: CompanyLocationLink) -> Iterable[str]:
    """A location does not say which company it is of, so everything that waits for a company is tried."""
    assert shop is not None
    return await uow.links.awaited_companies(shop)


async def _variant(_: UnitOfWork, shop: ShopId | None, link: StoreVariantLink) -> Iterable[str]:
    assert shop is not None
    return (awaited.variant_link(shop, link.store_variant_id),)
