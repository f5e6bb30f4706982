"""Discovered items as the ERP reads them."""

from app.domain.access import Access
from app.ports.errors import NotFound
from app.ports.paging import Page, PageRequest
from app.ports.repositories.products import DiscoveredItem
from app.ports.unit_of_work import UnitOfWorkFactory


class ReadDiscoveredItems:
    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def one(self, access: Access, found: str) -> DiscoveredItem:
        async with self._uow() as uow:
            item = await uow.products.discovered(found, shop_ids=access.shops)
        if item is None:
            raise NotFound("There is no such discovered item, or none that this key may see.")
        return item

    async def page(
        self, access: Access, request: PageRequest, *, shop: str | None, known: bool | None
    ) -> Page[DiscoveredItem]:
        async with self._uow() as uow:
            return await uow.products.discovered_page(request, shop_ids=access.shops, shop=shop, known=known)
