"""``/v1/orders``: reading orders and what belongs to them. What can be asked of them is in ``order_requests``."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from app.api.answers import encoded
from app.api.auth import OrdersRead, container_of
from app.api.dependencies import VisibleShop, service
from app.api.encoded_lists import encoded_page
from app.api.order_answers import LINES_WITH_ORDER, Plain, Scale, history_json, lines_json, order_json
from app.api.order_goods_answers import fulfilment, returns, why_no_returns
from app.api.order_part_answers import fulfilment_order, refund, transaction
from app.api.pagination import Paging, PagingEitherWay, PagingOf, subject_of
from app.api.routing import resource_router
from app.api.schemas.order_goods import FulfilmentList, OrderReturnList
from app.api.schemas.order_parts import CaptureList, FulfilmentOrderList, HistoryList, OrderRefundList, TransactionList
from app.api.schemas.orders import Order, OrderLineList, OrderList
from app.api.schemas.types import Instant
from app.api.schemas.unmapped_products import UnmappedProductList, unmapped_product_shown
from app.domain.activities import Cue, OrderCue
from app.domain.identifiers import OrderId, ShopifyId
from app.domain.order_record import OrderState
from app.ports.paging import Page, PageRequest
from app.ports.repositories.orders_reading import Capture, HistoryEntry, OrderFilter
from app.services.read_orders import OrderView, ReadOrders

router = resource_router("orders")

Row = TypeVar("Row")
Reading = Annotated[ReadOrders, Depends(service(ReadOrders))]
TheOrder = Annotated[
    OrderId, Path(description="Our id of the order.", max_length=100, examples=["ord_01kf0aaaaaaaaaaaaaaaaaaaaa"])
]


def order_filter(  # noqa: PLR0913, PLR0917 - one argument a filter, named by FastAPI
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    name: Annotated[str | None, Query(max_length=300, description="Only with this name.", examples=["#1001"])] = None,
    shopify_id: Annotated[str | None, Query(max_length=30, description="Only with this id at Shopify.")] = None,
    state: Annotated[OrderState | None, Query(description="Only in this state.")] = None,
    in_conflict: Annotated[bool | None, Query(description="Only with, or only without, a conflict.")] = None,
    cancelled: Annotated[bool | None, Query(description="Only cancelled ones, or only others.")] = None,
    closed: Annotated[bool | None, Query(description="Only archived ones, or only others.")] = None,
    problem: Annotated[
        str | None, Query(max_length=100, description="Only with a problem of this code, such as `item_missing`.")
    ] = None,
    cue: Annotated[OrderCue | None, Query(description="Only those that this cue of `/v1/activities` counts.")] = None,
    financial_status: Annotated[
        str | None, Query(max_length=100, description="Only with this status, such as `paid`.")
    ] = None,
    fulfilment_status: Annotated[
        str | None, Query(max_length=100, description="Only with this status, such as `unfulfilled`.")
    ] = None,
    updated_from: Annotated[
        Instant | None, Query(description="Only changed here at or after this instant: `2026-01-15T10:00:00Z`.")
    ] = None,
) -> OrderFilter:
    """The filters; all that are given must hold."""
    return OrderFilter(
        shop=shop,
        name=name,
        shopify_id=None if shopify_id is None else ShopifyId(shopify_id),
        state=state,
        in_conflict=in_conflict,
        cancelled=cancelled,
        closed=closed,
        problem=problem,
        cue=None if cue is None else Cue(cue),
        financial_status=None if financial_status is None else financial_status.lower(),
        fulfilment_status=None if fulfilment_status is None else fulfilment_status.lower(),
        updated_from=updated_from,
    )


@router.get("/orders", response_model=OrderList, summary="List orders")
async def list_orders(
    request: Request,
    access: OrdersRead,
    orders: Reading,
    page: PagingEitherWay,
    wanted: Annotated[OrderFilter, Depends(order_filter)],
) -> Response:
    """Orders by their last change here, oldest first unless `newest_first`; each with its first 250 lines."""
    found = await orders.page(access, wanted, page.request)
    rows = [order_body(request, view) for view in found.rows]
    return encoded_page(Page(rows=rows, next_after=found.next_after), page)


@router.get(
    "/shops/{shop}/unmapped-products", response_model=UnmappedProductList, summary="List products without an item"
)
async def list_unmapped_products(_: OrdersRead, orders: Reading, page: PagingOf, shop: VisibleShop) -> Response:
    """The store's products for which no item, or more than one, is known, each with the orders that wait for it.

    Linking a variant, or sending the item, tries these orders again. Lines without variant, SKU and barcode are no
    products: their orders are those with the problem `item_missing`.
    """
    return page.answer(UnmappedProductList, await orders.unmapped_products(shop, page.request), unmapped_product_shown)


@router.get("/orders/{order_id}", response_model=Order, summary="Read an order")
async def get_order(request: Request, access: OrdersRead, orders: Reading, order_id: TheOrder) -> Response:
    """An order with its first 250 lines; `lines_cursor` leads to the rest."""
    return order_answer(request, await orders.one(access, order_id))


@router.get("/orders/{order_id}/lines", response_model=OrderLineList, summary="List the lines of an order")
async def list_order_lines(access: OrdersRead, orders: Reading, page: PagingOf, order_id: TheOrder) -> Response:
    """The lines as they stand in Shopify. `lines_cursor` of the order is a cursor of this list."""
    view = await orders.one(access, order_id)
    lines = sliced(view.stored.order.lines, page.request)
    return encoded_page(Page(rows=lines_json(view, lines.rows), next_after=lines.next_after), page)


@router.get("/orders/{order_id}/transactions", response_model=TransactionList, summary="List the transactions")
async def list_order_transactions(access: OrdersRead, orders: Reading, page: PagingOf, order_id: TheOrder) -> Response:
    """The movements of money of an order, as Shopify tells them."""
    order = (await orders.one(access, order_id)).stored.order
    scale = Scale.of(order)
    return _plain_page([transaction(each, scale) for each in order.transactions], page)


@router.get(
    "/orders/{order_id}/fulfilment-orders", response_model=FulfilmentOrderList, summary="List the fulfilment orders"
)
async def list_order_fulfilment_orders(
    access: OrdersRead, orders: Reading, page: PagingOf, order_id: TheOrder
) -> Response:
    """What Shopify asks to be shipped, and from where."""
    order = (await orders.one(access, order_id)).stored.order
    return _plain_page([fulfilment_order(each, order_id) for each in order.fulfilment_orders], page)


@router.get("/orders/{order_id}/fulfilments", response_model=FulfilmentList, summary="List the fulfilments")
async def list_order_fulfilments(access: OrdersRead, orders: Reading, page: PagingOf, order_id: TheOrder) -> Response:
    """What Shopify recorded as shipped, oldest first; cancelled ones too."""
    order = (await orders.one(access, order_id)).stored.order
    return _plain_page([fulfilment(each, order_id) for each in order.fulfilments], page)


@router.get("/orders/{order_id}/refunds", response_model=OrderRefundList, summary="List the refunds of an order")
async def list_order_refunds(access: OrdersRead, orders: Reading, page: PagingOf, order_id: TheOrder) -> Response:
    """The refunds that came with the order, as Shopify tells them."""
    order = (await orders.one(access, order_id)).stored.order
    scale = Scale.of(order)
    return _plain_page([refund(each, order_id, scale) for each in order.refunds], page)


@router.get("/orders/{order_id}/returns", response_model=OrderReturnList, summary="List the returns of an order")
async def list_order_returns(access: OrdersRead, orders: Reading, page: PagingOf, order_id: TheOrder) -> Response:
    """Goods that come back, for information: reasons, notes, what became of them and where, and what goes out instead.

    An order of which every return was declined or cancelled says `return_status` `no_return`, and lists none.
    """
    order = (await orders.one(access, order_id)).stored.order
    return _plain_page(returns(order, order_id), page, unavailable=why_no_returns(order))


@router.get("/orders/{order_id}/captures", response_model=CaptureList, summary="List the raw answers")
async def list_order_captures(access: OrdersRead, orders: Reading, page: PagingOf, order_id: TheOrder) -> Response:
    """What the store answered when the order was imported, newest first: for finding out why something is as it is."""
    found = await orders.captures(access, order_id, page.request)
    return encoded_page(Page(rows=[_capture(each) for each in found.rows], next_after=found.next_after), page)


@router.get("/orders/{order_id}/history", response_model=HistoryList, summary="List what happened to an order")
async def list_order_history(access: OrdersRead, orders: Reading, page: PagingOf, order_id: TheOrder) -> Response:
    """Imports, changes, conflicts and the life of its documents, oldest first; kept 90 days, as the change feed is."""
    found = await orders.history(access, order_id, page.request)
    return encoded_page(Page(rows=[_history(each) for each in found.rows], next_after=found.next_after), page)


def order_answer(request: Request, view: OrderView, *, status: int = 200) -> Response:
    """One order as an answer."""
    return encoded(order_body(request, view), status=status, version=view.stored.version)


def order_body(request: Request, view: OrderView) -> bytes:
    """One order as JSON, with the cursor of the lines that do not stand with it."""
    cursor = None
    if len(view.stored.order.lines) > LINES_WITH_ORDER:
        paging = Paging(
            request=PageRequest(),
            subject=subject_of(f"/v1/orders/{view.stored.id}/lines"),
            signing_key=container_of(request).signing_key,
        )
        cursor = paging.cursor((LINES_WITH_ORDER,))
    return order_json(view, lines_cursor=cursor)


def sliced(rows: Sequence[Row], request: PageRequest) -> Page[Row]:
    """A page of what is in memory anyway, by position."""
    start = 0 if request.after is None else int(request.after[0])
    end = start + request.limit
    return Page(rows=rows[start:end], next_after=(end,) if end < len(rows) else None)


def _plain_page(rows: Sequence[Plain], paging: Paging, **beside: Plain | None) -> Response:
    page = sliced(rows, paging.request)
    body = {"data": page.rows, "next_cursor": paging.cursor(page.next_after), **beside}
    return encoded(msgspec.json.encode(body))


def _capture(capture: Capture) -> bytes:
    return msgspec.json.encode({"captured_at": capture.captured_at, "body": msgspec.Raw(capture.body)})


def _history(entry: HistoryEntry) -> bytes:
    return msgspec.json.encode(history_json(entry))
