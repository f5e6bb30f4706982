"""Postal addresses and names as a document and a customer carry them. Knows nothing of how they are compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address in the ERP's terms. Texts are never cut; a missing part is an empty string."""

    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    county: str = ""
    country_code: str = ""
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """An address as the store holds it: a person, perhaps a company, and a place."""

    shopify_id: str | None = None
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    province_code: str = ""
    province_name: str = ""
    country_code: str = ""
    phone: str = ""
