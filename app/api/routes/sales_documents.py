"""``/v1/sales-documents``: what the ERP collects, acknowledges and posts."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from app.api.answers import answer, encoded
from app.api.auth import DocumentsRead, DocumentsWrite
from app.api.batch import results_of
from app.api.dependencies import service
from app.api.encoded_lists import encoded_page
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.pagination import PagingEitherWay, PagingOf
from app.api.routing import resource_router
from app.api.schemas.sales_documents import (
    Acknowledgement,
    AcknowledgementBatch,
    AcknowledgementItem,
    AcknowledgementResult,
    AcknowledgementResults,
    Cancellation,
    DocumentLineList,
    DocumentVersionList,
    Posting,
    Rejection,
    SalesDocument,
    SalesDocumentList,
)
from app.api.schemas.types import Instant
from app.domain.access import Access
from app.domain.identifiers import DocumentId, OrderId, ShopifyId
from app.domain.sales_documents import DocumentKind, DocumentState
from app.ports.repositories.documents_reading import DocumentFilter, DocumentJson
from app.services.document_actions import DocumentActions
from app.services.read_documents import ReadDocuments

router = resource_router("sales documents")

Reading = Annotated[ReadDocuments, Depends(service(ReadDocuments))]
Actions = Annotated[DocumentActions, Depends(service(DocumentActions))]
TheDocument = Annotated[
    DocumentId,
    Path(description="Our id of the document.", max_length=100, examples=["doc_01kf0ccccccccccccccccccccc"]),
]


def document_filter(  # noqa: PLR0913, PLR0917 - one argument a filter, named by FastAPI
    kind: Annotated[DocumentKind | None, Query(description="Only of this kind.")] = None,
    state: Annotated[DocumentState | None, Query(description="Only in this state.")] = None,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    order_id: Annotated[str | None, Query(max_length=100, description="Only of this order, by our id.")] = None,
    order_name: Annotated[
        str | None, Query(max_length=300, description="Only of orders with this name.", examples=["#1001"])
    ] = None,
    shopify_order_id: Annotated[
        str | None, Query(max_length=30, description="Only of this order, by Shopify's id.", examples=["5501"])
    ] = None,
    customer_no: Annotated[
        str | None, Query(max_length=100, description="Only with this sell-to or bill-to customer.")
    ] = None,
    number: Annotated[str | None, Query(max_length=300, description="Only with this number.")] = None,
    external_document_no: Annotated[
        str | None, Query(max_length=300, description="Only with this purchase order number of the buyer.")
    ] = None,
    released_before: Annotated[
        Instant | None, Query(description="Only released before this instant, such as `2026-01-15T10:00:00Z`.")
    ] = None,
    updated_from: Annotated[
        Instant | None, Query(description="Only changed at or after this instant, such as `2026-01-15T10:00:00Z`.")
    ] = None,
) -> DocumentFilter:
    """The filters; all that are given must hold."""
    return DocumentFilter(
        kind=kind,
        state=state,
        shop=shop,
        order_id=None if order_id is None else OrderId(order_id),
        order_name=order_name,
        shopify_order_id=None if shopify_order_id is None else ShopifyId(shopify_order_id),
        customer_no=customer_no,
        number=number,
        external_document_no=external_document_no,
        released_before=released_before,
        updated_from=updated_from,
    )


@router.get("/sales-documents", response_model=SalesDocumentList, summary="List sales documents")
async def list_sales_documents(
    access: DocumentsRead,
    documents: Reading,
    page: PagingEitherWay,
    wanted: Annotated[DocumentFilter, Depends(document_filter)],
    include: Annotated[
        Literal["lines"] | None, Query(description="`lines` brings all lines of every document.")
    ] = None,
) -> Response:
    """Documents by their last change, oldest first unless `newest_first`.

    The shortest useful poller reads `?state=released&include=lines` to the last page, books each document, and
    acknowledges it with the version it read: what is acknowledged leaves this list. A document appears again while it
    is not acknowledged; book by its `id`. A page may hold fewer rows than `limit` although more follow: go by
    `next_cursor`.
    """
    return encoded_page(await documents.page(access, wanted, page.request, with_lines=include is not None), page)


@router.post(
    "/sales-documents/acknowledge/batch",
    status_code=207,
    response_model=AcknowledgementResults,
    summary="Acknowledge many sales documents",
)
async def acknowledge_sales_documents(
    request: Request, access: DocumentsWrite, actions: Actions, repeat: Repeat, body: AcknowledgementBatch
) -> Response:
    """Up to 250 acknowledgements, each in a transaction of its own: look at the `status` of every result."""
    return await repeat.around(
        lambda: _acknowledge_each(request, body.items, access, actions), lambda results: answer(results, status=207)
    )


@router.get("/sales-documents/{document_id}", response_model=SalesDocument, summary="Read a sales document")
async def get_sales_document(access: DocumentsRead, documents: Reading, document_id: TheDocument) -> Response:
    """A document with all its lines. Its `ETag` changes with every change, its `version` with its content only."""
    return _shown(await documents.one(access, document_id))


@router.get(
    "/sales-documents/{document_id}/lines", response_model=DocumentLineList, summary="List the lines of a document"
)
async def list_sales_document_lines(
    access: DocumentsRead, documents: Reading, page: PagingOf, document_id: TheDocument
) -> Response:
    """The lines of a document, a page at a time: for those who would rather not read ten thousand at once."""
    return encoded_page(await documents.lines(access, document_id, page.request), page)


@router.get(
    "/sales-documents/{document_id}/versions",
    response_model=DocumentVersionList,
    summary="List the versions of a document",
)
async def list_sales_document_versions(
    access: DocumentsRead, documents: Reading, page: PagingOf, document_id: TheDocument
) -> Response:
    """Every version of a document's content, oldest first; the last one is the current."""
    return encoded_page(await documents.versions(access, document_id, page.request), page)


@router.post(
    "/sales-documents/{document_id}/acknowledge", response_model=SalesDocument, summary="Acknowledge a sales document"
)
async def acknowledge_sales_document(
    access: DocumentsWrite,
    actions: Actions,
    repeat: Repeat,
    expected: ExpectedVersion,
    document_id: TheDocument,
    body: Acknowledgement,
) -> Response:
    """The ERP has the document, under its own number.

    The same number again answers the same (200). 409 `not_released`: it is still open. 409 `version_superseded`: the
    content changed since it was read; `current_version` names the version to read. 409 `invalid_state`: it is
    acknowledged under another number, or cancelled.
    """
    return await repeat.answer(
        lambda once: actions.acknowledge(
            access,
            document_id,
            erp_document_no=body.erp_document_no,
            version=body.version,
            expected=expected,
            once=once,
        ),
        _shown,
    )


@router.post("/sales-documents/{document_id}/release", response_model=SalesDocument, summary="Release a sales document")
async def release_sales_document(
    access: DocumentsWrite, actions: Actions, repeat: Repeat, expected: ExpectedVersion, document_id: TheDocument
) -> Response:
    """Hand an open document to the ERP. 409 `invalid_state` when it is not open."""
    return await repeat.answer(lambda once: actions.release(access, document_id, expected=expected, once=once), _shown)


@router.post("/sales-documents/{document_id}/post", response_model=SalesDocument, summary="Tell of the posting")
async def post_sales_document(
    access: DocumentsWrite,
    actions: Actions,
    repeat: Repeat,
    expected: ExpectedVersion,
    document_id: TheDocument,
    body: Posting,
) -> Response:
    """The ERP posted its document. The same number again answers the same; 409 `invalid_state` otherwise."""
    return await repeat.answer(
        lambda once: actions.post(
            access,
            document_id,
            posted_document_no=body.posted_document_no,
            posting_date=body.posting_date,
            expected=expected,
            once=once,
        ),
        _shown,
    )


@router.post("/sales-documents/{document_id}/cancel", response_model=SalesDocument, summary="Cancel a sales document")
async def cancel_sales_document(
    access: DocumentsWrite,
    actions: Actions,
    repeat: Repeat,
    expected: ExpectedVersion,
    document_id: TheDocument,
    body: Cancellation,
) -> Response:
    """Take a document back. Once it is acknowledged only with `erp_deleted: true`.

    Its order becomes `unprocessed` with the problem `document_rejected`; the next document is made on request only
    (`POST /v1/orders/{id}/create-document`). 409 `invalid_state` when it is posted or cancelled.
    """
    return await repeat.answer(
        lambda once: actions.cancel(
            access, document_id, reason=body.reason, erp_deleted=body.erp_deleted, expected=expected, once=once
        ),
        _shown,
    )


@router.post("/sales-documents/{document_id}/reject", response_model=SalesDocument, summary="Reject a sales document")
async def reject_sales_document(
    access: DocumentsWrite,
    actions: Actions,
    repeat: Repeat,
    expected: ExpectedVersion,
    document_id: TheDocument,
    body: Rejection,
) -> Response:
    """The ERP will not take a document that it has not acknowledged; say why.

    It becomes `cancelled` and its order `unprocessed` with the problem `document_rejected`, which people see. The next
    document is made on request only (`POST /v1/orders/{id}/create-document`).
    """
    return await repeat.answer(
        lambda once: actions.reject(access, document_id, reason=body.reason, expected=expected, once=once), _shown
    )


def _shown(document: DocumentJson) -> Response:
    return encoded(document.json, version=document.revision)


async def _acknowledge_each(
    request: Request, items: list[Any], access: Access, actions: DocumentActions
) -> AcknowledgementResults:
    async def acknowledge(item: AcknowledgementItem) -> tuple[int, str]:
        document_id = DocumentId(item.id)
        await actions.acknowledge(access, document_id, erp_document_no=item.erp_document_no, version=item.version)
        return 200, document_id

    done = await results_of(request, items, AcknowledgementItem, acknowledge, named="id")
    return AcknowledgementResults.model_construct(
        results=[
            AcknowledgementResult.model_construct(status=each.status, id=each.name, problem=each.problem)
            for each in done
        ]
    )
