"""What a customer that was found for a company becomes when the store may update it (P22, COM-29).

The same fields as of a new one, except the e-mail; what the store does not say stays as it is, the payment terms above
all. As for consumers, the store says a thing once. Does not know who remembers.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.domain.addresses import StoreAddress
from app.domain.chosen_customers import CustomerChoice, FoundCustomer, LinkKind, LinkToMake
from app.domain.company_creation import address_of_company, new_company_customer
from app.domain.customer_updates import HEARD, CustomerUpdate, digest_of, is_a_default
from app.domain.customers import Customer, NewCustomer
from app.domain.identifiers import CustomerId, ShopId
from app.domain.mappings import Mappings
from app.domain.orders import Order
from app.domain.shop_settings import ShopSettings


def company_updates_of(
    order: Order, choice: CustomerChoice, *, shop_id: ShopId, settings: ShopSettings, mappings: Mappings
) -> Iterator[CustomerUpdate]:
    """What may be updated of the customer that a company or its location was found to be.

    Of several locations none says what the company is: their customer is updated only where it is one location's own.
    """
    profile = order.company_profile
    if not settings.companies.update_from_store or profile is None:
        return
    for found in choice.found:
        one_of_many = found.kind is LinkKind.COMPANY and not profile.only_location
        if one_of_many or is_a_default(found.customer, settings=settings, mappings=mappings):
            continue
        shopify_id = _linked_id(order, found)
        if shopify_id is None:
            continue
        yield CustomerUpdate(
            customer_id=found.customer.id,
            kind=found.kind,
            shopify_id=shopify_id,
            store_customer_id=None,
            said=new_company_customer(
                order, found.address, shop_id=shop_id, template_code="", settings=settings, mappings=mappings
            ),
            digest=_digest(order, found.address, found.customer.id),
        )


def told_by_company_creation(order: Order, link: LinkToMake, customer: CustomerId) -> bytes | None:
    """The digest of what the store said of a customer that was made for the company of this order; over the main
    contact's link it said nothing of that person.
    """
    address = address_of_company(order)
    if order.company_profile is None or address is None or link.kind is LinkKind.STORE_CUSTOMER:
        return None
    return _digest(order, address, customer)


def updated_company(customer: Customer, said: NewCustomer) -> Customer:
    """The customer with the fields of COM-29; nothing is blanked that the store does not say."""
    return replace(
        customer,
        name=said.name or customer.name,
        contact_name=said.contact_name or customer.contact_name,
        phone=said.phone or customer.phone,
        address=said.address,
        registration_no=said.registration_no or customer.registration_no,
        vat_registration_no=said.vat_registration_no or customer.vat_registration_no,
        payment_terms_code=said.payment_terms_code or customer.payment_terms_code,
    )


def _linked_id(order: Order, found: FoundCustomer) -> str | None:
    linked = order.company if found.kind is LinkKind.COMPANY else order.company_location
    return linked.shopify_id if linked else None


def _digest(order: Order, address: StoreAddress, customer: CustomerId) -> bytes:
    """Of what the store says, whatever settings and mappings make of it."""
    profile = order.company_profile
    assert profile is not None, "only called with a profile"
    contact = profile.contact
    heard: tuple[object, ...] = (
        order.company.name if order.company else "",
        (contact.first_name, contact.last_name) if contact else None,
        address.phone or profile.location_phone or (contact.phone if contact else ""),
        profile.tax_id,
        profile.payment_terms_id,
        *(getattr(address, part) for part in HEARD),
    )
    return digest_of(heard, customer)
