"""``/v1/prices``: the ERP's prices on their way to the stores."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import MasterDataWrite
from app.api.batch import BatchAnswer, batch_body, each_item, items_of
from app.api.dependencies import service
from app.api.idempotency import Repeat
from app.api.routing import resource_router
from app.api.schemas.prices import PriceInBatch, price_told
from app.api.schemas.types import JsonBody
from app.services.item_prices import ItemPrices

router = resource_router("prices")

Prices = Annotated[ItemPrices, Depends(service(ItemPrices))]


@router.post(
    "/prices/batch",
    response_model=BatchAnswer,
    status_code=207,
    summary="Tell prices",
    openapi_extra=batch_body(PriceInBatch),
)
async def put_prices(
    body: JsonBody, request: Request, access: MasterDataWrite, repeat: Repeat, prices: Prices
) -> Response:
    """Up to 250, each its own transaction with its own result. The task `sync_prices` sends what changed, to the
    catalogs with a price group `sync_catalog_prices`.
    """
    items = items_of(body)

    async def put(given: PriceInBatch) -> tuple[int, str]:
        made = await prices.tell(access, price_told(given))
        return 201 if made else 200, given.item_no

    return await repeat.around(
        lambda: each_item(request, items, PriceInBatch, put, named="item_no"),
        lambda results: answer(results, status=207),
    )
