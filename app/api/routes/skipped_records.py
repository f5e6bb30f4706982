"""``/v1/skipped-records``: what was deliberately not done, and why."""

from typing import Annotated

import msgspec
from fastapi import Depends, Query
from starlette.responses import Response

from app.api.auth import RunsRead
from app.api.dependencies import service
from app.api.encoded_lists import encoded_page
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.skipped_records import SkippedRecordList
from app.ports.paging import Page
from app.ports.repositories.skipped_records import SkippedRecordFilter
from app.services.read_skipped_records import ReadSkippedRecords

router = resource_router("activities")


@router.get("/skipped-records", response_model=SkippedRecordList, summary="List skipped records")
async def list_skipped_records(
    access: RunsRead,
    records: Annotated[ReadSkippedRecords, Depends(service(ReadSkippedRecords))],
    page: PagingOf,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    resource_type: Annotated[
        str | None, Query(max_length=100, description="Only of this kind: `order`, `shipment`, `completeness_day`.")
    ] = None,
    reason: Annotated[str | None, Query(max_length=100, description="Only for this reason.")] = None,
    open_: Annotated[
        bool | None, Query(alias="open", description="Only those that are so today, or only mended ones.")
    ] = None,
) -> Response:
    """One row for each record, by the time at which the record came. `POST /v1/orders/{id}/sync` tries again to write
    an order's number that waits for a person.
    """
    wanted = SkippedRecordFilter(shop=shop, resource_type=resource_type, reason=reason, open=open_)
    found = await records(access, wanted, page.request)
    return encoded_page(Page(rows=[msgspec.json.encode(row) for row in found.rows], next_after=found.next_after), page)
