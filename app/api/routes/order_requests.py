"""What is asked of one order: its mapping by hand, its document, a fresh copy. Decisions are the services'."""

from typing import Annotated

from fastapi import Depends, Path, Request
from starlette.responses import Response

from app.api.answers import encoded
from app.api.auth import OrdersWrite
from app.api.dependencies import service
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.order_answers import lines_json
from app.api.problems import ApiProblem
from app.api.routes.orders import Reading, TheOrder, order_answer
from app.api.routing import resource_router
from app.api.schemas.orders import Amendment, ConflictResolution, LineItemPatch, Order, OrderLine, OrderMappingPatch
from app.api.schemas.sales_documents import SalesDocument
from app.domain.identifiers import OrderId, ShopifyId, order_line_id, shopify_id_of_line
from app.domain.items import ItemChoice
from app.ports.errors import FieldError, InvalidInput
from app.ports.repositories.documents_reading import DocumentJson
from app.services.document_actions import UnlinkDocuments
from app.services.order_amendments import AmendDocument
from app.services.order_conflicts import ResolveConflict
from app.services.order_requests import OrderRequests
from app.services.read_orders import OrderView

router = resource_router("orders")

Requests = Annotated[OrderRequests, Depends(service(OrderRequests))]
TheLine = Annotated[
    str,
    Path(description="Our id of the line.", max_length=100, examples=["orl_01kf0aaaaaaaaaaaaaaaaaaaaa_11301"]),
]


@router.patch("/orders/{order_id}", response_model=Order, summary="Set the mapping of an order by hand")
async def update_order(
    request: Request,
    access: OrdersWrite,
    requests: Requests,
    orders: Reading,
    expected: ExpectedVersion,
    order_id: TheOrder,
    body: OrderMappingPatch,
) -> Response:
    """Customers by their number, and codes that stand instead of what the mappings say; nothing else can be set.

    What is set stays through every import; null gives a field back to the rules. The order is decided anew at once. 409
    `invalid_state` while its document lives.
    """
    changes: dict[str, str | None] = body.model_dump(exclude_unset=True)
    await requests.set_mapping(access, order_id, changes, expected=expected)
    return order_answer(request, await orders.one(access, order_id))


@router.patch("/orders/{order_id}/lines/{line_id}", response_model=OrderLine, summary="Set the item of a line by hand")
async def update_order_line(
    access: OrdersWrite,
    requests: Requests,
    orders: Reading,
    expected: ExpectedVersion,
    order_id: TheOrder,
    line_id: TheLine,
    body: LineItemPatch,
) -> Response:
    """The ERP's item, variant and unit; `item_no` null gives the line back to the rules.

    Fields not given stay, unless the item becomes another one. 409 `invalid_state` while the order's document lives.
    """
    line = _line_of(order_id, line_id)
    before = await orders.one(access, order_id)
    choice = _choice(before.stored.mapping.items.get(line), body)
    await requests.set_line_item(access, order_id, line, choice, expected=expected)
    view = await orders.one(access, order_id)
    [shown] = lines_json(view, [each for each in view.stored.order.lines if each.shopify_id == line])
    return encoded(shown, version=view.stored.version)


@router.post(
    "/orders/{order_id}/create-document", status_code=201, response_model=SalesDocument, summary="Make its document now"
)
async def create_order_document(
    access: OrdersWrite, requests: Requests, repeat: Repeat, order_id: TheOrder
) -> Response:
    """Makes the sales order or invoice of an order, by the present setting of `orders.use_shopify_order_number`.

    409 `already_processed` (`document_id` names the live one), `order_blocked` (`errors` are its problems), or
    `nothing_to_document`.
    """
    return await repeat.answer(lambda once: requests.create_document(access, order_id, once=once), _created)


@router.post("/orders/{order_id}/find-mapping", response_model=Order, summary="Look for customers and items again")
async def find_order_mapping(
    request: Request,
    access: OrdersWrite,
    requests: Requests,
    orders: Reading,
    repeat: Repeat,
    expected: ExpectedVersion,
    order_id: TheOrder,
) -> Response:
    """Runs the customer and item choice again; what was set by hand stays."""

    async def work() -> OrderView:
        await requests.find_mapping(access, order_id, expected=expected)
        return await orders.one(access, order_id)

    return await repeat.around(work, lambda view: order_answer(request, view))


@router.post("/orders/{order_id}/create-customer", response_model=Order, summary="Create the customer of an order")
async def create_order_customer(
    request: Request,
    access: OrdersWrite,
    requests: Requests,
    orders: Reading,
    repeat: Repeat,
    expected: ExpectedVersion,
    order_id: TheOrder,
) -> Response:
    """Looks for the customer again and creates it when there is none, whatever `customers.auto_create` says.

    409 when the order has no customer after that, with the problem as its code: `customer_missing` (nobody is created
    of a guest), `customer_no_address`, `customer_ambiguous`, `template_missing` or `company_missing`.
    """

    async def work() -> OrderView:
        await requests.create_customer(access, order_id, expected=expected)
        return await orders.one(access, order_id)

    return await repeat.around(work, lambda view: order_answer(request, view))


@router.post(
    "/orders/{order_id}/sync",
    response_model=Order,
    summary="Read an order from Shopify again",
    responses={202: {"model": Order, "description": "Not done within ten seconds: the order as it was so far."}},
)
async def reread_order(
    request: Request, access: OrdersWrite, requests: Requests, orders: Reading, repeat: Repeat, order_id: TheOrder
) -> Response:
    """Reads the order from Shopify now: 200 when that is done within ten seconds, else 202: look at it later.

    409 `not_at_store` when it was deleted there (the copy stays, and documents can be made of it), `scope_missing` when
    the app was not granted what orders need, or the code of what kept it from being read.
    """

    async def work() -> tuple[bool, OrderView]:
        done = await requests.reread(access, order_id)
        return done, await orders.one(access, order_id)

    def shape(result: tuple[bool, OrderView]) -> Response:
        done, view = result
        response = order_answer(request, view, status=200 if done else 202)
        response.headers["Location"] = f"/v1/orders/{order_id}"
        return response

    return await repeat.around(work, shape)


@router.post("/orders/{order_id}/unlink-documents", response_model=Order, summary="Let an order go of its documents")
async def unlink_order_documents(
    request: Request,
    access: OrdersWrite,
    unlink: Annotated[UnlinkDocuments, Depends(service(UnlinkDocuments))],
    repeat: Repeat,
    expected: ExpectedVersion,
    order_id: TheOrder,
) -> Response:
    """Documents that the ERP has not acknowledged are cancelled, others keep their state; the order is `unprocessed`.

    The next document is made on request only. Documents of refunds are left alone. 409 `invalid_state` when there is no
    document to let go of.
    """
    return await repeat.answer(
        lambda once: unlink(access, order_id, expected=expected, once=once), lambda view: order_answer(request, view)
    )


@router.post("/orders/{order_id}/resolve-conflict", response_model=Order, summary="Mark a conflict as resolved")
async def resolve_order_conflict(
    request: Request,
    access: OrdersWrite,
    resolve: Annotated[ResolveConflict, Depends(service(ResolveConflict))],
    repeat: Repeat,
    expected: ExpectedVersion,
    order_id: TheOrder,
    body: ConflictResolution | None = None,
) -> Response:
    """The difference was dealt with, in the ERP or by doing nothing: the order as it is now counts as documented.

    Only a new difference raises a conflict again; what changed of refunds that have a document is settled as well. The
    note stands in the order's history. 409 `invalid_state` when there is neither.
    """
    note = body.note if body else None
    return await repeat.answer(
        lambda once: resolve(access, order_id, note=note, expected=expected, once=once),
        lambda view: order_answer(request, view),
    )


@router.post("/orders/{order_id}/amend-document", response_model=Order, summary="Bring its document up to date")
async def amend_order_document(
    request: Request,
    access: OrdersWrite,
    amend: Annotated[AmendDocument, Depends(service(AmendDocument))],
    repeat: Repeat,
    expected: ExpectedVersion,
    order_id: TheOrder,
    body: Amendment | None = None,
) -> Response:
    """Before the ERP has acknowledged it, the document gets a new version; the old ones stay readable.

    Afterwards adjusting documents are made beside it: a credit memo for what went, an order for what came; `adjusts_id`
    names the document. Where the rules find no customer any more (`order_blocked` with `customer_missing`), name one.
    409 `invalid_state` when nothing conflicts, or an address, the customer or the PO number of a document that the ERP
    has changed; `order_blocked`; `nothing_to_document`.
    """
    customers: dict[str, str | None] = body.model_dump(exclude_unset=True) if body else {}
    return await repeat.answer(
        lambda once: amend(access, order_id, customers=customers, expected=expected, once=once),
        lambda view: order_answer(request, view),
    )


def _created(document: DocumentJson) -> Response:
    response = encoded(document.json, status=201, version=document.revision)
    response.headers["Location"] = f"/v1/sales-documents/{document.id}"
    return response


def _line_of(order_id: OrderId, line_id: str) -> ShopifyId:
    """Shopify's id of one of the order's own lines; that of another order's line is not here."""
    line = shopify_id_of_line(line_id)
    if order_line_id(order_id, line) != line_id:
        raise ApiProblem(404, "not_found", "The order has no such line.")
    return line


def _choice(before: ItemChoice | None, patch: LineItemPatch) -> ItemChoice | None:
    """The result of the patch; variant and unit belong to their item."""
    given = patch.model_fields_set
    item_no = patch.item_no if "item_no" in given else (before.item_no if before else None)
    if item_no is None:
        if patch.variant_code is not None or patch.unit is not None:
            detail = "A variant or a unit needs an item."
            raise InvalidInput(detail, errors=[FieldError(pointer="/item_no", code="required", detail=detail)])
        return None
    same = before if before is not None and before.item_no == item_no else None
    return ItemChoice(
        item_no=item_no,
        variant_code=patch.variant_code if "variant_code" in given else (same.variant_code if same else None),
        unit=patch.unit if "unit" in given else (same.unit if same else None),
        rule="by_hand",
    )
