"""``/v1/discovered-items``: products of the store from which the ERP is to make items."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import MasterDataRead
from app.api.dependencies import service
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.discovered_items import DiscoveredItemList, DiscoveredItemShown, discovered_item_shown
from app.services.read_discovered_items import ReadDiscoveredItems

router = resource_router("items")

Reading = Annotated[ReadDiscoveredItems, Depends(service(ReadDiscoveredItems))]


@router.get("/discovered-items", response_model=DiscoveredItemList, summary="List discovered items")
async def list_discovered_items(
    access: MasterDataRead,
    paging: PagingOf,
    reading: Reading,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    known: Annotated[bool | None, Query(description="Only those that are items meanwhile, or only others.")] = None,
) -> Response:
    """Products of which `sync_products` found variants without an item, while `items.auto_create` is on. Put the item
    with the SKU or barcode, or link the variants: with the next listing the product is `known`.
    """
    found = await reading.page(access, paging.request, shop=shop, known=known)
    return paging.answer(DiscoveredItemList, found, discovered_item_shown)


@router.get("/discovered-items/{discovered_id}", response_model=DiscoveredItemShown, summary="Read a discovered item")
async def get_discovered_item(
    access: MasterDataRead,
    reading: Reading,
    discovered_id: Annotated[str, Path(min_length=1, max_length=100, description="Its id.", examples=["itd_01k9"])],
) -> Response:
    """Everything that an ERP needs to make the item."""
    found = await reading.one(access, discovered_id)
    return answer(discovered_item_shown(found), version=found.version)
