"""What deciding about orders needs to know of master data and links, looked up for many orders together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.chosen_customers import LinkKind
from app.domain.customer_lookup import CustomerFacts, CustomerLookup
from app.domain.customers import NewCustomer
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.domain.item_choice import ItemFacts, ItemLookup


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedCustomerRow:
    """A customer to be inserted with the id it was given and its comparing forms."""

    id: CustomerId
    customer: NewCustomer
    email_key: str | None
    phone_key: str | None
    address_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A store customer, one of its addresses, a company or one of its locations that is this customer in this shop."""

    kind: LinkKind
    shop_id: ShopId
    shopify_id: str
    store_customer_id: ShopifyId | None
    """Whose address it is; None for everything else."""
    customer_id: CustomerId
    told: bytes | None = None
    """Digest of what the store said of a customer that is made with the link; None = the store said nothing yet."""
    told_at: datetime | None = None
    """When that was read from the store."""


class OrderFacts(Protocol):
    async def customers(self, shop: ShopId, lookups: Sequence[CustomerLookup]) -> CustomerFacts:
        """Everything that was found by any of these keys; customers without a number are among it."""
        ...

    async def items(self, shop: ShopId, lookup: ItemLookup) -> ItemFacts: ...

    async def serialise_creation(self, keys: Collection[str]) -> None:
        """Wait for others who create customers by one of the same keys, until the transaction ends."""
        ...

    async def create(self, customers: Sequence[CreatedCustomerRow], links: Sequence[NewLink], *, now: datetime) -> None:
        """Make customers and remember links; one that exists stays as it is."""
        ...

    async def customer_numbers(self, ids: Sequence[CustomerId]) -> Mapping[CustomerId, str | None]: ...
