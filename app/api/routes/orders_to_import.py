"""``/v1/shops/{shop}/orders-to-import``: the queue of the import, as an operator sees and steers it (P12)."""

from typing import Annotated, Literal

import msgspec
from fastapi import Depends, Path, Query
from starlette.responses import Response

from app.api.answers import no_content
from app.api.auth import OrdersRead, OrdersWrite
from app.api.dependencies import VisibleShop, service
from app.api.encoded_lists import encoded_page
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
from app.api.routes.order_requests import Requests
from app.api.routes.tasks import EQUAL_RUN, Starting, started_answer
from app.api.routing import resource_router
from app.api.schemas.orders_to_import import ImportRequest, OrderToImportList
from app.api.schemas.runs import RunShown
from app.ports.errors import FieldError, InvalidInput
from app.ports.paging import Page
from app.ports.repositories.orders_reading import QueueFilter
from app.services.read_orders import ReadOrdersToImport

router = resource_router("orders to import")

Queue = Annotated[ReadOrdersToImport, Depends(service(ReadOrdersToImport))]
TheRow = Annotated[
    str, Path(description="Our id of the row.", max_length=100, examples=["oti_01kf0ddddddddddddddddddddd"])
]


@router.get("/shops/{shop}/orders-to-import", response_model=OrderToImportList, summary="List orders to import")
async def list_orders_to_import(
    _: OrdersRead,
    queue: Queue,
    page: PagingOf,
    shop: VisibleShop,
    action: Annotated[
        Literal["new", "update"] | None, Query(description="Only new ones, or only changed ones.")
    ] = None,
    has_error: Annotated[bool | None, Query(description="Only with, or only without, an error.")] = None,
    parked: Annotated[bool | None, Query(description="Only those that wait for a person, or only others.")] = None,
    unclaimed: Annotated[bool | None, Query(description="Only those no shop's filters match, or only others.")] = None,
) -> Response:
    """What the shop has still to import, oldest first, and what no shop of its store has claimed."""
    wanted = QueueFilter(
        shop_id=shop.id, store_id=shop.store_id, action=action, has_error=has_error, parked=parked, unclaimed=unclaimed
    )
    found = await queue.page(wanted, page.request)
    return encoded_page(Page(rows=[msgspec.json.encode(row) for row in found.rows], next_after=found.next_after), page)


@router.post(
    "/shops/{shop}/orders-to-import/import",
    status_code=202,
    response_model=RunShown,
    summary="Import chosen orders now",
    responses=EQUAL_RUN,
)
async def import_chosen_orders(
    access: OrdersWrite, queue: Queue, start: Starting, repeat: Repeat, shop: VisibleShop, body: ImportRequest
) -> Response:
    """Rows of the queue by `ids`, Shopify orders by `shopify_ids`; the shop claims them whatever its filters say.

    Answers with the run at once; an equal one that is queued or running is answered instead, with 200.
    """
    chosen = dict.fromkeys([*await queue.shopify_ids(shop, body.ids), *body.shopify_ids])
    if not chosen:
        detail = "Name at least one order, by ids or shopify_ids."
        raise InvalidInput(detail, errors=[FieldError(pointer="/ids", code="required", detail=detail)])
    return await repeat.answer(
        lambda once: start(
            access, shop.code, "import_orders", parameters={"order_shopify_ids": list(chosen)}, once=once
        ),
        started_answer,
    )


@router.post("/shops/{shop}/orders-to-import/{row_id}/retry", status_code=204, summary="Try an order to import again")
async def retry_order_to_import(
    access: OrdersWrite, requests: Requests, queue: Queue, repeat: Repeat, shop: VisibleShop, row_id: TheRow
) -> Response:
    """Makes it due now, with all its attempts before it; also when it was parked."""
    await queue.shopify_ids(shop, [row_id])
    return await repeat.around(lambda: requests.retry_import(access, row_id), lambda _: no_content())


@router.delete("/shops/{shop}/orders-to-import/{row_id}", status_code=204, summary="Leave an order out")
async def leave_out_order_to_import(
    access: OrdersWrite, requests: Requests, queue: Queue, shop: VisibleShop, row_id: TheRow
) -> Response:
    """Leaves the order out until it changes at Shopify, or is asked for by id."""
    await queue.shopify_ids(shop, [row_id])
    await requests.leave_out(access, row_id)
    return no_content()
