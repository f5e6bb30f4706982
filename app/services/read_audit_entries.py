"""The audit for whoever may see the shops it is about (P81, S27)."""

from dataclasses import replace

from app.domain.access import Access
from app.ports.paging import Page, PageRequest
from app.ports.repositories.audit_entries import AuditEntry, AuditFilter
from app.ports.unit_of_work import UnitOfWorkFactory


class ReadAuditEntries:
    """What the caller may not see does not exist; of what belongs to no shop, callers limited to shops see nothing."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def __call__(self, access: Access, wanted: AuditFilter, request: PageRequest) -> Page[AuditEntry]:
        async with self._uow() as uow:
            return await uow.audit_entries.page(replace(wanted, shop_ids=access.shops), request)
