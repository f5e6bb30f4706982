"""``/v1/log-entries``: what happened to orders and in runs, and between Orderbridge and the stores."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from app.api.auth import LogsRead
from app.api.dependencies import service
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.log_entries import LogEntryList, log_entry_shown
from app.domain.log_words import LogLevel
from app.ports.repositories.log_entries import LogFilter
from app.services.read_log_entries import ReadLogEntries

router = resource_router("activities")


@router.get("/log-entries", response_model=LogEntryList, summary="List what happened")
async def list_log_entries(
    access: LogsRead,
    entries: Annotated[ReadLogEntries, Depends(service(ReadLogEntries))],
    page: PagingOf,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    kind: Annotated[str | None, Query(max_length=100, description="Only `event`, `run` or `store_call`.")] = None,
    level: Annotated[LogLevel | None, Query(description="Only of this weight.")] = None,
    resource_id: Annotated[
        str | None, Query(max_length=100, description="Only about this order, run and so on.")
    ] = None,
) -> Response:
    """The newest first. Events and runs are kept 90 days, calls 30; of a call only its name, status, cost and time."""
    wanted = LogFilter(shop=shop, kind=kind, level=level, resource_id=resource_id)
    return page.answer(LogEntryList, await entries(access, wanted, page.request), log_entry_shown)
