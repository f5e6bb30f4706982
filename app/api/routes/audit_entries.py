"""``/v1/audit-entries``: who changed what, when, from what to what."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from app.api.auth import LogsRead
from app.api.dependencies import service
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.audit_entries import AuditEntryList, audit_entry_shown
from app.ports.repositories.audit_entries import AuditFilter
from app.services.read_audit_entries import ReadAuditEntries

router = resource_router("activities")


@router.get("/audit-entries", response_model=AuditEntryList, summary="List who changed what")
async def list_audit_entries(
    access: LogsRead,
    entries: Annotated[ReadAuditEntries, Depends(service(ReadAuditEntries))],
    page: PagingOf,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    resource: Annotated[
        str | None, Query(max_length=100, description="Only of this collection: `shops`, `api_keys`, `orders`.")
    ] = None,
    resource_id: Annotated[str | None, Query(max_length=300, description="Only about this one.")] = None,
    actor: Annotated[str | None, Query(max_length=100, description="Only by the key or user of this name.")] = None,
) -> Response:
    """The newest first, kept for a year and changed by nobody. Settings, mappings, links, credentials, keys, users,
    schedules and webhook endpoints are told from what to what; remedies and other requests as done. What an ERP sends
    all day (master data, acknowledgements, shipments, stock, prices) is not in here.
    """
    wanted = AuditFilter(shop=shop, resource=resource, resource_id=resource_id, actor=actor)
    found = await entries(access, wanted, page.request)
    return page.answer(AuditEntryList, found, audit_entry_shown)
