"""The ERP's customers, and how one is known to us before the ERP has numbered it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.addresses import Address
from app.domain.identifiers import CustomerId, ShopId, ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer. ``no`` is None for one that Orderbridge created and the ERP has not numbered yet (P22)."""

    id: CustomerId
    no: str | None
    name: str = ""
    name2: str = ""
    contact_name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = Address()
    vat_registration_no: str = ""
    registration_no: str = ""
    payment_terms_code: str = ""
    blocked: bool = False
    shop_id: ShopId | None = None
    """The shop whose order made it; None = the ERP's own."""


def first_email(text: str) -> str:
    """Of several e-mails in a field the first one counts (CUS-84)."""
    return text.partition(";")[0].partition(",")[0].strip()


OF_ANOTHER_SHOP = "(another shop's new customer)"


def candidate_numbers(customers: Sequence[Customer], *, shop_id: ShopId) -> tuple[str, ...]:
    """How candidates are shown to a shop: by number, by our id while there is none, and those that another shop made
    without either: until the ERP has numbered them they are that shop's alone to see.
    """
    return tuple(sorted({_shown(customer, shop_id) for customer in customers}))


def _shown(customer: Customer, shop_id: ShopId) -> str:
    if customer.no is not None:
        return customer.no
    return customer.id if customer.shop_id in (None, shop_id) else OF_ANOTHER_SHOP


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerContact:
    """A person of a company: a customer of the store. ``main`` = the company's main contact."""

    store_customer_id: ShopifyId
    name: str
    email: str
    phone: str
    """As Shopify has it."""
    main: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to be created with an order, before it has an id (CUS-36 … CUS-42)."""

    shop_id: ShopId
    store_customer_id: ShopifyId | None
    store_company_id: ShopifyId | None
    address_id: str | None
    template_code: str
    name: str
    name2: str
    contact_name: str
    email: str
    phone: str
    """As Shopify has it; E.164 is for comparing and exporting."""
    address: Address
    tax_area_code: str = ""
    tax_liable: bool = False
    vat_business_group: str = ""
    registration_no: str = ""
    vat_registration_no: str = ""
    payment_terms_code: str = ""
    contacts: tuple[CustomerContact, ...] = ()

    @property
    def tax_id(self) -> str:
        """Of a company, in whichever of the two fields the shop keeps it."""
        return self.registration_no or self.vat_registration_no
