"""Pictures at a store: what stands at products, files brought there, and what products and variants then show.

Putting the media of a product is the same when repeated as long as files are named; new ones it would make again, so
whoever does not know whether it took effect looks at the product first.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.ports.product_gateway import ChangeOutcome, Declined
from app.ports.store_gateway import StoreRef


class MediumState(StrEnum):
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMedium:
    """A picture or a film at a product. ``filename`` is empty until the store has looked at a picture; ``detail`` says
    in the store's words what is wrong with it.
    """

    file_id: str
    state: MediumState
    alt: str = ""
    filename: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPicture:
    filename: str
    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumDraft:
    """One that is there, by ``file_id``, or an uploaded file by its ``address``; ``alt`` None = as it is."""

    file_id: str | None = None
    address: str = ""
    filename: str = ""
    alt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDraft:
    """All media of a product, in their order."""

    product_id: ShopifyId
    media: tuple[MediumDraft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantPictures:
    """Which file each of some variants of a product shows, or shows no more."""

    product_id: ShopifyId
    files: tuple[tuple[ShopifyId, str], ...]


class PictureGateway(Protocol):
    """Pictures of products at a store: seen, sent and put in order.

    Raised: ``Throttled``, ``StoreUnavailable``, ``AccessRevoked``, ``ScopeMissing``, ``StoreRefused``.
    """

    async def media_of(
        self, store: StoreRef, products: Sequence[ShopifyId]
    ) -> Sequence[tuple[StoreMedium, ...] | None]:
        """The media of each product in their order, None = there is no such product. Waits a while until the store has
        looked at all of them.
        """
        ...

    async def upload(self, store: StoreRef, pictures: Sequence[NewPicture]) -> Sequence[str | Declined]:
        """Where each lies until a product names it. Changes nothing at the store."""
        ...

    async def settled(self, store: StoreRef, cancelled: Callable[[], bool]) -> None:
        """Waits until nothing is under way any more that somebody put earlier, or until it is ``cancelled``."""
        ...

    def put(self, store: StoreRef, drafts: Sequence[MediaDraft]) -> AsyncIterator[tuple[int, ChangeOutcome]]: ...

    def show(self, store: StoreRef, drafts: Sequence[VariantPictures]) -> AsyncIterator[tuple[int, ChangeOutcome]]:
        """Variants show these files, whatever they showed before."""
        ...

    async def hide(self, store: StoreRef, draft: VariantPictures) -> ChangeOutcome:
        """Variants do not show these files any more."""
        ...
