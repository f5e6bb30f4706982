"""What the store is to hold of an ERP customer that is a company, or a location of one (COM-30 … COM-35).

As of consumers (``customer_export``), with a tax id, payment terms and what its contact may do. Decides what is sent,
not whether.
"""

from dataclasses import astuple, dataclass

from app.domain.customer_export import (
    CustomerToSend,
    ExportSkip,
    NotExported,
    PhoneKey,
    PlaceToSend,
    country_of,
    customer_to_send,
    digest_of_sent,
    phone_to_send,
    place_to_send,
)
from app.domain.customers import Customer
from app.domain.identifiers import ShopifyId
from app.domain.mappings import Mappings
from app.domain.shop_settings import ContactPermission, ShopSettings, TaxIdField


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationToSend:
    """A company location. Blank texts and terms of None are not sent: what the ERP does not say is the store's."""

    name: str
    external_id: str
    recipient: str
    phone: str
    tax_id: str
    payment_terms_id: ShopifyId | None
    place: PlaceToSend

    @property
    def digest(self) -> bytes:
        return digest_of_sent(astuple(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyToSend:
    """A company with its main contact and the location that is the customer's own."""

    name: str
    external_id: str
    """The ERP's number."""
    contact: CustomerToSend
    location: LocationToSend
    permission: ContactPermission

    @property
    def digest(self) -> bytes:
        return digest_of_sent(astuple(self))


def company_to_send(
    customer: Customer, settings: ShopSettings, mappings: Mappings, *, phone_key: PhoneKey
) -> CompanyToSend | NotExported:
    """A company needs whatever its contact needs, and an address (COM-30, COM-31)."""
    contact = customer_to_send(customer, settings, mappings, phone_key=phone_key)
    if isinstance(contact, NotExported):
        return contact
    location = location_to_send(customer, settings, mappings, phone_key=phone_key)
    if isinstance(location, NotExported):
        return location
    return CompanyToSend(
        name=customer.name.strip() or customer.name2.strip() or location.external_id,
        external_id=location.external_id,
        contact=contact,
        location=location,
        permission=settings.companies.default_contact_permission,
    )


def location_to_send(
    customer: Customer, settings: ShopSettings, mappings: Mappings, *, phone_key: PhoneKey
) -> LocationToSend | NotExported:
    """COM-31: named by its address line, for whom the customer is."""
    place = place_to_send(customer, settings, mappings)
    phone = phone_to_send(customer, country_of(customer, settings), phone_key=phone_key)
    if isinstance(place, NotExported):
        return place
    if isinstance(phone, NotExported):
        return phone
    if place is None or not place.line1.strip():
        detail = (
            f"Customer {customer.no or customer.id} has no address line, which a company location needs. Give it one."
        )
        return NotExported(code=ExportSkip.NO_ADDRESS, detail=detail)
    terms = terms_to_send(customer, mappings)
    if isinstance(terms, NotExported):
        return terms
    by_field = {
        TaxIdField.REGISTRATION_NO: customer.registration_no,
        TaxIdField.VAT_REGISTRATION_NO: customer.vat_registration_no,
    }
    return LocationToSend(
        name=place.line1.strip(),
        external_id=customer.no or customer.id,
        recipient=customer.name.strip(),
        phone=phone,
        tax_id=by_field[settings.companies.tax_id_field].strip(),
        payment_terms_id=terms,
        place=place,
    )


def terms_to_send(customer: Customer, mappings: Mappings) -> ShopifyId | NotExported | None:
    """The store's terms of the customer's code, the primary row first; a customer without a code has none (COM-33)."""
    code = customer.payment_terms_code.strip()
    if not code:
        return None
    rows = [row for row in mappings.payment_terms if row.payment_terms_code == code]
    chosen = next((row for row in rows if row.primary), rows[0] if rows else None)
    if chosen is not None:
        return chosen.terms_id
    detail = (
        f"The payment terms {code} of customer {customer.no or customer.id} are on no payment terms mapping of the"
        " shop. Map them, or take them off the customer."
    )
    return NotExported(code=ExportSkip.TERMS_UNMAPPED, detail=detail)
