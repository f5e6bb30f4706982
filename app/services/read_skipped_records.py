"""Skipped records for whoever may see their shops (P81)."""

from dataclasses import replace

from app.domain.access import Access
from app.ports.paging import Page, PageRequest
from app.ports.repositories.skipped_records import SkippedRecord, SkippedRecordFilter
from app.ports.unit_of_work import UnitOfWorkFactory


class ReadSkippedRecords:
    """What the caller may not see does not exist."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def __call__(self, access: Access, wanted: SkippedRecordFilter, request: PageRequest) -> Page[SkippedRecord]:
        async with self._uow() as uow:
            return await uow.skipped_records.page(replace(wanted, shop_ids=access.shops), request)
