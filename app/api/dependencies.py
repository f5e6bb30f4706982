"""What routes ask for in their signatures: the shop of the address, and services."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Path, Request

from app.api.auth import authenticate, container_of
from app.api.problems import ApiProblem
from app.domain.access import Access
from app.ports.repositories.shops import ShopRef

Service = TypeVar("Service")


def service(kind: type[Service]) -> Callable[[Request], Awaitable[Service]]:
    """A dependency on the service of this class: ``Annotated[Shops, Depends(service(Shops))]``."""

    async def from_container(request: Request) -> Service:
        return container_of(request).service(kind)

    return from_container


async def shop_by_code(request: Request, access: Access, code: str) -> ShopRef:
    """The shop of this code, if there is one and the caller may see it; else 404, the same for both."""
    async with container_of(request).unit_of_work() as uow:
        shop = await uow.shops.by_code(code)
    if shop is None or not access.sees(shop.id):
        raise ApiProblem(404, "not_found", "There is no such shop, or none that this key may see.")
    return shop


async def visible_shop(
    request: Request, shop: Annotated[str, Path(description="The shop's code.", max_length=100, examples=["web"])]
) -> ShopRef:
    """The shop named in the address."""
    return await shop_by_code(request, await authenticate(request), shop)


VisibleShop = Annotated[ShopRef, Depends(visible_shop)]
