"""Mappings on the wire: store value to ERP code. What a request does not give is null."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Code, Flag, Instant, Line, No, RequestBody
from app.domain.mapping_entries import CurrencyMapping, StaffMapping
from app.domain.mappings import (
    ChargeType,
    CustomerTemplate,
    LocationMapping,
    PaymentMethodMapping,
    PaymentTermsMapping,
    ShipmentMethodMapping,
    TaxArea,
)
from app.domain.stock import StockCalculation
from app.ports.repositories.keyed_records import Kept

Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]
UPDATED = "When it last changed."
DEFAULT_CUSTOMER = "The customer for orders shipped there. It may be sent later: orders name it until it is there."


class LocationGiven(RequestBody):
    """A store location in the ERP."""

    location_code: Code | None = Field(default=None, description="The ERP's location; null = blank.", examples=["BLUE"])
    location_filter: Annotated[list[Code], Field(max_length=250)] = Field(
        default=[], description="The ERP's locations whose stock is summed here; empty = `location_code`."
    )
    stock_calculation: StockCalculation | None = Field(
        default=None,
        description="What the ERP's quantities are: `available` = what may still be sold, open orders taken off;"
        " `on_hand` = what lies there, nothing taken off, so that Shopify takes off its own orders. null = no stock"
        " is told here.",
    )


class LocationShown(AnswerBody):
    """A store location in the ERP."""

    location_id: str = Field(description="The store's location.", examples=["71"])
    name: str | None = Field(description="Its name at the store; null = not told yet.", examples=["Warehouse"])
    status: str | None = Field(
        description="At the store: `active`, `inactive`, `not_at_store` (deleted or never there); null = not told yet.",
        examples=["active"],
    )
    location_code: str | None = Field(description="The ERP's location; null = blank.", examples=["BLUE"])
    location_filter: list[str] = Field(description="The ERP's locations whose stock counts here.")
    stock_calculation: str | None = Field(
        description="What the ERP's quantities are: `available`, `on_hand`; null = no stock is told here."
    )
    updated_at: Instant = Field(description=UPDATED)


def location_shown(kept: Kept[LocationMapping]) -> LocationShown:
    value = kept.value
    return LocationShown(
        location_id=value.location_id,
        name=value.name,
        status=value.status.value if value.status else None,
        location_code=value.location_code,
        location_filter=list(value.location_filter),
        stock_calculation=value.stock_calculation,
        updated_at=kept.updated_at,
    )


class ShipmentMethodGiven(RequestBody):
    """A shipping title in the ERP."""

    title: Text = Field(
        description="The shipping line's title at Shopify, without regard to case.", examples=["Standard"]
    )
    shipment_method_code: Code | None = Field(default=None, description="The ERP's shipment method.")
    shipping_agent_code: Code | None = Field(default=None, description="The ERP's shipping agent.")
    shipping_agent_service_code: Code | None = Field(default=None, description="The agent's service.")
    charge_type: ChargeType | None = Field(default=None, description="What the charge becomes; null = an account line.")
    charge_no: No | None = Field(default=None, description="Its number; null = the account of shipping charges.")


class ShipmentMethodShown(AnswerBody):
    """A shipping title in the ERP."""

    id: str = Field(description="Ours.", examples=["map_01k9"])
    title: str = Field(description="The shipping line's title at Shopify.", examples=["Standard"])
    shipment_method_code: str | None = Field(description="The ERP's shipment method.")
    shipping_agent_code: str | None = Field(description="The ERP's shipping agent.")
    shipping_agent_service_code: str | None = Field(description="The agent's service.")
    charge_type: str | None = Field(description="`account`, `item`, `charge` or null.", examples=["account"])
    charge_no: str | None = Field(description="Its number; null = the account of shipping charges.")
    updated_at: Instant = Field(description=UPDATED)


def shipment_method_shown(kept: Kept[ShipmentMethodMapping]) -> ShipmentMethodShown:
    value = kept.value
    return ShipmentMethodShown(
        id=kept.id,
        title=value.title,
        shipment_method_code=value.shipment_method_code,
        shipping_agent_code=value.shipping_agent_code,
        shipping_agent_service_code=value.shipping_agent_service_code,
        charge_type=value.charge_type.value if value.charge_type else None,
        charge_no=value.charge_no,
        updated_at=kept.updated_at,
    )


class PaymentMethodGiven(RequestBody):
    """A payment gateway, perhaps with a card company, in the ERP."""

    gateway: Text = Field(description="The gateway at Shopify, without regard to case.", examples=["shopify_payments"])
    card_company: Text | None = Field(default=None, description="The card's company; null = any other.")
    payment_method_code: Code | None = Field(default=None, description="The ERP's payment method.")


class PaymentMethodShown(AnswerBody):
    """A payment gateway, perhaps with a card company, in the ERP."""

    id: str = Field(description="Ours.", examples=["map_01k9"])
    gateway: str = Field(description="The gateway at Shopify.", examples=["shopify_payments"])
    card_company: str | None = Field(description="The card's company; null = any other.", examples=["Visa"])
    payment_method_code: str | None = Field(description="The ERP's payment method.")
    updated_at: Instant = Field(description=UPDATED)


def payment_method_shown(kept: Kept[PaymentMethodMapping]) -> PaymentMethodShown:
    value = kept.value
    return PaymentMethodShown(
        id=kept.id,
        gateway=value.gateway,
        card_company=value.card_company,
        payment_method_code=value.payment_method_code,
        updated_at=kept.updated_at,
    )


class PaymentTermsGiven(RequestBody):
    """Payment terms of the store in the ERP."""

    name: Line = Field(
        default="", description="Their name at Shopify; empty = as the store tells.", examples=["Net 30"]
    )
    type: Line = Field(default="", description="Their type at Shopify; empty = as the store tells.", examples=["net"])
    payment_terms_code: Code | None = Field(default=None, description="The ERP's payment terms.")
    primary: Flag = Field(default=False, description="Taken when the ERP's code stands for several.")


class PaymentTermsShown(AnswerBody):
    """Payment terms of the store in the ERP."""

    terms_id: str = Field(description="The store's payment terms.", examples=["4"])
    name: str = Field(description="Their name at Shopify.", examples=["Net 30"])
    type: str = Field(description="Their type at Shopify.", examples=["net"])
    payment_terms_code: str | None = Field(description="The ERP's payment terms.")
    primary: bool = Field(description="Taken when the ERP's code stands for several.")
    matches_orders: bool = Field(
        description="False = name or type is not known yet, and no order finds it: pull the mappings, or give both.",
        examples=[True],
    )
    updated_at: Instant = Field(description=UPDATED)


def payment_terms_shown(kept: Kept[PaymentTermsMapping]) -> PaymentTermsShown:
    value = kept.value
    return PaymentTermsShown(
        terms_id=value.terms_id,
        name=value.name,
        type=value.type,
        payment_terms_code=value.payment_terms_code,
        primary=value.primary,
        matches_orders=value.matches_orders,
        updated_at=kept.updated_at,
    )


class StaffGiven(RequestBody):
    """A staff member as a salesperson."""

    salesperson_code: Code | None = Field(default=None, description="The ERP's salesperson.")


class StaffShown(AnswerBody):
    """A staff member as a salesperson."""

    staff_id: str = Field(description="The store's staff member.", examples=["901"])
    salesperson_code: str | None = Field(description="The ERP's salesperson.")
    updated_at: Instant = Field(description=UPDATED)


def staff_shown(kept: Kept[StaffMapping]) -> StaffShown:
    value = kept.value
    return StaffShown(staff_id=value.staff_id, salesperson_code=value.salesperson_code, updated_at=kept.updated_at)


class TemplateGiven(RequestBody):
    """What holds for customers of a country or province."""

    default_customer_no: No | None = Field(default=None, description=DEFAULT_CUSTOMER)
    template_code: Code | None = Field(default=None, description="The ERP's template for created customers.")
    prices_include_tax: Flag | None = Field(default=None, description="Checked against orders; null = not checked.")


class TemplateShown(AnswerBody):
    """What holds for customers of a country or province."""

    country_code: str = Field(description="The country.", examples=["US"])
    province: str | None = Field(description="The province's code; null = the whole country.", examples=["CA"])
    default_customer_no: str | None = Field(description=DEFAULT_CUSTOMER)
    template_code: str | None = Field(description="The ERP's template for created customers.")
    prices_include_tax: bool | None = Field(description="Checked against orders; null = not checked.")
    updated_at: Instant = Field(description=UPDATED)


def template_shown(kept: Kept[CustomerTemplate]) -> TemplateShown:
    value = kept.value
    return TemplateShown(
        country_code=value.country_code,
        province=value.province,
        default_customer_no=value.default_customer_no,
        template_code=value.template_code,
        prices_include_tax=value.prices_include_tax,
        updated_at=kept.updated_at,
    )


class TaxAreaGiven(RequestBody):
    """How a country or province is taxed in the ERP."""

    province_name: Line | None = Field(default=None, description="The province's name.", examples=["California"])
    tax_area_code: Code | None = Field(default=None, description="The ERP's tax area.")
    tax_liable: Flag = Field(default=False, description="Whether tax is due there.")
    vat_business_group: Code | None = Field(default=None, description="The ERP's VAT business posting group.")


class TaxAreaShown(AnswerBody):
    """How a country or province is taxed in the ERP."""

    country_code: str = Field(description="The country.", examples=["US"])
    province: str | None = Field(description="The province's code; null = the whole country.", examples=["CA"])
    province_name: str | None = Field(description="The province's name.", examples=["California"])
    tax_area_code: str | None = Field(description="The ERP's tax area.")
    tax_liable: bool = Field(description="Whether tax is due there.")
    vat_business_group: str | None = Field(description="The ERP's VAT business posting group.")
    updated_at: Instant = Field(description=UPDATED)


def tax_area_shown(kept: Kept[TaxArea]) -> TaxAreaShown:
    value = kept.value
    return TaxAreaShown(
        country_code=value.country_code,
        province=value.province,
        province_name=value.province_name,
        tax_area_code=value.tax_area_code,
        tax_liable=value.tax_liable,
        vat_business_group=value.vat_business_group,
        updated_at=kept.updated_at,
    )


class CurrencyGiven(RequestBody):
    """A currency in the ERP."""

    currency_code: Code | None = Field(default=None, description="The ERP's currency code.")


class CurrencyShown(AnswerBody):
    """A currency in the ERP."""

    iso: str = Field(description="The ISO 4217 currency.", examples=["USD"])
    currency_code: str | None = Field(description="The ERP's currency code.", examples=["DOLLAR"])
    updated_at: Instant = Field(description=UPDATED)


def currency_shown(kept: Kept[CurrencyMapping]) -> CurrencyShown:
    value = kept.value
    return CurrencyShown(iso=value.iso, currency_code=value.currency_code, updated_at=kept.updated_at)


LocationList = ListOf[LocationShown]
ShipmentMethodList = ListOf[ShipmentMethodShown]
PaymentMethodList = ListOf[PaymentMethodShown]
PaymentTermsList = ListOf[PaymentTermsShown]
StaffList = ListOf[StaffShown]
TemplateList = ListOf[TemplateShown]
TaxAreaList = ListOf[TaxAreaShown]
CurrencyList = ListOf[CurrencyShown]
