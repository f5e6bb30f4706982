"""The ERP's pictures read at their places, and those that are new brought to where the store takes them from.

Holds no more content than ``MOST_HELD`` beside the pictures that are just being read. Knows nothing of what a product
shows.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from app.domain.identifiers import ShopifyId
from app.domain.pictures import digest_of, file_name, picture_in
from app.ports.picture_gateway import NewPicture, PictureGateway
from app.ports.picture_source import Fetched, FetchedPicture, NotFetched, PictureSource, ReadBefore, Unchanged
from app.ports.product_gateway import Declined
from app.ports.repositories.products import ExportPart, ItemImage, ItemToExport, SentFile
from app.ports.store_gateway import StoreRef

ITEMS_READ_AT_ONCE: Final = 4
MOST_HELD: Final = 32 * 1024 * 1024
MOST_UNANSWERED: Final = 8
"""In a row; more than are asked for at once."""
PLACE_IS_DOWN: Final = "Its place gave no answer several times. The next run asks it again."
NEVER_READ: Final = ReadBefore()
LONGEST_DETAIL: Final = 500
SENT_AGAIN: Final = (
    " It is sent again once it is another picture, or by a run of sync_images with the item in item_nos."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a picture of an item is not shown as the ERP wants it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPicture:
    """A picture of an item by the digest of its content, with what its place said of it."""

    image: ItemImage
    digest: str
    read: ReadBefore


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadItem:
    """An item with its pictures. Of one that cannot be read (``trouble``) what was sent before counts, if anything.
    ``failures``: by their digests those that the store could not take, and why.
    """

    item: ItemToExport
    product_id: ShopifyId
    pictures: tuple[ReadPicture, ...]
    trouble: Trouble | None
    failures: Mapping[str, str]

    @property
    def no(self) -> str:
        return self.item.item.no

    @property
    def files(self) -> tuple[SentFile, ...]:
        """What was sent, was about to be, or could not be taken."""
        return self.item.part(ExportPart.IMAGES).files


class PicturePlaces:
    """Of one run. A place that is down is not waited for again and again: its other pictures are the next run's."""

    def __init__(self, source: PictureSource) -> None:
        self._source = source
        self._unanswered: Counter[str] = Counter()

    async def fetch(self, url: str, before: ReadBefore) -> Fetched:
        place = urlsplit(url).netloc
        if self._unanswered[place] >= MOST_UNANSWERED:
            return NotFetched(PLACE_IS_DOWN, unanswered=True)
        fetched = await self._source.fetch(url, before)
        if isinstance(fetched, NotFetched) and fetched.unanswered:
            self._unanswered[place] += 1
        else:
            del self._unanswered[place]
        return fetched


class PictureReading:
    """Of some items of one run. ``place_of`` answers where new pictures lie, once ``finish`` has been awaited.

    A content that the store could not take is brought there again only ``anew``.
    """

    def __init__(self, gateway: PictureGateway, places: PicturePlaces, store: StoreRef, *, anew: bool) -> None:
        self._gateway = gateway
        self._from = places
        self._store = store
        self._anew = anew
        self._waiting: dict[str, NewPicture] = {}
        self._places: dict[str, tuple[str, str] | Declined] = {}

    def place_of(self, digest: str) -> tuple[str, str] | Declined | None:
        """The address and the ending of a file's name; None = it was not read, for it was sent before."""
        return self._places.get(digest)

    async def read(self, items: Sequence[tuple[ItemToExport, ShopifyId]]) -> Sequence[ReadItem]:
        turn = asyncio.Semaphore(ITEMS_READ_AT_ONCE)

        async def one(item: ItemToExport, product: ShopifyId) -> ReadItem:
            async with turn:
                return await self._item(item, product)

        try:
            async with asyncio.TaskGroup() as group:
                reading = [group.create_task(one(item, product)) for item, product in items]
        except ExceptionGroup as troubles:
            # All of them are the store's, met while something was brought there.
            raise troubles.exceptions[0] from troubles
        await self.finish()
        return [each.result() for each in reading]

    async def _item(self, item: ItemToExport, product: ShopifyId) -> ReadItem:
        files = item.part(ExportPart.IMAGES).files
        failures = {} if self._anew else {each.digest: each.failure for each in files if each.failure is not None}
        sent = [each for each in files if each.file_id or each.digest in failures]
        by_url = {each.url: each for each in sent}
        pictures: list[ReadPicture] = []
        trouble: Trouble | None = None
        for image in item.images:
            file = by_url.get(image.url)
            before = NEVER_READ if file is None else ReadBefore(etag=file.etag, last_modified=file.last_modified)
            found = await self._picture(item.item.no, image, before, {each.digest for each in sent})
            if isinstance(found, Trouble):
                trouble = trouble or found
            if isinstance(found, ReadPicture):
                pictures.append(found)
            elif file is not None:
                pictures.append(ReadPicture(image=image, digest=file.digest, read=before))
        for each in pictures:
            if each.digest in failures:
                trouble = trouble or not_taken(each.image, failures[each.digest])
        return ReadItem(item=item, product_id=product, pictures=tuple(pictures), trouble=trouble, failures=failures)

    async def again(self, item_no: str, picture: ReadPicture) -> Trouble | None:
        """Read what was sent before and is not at the store any more."""
        found = await self._picture(item_no, picture.image, NEVER_READ, ())
        await self.finish()
        return found if isinstance(found, Trouble) else None

    async def _picture(
        self, item_no: str, image: ItemImage, before: ReadBefore, sent: Sequence[str] | set[str]
    ) -> ReadPicture | Trouble | None:
        """None = it is as it was before. A content that was never sent waits for being brought."""
        fetched = await self._from.fetch(image.url, before)
        match fetched:
            case Unchanged():
                return None
            case NotFetched(detail=detail):
                return _trouble("picture_not_fetched", image, detail)
            case FetchedPicture(content=content, read=read):
                form = picture_in(content)
                if isinstance(form, str):
                    return _trouble("picture_unusable", image, form)
                digest = digest_of(content)
                if digest not in sent and digest not in self._places:
                    name = file_name(item_no, digest, form.extension)
                    self._waiting[digest] = NewPicture(filename=name, mime_type=form.mime_type, content=content)
                    if sum(len(each.content) for each in self._waiting.values()) > MOST_HELD:
                        await self.finish()
                return ReadPicture(image=image, digest=digest, read=read)

    async def finish(self) -> None:
        """Bring what waits."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        places = await self._gateway.upload(self._store, list(waiting.values()))
        for (digest, picture), place in zip(waiting.items(), places, strict=True):
            self._places[digest] = (
                place if isinstance(place, Declined) else (place, PurePosixPath(picture.filename).suffix[1:])
            )


def not_taken(image: ItemImage, failure: str) -> Trouble:
    """The store could not process a picture, in its words."""
    told = _trouble("picture_failed", image, f"Shopify could not take it: {failure}")
    return replace(told, detail=f"{told.detail[: LONGEST_DETAIL - len(SENT_AGAIN)]}{SENT_AGAIN}")


def _trouble(code: str, image: ItemImage, detail: str) -> Trouble:
    """Without the query of the address, which may be a secret."""
    parts = urlsplit(image.url)
    return Trouble(code=code, detail=f"{parts.scheme}://{parts.netloc}{parts.path}: {detail}"[:LONGEST_DETAIL])
