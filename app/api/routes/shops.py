"""``/v1/shops``: shops, their settings, and the credentials of their store."""

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from app.api.answers import answer, no_content
from app.api.auth import ShopsRead, ShopsWrite
from app.api.dependencies import VisibleShop, service
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.merge_patch import Patch, merged
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.settings import settings_of
from app.api.schemas.shops import (
    CredentialsGiven,
    ShopChanged,
    ShopGiven,
    ShopList,
    ShopShown,
    credentials_of,
    new_shop,
    shop_shown,
)
from app.api.validation import validated
from app.domain.settings_values import settings_to_json
from app.ports.repositories.shops import Shop
from app.services.shops import ShopAdministration, ShopChange, ShownShop

router = resource_router("shops")

Administration = Annotated[ShopAdministration, Depends(service(ShopAdministration))]


def _single(shown: ShownShop, *, status: int = 200) -> Response:
    location = f"/v1/shops/{shown.shop.code}" if status == 201 else None
    return answer(shop_shown(shown), status=status, version=shown.shop.version, location=location)


@router.get("/shops", response_model=ShopList, summary="List shops")
async def list_shops(access: ShopsRead, paging: PagingOf, shops: Administration) -> Response:
    """The shops that the key sees, by code."""
    return paging.answer(ShopList, await shops.page(paging.request, access=access), shop_shown)


@router.post("/shops", response_model=ShopShown, status_code=201, summary="Make a shop")
async def create_shop(body: ShopGiven, access: ShopsWrite, repeat: Repeat, shops: Administration) -> Response:
    """Makes the shop, and its store with the first one. Shopify is not called."""
    return await repeat.answer(
        lambda once: shops.create(new_shop(body), access=access, once=once), lambda shown: _single(shown, status=201)
    )


@router.get("/shops/{shop}", response_model=ShopShown, summary="Read a shop")
async def get_shop(_: ShopsRead, shop: VisibleShop, shops: Administration) -> Response:
    """The shop with all its settings."""
    return _single(await shops.get(shop.id))


@router.patch("/shops/{shop}", response_model=ShopShown, summary="Change a shop")
async def update_shop(
    patch: Patch, _: ShopsWrite, shop: VisibleShop, expected: ExpectedVersion, shops: Administration
) -> Response:
    """JSON merge patch of `name` and `settings`: null puts a setting back to its default. The result is validated."""

    def decide(present: Shop) -> ShopChange:
        target = {"name": present.name, "settings": settings_to_json(present.settings)}
        wanted = validated(ShopChanged, merged(target, patch))
        return ShopChange(name=wanted.name, settings=settings_of(wanted.settings))

    return _single(await shops.change(shop.id, decide, expected=expected))


@router.delete("/shops/{shop}", status_code=204, summary="Delete a shop")
async def delete_shop(_: ShopsWrite, shop: VisibleShop, expected: ExpectedVersion, shops: Administration) -> Response:
    """Refused while orders belong to it (409 `shop_has_orders`). The last shop ends its store's work."""
    await shops.delete(shop.id, expected=expected)
    return no_content()


@router.put("/shops/{shop}/credentials", status_code=204, summary="Set the store's credentials")
async def put_credentials(
    body: CredentialsGiven, access: ShopsWrite, shop: VisibleShop, shops: Administration
) -> Response:
    """Write-only. The secret before goes on verifying webhooks for 24 hours."""
    await shops.put_credentials(shop.id, credentials_of(body), access=access)
    return no_content()
