"""Links: this record of the store is that record of the ERP, in one shop (P20, P31)."""

from dataclasses import dataclass

from app.domain.identifiers import CustomerId, ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedCustomer:
    """The customer at the end of a link. ``no`` None = the ERP has not numbered it yet."""

    id: CustomerId
    no: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCustomerLink:
    store_customer_id: ShopifyId
    customer: LinkedCustomer


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddressLink:
    """One address of a store customer (CUS-52: mapping by bill-to)."""

    store_customer_id: ShopifyId
    address_id: str
    customer: LinkedCustomer


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCompanyLink:
    store_company_id: ShopifyId
    customer: LinkedCustomer


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyLocationLink:
    """A company location has customers of its own (COM-11); None = the company's."""

    company_location_id: ShopifyId
    sell_to: LinkedCustomer | None = None
    bill_to: LinkedCustomer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreVariantLink:
    store_variant_id: ShopifyId
    item_no: str
    variant_code: str | None = None
    unit: str | None = None
