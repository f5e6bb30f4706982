"""The pictures of items as the ERP gives them: where each is to be read, what it shows, in which order (P72)."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from app.ports.clock import Clock
from app.ports.errors import FieldError, InvalidInput, NotFound
from app.ports.picture_source import PictureSource
from app.ports.repositories.products import ItemImage, ItemImages
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.master_data import Written

NONE_OF_THEM = "This item has no images."


class ItemImagesData:
    """The use cases of ``/v1/items/{no}/images``."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, source: PictureSource) -> None:
        self._uow = uow
        self._clock = clock
        self._source = source

    async def get(self, item_no: str) -> ItemImages:
        async with self._uow() as uow:
            kept = await uow.products.images(item_no)
        if kept is None:
            raise NotFound(NONE_OF_THEM)
        return kept

    async def put(
        self, item_no: str, images: Sequence[ItemImage], *, expected: Expected = ANY_VERSION
    ) -> Written[ItemImages]:
        """All of them, in their order. Raises InvalidInput for an address that nothing is read from."""
        await self._check(images)
        async with self._uow() as uow:
            before = await _locked(uow, item_no)
            expected.check(before.version if before else None)
            kept = await uow.products.put_images(item_no, images, now=self._clock.now())
            await uow.commit()
        return Written(kept=kept, created=before is None)

    async def delete(self, item_no: str, *, expected: Expected = ANY_VERSION) -> None:
        """The next run takes them off the product."""
        async with self._uow() as uow:
            before = await _locked(uow, item_no)
            if before is None:
                raise NotFound(NONE_OF_THEM)
            expected.check(before.version)
            await uow.products.delete_images(item_no)
            await uow.commit()

    async def _check(self, images: Sequence[ItemImage]) -> None:
        refusals = await asyncio.gather(*(self._source.refusal(each.url) for each in images))
        errors = [
            FieldError(pointer=f"/images/{place}/url", code="wrong_value", detail=refusal)
            for place, refusal in enumerate(refusals)
            if refusal is not None
        ]
        given = Counter(each.variant_code for each in images if each.variant_code is not None)
        errors += [
            FieldError(
                pointer=f"/images/{place}/variant_code",
                code="duplicate",
                detail="A variant shows one picture: name it once.",
            )
            for place, each in enumerate(images)
            if each.variant_code is not None and given[each.variant_code] > 1
        ]
        if errors:
            raise InvalidInput("These images cannot be taken.", errors=errors)


async def _locked(uow: UnitOfWork, item_no: str) -> ItemImages | None:
    """Under the lock of the item, so that one change of its pictures follows the other."""
    if await uow.items.locked(item_no) is None:
        raise NotFound("There is no such item.")
    return await uow.products.images(item_no)
