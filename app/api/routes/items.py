"""``/v1/items``: the ERP's items, by number."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from app.api.answers import CREATED, answer, no_content, put_answer
from app.api.auth import MasterDataRead, MasterDataWrite
from app.api.batch import BatchAnswer, batch_body, each_item, items_of
from app.api.dependencies import service
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.master_data import ItemGiven, ItemInBatch, ItemList, ItemShown, item_of, item_shown
from app.api.schemas.types import InstantQuery, JsonBody, SearchQuery
from app.services.master_data import ItemData

router = resource_router("items")

Data = Annotated[ItemData, Depends(service(ItemData))]
ItemNo = Annotated[
    str, Path(min_length=1, max_length=100, description="The ERP's number, percent-encoded.", examples=["ITEM-A"])
]
Unlink = Annotated[bool, Query(description="Delete the links that lead to it, too.")]


@router.get("/items", response_model=ItemList, summary="List items")
async def list_items(
    _: MasterDataRead, paging: PagingOf, data: Data, updated_from: InstantQuery = None, search: SearchQuery = None
) -> Response:
    """By number; with `updated_from` those changed since, in the order of their change."""
    return paging.answer(
        ItemList, await data.page(paging.request, updated_from=updated_from, search=search), item_shown
    )


@router.post(
    "/items/batch",
    response_model=BatchAnswer,
    status_code=207,
    summary="Put many items",
    openapi_extra=batch_body(ItemInBatch),
)
async def put_items(body: JsonBody, request: Request, _: MasterDataWrite, repeat: Repeat, data: Data) -> Response:
    """Up to 250, each its own transaction with its own result: `status` is 201, 200 or that of its `problem`."""
    items = items_of(body)

    async def put(given: ItemInBatch) -> tuple[int, str]:
        done = await data.put(item_of(given.no, given))
        return 201 if done.created else 200, given.no

    return await repeat.around(
        lambda: each_item(request, items, ItemInBatch, put), lambda results: answer(results, status=207)
    )


@router.get("/items/{no:path}", response_model=ItemShown, summary="Read an item")
async def get_item(no: ItemNo, _: MasterDataRead, data: Data) -> Response:
    """404 when there is none."""
    kept = await data.get(no)
    return answer(item_shown(kept), version=kept.version)


@router.put("/items/{no:path}", response_model=ItemShown, responses=CREATED, summary="Put an item")
async def put_item(body: ItemGiven, no: ItemNo, _: MasterDataWrite, expected: ExpectedVersion, data: Data) -> Response:
    """Makes or replaces it. Orders that waited for it are tried again."""
    done = await data.put(item_of(no, body), expected=expected)
    return put_answer(item_shown(done.kept), done, location=f"/v1/items/{quote(no, safe='')}")


@router.delete("/items/{no:path}", status_code=204, summary="Delete an item")
async def delete_item(
    no: ItemNo, _: MasterDataWrite, expected: ExpectedVersion, data: Data, *, unlink: Unlink = False
) -> Response:
    """409 `item_linked` while links lead to it, unless `unlink=true`."""
    await data.delete(no, unlink=unlink, expected=expected)
    return no_content()
