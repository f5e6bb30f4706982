"""``GET /v1/me``: the first call of every integrator."""

from fastapi import Request
from starlette.responses import Response

from app import __version__
from app.api.answers import answer
from app.api.auth import AnyCaller, container_of
from app.api.routing import resource_router
from app.api.schemas.api_keys import Me

router = resource_router("me")


@router.get("/me", response_model=Me, summary="Who am I?")
async def get_me(request: Request, access: AnyCaller) -> Response:
    """What the presented key is, may do and sees, and which release answers."""
    shops = None
    if access.shops is not None:
        async with container_of(request).unit_of_work() as uow:
            shops = list(await uow.api_keys.shop_codes(sorted(access.shops)))
    key = request.state.api_key
    return answer(
        Me(
            key_id=access.key_id,
            name=access.name,
            scopes=sorted(access.scopes),
            shops=shops,
            expires_at=key.expires_at,
            version=__version__,
        ),
        tagged=True,
    )
