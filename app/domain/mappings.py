"""What a shop's mapping tables say: store value to ERP code, loaded as one value for a decision (P04)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.identifiers import ShopifyId


class ChargeType(StrEnum):
    """What a shipping charge becomes on a document."""

    ACCOUNT = "account"
    ITEM = "item"
    CHARGE = "charge"


class LocationStatus(StrEnum):
    """How a location stands at the store; one that was deleted keeps its mapping, as old orders name it."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    NOT_AT_STORE = "not_at_store"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationMapping:
    """What the ERP made of a store location. Name and status are the store's, told by a pull and never given: mappings
    are equal without them.
    """

    location_id: ShopifyId
    location_code: str | None = None
    location_filter: tuple[str, ...] = ()
    stock_calculation: str | None = None
    name: str | None = field(default=None, compare=False)
    status: LocationStatus | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentMethodMapping:
    """Row for a shipping title; ``charge_type`` and ``charge_no`` None = the shipping charges account (4.26)."""

    title: str
    shipment_method_code: str | None = None
    shipping_agent_code: str | None = None
    shipping_agent_service_code: str | None = None
    charge_type: ChargeType | None = None
    charge_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodMapping:
    gateway: str
    card_company: str | None = None
    payment_method_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTermsMapping:
    terms_id: ShopifyId
    name: str = ""
    type: str = ""
    payment_terms_code: str | None = None
    primary: bool = False

    @property
    def matches_orders(self) -> bool:
        """Orders name terms by type and name only; a row of an id alone serves companies, which name the id."""
        return bool(self.name and self.type)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTemplate:
    """Row for a country, or for one of its provinces (``province`` = province code)."""

    country_code: str
    province: str | None = None
    default_customer_no: str | None = None
    template_code: str | None = None
    prices_include_tax: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxArea:
    """Row for a country and province (CUS-71), by its code and its name; both None = the whole country."""

    country_code: str
    province: str | None = None
    province_name: str | None = None
    tax_area_code: str | None = None
    tax_liable: bool = False
    vat_business_group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mappings:
    """All mapping tables of one shop, keyed for looking up.

    Titles, gateways and card companies are keyed case-folded.
    """

    locations: Mapping[ShopifyId, LocationMapping] = field(default_factory=dict)
    shipment_methods: Mapping[str, ShipmentMethodMapping] = field(default_factory=dict)
    payment_methods: Mapping[tuple[str, str], PaymentMethodMapping] = field(default_factory=dict)
    """By (gateway, card company or empty)."""
    payment_terms: tuple[PaymentTermsMapping, ...] = ()
    staff: Mapping[ShopifyId, str] = field(default_factory=dict)
    """Salesperson code by staff id."""
    templates: Mapping[tuple[str, str | None], CustomerTemplate] = field(default_factory=dict)
    """By (country, province code or None)."""
    tax_areas: tuple[TaxArea, ...] = ()
    currencies: Mapping[str, str] = field(default_factory=dict)
    """The ERP's currency code by ISO code."""

    def template_for(self, country_code: str, province_code: str | None) -> CustomerTemplate | None:
        """The row of the province; what it leaves open is that of the country (an empty row hides nothing, CUS-12)."""
        country = self.templates.get((country_code, None))
        province = self.templates.get((country_code, province_code)) if province_code else None
        if province is None or country is None:
            return province or country
        includes_tax = province.prices_include_tax
        return CustomerTemplate(
            country_code=country_code,
            province=province.province,
            default_customer_no=province.default_customer_no or country.default_customer_no,
            template_code=province.template_code or country.template_code,
            prices_include_tax=country.prices_include_tax if includes_tax is None else includes_tax,
        )
