"""``/v1/items/{no}/images``: the pictures of the ERP's items."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from app.api.answers import CREATED, answer, no_content, put_answer
from app.api.auth import MasterDataRead, MasterDataWrite
from app.api.dependencies import service
from app.api.etag import ExpectedVersion
from app.api.routes.items import ItemNo
from app.api.routing import StrictRoute, resource_router
from app.api.schemas.item_images import ItemImagesGiven, ItemImagesShown, images_of, images_shown
from app.services.item_images import ItemImagesData

TAIL = b"/images"


class ImagesRoute(StrictRoute):
    """Only for a path that ends so as it was written: ``A%2Fimages`` is the number of an item."""

    def matches(self, scope: Scope) -> tuple[Match, Any]:
        written = bytes(scope.get("raw_path") or b"")
        return super().matches(scope) if written.partition(b"?")[0].endswith(TAIL) else (Match.NONE, {})


router = resource_router("items")
router.route_class = ImagesRoute

Data = Annotated[ItemImagesData, Depends(service(ItemImagesData))]


@router.get("/items/{no:path}/images", response_model=ItemImagesShown, summary="Read the images of an item")
async def get_item_images(no: ItemNo, _: MasterDataRead, data: Data) -> Response:
    """404 when none were put."""
    kept = await data.get(no)
    return answer(images_shown(kept), version=kept.version)


@router.put(
    "/items/{no:path}/images", response_model=ItemImagesShown, responses=CREATED, summary="Put the images of an item"
)
async def put_item_images(
    body: ItemImagesGiven, no: ItemNo, _: MasterDataWrite, expected: ExpectedVersion, data: Data
) -> Response:
    """All of them, in their order. The task `sync_images` reads them and sends to the stores what changed."""
    done = await data.put(no, images_of(body), expected=expected)
    return put_answer(images_shown(done.kept), done, location=f"/v1/items/{quote(no, safe='')}/images")


@router.delete("/items/{no:path}/images", status_code=204, summary="Delete the images of an item")
async def delete_item_images(no: ItemNo, _: MasterDataWrite, expected: ExpectedVersion, data: Data) -> Response:
    """The next run of `sync_images` takes them off the product; what people put there stays."""
    await data.delete(no, expected=expected)
    return no_content()
