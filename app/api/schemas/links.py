"""Links on the wire: the store's record in the path, the ERP's in the body."""

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Code, Instant, No, RequestBody
from app.domain.links import (
    CompanyLocationLink,
    StoreAddressLink,
    StoreCompanyLink,
    StoreCustomerLink,
    StoreVariantLink,
)
from app.ports.repositories.keyed_records import Kept

UPDATED = "When it last changed."
UNNUMBERED = "The ERP's number; null = not numbered yet."


class CustomerLinkGiven(RequestBody):
    """The customer at the end of a link."""

    customer_no: No = Field(description="The ERP's customer; it must exist.", examples=["C100"])


class StoreCustomerShown(AnswerBody):
    """A store customer is this customer."""

    store_customer_id: str = Field(description="The store's customer.", examples=["7001"])
    customer_id: str = Field(description="Our customer.", examples=["cus_01k9"])
    customer_no: str | None = Field(description=UNNUMBERED, examples=["C100"])
    updated_at: Instant = Field(description=UPDATED)


def store_customer_shown(kept: Kept[StoreCustomerLink]) -> StoreCustomerShown:
    link = kept.value
    return StoreCustomerShown(
        store_customer_id=link.store_customer_id,
        customer_id=link.customer.id,
        customer_no=link.customer.no,
        updated_at=kept.updated_at,
    )


class StoreAddressShown(AnswerBody):
    """An address of a store customer is this customer."""

    store_customer_id: str = Field(description="The store's customer.", examples=["7001"])
    address_id: str = Field(description="The store's address.", examples=["8001"])
    customer_id: str = Field(description="Our customer.", examples=["cus_01k9"])
    customer_no: str | None = Field(description=UNNUMBERED, examples=["C100"])
    updated_at: Instant = Field(description=UPDATED)


def store_address_shown(kept: Kept[StoreAddressLink]) -> StoreAddressShown:
    link = kept.value
    return StoreAddressShown(
        store_customer_id=link.store_customer_id,
        address_id=link.address_id,
        customer_id=link.customer.id,
        customer_no=link.customer.no,
        updated_at=kept.updated_at,
    )


class StoreCompanyShown(AnswerBody):
    """A store company is this customer."""

    store_company_id: str = Field(description="The store's company.", examples=["9001"])
    customer_id: str = Field(description="Our customer.", examples=["cus_01k9"])
    customer_no: str | None = Field(description=UNNUMBERED, examples=["C100"])
    updated_at: Instant = Field(description=UPDATED)


def store_company_shown(kept: Kept[StoreCompanyLink]) -> StoreCompanyShown:
    link = kept.value
    return StoreCompanyShown(
        store_company_id=link.store_company_id,
        customer_id=link.customer.id,
        customer_no=link.customer.no,
        updated_at=kept.updated_at,
    )


class CompanyLocationGiven(RequestBody):
    """The customers of a company location; null = the company's."""

    sell_to_customer_no: No | None = Field(default=None, description="Who orders; it must exist.", examples=["C100"])
    bill_to_customer_no: No | None = Field(default=None, description="Who pays; it must exist.", examples=["C200"])


class CompanyLocationShown(AnswerBody):
    """The customers of a company location; null = the company's."""

    company_location_id: str = Field(description="The store's company location.", examples=["9101"])
    sell_to_customer_id: str | None = Field(description="Our customer who orders.", examples=["cus_01k9"])
    sell_to_customer_no: str | None = Field(description="Its number.", examples=["C100"])
    bill_to_customer_id: str | None = Field(description="Our customer who pays.", examples=["cus_01k9"])
    bill_to_customer_no: str | None = Field(description="Its number.", examples=["C200"])
    updated_at: Instant = Field(description=UPDATED)


def company_location_shown(kept: Kept[CompanyLocationLink]) -> CompanyLocationShown:
    link = kept.value
    return CompanyLocationShown(
        company_location_id=link.company_location_id,
        sell_to_customer_id=link.sell_to.id if link.sell_to else None,
        sell_to_customer_no=link.sell_to.no if link.sell_to else None,
        bill_to_customer_id=link.bill_to.id if link.bill_to else None,
        bill_to_customer_no=link.bill_to.no if link.bill_to else None,
        updated_at=kept.updated_at,
    )


class StoreVariantGiven(RequestBody):
    """The item at the end of a link."""

    item_no: No = Field(description="The ERP's item; it must exist.", examples=["ITEM-A"])
    variant_code: Code | None = Field(default=None, description="The ERP's item variant.", examples=["RED"])
    unit: Code | None = Field(default=None, description="The unit sold; null = the item's.", examples=["PCS"])


class StoreVariantShown(AnswerBody):
    """A store variant is this item."""

    store_variant_id: str = Field(description="The store's variant.", examples=["6001"])
    item_no: str = Field(description="The ERP's item.", examples=["ITEM-A"])
    variant_code: str | None = Field(description="The ERP's item variant.", examples=["RED"])
    unit: str | None = Field(description="The unit sold; null = the item's.", examples=["PCS"])
    updated_at: Instant = Field(description=UPDATED)


def store_variant_shown(kept: Kept[StoreVariantLink]) -> StoreVariantShown:
    link = kept.value
    return StoreVariantShown(
        store_variant_id=link.store_variant_id,
        item_no=link.item_no,
        variant_code=link.variant_code,
        unit=link.unit,
        updated_at=kept.updated_at,
    )


StoreCustomerList = ListOf[StoreCustomerShown]
StoreAddressList = ListOf[StoreAddressShown]
StoreCompanyList = ListOf[StoreCompanyShown]
CompanyLocationList = ListOf[CompanyLocationShown]
StoreVariantList = ListOf[StoreVariantShown]
