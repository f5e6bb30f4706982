"""``/v1/payouts`` and ``/v1/disputes``: for whoever reconciles the bank."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import OrdersRead
from app.api.dependencies import service
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.payouts import (
    DisputeList,
    PayoutList,
    PayoutShown,
    PayoutTransactionList,
    dispute_shown,
    payout_shown,
    payout_transaction_shown,
    unavailable,
)
from app.ports.repositories.payouts import PayoutFilter
from app.services.payouts import ReadPayouts

router = resource_router("payouts")

Reading = Annotated[ReadPayouts, Depends(service(ReadPayouts))]
PayoutIdPath = Annotated[
    str, Path(min_length=1, max_length=100, description="Our id of the payout.", examples=["pay_01k9_77"])
]
OfShop = Annotated[str | None, Query(max_length=100, description="Only of the store of this shop, by its code.")]
WithStatus = Annotated[str | None, Query(max_length=50, description="Only those that stand so.")]


@router.get("/payouts", response_model=PayoutList, summary="List payouts")
async def list_payouts(
    access: OrdersRead, payouts: Reading, page: PagingOf, shop: OfShop = None, status: WithStatus = None
) -> Response:
    """By the day of issue, oldest first; read by the task `sync_payouts`. Shops whose app may not read them, or whose
    store has no Shopify Payments, stand in `unavailable`, with the reason.
    """
    found = await payouts.page(access, PayoutFilter(shop=shop, status=status), page.request)
    return answer(
        PayoutList.model_construct(
            data=[payout_shown(each) for each in found.page.rows],
            next_cursor=page.cursor(found.page.next_after),
            unavailable=[unavailable(each) for each in found.without],
        )
    )


@router.get("/payouts/{payout_id}", response_model=PayoutShown, summary="Read a payout")
async def get_payout(payout_id: PayoutIdPath, access: OrdersRead, payouts: Reading) -> Response:
    """404 when there is none."""
    return answer(payout_shown(await payouts.one(access, payout_id)))


@router.get(
    "/payouts/{payout_id}/transactions", response_model=PayoutTransactionList, summary="List what is behind a payout"
)
async def list_payout_transactions(
    payout_id: PayoutIdPath, access: OrdersRead, payouts: Reading, page: PagingOf
) -> Response:
    """Each movement with the order, refund and document that it is about, as far as they are here."""
    found = await payouts.transactions(access, payout_id, page.request)
    return page.answer(PayoutTransactionList, found, payout_transaction_shown)


@router.get("/disputes", response_model=DisputeList, summary="List disputes")
async def list_disputes(
    access: OrdersRead, payouts: Reading, page: PagingOf, shop: OfShop = None, status: WithStatus = None
) -> Response:
    """By their beginning, oldest first, with the day until which evidence is taken."""
    found = await payouts.disputes(access, PayoutFilter(shop=shop, status=status), page.request)
    return answer(
        DisputeList.model_construct(
            data=[dispute_shown(each) for each in found.page.rows],
            next_cursor=page.cursor(found.page.next_after),
            unavailable=[unavailable(each) for each in found.without],
        )
    )
