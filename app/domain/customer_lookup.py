"""What must be known of the ERP's customers before the customer of an order can be chosen, and what was found (P20,
P21).

Two halves of one question: ``wanted_customers`` says it for one order, a repository answers for many orders together.
Phone and e-mail keys are made outside, by the functions passed in. Decides nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.addresses import StoreAddress
from app.domain.companies import CompanyProfile
from app.domain.comparison import address_key, phone_ending
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId, ShopifyId
from app.domain.mappings import CustomerTemplate, Mappings
from app.domain.names import names_of, place_of
from app.domain.order_record import OrderMapping
from app.domain.orders import Order
from app.domain.shop_settings import CustomerSettings, ShopSettings, TaxIdField
from app.domain.tax_ids import tax_id_forms

EmailKey = Callable[[str], str | None]
PhoneKey = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLookup:
    """The keys of one order. ``customer_nos`` are default customers, ``customer_ids`` those chosen by hand."""

    store_customer_id: ShopifyId | None = None
    address_ids: tuple[str, ...] = ()
    email_key: str | None = None
    phone_key: str | None = None
    phone_ending: str | None = None
    address_keys: tuple[str, ...] = ()
    customer_nos: tuple[str, ...] = ()
    customer_ids: tuple[CustomerId, ...] = ()
    company_id: ShopifyId | None = None
    company_location_id: ShopifyId | None = None
    tax_id_field: TaxIdField = TaxIdField.REGISTRATION_NO
    tax_id_keys: tuple[str, ...] = ()
    """Of a company's location; looked for in ``tax_id_field``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationCustomers:
    """The customers that a company location is linked to, for either role."""

    sell_to: Customer | None = None
    bill_to: Customer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """What was found, by key, for one order or for many. A link to a customer that is gone is left out (CUS-29)."""

    store_customer_links: Mapping[ShopifyId, Customer] = field(default_factory=dict)
    address_links: Mapping[str, Customer] = field(default_factory=dict)
    by_email: Mapping[str, Sequence[Customer]] = field(default_factory=dict)
    by_phone: Mapping[str, Sequence[Customer]] = field(default_factory=dict)
    by_phone_ending: Mapping[str, Sequence[Customer]] = field(default_factory=dict)
    by_address: Mapping[str, Sequence[Customer]] = field(default_factory=dict)
    by_no: Mapping[str, Customer] = field(default_factory=dict)
    by_id: Mapping[CustomerId, Customer] = field(default_factory=dict)
    company_links: Mapping[ShopifyId, Customer] = field(default_factory=dict)
    company_location_links: Mapping[ShopifyId, LocationCustomers] = field(default_factory=dict)
    by_tax_id: Mapping[str, Sequence[Customer]] = field(default_factory=dict)
    """By the comparing form of the field in which the shop keeps tax ids."""


def wanted_customers(
    order: Order,
    *,
    settings: ShopSettings,
    mappings: Mappings,
    by_hand: OrderMapping,
    email_key: EmailKey,
    phone_key: PhoneKey,
) -> CustomerLookup:
    """Everything by which the customer of this order may be found, whatever rule will be the one."""
    if order.b2b:
        return _wanted_of_company(order, settings=settings, by_hand=by_hand, email_key=email_key, phone_key=phone_key)
    customer = order.customer
    template = template_of(order, mappings)
    defaults = (
        template.default_customer_no if template else None,
        settings.customers.default_customer_no,
    )
    by_hand_ids = (by_hand.sell_to_customer_id, by_hand.bill_to_customer_id)
    return CustomerLookup(
        store_customer_id=customer.shopify_id if customer else None,
        address_ids=tuple(each.shopify_id for each in customer.addresses if each.shopify_id) if customer else (),
        email_key=_first_key((customer.email if customer else "", order.email), email_key),
        phone_key=_phone_key(order, settings, phone_key),
        phone_ending=_phone_ending(order),
        address_keys=_address_keys(order, settings.customers),
        customer_nos=tuple(dict.fromkeys(no for no in defaults if no)),
        customer_ids=tuple(dict.fromkeys(each for each in by_hand_ids if each)),
    )


def _wanted_of_company(
    order: Order, *, settings: ShopSettings, by_hand: OrderMapping, email_key: EmailKey, phone_key: PhoneKey
) -> CustomerLookup:
    """By the company itself, its main contact and its location's tax id; whoever placed the order says nothing."""
    profile = order.company_profile or CompanyProfile()
    contact, companies = profile.contact, settings.companies
    country = company_country(order)
    by_hand_ids = (by_hand.sell_to_customer_id, by_hand.bill_to_customer_id)
    email, phone = (contact.email, contact.phone) if contact else ("", "")
    return CustomerLookup(
        email_key=_first_key((email,), email_key),
        phone_key=_first_key((phone,), lambda raw: phone_key(raw, country or settings.general.country_code or "")),
        customer_nos=(companies.default_customer_no,) if companies.default_customer_no else (),
        customer_ids=tuple(dict.fromkeys(each for each in by_hand_ids if each)),
        company_id=order.company.shopify_id if order.company else None,
        company_location_id=order.company_location.shopify_id if order.company_location else None,
        tax_id_field=companies.tax_id_field,
        tax_id_keys=tax_id_forms(profile.tax_id, country),
    )


def company_country(order: Order) -> str:
    """The country that a company's tax id and phone are read with: that of its location's address."""
    profile = order.company_profile
    addresses = (profile.billing_address, profile.shipping_address) if profile else ()
    return next((address.country_code for address in addresses if address and address.country_code), "")


def template_of(order: Order, mappings: Mappings) -> CustomerTemplate | None:
    """The row of the country (and province) the order is shipped to (CUS-10)."""
    address = order.ship_to_address
    return mappings.template_for(address.country_code, address.province_code) if address else None


def key_of(address: StoreAddress, settings: CustomerSettings) -> str | None:
    """The comparing form of an address of the store, as a customer made from it would have it (CUS-48, CUS-49)."""
    names = names_of(address, settings)
    return address_key(name=names.name, name2=names.name2, address=place_of(address, settings.county_source))


def address_to_create_from(order: Order) -> StoreAddress | None:
    """The store customer's default address, else its first (P22)."""
    return order.customer.addresses[0] if order.customer and order.customer.addresses else None


def _address_keys(order: Order, settings: CustomerSettings) -> tuple[str, ...]:
    addresses = (order.bill_to_address, order.sell_to_address, address_to_create_from(order))
    keys = (key_of(address, settings) for address in addresses if address)
    return tuple(dict.fromkeys(key for key in keys if key))


def _phone_key(order: Order, settings: ShopSettings, phone_key: PhoneKey) -> str | None:
    """The phone of the store customer, else of the order, read with the country of its address (CUS-34)."""
    addresses = (address_to_create_from(order), order.sell_to_address, order.bill_to_address)
    countries = (address.country_code for address in addresses if address and address.country_code)
    country = next(countries, settings.general.country_code or "")
    phones = (order.customer.phone if order.customer else "", order.phone)
    return _first_key(phones, lambda raw: phone_key(raw, country))


def _phone_ending(order: Order) -> str | None:
    """Of any phone that came with the order: it only suggests (CUS-34)."""
    addresses = (address_to_create_from(order), order.sell_to_address, order.bill_to_address)
    phones = (order.customer.phone if order.customer else "", order.phone, *(each.phone for each in addresses if each))
    return _first_key(phones, phone_ending)


def _first_key(texts: Sequence[str], key: Callable[[str], str | None]) -> str | None:
    keys = (key(text) for text in texts if text.strip())
    return next((found for found in keys if found), None)
