"""``/v1/shops/{shop}/completeness``: the proof that nothing is missing, day by day."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import OrdersRead
from app.api.dependencies import VisibleShop, service
from app.api.routing import resource_router
from app.api.schemas.completeness import CompletenessShown, completeness_shown
from app.api.schemas.types import CalendarDate
from app.services.completeness import ReadCompleteness

router = resource_router("shops")


@router.get(
    "/shops/{shop}/completeness",
    response_model=CompletenessShown,
    responses={502: {}},
    summary="Prove that nothing is missing",
)
async def prove_completeness(
    access: OrdersRead,
    completeness: Annotated[ReadCompleteness, Depends(service(ReadCompleteness))],
    shop: VisibleShop,
    first: Annotated[CalendarDate, Query(alias="from", description="The first day.")],
    last: Annotated[CalendarDate, Query(alias="to", description="The last day; at most 31 days.")],
) -> Response:
    """Compares orders and refunds with Shopify now, day by day in the shop's time zone: counts, sums, and every id that
    differs. What is rightly not here is explained. The task `check_completeness` does the same for the last seven days
    once a day and reads again what differs.
    """
    found = await completeness(access, shop.code, first=first, last=last)
    return answer(completeness_shown(found))
