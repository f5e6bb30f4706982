"""Products at a store: finding, looking, making and changing them, one at a time or hundreds at once.

A change that is repeated comes to the same, but for making a product: whoever does not know whether one was made looks
for its handle, which no two products of a store share.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.domain.products import DiscoveredProduct, ItemPrice, WantedProduct
from app.ports.store_gateway import StoreRef


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreVariant:
    shopify_id: ShopifyId
    sku: str = ""
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreProduct:
    """A product with all of its variants."""

    shopify_id: ShopifyId
    handle: str
    status: str
    is_gift_card: bool = False
    options: tuple[str, ...] = ()
    variants: tuple[StoreVariant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVariant:
    """A variant of some product that carries a code which was looked for, or is one of those asked for by id."""

    product_id: ShopifyId
    shopify_id: ShopifyId
    sku: str
    barcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDraft:
    """A variant as it is to be. ``shopify_id`` None = a new one. Prices only where ``price`` is given. One of the
    merchant's own is named by its id and its options and stays as it is (``is_ours`` False).
    """

    shopify_id: ShopifyId | None
    options: tuple[tuple[str, str], ...]
    sku: str = ""
    barcode: str = ""
    price: ItemPrice | None = None
    is_ours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """A product to be made (``shopify_id`` None, with ``handle``) or changed.

    With ``variants`` it has exactly these afterwards, and these options. Of an adopted product (``variants`` empty)
    only ``codes`` of variants are changed: its options and other variants are the merchant's.
    """

    wanted: WantedProduct
    shopify_id: ShopifyId | None = None
    handle: str | None = None
    options: tuple[str, ...] = ()
    variants: tuple[VariantDraft, ...] = ()
    codes: tuple[VariantDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDraft:
    """Prices of variants of one product."""

    product_id: ShopifyId
    prices: tuple[tuple[ShopifyId, ItemPrice], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The store would not have it, in its words; ``codes`` are its own."""

    detail: str
    codes: tuple[str, ...] = ()
    code: str = "refused_by_shopify"


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """Nobody knows whether it took effect."""

    detail: str


ProductOutcome = StoreProduct | Declined | InDoubt
ChangeOutcome = Declined | InDoubt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """What many changes are made for. Whoever takes it up again after a crash gives the same ``mark``, and nothing else
    has it; ``cancelled`` tells whether somebody wants it to end.
    """

    mark: str
    cancelled: Callable[[], bool]


class ProductGateway(Protocol):
    """Raised: ``Throttled``, ``StoreUnavailable``, ``AccessRevoked``, ``ScopeMissing``, ``StoreRefused``."""

    async def may_write(self, store: StoreRef) -> bool: ...

    async def find(
        self, store: StoreRef, *, skus: Collection[str], barcodes: Collection[str]
    ) -> Sequence[FoundVariant]:
        """Variants with one of these codes."""
        ...

    async def of_variants(self, store: StoreRef, variants: Sequence[ShopifyId]) -> Sequence[FoundVariant]:
        """Those of these variants that there are."""
        ...

    async def look_at(self, store: StoreRef, products: Sequence[ShopifyId]) -> Sequence[StoreProduct | None]:
        """Each of these, in the order asked; None = there is no such product."""
        ...

    async def by_handle(self, store: StoreRef, handle: str) -> StoreProduct | None: ...

    def put(
        self, store: StoreRef, drafts: Sequence[ProductDraft], undertaking: Undertaking
    ) -> AsyncIterator[tuple[int, ProductOutcome]]:
        """Make or change them, many as one bulk operation; the place of each and what came of it."""
        ...

    def set_prices(
        self, store: StoreRef, drafts: Sequence[PriceDraft], undertaking: Undertaking
    ) -> AsyncIterator[tuple[int, ChangeOutcome]]: ...

    def changed_since(
        self, store: StoreRef, since: datetime | None
    ) -> AsyncIterator[tuple[datetime, Sequence[DiscoveredProduct]]]:
        """Products but gift cards, oldest change first, in pages with the last change time of each."""
        ...
