"""``/v1/customers``: the ERP's customers, by number."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from app.api.answers import CREATED, answer, no_content, put_answer
from app.api.auth import MasterDataRead, MasterDataWrite
from app.api.batch import BatchAnswer, batch_body, each_item, items_of
from app.api.dependencies import service
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.master_data import (
    CustomerGiven,
    CustomerInBatch,
    CustomerList,
    CustomerShown,
    customer_of,
    customer_shown,
)
from app.api.schemas.types import InstantQuery, JsonBody, SearchQuery
from app.services.master_data import CustomerData

router = resource_router("customers")

Data = Annotated[CustomerData, Depends(service(CustomerData))]
CustomerNo = Annotated[
    str, Path(min_length=1, max_length=100, description="The ERP's number, percent-encoded.", examples=["C100"])
]
Unlink = Annotated[bool, Query(description="Delete the links that lead to it, too.")]


@router.get("/customers", response_model=CustomerList, summary="List customers")
async def list_customers(
    _: MasterDataRead, paging: PagingOf, data: Data, updated_from: InstantQuery = None, search: SearchQuery = None
) -> Response:
    """By number; with `updated_from` those changed since, in the order of their change."""
    return paging.answer(
        CustomerList, await data.page(paging.request, updated_from=updated_from, search=search), customer_shown
    )


@router.post(
    "/customers/batch",
    response_model=BatchAnswer,
    status_code=207,
    summary="Put many customers",
    openapi_extra=batch_body(CustomerInBatch),
)
async def put_customers(body: JsonBody, request: Request, _: MasterDataWrite, repeat: Repeat, data: Data) -> Response:
    """Up to 250, each its own transaction with its own result: `status` is 201, 200 or that of its `problem`."""
    items = items_of(body)

    async def put(given: CustomerInBatch) -> tuple[int, str]:
        done = await data.put(customer_of(given.no, given))
        return 201 if done.created else 200, given.no

    return await repeat.around(
        lambda: each_item(request, items, CustomerInBatch, put), lambda results: answer(results, status=207)
    )


@router.get("/customers/{no:path}", response_model=CustomerShown, summary="Read a customer")
async def get_customer(no: CustomerNo, _: MasterDataRead, data: Data) -> Response:
    """404 when there is none."""
    kept = await data.get(no)
    return answer(customer_shown(kept), version=kept.version)


@router.put("/customers/{no:path}", response_model=CustomerShown, responses=CREATED, summary="Put a customer")
async def put_customer(
    body: CustomerGiven, no: CustomerNo, _: MasterDataWrite, expected: ExpectedVersion, data: Data
) -> Response:
    """Makes or replaces it. Orders that waited for it are tried again."""
    done = await data.put(customer_of(no, body), expected=expected)
    return put_answer(customer_shown(done.kept), done, location=f"/v1/customers/{quote(no, safe='')}")


@router.delete("/customers/{no:path}", status_code=204, summary="Delete a customer")
async def delete_customer(
    no: CustomerNo, _: MasterDataWrite, expected: ExpectedVersion, data: Data, *, unlink: Unlink = False
) -> Response:
    """409 `customer_linked` while links lead to it, unless `unlink=true`; 409 `customer_has_documents` always."""
    await data.delete(no, unlink=unlink, expected=expected)
    return no_content()
