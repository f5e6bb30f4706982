"""Items on their way to being products: what is to be sent, what was, prices and pictures, and what was found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.catalogue import Item
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.links import StoreVariantLink
from app.domain.products import DiscoveredProduct, ItemPrice, PriceKey
from app.ports.paging import Page, PageRequest


class ExportPart(StrEnum):
    PRODUCT = "product"
    PRICES = "prices"
    IMAGES = "images"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemImage:
    """A picture of an item; ``variant_code`` None = of the item as a whole."""

    url: str
    alt: str = ""
    variant_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemImages:
    """The pictures of an item in their order."""

    images: tuple[ItemImage, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A picture as it stands at the store: by the digest of its content, and its id there (empty = it was about to be
    sent, or has a ``failure``: why the store could not take it). Where it was read, what that place said of it, and
    which store variants show it.
    """

    digest: str
    file_id: str
    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    variants: tuple[ShopifyId, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportState:
    """What was sent of a part, and what is in its way. ``handle`` is set while nobody knows whether it was made."""

    store_product_id: ShopifyId | None = None
    adopted: bool = False
    handle: str | None = None
    sent: str | None = None
    files: tuple[SentFile, ...] = ()
    error_code: str | None = None


NOTHING_SENT = ExportState()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemToExport:
    """An item with all that decides what is sent of it. ``links``: item variant codes by store variant."""

    item: Item
    prices: Mapping[PriceKey, ItemPrice] = field(default_factory=dict)
    parts: Mapping[ExportPart, ExportState] = field(default_factory=dict)
    links: Mapping[ShopifyId, str] = field(default_factory=dict)
    images: tuple[ItemImage, ...] = ()

    def part(self, part: ExportPart) -> ExportState:
        return self.parts.get(part, NOTHING_SENT)

    @property
    def product_id(self) -> ShopifyId | None:
        return self.part(ExportPart.PRODUCT).store_product_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOutcome:
    """How a part of an item ended: sent (``sent`` is its fingerprint), or not, with the reason; or with both, when only
    some of it could be sent.

    ``in_doubt`` keeps the handle under which it may have been made; ``gone`` forgets the product.
    """

    item_no: str
    part: ExportPart
    store_product_id: ShopifyId | None = None
    adopted: bool = False
    sent: str | None = None
    files: tuple[SentFile, ...] | None = None
    error_code: str | None = None
    error_detail: str | None = None
    in_doubt: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPrice:
    """A price as the ERP tells it; ``key.shop_id`` empty = for every shop."""

    item_no: str
    key: PriceKey
    price: ItemPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredItem:
    """A product of the store that is no item yet, or was none. ``shop`` is the shop's code."""

    id: str
    shop: str
    product: DiscoveredProduct
    known: bool
    version: int
    created_at: datetime
    updated_at: datetime


class Products(Protocol):
    async def page(
        self, shop: ShopId, *, after: str, limit: int, nos: Collection[str] | None = None
    ) -> Sequence[ItemToExport]:
        """Items by number, those after ``after``; only the named ones where some are."""
        ...

    async def begin(self, shop: ShopId, handles: Mapping[str, str], *, now: datetime) -> None:
        """Note, before anything is asked for, under which handles products of these items are about to be made."""
        ...

    async def begin_pictures(self, shop: ShopId, files: Mapping[str, Sequence[SentFile]], *, now: datetime) -> None:
        """Note, before anything is asked for, which pictures of items stand at the store or are about to."""
        ...

    async def keep(self, shop: ShopId, outcomes: Sequence[ExportOutcome], *, now: datetime) -> None: ...

    async def link(self, shop: ShopId, links: Sequence[StoreVariantLink], *, now: datetime) -> Sequence[ShopifyId]:
        """Make links; the store variants whose link is new. A link that is there already stays as it is."""
        ...

    async def unlink(self, shop: ShopId, item_no: str, variants: Collection[ShopifyId]) -> None: ...

    async def tell_price(self, told: ToldPrice, *, now: datetime) -> bool:
        """Keep a price; all None takes it back. Whether there was none before."""
        ...

    async def images(self, item_no: str) -> ItemImages | None: ...

    async def put_images(self, item_no: str, images: Sequence[ItemImage], *, now: datetime) -> ItemImages:
        """Replace the pictures of an item that is there; the same again keeps their version."""
        ...

    async def delete_images(self, item_no: str) -> None: ...

    async def cursor(self, shop: ShopId) -> datetime | None:
        """The store's time up to which its products were listed for a shop."""
        ...

    async def move_cursor(self, shop: ShopId, listed_at: datetime) -> None: ...

    async def discover(
        self, shop: ShopId, new_id: str, product: DiscoveredProduct, *, now: datetime
    ) -> tuple[str, int] | None:
        """Keep a product that is not known whole, or not any more; its id and version if that is news to an ERP."""
        ...

    async def known(self, shop: ShopId, products: Collection[ShopifyId], *, now: datetime) -> None:
        """Whatever of these was discovered is known now."""
        ...

    async def discovered(self, found: str, *, shop_ids: Collection[ShopId] | None) -> DiscoveredItem | None: ...

    async def discovered_page(
        self, request: PageRequest, *, shop_ids: Collection[ShopId] | None, shop: str | None, known: bool | None
    ) -> Page[DiscoveredItem]: ...
