"""Customers and items on the wire, as the ERP tells them."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Code, Country, DecimalString, Flag, Instant, Line, No, RequestBody
from app.domain.addresses import Address
from app.domain.catalogue import Item, ItemVariant
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId
from app.ports.repositories.customers import KeptCustomer
from app.ports.repositories.items import KeptItem

MOST_KILOGRAMS = Decimal(1_000_000)
UNKNOWN_ID = CustomerId("")
"""Whoever writes a customer by number does not know our id."""


def _country(value: str) -> str:
    if value and not (len(value) == 2 and value.isascii() and value.isupper()):
        raise PydanticCustomError("wrong_form", "This must be an ISO 3166-1 alpha-2 code in capitals, or empty.")
    return value


def _not_negative(value: Decimal) -> Decimal:
    if not 0 <= value < MOST_KILOGRAMS:
        raise PydanticCustomError("wrong_value", "This must be a weight in kilograms, at least 0.")
    return value


class AddressGiven(RequestBody):
    """A postal address."""

    line1: Line = Field(default="", description="Street and number.", examples=["Dam 1"])
    line2: Line = Field(default="", description="What else the letter needs.")
    postal_code: Line = Field(default="", description="Postal code.", examples=["1012 JS"])
    city: Line = Field(default="", description="City.", examples=["Amsterdam"])
    county: Line = Field(default="", description="Province, state or county.")
    country_code: Annotated[str, AfterValidator(_country)] = Field(
        default="", max_length=2, description="ISO 3166-1 alpha-2 in capitals, or empty.", examples=["NL"]
    )


class AddressShown(AnswerBody):
    """A postal address; a missing part is empty."""

    line1: str = Field(description="Street and number.", examples=["Dam 1"])
    line2: str = Field(description="What else the letter needs.", examples=[""])
    postal_code: str = Field(description="Postal code.", examples=["1012 JS"])
    city: str = Field(description="City.", examples=["Amsterdam"])
    county: str = Field(description="Province, state or county.", examples=[""])
    country_code: str = Field(description="ISO 3166-1 alpha-2.", examples=["NL"])


class CustomerGiven(RequestBody):
    """A customer of the ERP. What is not given is empty."""

    name: Line = Field(default="", description="Name.", examples=["Example GmbH"])
    name2: Line = Field(default="", description="Second name.")
    contact_name: Line = Field(default="", description="Whom to ask for.")
    email: Line = Field(default="", description="E-mail.", examples=["info@example.com"])
    phone: Line = Field(default="", description="Phone, in any notation.")
    address: AddressGiven = Field(default=AddressGiven(), description="Where the customer is.")
    vat_registration_no: Line = Field(default="", description="VAT registration number.")
    registration_no: Line = Field(default="", description="Registration number.")
    payment_terms_code: Annotated[str, Field(max_length=100)] = Field(
        default="", description="The ERP's payment terms."
    )
    blocked: Flag = Field(default=False, description="Whether nothing may be sold to it.")


class CustomerInBatch(CustomerGiven):
    """A customer with its number."""

    no: No = Field(description="The ERP's number.", examples=["C100"])


class CustomerShown(AnswerBody):
    """A customer of the ERP."""

    id: str = Field(description="Ours; it lasts.", examples=["cus_01k9"])
    no: str = Field(description="The ERP's number.", examples=["C100"])
    name: str = Field(description="Name.", examples=["Example GmbH"])
    name2: str = Field(description="Second name.", examples=[""])
    contact_name: str = Field(description="Whom to ask for.", examples=[""])
    email: str = Field(description="E-mail.", examples=["info@example.com"])
    phone: str = Field(description="Phone, as it was given.", examples=[""])
    address: AddressShown = Field(description="Where the customer is.")
    vat_registration_no: str = Field(description="VAT registration number.", examples=[""])
    registration_no: str = Field(description="Registration number.", examples=[""])
    payment_terms_code: str = Field(description="The ERP's payment terms.", examples=[""])
    blocked: bool = Field(description="Whether nothing may be sold to it.")
    created_at: Instant = Field(description="When we first heard of it.")
    updated_at: Instant = Field(description="When it last changed.")


class ContactShown(AnswerBody):
    """A person of a company."""

    store_customer_id: str = Field(description="The store's customer that this person is.", examples=["7001"])
    name: str = Field(
        description="First and last name, in the order of customers.contact_source.", examples=["Mia Hill"]
    )
    email: str = Field(description="E-mail.", examples=["mia@example.com"])
    phone: str = Field(description="Phone, as Shopify has it.", examples=[""])
    main: bool = Field(description="Whether this is the company's main contact.", examples=[True])


class NewCustomerShown(AnswerBody):
    """A customer that Orderbridge created and the ERP has not numbered yet."""

    id: str = Field(description="Ours; it lasts.", examples=["cus_01k9"])
    shop: str | None = Field(description="The shop it was created for; null = that shop is gone.", examples=["web"])
    store_customer_id: str | None = Field(description="The store's customer.", examples=["7001"])
    store_company_id: str | None = Field(description="The store's company.", examples=["9001"])
    template_code: str | None = Field(description="The ERP's template to make it from.", examples=["EU"])
    name: str = Field(description="Name.", examples=["Example GmbH"])
    name2: str = Field(description="Second name.", examples=[""])
    contact_name: str = Field(description="Whom to ask for.", examples=[""])
    email: str = Field(description="E-mail.", examples=["info@example.com"])
    phone: str = Field(description="Phone, as Shopify has it.", examples=[""])
    address: AddressShown = Field(description="Where the customer is.")
    vat_registration_no: str = Field(description="VAT registration number.", examples=[""])
    registration_no: str = Field(description="Registration number.", examples=[""])
    payment_terms_code: str = Field(description="The ERP's payment terms.", examples=[""])
    tax_area_code: str | None = Field(
        description="The tax area of its country or province; null = none is mapped.", examples=["CA-TAX"]
    )
    tax_liable: bool = Field(description="Whether it is liable to tax there.", examples=[True])
    vat_business_group: str | None = Field(description="The ERP's VAT business group there.", examples=["DOMESTIC"])
    contacts: list[ContactShown] = Field(
        description="The people of a company: its main contact, and who ordered when it was made, if that is another."
        " Later orders name who ordered on their documents. Empty for a consumer."
    )
    created_at: Instant = Field(description="When it was created.")
    updated_at: Instant = Field(description="When it last changed.")


class NumberGiven(RequestBody):
    """The ERP's answer to a new customer."""

    no: No = Field(description="Its number; one that exists already links to that customer.", examples=["C100"])


def customer_of(no: str, given: CustomerGiven) -> Customer:
    """The customer in a request."""
    values = {name: value for name, value in dict(given).items() if name not in {"no", "address"}}
    return Customer(id=UNKNOWN_ID, no=no, address=Address(**dict(given.address)), **values)


def _person(customer: Customer) -> dict[str, object]:
    names = (
        "id", "name", "name2", "contact_name", "email", "phone", "vat_registration_no", "registration_no",
        "payment_terms_code",
    )  # fmt: skip
    place = customer.address
    parts = {name: getattr(place, name) for name in AddressShown.model_fields}
    return {**{name: getattr(customer, name) for name in names}, "address": AddressShown(**parts)}


def customer_shown(kept: KeptCustomer) -> CustomerShown:
    customer = kept.customer
    return CustomerShown.model_validate(
        {
            **_person(customer),
            "no": customer.no,
            "blocked": customer.blocked,
            "created_at": kept.created_at,
            "updated_at": kept.updated_at,
        }
    )


def new_customer_shown(kept: KeptCustomer) -> NewCustomerShown:
    return NewCustomerShown.model_validate(
        {
            **_person(kept.customer),
            "shop": kept.shop_code,
            "store_customer_id": kept.store_customer_id,
            "store_company_id": kept.store_company_id,
            "template_code": kept.template_code,
            "tax_area_code": kept.tax_area_code,
            "tax_liable": bool(kept.tax_liable),
            "vat_business_group": kept.vat_business_group,
            "contacts": [asdict(each) for each in kept.contacts],
            "created_at": kept.created_at,
            "updated_at": kept.updated_at,
        }
    )


Codes = Annotated[list[Code], Field(max_length=100)]
Weight = Annotated[DecimalString, AfterValidator(_not_negative)]
HsCode = Annotated[str, Field(pattern=r"^[0-9]{6,13}$", max_length=13)]


class OptionGiven(RequestBody):
    """By what a buyer chooses a variant."""

    name: Code = Field(description="The option.", examples=["Colour"])
    value: Code = Field(description="Its value.", examples=["Red"])


class OptionShown(AnswerBody):
    """By what a buyer chooses a variant."""

    name: str = Field(description="The option.", examples=["Colour"])
    value: str = Field(description="Its value.", examples=["Red"])


class VariantGiven(RequestBody):
    """A variant of an item."""

    code: Code = Field(description="The ERP's variant code.", examples=["RED"])
    description: Line = Field(default="", description="What it is.", examples=["Red"])
    sku: Code | None = Field(default=None, description="Its SKU.")
    barcodes: Codes = Field(default=[], description="Its barcodes.")
    options: Annotated[list[OptionGiven], Field(max_length=3)] = Field(
        default=[],
        description="How a product of a store tells it from the others: up to three options, the same of every variant."
        " Without any the description, else the code, is the value of `items.variant_option`.",
    )


class VariantShown(AnswerBody):
    """A variant of an item."""

    code: str = Field(description="The ERP's variant code.", examples=["RED"])
    description: str = Field(description="What it is.", examples=["Red"])
    sku: str | None = Field(description="Its SKU.", examples=["ITEM-A-RED"])
    barcodes: list[str] = Field(description="Its barcodes.", examples=[["4006381333931"]])
    options: list[OptionShown] = Field(description="How a product of a store tells it from the others.")


class ItemGiven(RequestBody):
    """An item of the ERP. What is not given is empty."""

    description: Line = Field(default="", description="What it is.", examples=["Bicycle"])
    base_unit: Code | None = Field(default=None, description="Its base unit.", examples=["PCS"])
    sku: Code | None = Field(default=None, description="Its SKU.")
    vendor_item_no: Code | None = Field(default=None, description="Its number at the vendor.")
    barcodes: Codes = Field(default=[], description="Its barcodes.")
    unit_price: DecimalString | None = Field(default=None, description="Its price.", examples=["12.50"])
    blocked: Flag = Field(default=False, description="Whether it may not be sold.")
    vendor: Line | None = Field(default=None, description="Who makes or sells it to you.", examples=["Acme"])
    category: Line | None = Field(default=None, description="What kind of thing it is.", examples=["Bicycles"])
    text_html: Annotated[str, Field(max_length=60_000)] | None = Field(
        default=None, description="What buyers read about it, as HTML."
    )
    net_weight: Weight | None = Field(default=None, description="In kilograms.", examples=["12.5"])
    hs_code: HsCode | None = Field(default=None, description="Its number in the customs tariff.", examples=["871200"])
    origin_country_code: Country | None = Field(
        default=None, description="Where it was made: ISO 3166-1 alpha-2.", examples=["NL"]
    )
    variants: Annotated[list[VariantGiven], Field(max_length=2000)] = Field(default=[], description="Its variants.")


class ItemInBatch(ItemGiven):
    """An item with its number."""

    no: No = Field(description="The ERP's number.", examples=["ITEM-A"])


class ItemShown(AnswerBody):
    """An item of the ERP."""

    no: str = Field(description="The ERP's number.", examples=["ITEM-A"])
    description: str = Field(description="What it is.", examples=["Bicycle"])
    base_unit: str | None = Field(description="Its base unit.", examples=["PCS"])
    sku: str | None = Field(description="Its SKU.", examples=["ITEM-A"])
    vendor_item_no: str | None = Field(description="Its number at the vendor.", examples=["V-1"])
    barcodes: list[str] = Field(description="Its barcodes.", examples=[["4006381333931"]])
    unit_price: DecimalString | None = Field(description="Its price.", examples=["12.50"])
    blocked: bool = Field(description="Whether it may not be sold.")
    vendor: str | None = Field(description="Who makes or sells it to you.", examples=["Acme"])
    category: str | None = Field(description="What kind of thing it is.", examples=["Bicycles"])
    text_html: str | None = Field(description="What buyers read about it, as HTML.")
    net_weight: DecimalString | None = Field(description="In kilograms.", examples=["12.5"])
    hs_code: str | None = Field(description="Its number in the customs tariff.", examples=["871200"])
    origin_country_code: str | None = Field(description="Where it was made.", examples=["NL"])
    variants: list[VariantShown] = Field(description="Its variants.")
    created_at: Instant = Field(description="When we first heard of it.")
    updated_at: Instant = Field(description="When it last changed.")


PARTS = frozenset({"no", "barcodes", "variants"})
"""Fields of an item that are not taken as they are."""


def item_of(no: str, given: ItemGiven) -> Item:
    """The item in a request."""
    variants = tuple(
        ItemVariant(
            code=each.code,
            description=each.description,
            sku=each.sku,
            barcodes=tuple(each.barcodes),
            options=tuple((option.name, option.value) for option in each.options),
        )
        for each in given.variants
    )
    plain = {name: value for name, value in dict(given).items() if name not in PARTS}
    return Item(no=no, barcodes=tuple(given.barcodes), variants=variants, **plain)


def item_shown(kept: KeptItem) -> ItemShown:
    item = kept.item
    own = {"barcodes", "variants", "created_at", "updated_at"}
    return ItemShown(
        **{name: getattr(item, name) for name in ItemShown.model_fields if name not in own},
        barcodes=list(item.barcodes),
        variants=[_variant_shown(each) for each in item.variants],
        created_at=kept.created_at,
        updated_at=kept.updated_at,
    )


def _variant_shown(variant: ItemVariant) -> VariantShown:
    return VariantShown(
        code=variant.code,
        description=variant.description,
        sku=variant.sku,
        barcodes=list(variant.barcodes),
        options=[OptionShown(name=name, value=value) for name, value in variant.options],
    )


CustomerList = ListOf[CustomerShown]
NewCustomerList = ListOf[NewCustomerShown]
ItemList = ListOf[ItemShown]
