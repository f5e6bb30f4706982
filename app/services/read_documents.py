"""Sales documents for whoever may see them: the ERP's polling, and looking one up."""

from dataclasses import replace
from typing import TypeVar

from app.domain.access import Access
from app.domain.identifiers import DocumentId
from app.ports.errors import NotFound
from app.ports.paging import Page, PageRequest
from app.ports.repositories.documents_reading import DocumentFilter, DocumentJson
from app.ports.unit_of_work import UnitOfWorkFactory

Value = TypeVar("Value")


class ReadDocuments:
    """Bodies are ready JSON; a document of a shop that the caller may not see does not exist."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def page(
        self, access: Access, wanted: DocumentFilter, request: PageRequest, *, with_lines: bool
    ) -> Page[bytes]:
        """Documents by their last change, from the end that is asked for."""
        async with self._uow() as uow:
            return await uow.documents_reading.page(
                replace(wanted, shop_ids=access.shops), request, with_lines=with_lines
            )

    async def one(self, access: Access, document_id: DocumentId) -> DocumentJson:
        """A document with all its lines."""
        async with self._uow() as uow:
            return _found(await uow.documents_reading.one(document_id, shop_ids=access.shops))

    async def lines(self, access: Access, document_id: DocumentId, request: PageRequest) -> Page[bytes]:
        """The lines of a document, a page at a time."""
        async with self._uow() as uow:
            return _found(await uow.documents_reading.lines(document_id, request, shop_ids=access.shops))

    async def versions(self, access: Access, document_id: DocumentId, request: PageRequest) -> Page[bytes]:
        """The versions of a document's content, oldest first."""
        async with self._uow() as uow:
            return _found(await uow.documents_reading.versions(document_id, request, shop_ids=access.shops))


def _found(value: Value | None) -> Value:
    if value is None:
        raise NotFound("There is no such document, or none that this key may see.")
    return value
