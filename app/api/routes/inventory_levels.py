"""``/v1/inventory-levels``: the ERP's stock on its way to the stores."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import MasterDataWrite
from app.api.batch import BatchAnswer, batch_body, each_item, items_of
from app.api.dependencies import service
from app.api.idempotency import Repeat
from app.api.routing import resource_router
from app.api.schemas.inventory_levels import InventoryLevelInBatch, told_level
from app.api.schemas.types import JsonBody
from app.ports.repositories.stock import ToldLevel
from app.services.tell_stock import StockLevels

router = resource_router("inventory levels")

Levels = Annotated[StockLevels, Depends(service(StockLevels))]


@router.post(
    "/inventory-levels/batch",
    response_model=BatchAnswer,
    status_code=207,
    summary="Tell stock",
    openapi_extra=batch_body(InventoryLevelInBatch),
)
async def put_inventory_levels(
    body: JsonBody, request: Request, _: MasterDataWrite, repeat: Repeat, levels: Levels
) -> Response:
    """Up to 250 quantities; only what is sent changes. Each is checked for itself, and those that are right are kept
    together. What changed goes to Shopify soon, wherever a location mapping has a `stock_calculation`; what cannot be
    set there is a skipped record of type `stock`.
    """
    items = items_of(body)

    async def told() -> BatchAnswer:
        right: list[ToldLevel] = []

        async def checked(given: InventoryLevelInBatch) -> tuple[int, str]:
            right.append(told_level(given))
            return 200, given.item_no

        results = await each_item(request, items, InventoryLevelInBatch, checked, named="item_no")
        await levels.tell(right)
        return results

    return await repeat.around(told, lambda results: answer(results, status=207))
