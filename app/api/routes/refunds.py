"""``/v1/refunds``: refunds of orders, where each stands, and its document on request."""

from typing import Annotated

import msgspec
from fastapi import Depends, Path, Query
from starlette.responses import Response

from app.api.answers import encoded
from app.api.auth import OrdersRead, OrdersWrite
from app.api.dependencies import service
from app.api.encoded_lists import encoded_page
from app.api.idempotency import Repeat
from app.api.order_part_answers import refund_json
from app.api.pagination import PagingEitherWay
from app.api.routing import resource_router
from app.api.schemas.refunds import Refund, RefundList
from app.api.schemas.sales_documents import SalesDocument
from app.api.schemas.types import InstantQuery
from app.domain.activities import Cue, RefundCue
from app.domain.identifiers import OrderId, RefundId, ShopifyId
from app.domain.refund_states import RefundState
from app.ports.paging import Page
from app.ports.repositories.documents_reading import DocumentJson
from app.ports.repositories.refunds import RefundFilter
from app.services.refunds import RefundRequests

router = resource_router("refunds")

Refunds = Annotated[RefundRequests, Depends(service(RefundRequests))]
TheRefund = Annotated[
    RefundId,
    Path(description="Our id of the refund.", max_length=100, examples=["ref_01kf0aaaaaaaaaaaaaaaaaaaaa_701"]),
]


@router.get("/refunds", response_model=RefundList, summary="List refunds")
async def list_refunds(  # noqa: PLR0913, PLR0917 - one argument a filter, named by FastAPI
    access: OrdersRead,
    refunds: Refunds,
    paging: PagingEitherWay,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    state: Annotated[RefundState | None, Query(description="Only in this state.")] = None,
    cue: Annotated[RefundCue | None, Query(description="Only those that this cue of `/v1/activities` counts.")] = None,
    order_id: Annotated[
        str | None, Query(max_length=100, description="Only of the order with this id of ours.")
    ] = None,
    shopify_id: Annotated[str | None, Query(max_length=30, description="Only with this id at Shopify.")] = None,
    updated_from: InstantQuery = None,
) -> Response:
    """By their last change here, oldest first unless `newest_first`."""
    wanted = RefundFilter(
        shop=shop,
        state=state,
        cue=None if cue is None else Cue(cue),
        order_id=OrderId(order_id) if order_id else None,
        shopify_id=ShopifyId(shopify_id) if shopify_id else None,
        updated_from=updated_from,
    )
    page = await refunds.page(access, wanted, paging.request)
    rows = [msgspec.json.encode(refund_json(each)) for each in page.rows]
    return encoded_page(Page(rows=rows, next_after=page.next_after), paging)


@router.get("/refunds/{refund_id}", response_model=Refund, summary="Read a refund")
async def get_refund(access: OrdersRead, refunds: Refunds, refund_id: TheRefund) -> Response:
    """What was given back, where it stands on its way to a document, and what it lacks."""
    found = await refunds.one(access, refund_id)
    return encoded(msgspec.json.encode(refund_json(found)), version=found.version)


@router.post(
    "/refunds/{refund_id}/create-document",
    status_code=201,
    response_model=SalesDocument,
    summary="Make the document of a refund now",
)
async def create_refund_document(
    access: OrdersWrite, refunds: Refunds, repeat: Repeat, refund_id: TheRefund
) -> Response:
    """A credit memo, or a return order by `refunds.create_as`, also where refunds are only imported.

    409 `already_processed` (`document_id` names the live one), `refund_pending` (retry later), `order_not_processed`,
    `refund_blocked` (`errors` are its problems), or `not_creditable`: it was already used to reduce the order.
    """
    return await repeat.answer(lambda once: refunds.create_document(access, refund_id, once=once), _created)


def _created(document: DocumentJson) -> Response:
    response = encoded(document.json, status=201, version=document.revision)
    response.headers["Location"] = f"/v1/sales-documents/{document.id}"
    return response
