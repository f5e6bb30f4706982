"""The ERP's customers, and those that we created for it and it has not numbered yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.chosen_customers import LinkKind
from app.domain.customers import Customer, CustomerContact
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerKeys:
    """The comparing forms of a customer (P21)."""

    email: str | None = None
    phone: str | None = None
    address: str | None = None
    tax_ids: tuple[str, ...] = ()
    """Of both fields that may hold one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCustomer:
    """A customer as it is stored; what follows ``version`` is of those that we created."""

    customer: Customer
    version: int
    created_at: datetime
    updated_at: datetime
    shop_id: ShopId | None = None
    shop_code: str | None = None
    store_customer_id: ShopifyId | None = None
    store_company_id: ShopifyId | None = None
    template_code: str | None = None
    tax_area_code: str | None = None
    tax_liable: bool | None = None
    vat_business_group: str | None = None
    contacts: tuple[CustomerContact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RenumberedDocument:
    """A sales document on which a customer now has its number."""

    id: str
    shop_id: ShopId
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLink:
    """A link of something of the store to a customer."""

    shop_id: ShopId
    kind: LinkKind
    shopify_id: str
    store_customer_id: ShopifyId | None
    """Of a store customer or its address; None for companies."""
    customer_id: CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the store last said over a link. ``shared`` = somebody else of the shop is this customer, too."""

    link: CustomerLink
    digest: bytes | None
    read_at: datetime | None
    shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatedCustomer:
    """A customer as the store says it. The tax area is written for those only that the ERP has not numbered."""

    customer: Customer
    keys: CustomerKeys
    tax_area_code: str
    tax_liable: bool
    vat_business_group: str


class Customers(Protocol):
    async def by_no(self, no: str) -> CustomerId | None:
        """The customer of this number, held against deletion until the transaction ends."""
        ...

    async def find(self, no: str) -> KeptCustomer | None: ...

    async def locked(self, no: str) -> KeptCustomer | None: ...

    async def locked_by_id(self, customer: CustomerId) -> KeptCustomer | None: ...

    async def page(
        self, request: PageRequest, *, updated_from: datetime | None, search: str | None = None
    ) -> Page[KeptCustomer]:
        """Numbered customers by number; with ``updated_from`` by change; with ``search`` those that hold the words."""
        ...

    async def save(self, customer: Customer, keys: CustomerKeys, *, now: datetime) -> KeptCustomer:
        """Make or replace by number; what we know of its creation stays."""
        ...

    async def number(self, customer: CustomerId, no: str, *, now: datetime) -> None:
        """Give a created customer its number."""
        ...

    async def new_page(self, request: PageRequest, *, shops: Sequence[ShopId] | None) -> Page[KeptCustomer]:
        """Created and not numbered yet, the oldest first."""
        ...

    async def new(self, customer: CustomerId) -> KeptCustomer | None: ...

    async def show_number(self, customer: CustomerId, no: str, *, now: datetime) -> Sequence[RenumberedDocument]:
        """Write the number into the documents of this customer; their versions stay."""
        ...

    async def replace_by(self, created: CustomerId, existing: CustomerId, *, now: datetime) -> None:
        """Move links, with what was told over them, documents and orders of a created customer to an existing one, and
        forget the created.
        """
        ...

    async def locked_many(self, customers: Sequence[CustomerId]) -> Mapping[CustomerId, KeptCustomer]:
        """Locked against other updates, in the order of their ids; documents may still be made for them."""
        ...

    async def told(self, links: Sequence[CustomerLink]) -> Sequence[Told]:
        """What was last said over each of these links that exist."""
        ...

    async def update_many(self, customers: Sequence[UpdatedCustomer], *, now: datetime) -> Mapping[CustomerId, int]:
        """Write them; their new versions."""
        ...

    async def note_told(self, told: Sequence[Told]) -> None: ...

    async def links(self, customer: CustomerId) -> int:
        """How many links lead to it."""
        ...

    async def unlink(self, customer: CustomerId) -> None: ...

    async def has_documents(self, customer: CustomerId) -> bool: ...

    async def delete(self, customer: CustomerId, *, now: datetime) -> None:
        """Forget the customer; orders without a document that had chosen it choose again."""
        ...
