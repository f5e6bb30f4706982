"""What the store is to hold of an ERP customer, or why it cannot (CUS-84 … CUS-89, CUS-95).

Decides what is sent, not whether; does not know how a store is reached, nor who it has already.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from hashlib import blake2b

from app.domain.addresses import Address
from app.domain.customers import Customer, first_email
from app.domain.mappings import Mappings, TaxArea
from app.domain.shop_settings import CountySource, CustomerSettings, NameSource, ShopSettings

LONGEST_PROVINCE_CODE = 10
"""A county longer than this is no code (CUS-88)."""
PERSONS = (NameSource.FIRST_LAST, NameSource.LAST_FIRST)

PhoneKey = Callable[[str, str], str | None]


class ExportSkip(StrEnum):
    """Why an ERP record is not sent; stable words for skipped records."""

    CUSTOMER_BLOCKED = "customer_blocked"
    NO_EMAIL = "no_email"
    PHONE_INVALID = "phone_invalid"
    COUNTRY_MISSING = "country_missing"
    COUNTY_TOO_LONG = "county_too_long"
    NO_ADDRESS = "no_address"
    EXISTS = "customer_exists"
    AMBIGUOUS = "customer_ambiguous"
    LINKED_TO_SEVERAL = "linked_to_several"
    COMPANY_EXISTS = "company_exists"
    NOT_AT_STORE = "not_at_store"
    TERMS_UNMAPPED = "payment_terms_unmapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotExported:
    """A refusal of ours; ``detail`` says what was found and what to do, without personal data."""

    code: ExportSkip
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceToSend:
    """An address as a store takes it; ``province_code`` blank = left out."""

    line1: str
    line2: str
    postal_code: str
    city: str
    province_code: str
    country_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerToSend:
    """A store customer with its one default address. A blank part is not sent; the address's own blanks are."""

    email: str
    phone: str
    """E.164."""
    first_name: str
    last_name: str
    company: str
    place: PlaceToSend | None

    @property
    def digest(self) -> bytes:
        """Equal as long as the same would be sent."""
        return digest_of_sent(astuple(self))


def digest_of_sent(sent: tuple[object, ...]) -> bytes:
    return blake2b(repr(sent).encode(), digest_size=16).digest()


def customer_to_send(
    customer: Customer, settings: ShopSettings, mappings: Mappings, *, phone_key: PhoneKey
) -> CustomerToSend | NotExported:
    """The rules of CUS-84 … CUS-89; the shop's own country stands in where the customer names none."""
    who = customer.no or customer.id
    email = first_email(customer.email)
    if not email:
        return NotExported(
            code=ExportSkip.NO_EMAIL,
            detail=f"Customer {who} has no e-mail address. Give it one; the first of several is sent.",
        )
    country = country_of(customer, settings)
    phone = phone_to_send(customer, country, phone_key=phone_key)
    place = place_to_send(customer, settings, mappings)
    if isinstance(phone, NotExported):
        return phone
    if isinstance(place, NotExported):
        return place
    first_name, last_name = person_of(customer, settings.customers)
    return CustomerToSend(
        email=email,
        phone=phone,
        first_name=first_name,
        last_name=last_name,
        company=company_of(customer, settings.customers),
        place=place,
    )


def country_of(customer: Customer, settings: ShopSettings) -> str:
    return (customer.address.country_code or settings.general.country_code or "").strip().upper()


def phone_to_send(customer: Customer, country: str, *, phone_key: PhoneKey) -> str | NotExported:
    """In E.164, from whatever way it is written (CUS-95); a number without a prefix is one of the address's country."""
    if not customer.phone.strip():
        return ""
    phone = phone_key(customer.phone, country)
    if phone is not None:
        return phone
    read_as = f" of {country}" if country else ""
    detail = (
        f"The phone of customer {customer.no or customer.id} cannot be read as a number{read_as}."
        " Write it with its country prefix, such as +31 20 123 4567."
    )
    return NotExported(code=ExportSkip.PHONE_INVALID, detail=detail)


def place_to_send(customer: Customer, settings: ShopSettings, mappings: Mappings) -> PlaceToSend | NotExported | None:
    """CUS-87, CUS-88; None for a customer without any address."""
    address = customer.address
    if not any((address.line1, address.line2, address.postal_code, address.city, address.county, address.country_code)):
        return None
    who, country = customer.no or customer.id, country_of(customer, settings)
    if not country:
        detail = f"Customer {who} has no country, nor has the shop. Set it, or general.country_code."
        return NotExported(code=ExportSkip.COUNTRY_MISSING, detail=detail)
    province = province_to_send(address, country, mappings.tax_areas, settings.customers.county_source)
    if province is None:
        detail = (
            f"The county of customer {who} has {len(address.county.strip())} characters, but codes of provinces have at"
            f" most {LONGEST_PROVINCE_CODE} (customers.county_source is code). Shorten it, or set the source to name."
        )
        return NotExported(code=ExportSkip.COUNTY_TOO_LONG, detail=detail)
    return PlaceToSend(
        line1=address.line1,
        line2=address.line2,
        postal_code=address.postal_code,
        city=address.city,
        province_code=province,
        country_code=country,
    )


def province_to_send(address: Address, country: str, areas: Sequence[TaxArea], source: CountySource) -> str | None:
    """The province's code, found among the tax areas of its country; blank where there is none, None where the county
    is too long to be a code (CUS-88).
    """
    county = address.county.strip().casefold()
    of_country = [area for area in areas if area.country_code.casefold() == country.casefold() and area.province]
    if not county or not of_country:
        return ""
    if source is CountySource.CODE and len(county) > LONGEST_PROVINCE_CODE:
        return None
    return next((area.province or "" for area in _fitting(of_country, county, source)), "")


def _fitting(areas: Sequence[TaxArea], county: str, source: CountySource) -> Iterator[TaxArea]:
    if source is CountySource.CODE:
        yield from (area for area in areas if (area.province or "").casefold() == county)
        return
    yield from (area for area in areas if (area.province_name or "").casefold() == county)
    yield from (area for area in areas if (area.province_name or "").casefold().startswith(county))


def person_of(customer: Customer, settings: CustomerSettings) -> tuple[str, str]:
    """First and last name from the first text that holds a person's: contact, second name, name (CUS-85)."""
    sources = (
        (customer.contact_name, settings.contact_source),
        (customer.name2, settings.name2_source),
        (customer.name, settings.name_source),
    )
    return next((_split(text, source) for text, source in sources if text.strip() and source in PERSONS), ("", ""))


def company_of(customer: Customer, settings: CustomerSettings) -> str:
    """CUS-86."""
    if settings.name_source is NameSource.COMPANY:
        return customer.name.strip()
    return customer.name2.strip() if settings.name2_source is NameSource.COMPANY else ""


def _split(text: str, source: NameSource) -> tuple[str, str]:
    """The first word is the first name, or the last one where last names come first; the rest is the last name."""
    words = text.split()
    if source is NameSource.LAST_FIRST:
        return words[-1], " ".join(words[:-1])
    return words[0], " ".join(words[1:])
