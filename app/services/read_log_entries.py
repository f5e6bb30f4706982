"""The log for whoever may see its shops (P81)."""

from dataclasses import replace

from app.domain.access import Access
from app.ports.paging import Page, PageRequest
from app.ports.repositories.log_entries import LogEntry, LogFilter
from app.ports.unit_of_work import UnitOfWorkFactory


class ReadLogEntries:
    """What the caller may not see does not exist."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def __call__(self, access: Access, wanted: LogFilter, request: PageRequest) -> Page[LogEntry]:
        async with self._uow() as uow:
            return await uow.log_entries.page(replace(wanted, shop_ids=access.shops), request)
