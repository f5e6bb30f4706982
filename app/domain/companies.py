"""What a store holds of the companies that buy, as it came with orders. Does not know how one becomes a customer."""

from dataclasses import dataclass

from app.domain.addresses import StoreAddress
from app.domain.identifiers import ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyContact:
    """The main contact of a company: a customer of the store."""

    shopify_id: ShopifyId
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyProfile:
    """What the store holds of a company and of the location it bought through, as it came with the order."""

    contact: CompanyContact | None = None
    """None also where the store does not tell it: then ``Order.unknown`` names ``company_contact``."""
    location_phone: str = ""
    tax_id: str = ""
    """The tax registration id of the location."""
    billing_address: StoreAddress | None = None
    shipping_address: StoreAddress | None = None
    payment_terms_id: ShopifyId | None = None
    """The payment terms template that is agreed with the location."""
    only_location: bool = False
    """Whether the company is known to have no other."""
