"""The task ``sync_images``: a product shows the ERP's pictures of its item, in their order (P72, PRD-25).

What a content shows is known by its digest; only another one is sent, also after one that the store could not take,
unless the run names the item. Who takes over after a crash, or after an answer
that was lost, looks at the product first: the files of ours are known by their names (decision 53).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.domain.identifiers import ShopifyId
from app.domain.pictures import (
    PlacedMedium,
    StandingMedium,
    WantedPicture,
    arranged,
    digest_in,
    file_name,
    stands,
    withdrawn,
)
from app.domain.products import fingerprint
from app.ports.picture_gateway import (
    MediaDraft,
    MediumDraft,
    MediumState,
    PictureGateway,
    StoreMedium,
    VariantPictures,
)
from app.ports.picture_source import PictureSource
from app.ports.product_gateway import ChangeOutcome, Declined
from app.ports.repositories.products import ExportOutcome, ExportPart, ItemToExport, SentFile
from app.services.item_exports import ItemExports, Outgoing
from app.services.picture_reading import PicturePlaces, PictureReading, ReadItem, Trouble, not_taken
from app.services.tasks import RunContext

ITEMS_TOGETHER: Final = 200
GONE: Final = Trouble(code="product_deleted", detail="The product was deleted at Shopify.")
BUSY: Final = Trouble(
    code="picture_processing", detail="Shopify is still busy with a picture of this product. The next run looks again."
)

Media = tuple[StoreMedium, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sending:
    """An item whose product is to show something else. ``shown``: the digest of the picture of each store variant;
    ``failures``: by their digests the pictures that the store could not take.
    """

    read: ReadItem
    shown: Mapping[ShopifyId, str]
    sent: str
    trouble: Trouble | None = None
    failures: Mapping[str, str] = field(default_factory=dict)
    standing: tuple[StandingMedium, ...] = ()
    placed: tuple[PlacedMedium, ...] = ()

    @property
    def product_id(self) -> ShopifyId:
        return self.read.product_id

    @property
    def is_open(self) -> bool:
        """Whether pictures of it were sent and nobody saw the end of it."""
        return any(not each.file_id and each.failure is None for each in self.read.files)

    @property
    def is_as_it_stands(self) -> bool:
        return stands(self.placed, self.standing)

    @property
    def stays(self) -> dict[str, str]:
        """Files by the digest of what they show."""
        return {each.digest: each.file_id for each in self.placed if each.digest and each.file_id}


class ExportPictures:
    def __init__(self, exports: ItemExports, gateway: PictureGateway, source: PictureSource) -> None:
        self._exports = exports
        self._gateway = gateway
        self._source = source

    async def __call__(self, run: RunContext) -> None:
        """``counts``: items with pictures ``unchanged``, ``updated``, ``skipped``, and ``without_product``."""
        of = await self._exports.outgoing(run)
        if of is None:
            return
        places = PicturePlaces(self._source)
        async for page in self._exports.pages(of):
            pictured = [each for each in page if _concerns(each)]
            products = await self._exports.products_of(of, pictured)
            lost = [each for each in pictured if each.item.no not in products]
            await run.count("without_product", len(lost))
            failed = [each.item.no for each in lost if each.part(ExportPart.IMAGES).error_code is not None]
            await self._exports.keep(of, [_outcome(no, files=()) for no in failed])
            there = [(each, products[each.item.no]) for each in pictured if each.item.no in products]
            for start in range(0, len(there), ITEMS_TOGETHER):
                if not run.cancelled:
                    await self._together(of, places, there[start : start + ITEMS_TOGETHER])

    async def _together(
        self, of: Outgoing, places: PicturePlaces, items: Sequence[tuple[ItemToExport, ShopifyId]]
    ) -> None:
        reading = PictureReading(self._gateway, places, of.store, anew=of.named is not None)
        changed: list[_Sending] = []
        told: list[ExportOutcome] = []
        for each in await reading.read(items):
            sending = _sending(each)
            if of.named is not None or _is_to_be_looked_at(sending):
                changed.append(sending)
                continue
            await of.run.count("unchanged", int(each.trouble is None))
            files = tuple(_files(sending, {file.digest: file.file_id for file in each.files}))
            if each.trouble is not None or files != each.files:
                told.append(_outcome(each.no, sent=sending.sent, files=files, trouble=each.trouble))
        await self._exports.keep(of, told)
        # Of items that are variants of one product each is to find what the one before it put there.
        while changed:
            of_product = {each.product_id: each for each in reversed(changed)}
            await self._send(of, reading, list(of_product.values()))
            changed = [each for each in changed if of_product[each.product_id] is not each]

    async def _send(self, of: Outgoing, reading: PictureReading, changed: Sequence[_Sending]) -> None:
        if any(each.is_open for each in changed):
            await self._gateway.settled(of.store, lambda: of.run.cancelled)
        if of.run.cancelled:
            return
        found = await self._gateway.media_of(of.store, [each.product_id for each in changed])
        planned: list[_Sending] = []
        for sending, media in zip(changed, found, strict=True):
            plan = GONE if media is None else _planned(sending, media)
            if isinstance(plan, Trouble):
                await self._end(of, [_outcome(sending.read.no, trouble=plan)])
            else:
                planned.append(await self._placed(reading, plan))
        to_put = [each for each in planned if not each.is_as_it_stands]
        await self._exports.begin_pictures(of.shop.id, {each.read.no: _begun(each) for each in to_put})
        put = await self._put(of, reading, to_put)
        done = [each for each in planned if each.is_as_it_stands] + put
        await self._show(of, done)

    async def _placed(self, reading: PictureReading, sending: _Sending) -> _Sending:
        """Without new pictures that cannot be had: they are what is in the item's way."""
        by_digest = {each.digest: each for each in sending.read.pictures}
        placed: list[PlacedMedium] = []
        trouble = sending.trouble
        for each in sending.placed:
            if each.file_id is None and each.digest is not None:
                lost = None
                if reading.place_of(each.digest) is None:
                    lost = await reading.again(sending.read.no, by_digest[each.digest])
                place = reading.place_of(each.digest)
                if isinstance(place, Declined):
                    lost = Trouble(code=place.code, detail=place.detail)
                if lost is not None or place is None:
                    trouble = trouble or lost or BUSY
                    continue
            placed.append(each)
        return replace(sending, placed=tuple(placed), trouble=trouble)

    async def _put(self, of: Outgoing, reading: PictureReading, sendings: Sequence[_Sending]) -> list[_Sending]:
        """Those whose product has its media now, each with the files that stand there."""
        if not sendings:
            return []
        drafts = [_draft(each, reading) for each in sendings]
        taken: list[_Sending] = []
        async for place, outcome in self._gateway.put(of.store, drafts):
            if outcome is None:
                taken.append(sendings[place])
            else:
                await self._end(of, [_ended(sendings[place], outcome)])
        seen = await self._gateway.media_of(of.store, [each.product_id for each in taken])
        settled: list[_Sending] = []
        for sending, media in zip(taken, seen, strict=True):
            result = GONE if media is None else _settled(sending, media)
            if isinstance(result, Trouble):
                await self._end(of, [_outcome(sending.read.no, trouble=result)])
                continue
            if media is not None and any(each.state is MediumState.FAILED for each in _new(sending, media)):
                async for _ in self._gateway.put(of.store, [_draft(result, reading)]):
                    """What Shopify could not take is taken off again; if that is refused it stays for people to see."""
            settled.append(result)
        return settled

    async def _show(self, of: Outgoing, sendings: Sequence[_Sending]) -> None:
        """Variants show their own pictures; then all is noted."""
        refused: dict[int, ChangeOutcome] = {}
        drafts: dict[int, VariantPictures] = {}
        for place, each in enumerate(sendings):
            before = {variant: file.file_id for file in each.read.files for variant in file.variants}
            wanted = {variant: each.stays[digest] for variant, digest in each.shown.items() if digest in each.stays}
            over = withdrawn(before, wanted, set(each.stays.values()))
            if over:
                draft = VariantPictures(product_id=each.product_id, files=_of_variants(over))
                refused[place] = await self._gateway.hide(of.store, draft)
            news = {variant: file for variant, file in wanted.items() if before.get(variant) != file}
            if news:
                drafts[place] = VariantPictures(product_id=each.product_id, files=_of_variants(news))
        places = list(drafts)
        async for nth, outcome in self._gateway.show(of.store, list(drafts.values())):
            refused[places[nth]] = refused.get(places[nth]) or outcome
        await self._end(of, [_ended(each, refused.get(place)) for place, each in enumerate(sendings)])

    async def _end(self, of: Outgoing, outcomes: Sequence[ExportOutcome]) -> None:
        await of.run.count("updated", sum(each.error_code is None for each in outcomes))
        await self._exports.keep(of, outcomes)


def _concerns(item: ItemToExport) -> bool:
    """Whether it has pictures, had some, or something was in the way of them."""
    state = item.part(ExportPart.IMAGES)
    return bool(item.images or state.files or state.error_code)


def _sending(read: ReadItem) -> _Sending:
    of_code = {each.image.variant_code: each.digest for each in reversed(read.pictures) if each.image.variant_code}
    shown = {variant: of_code[code] for variant, code in read.item.links.items() if code in of_code}
    told = [(each.digest, each.image.alt) for each in read.pictures]
    sent = fingerprint(told, sorted(shown.items()))
    return _Sending(read=read, shown=shown, sent=sent, trouble=read.trouble, failures=read.failures)


def _is_to_be_looked_at(sending: _Sending) -> bool:
    """Not while it stands as it can be had: of what cannot, its product tells nothing."""
    state = sending.read.item.part(ExportPart.IMAGES)
    return state.sent != sending.sent or (state.error_code is not None and sending.trouble is None)


def _planned(sending: _Sending, media: Media) -> _Sending | Trouble:
    """What is to stand at the product. While a sending is open that nobody saw the end of, a medium that has no name
    yet may be ours; one that failed then is, and goes.
    """
    ours = {each.file_id: each.digest for each in sending.read.files if each.file_id}
    standing: list[StandingMedium] = []
    for each in media:
        digest = ours.get(each.file_id) or digest_in(each.filename, sending.read.no)
        if digest is None and sending.is_open and each.state is not MediumState.READY:
            if each.state is MediumState.PROCESSING:
                return BUSY
            digest = ""
        standing.append(StandingMedium(file_id=each.file_id, alt=each.alt, digest=digest))
    wanted = [
        WantedPicture(digest=each.digest, alt=each.image.alt)
        for each in sending.read.pictures
        if each.digest not in sending.failures
    ]
    return replace(sending, standing=tuple(standing), placed=arranged(wanted, standing))


def _new(sending: _Sending, media: Media) -> list[StoreMedium]:
    there = {each.file_id for each in sending.standing}
    return [each for each in media if each.file_id not in there]


def _settled(sending: _Sending, media: Media) -> _Sending | Trouble:
    """With the files that new pictures have become: by their names, else by their order."""
    new = _new(sending, media)
    if any(each.state is MediumState.PROCESSING for each in new):
        return BUSY
    fresh = [each.digest for each in sending.placed if each.file_id is None]
    by_digest = dict(zip(fresh, new, strict=True)) if len(fresh) == len(new) else {}
    by_digest |= {digest: each for each in new if (digest := digest_in(each.filename, sending.read.no)) is not None}
    images = {each.digest: each.image for each in sending.read.pictures}
    failures = dict(sending.failures)
    placed: list[PlacedMedium] = []
    trouble = sending.trouble
    for each in sending.placed:
        medium = by_digest.get(each.digest) if each.file_id is None else None
        if each.file_id is not None:
            placed.append(each)
        elif medium is None:
            trouble = trouble or BUSY
        elif medium.state is MediumState.FAILED and each.digest is not None:
            failures[each.digest] = f"{medium.detail.rstrip('.') or 'it gives no reason'}."
            trouble = trouble or not_taken(images[each.digest], failures[each.digest])
        else:
            placed.append(replace(each, file_id=medium.file_id))
    return replace(sending, placed=tuple(placed), trouble=trouble, failures=failures)


def _draft(sending: _Sending, reading: PictureReading) -> MediaDraft:
    media: list[MediumDraft] = []
    for each in sending.placed:
        place = reading.place_of(each.digest) if each.file_id is None and each.digest else None
        if each.digest and isinstance(place, tuple):
            address, extension = place
            name = file_name(sending.read.no, each.digest, extension)
            media.append(MediumDraft(address=address, filename=name, alt=each.alt))
        else:
            media.append(MediumDraft(file_id=each.file_id, alt=each.alt))
    return MediaDraft(product_id=sending.product_id, media=tuple(media))


def _begun(sending: _Sending) -> tuple[SentFile, ...]:
    fresh = [each.digest for each in sending.placed if each.file_id is None and each.digest]
    before = [each for each in sending.read.files if each.digest not in fresh]
    return (*before, *(SentFile(digest=each, file_id="") for each in fresh))


def _files(sending: _Sending, file_ids: Mapping[str, str]) -> list[SentFile]:
    """What is noted of the pictures that stand at the store or could not be taken, each once."""
    first = {each.digest: each for each in reversed(sending.read.pictures)}
    in_order = dict.fromkeys(each.digest for each in sending.read.pictures)
    return [
        SentFile(
            digest=digest,
            file_id=file_ids.get(digest, ""),
            url=first[digest].image.url,
            etag=first[digest].read.etag,
            last_modified=first[digest].read.last_modified,
            variants=tuple(sorted(variant for variant, shown in sending.shown.items() if shown == digest)),
            failure=sending.failures.get(digest),
        )
        for digest in in_order
        if digest in file_ids or digest in sending.failures
    ]


def _of_variants(files: Mapping[ShopifyId, str]) -> tuple[tuple[ShopifyId, str], ...]:
    return tuple(sorted(files.items()))


def _outcome(
    no: str, *, sent: str | None = None, files: tuple[SentFile, ...] | None = None, trouble: Trouble | None = None
) -> ExportOutcome:
    return ExportOutcome(
        item_no=no,
        part=ExportPart.IMAGES,
        sent=sent,
        files=files,
        error_code=trouble.code if trouble else None,
        error_detail=trouble.detail if trouble else None,
    )


def _ended(sending: _Sending, outcome: ChangeOutcome = None) -> ExportOutcome:
    if outcome is None:
        files = tuple(_files(sending, sending.stays))
        return _outcome(sending.read.no, sent=sending.sent, files=files, trouble=sending.trouble)
    code = outcome.code if isinstance(outcome, Declined) else "outcome_unknown"
    return _outcome(sending.read.no, trouble=Trouble(code=code, detail=outcome.detail))
