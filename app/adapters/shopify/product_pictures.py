"""The PictureGateway of Shopify: what stands at products, files staged for it, and what products and variants show."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx
import msgspec

from app.adapters.shopify.answers.products import MediumAnswer, PicturedProductAnswer
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.node_reading import read_nodes
from app.adapters.shopify.points import Sleep
from app.adapters.shopify.product_catalogue import (
    PRODUCT_MEDIA,
    PRODUCT_SET,
    PRODUCT_VARIANTS_UPDATE,
    VARIANT_MEDIA_DETACH,
)
from app.adapters.shopify.product_changes import ProductChanges, without_id
from app.adapters.shopify.staged_uploads import FileToStage, UploadFailed, staged
from app.adapters.shopify.translators.products import product_gid, variant_gid
from app.adapters.shopify.transport import ShopifyTransport
from app.domain.identifiers import ShopifyId
from app.ports.errors import StoreDeclined, StoreRefused
from app.ports.picture_gateway import (
    MediaDraft,
    MediumDraft,
    MediumState,
    NewPicture,
    StoreMedium,
    VariantPictures,
)
from app.ports.product_gateway import ChangeOutcome, Declined
from app.ports.store_gateway import StoreRef

PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between looks at pictures that Shopify is still busy with; most are ready within five."""
HIDDEN: Final = frozenset(
    {
        "MEDIA_IS_NOT_ATTACHED_TO_VARIANT",
        "MEDIA_DOES_NOT_EXIST_ON_PRODUCT",
        "PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT",
    }
)
"""What Shopify says of a variant that does not show a picture, or is not there."""
STATES: Final = {"READY": MediumState.READY, "FAILED": MediumState.FAILED}
_PICTURED: Final = msgspec.json.Decoder(PicturedProductAnswer)

HIDDEN_AT_ONCE: Final = 100

Media = tuple[StoreMedium, ...] | None
Files = tuple[tuple[ShopifyId, str], ...]


class ShopifyPictures:
    def __init__(
        self, transport: ShopifyTransport, http: httpx.AsyncClient, changes: ProductChanges, *, sleep: Sleep
    ) -> None:
        self._transport = transport
        self._http = http
        self._changes = changes
        self._sleep = sleep

    async def media_of(self, store: StoreRef, products: Sequence[ShopifyId]) -> Sequence[Media]:
        found = dict(zip(products, await self._looked(store, products), strict=True))
        for pause in PAUSES:
            busy = [each for each in found if _is_processing(found[each])]
            if not busy:
                break
            await self._sleep(pause)
            found |= zip(busy, await self._looked(store, busy), strict=True)
        return [found[each] for each in products]

    async def _looked(self, store: StoreRef, products: Sequence[ShopifyId]) -> Sequence[Media]:
        outcomes = await read_nodes(self._transport, store, PRODUCT_MEDIA, list(map(product_gid, products)))
        for each in outcomes:
            if each.errors:
                raise StoreRefused(f"Shopify cannot show the pictures of a product: {in_its_words(each.errors)}")
        return [None if each.raw is None else _media(each.raw) for each in outcomes]

    async def upload(self, store: StoreRef, pictures: Sequence[NewPicture]) -> Sequence[str | Declined]:
        """All of them together; one by one when one of them spoils it."""
        files = [
            FileToStage(resource="IMAGE", filename=each.filename, mime_type=each.mime_type, content=each.content)
            for each in pictures
        ]
        try:
            return [each.address for each in await staged(self._transport, self._http, store, files)]
        except (StoreDeclined, UploadFailed) as refusal:
            if len(pictures) == 1:
                return [Declined(detail=refusal.detail)]
        return [(await self.upload(store, [each]))[0] for each in pictures]

    async def settled(self, store: StoreRef, cancelled: Callable[[], bool]) -> None:
        await self._changes.settled(store, PRODUCT_SET, cancelled)

    async def put(self, store: StoreRef, drafts: Sequence[MediaDraft]) -> AsyncIterator[tuple[int, ChangeOutcome]]:
        variables = [
            {"identifier": {"id": product_gid(each.product_id)}, "input": {"files": list(map(_file, each.media))}}
            for each in drafts
        ]
        for place, done in (await self._changes.each(store, PRODUCT_SET, variables)).items():
            yield place, without_id(done)

    async def show(
        self, store: StoreRef, drafts: Sequence[VariantPictures]
    ) -> AsyncIterator[tuple[int, ChangeOutcome]]:
        variables = [
            {
                "productId": product_gid(each.product_id),
                "variants": [{"id": variant_gid(variant), "mediaId": file} for variant, file in each.files],
            }
            for each in drafts
        ]
        for place, done in (await self._changes.each(store, PRODUCT_VARIANTS_UPDATE, variables)).items():
            yield place, without_id(done)

    async def hide(self, store: StoreRef, draft: VariantPictures) -> ChangeOutcome:
        pieces = [draft.files[start : start + HIDDEN_AT_ONCE] for start in range(0, len(draft.files), HIDDEN_AT_ONCE)]
        outcomes = [await self._hidden(store, draft.product_id, each) for each in pieces]
        return next((each for each in outcomes if each is not None), None)

    async def _hidden(self, store: StoreRef, product: ShopifyId, files: Files) -> ChangeOutcome:
        variables = {
            "productId": product_gid(product),
            "variantMedia": [{"variantId": variant_gid(variant), "mediaIds": [file]} for variant, file in files],
        }
        outcome = without_id(await self._changes.one(store, VARIANT_MEDIA_DETACH, variables))
        if not isinstance(outcome, Declined) or HIDDEN.isdisjoint(outcome.codes):
            return outcome
        if len(files) == 1:
            return None
        # One of them is hidden already, for which Shopify refuses all.
        outcomes = [await self._hidden(store, product, (each,)) for each in files]
        return next((each for each in outcomes if each is not None), None)


def _is_processing(media: Media) -> bool:
    return media is not None and any(each.state is MediumState.PROCESSING for each in media)


def _media(raw: bytes) -> Media:
    return tuple(map(_medium, _PICTURED.decode(raw).media.nodes))


def _medium(answer: MediumAnswer) -> StoreMedium:
    words = " · ".join(f"{each.message} {each.details or ''}".strip() for each in answer.media_errors)
    return StoreMedium(
        file_id=answer.id,
        state=STATES.get(answer.status, MediumState.PROCESSING),
        alt=answer.alt or "",
        filename=PurePosixPath(unquote(urlsplit(answer.image.url).path)).name if answer.image else "",
        detail=words[:300],
    )


def _file(draft: MediumDraft) -> dict[str, Any]:
    """A file as ``productSet`` takes it. What is not named of one that is there stays."""
    given: dict[str, Any] = {} if draft.alt is None else {"alt": draft.alt}
    if draft.file_id is not None:
        return {"id": draft.file_id, **given}
    return {"originalSource": draft.address, "filename": draft.filename, "contentType": "IMAGE", **given}
