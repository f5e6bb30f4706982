"""What a customer that was found becomes when the store may update it (P22, CUS-63).

The store speaks of a customer once: what it said is remembered by a hash, so that the ERP's own corrections stand until
the store says something new (the reference compares change times instead, CUS-58). Does not know who remembers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b

from app.domain.addresses import StoreAddress
from app.domain.chosen_customers import CustomerChoice, LinkKind, LinkToMake
from app.domain.customer_creation import new_customer
from app.domain.customer_lookup import address_to_create_from
from app.domain.customers import Customer, NewCustomer
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.domain.mappings import Mappings
from app.domain.orders import Order, StoreCustomer
from app.domain.shop_settings import CustomerSettings, NameSource, ShopSettings

HEARD = (
    "first_name",
    "last_name",
    "company",
    "line1",
    "line2",
    "postal_code",
    "city",
    "province_code",
    "province_name",
    "country_code",
)
"""What of an address is something new; named one by one, because what is remembered outlives this code."""

SAID_BYTES = 16
"""How many bytes of a digest are of what was said. The id of whom it was said follows as it is, so that what was said
can become another's who takes this one's place.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdate:
    """What the store says of a customer, and by which link it is this customer.

    ``digest`` is equal as long as the store says the same of the same customer, whatever settings make of it.
    """

    customer_id: CustomerId
    kind: LinkKind
    shopify_id: str
    store_customer_id: ShopifyId | None
    """Of a store customer or its address; None for companies."""
    said: NewCustomer
    digest: bytes


def updates_of(
    order: Order, choice: CustomerChoice, *, shop_id: ShopId, settings: ShopSettings, mappings: Mappings
) -> Iterator[CustomerUpdate]:
    """What may be updated of the customers found for an order. Default customers stand for many and stay as they are;
    what only this order says (the e-mail typed at its checkout) is not the customer's.
    """
    person = order.customer
    if not settings.customers.update_from_store or order.b2b or person is None:
        return
    for found in choice.found:
        address_id = found.address.shopify_id if found.kind is LinkKind.ADDRESS else None
        unlinked = found.kind is LinkKind.ADDRESS and not address_id
        if unlinked or is_a_default(found.customer, settings=settings, mappings=mappings):
            continue
        said = new_customer(
            order, found.address, shop_id=shop_id, template_code="", settings=settings, mappings=mappings
        )
        yield CustomerUpdate(
            customer_id=found.customer.id,
            kind=found.kind,
            shopify_id=address_id or person.shopify_id,
            store_customer_id=person.shopify_id,
            said=replace(said, email=person.email, phone=_phone(person, found.address)),
            digest=_digest(person, found.address, found.customer.id),
        )


def told_by_creation(order: Order, link: LinkToMake, customer: CustomerId) -> bytes | None:
    """The digest of what the store said of a customer that was made for this order, as later orders find it over this
    link: an address is what it says itself, a store customer its default address.
    """
    person = order.customer
    if order.b2b or person is None:
        return None
    address = address_to_create_from(order)
    if link.kind is LinkKind.ADDRESS:
        address = next((each for each in person.addresses if each.shopify_id == link.shopify_id), None)
    return _digest(person, address, customer) if address else None


def _phone(person: StoreCustomer, address: StoreAddress) -> str:
    return address.phone or person.phone


def _digest(person: StoreCustomer, address: StoreAddress, customer: CustomerId) -> bytes:
    """Of what the store says, whatever settings make of it; what only an order says is no part of it."""
    heard: tuple[object, ...] = (person.first_name, person.last_name, person.email, _phone(person, address))
    return digest_of((*heard, *(getattr(address, part) for part in HEARD)), customer)


def digest_of(heard: tuple[object, ...], customer: CustomerId) -> bytes:
    """Of what was said, and after it of whom."""
    return blake2b(repr(heard).encode(), digest_size=SAID_BYTES).digest() + customer.encode()


def updated(customer: Customer, said: NewCustomer, settings: CustomerSettings) -> Customer:
    """The customer with the fields of CUS-41.

    Blanks clear what they are about, but never e-mail and phone; a name whose source is none is the ERP's, and
    without any name the names stay. What an address does not say is the ERP's alone (CUS-42).
    """
    named = bool(said.name)
    return replace(
        customer,
        name=said.name if named else customer.name,
        name2=said.name2 if named and settings.name2_source is not NameSource.NONE else customer.name2,
        contact_name=(
            said.contact_name if named and settings.contact_source is not NameSource.NONE else customer.contact_name
        ),
        email=said.email or customer.email,
        phone=said.phone or customer.phone,
        address=said.address,
    )


def is_a_default(customer: Customer, *, settings: ShopSettings, mappings: Mappings) -> bool:
    """Whether a customer stands for many."""
    rows = (row.default_customer_no for row in mappings.templates.values())
    defaults = {settings.customers.default_customer_no, settings.companies.default_customer_no, *rows}
    return customer.no is not None and customer.no in defaults
