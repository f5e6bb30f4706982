"""``/v1/api-keys``: keys for the programs that call us."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from app.api.answers import answer, no_content
from app.api.auth import KeysRead, KeysWrite
from app.api.dependencies import service
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.api_keys import ApiKeyAnswer, ApiKeyList, NewApiKey, NewApiKeyAnswer, Rotation
from app.services.api_keys import ApiKeys, ShownKey

router = resource_router("api-keys")

TheKey = Annotated[
    str, Path(max_length=100, description="The public part of the key: `id`, not the key.", examples=["k3jd92mx"])
]
Keys = Annotated[ApiKeys, Depends(service(ApiKeys))]


def _fields(shown: ShownKey) -> dict[str, object]:
    key = shown.key
    return {
        "id": key.id,
        "name": key.name,
        "scopes": [scope.value for scope in key.scopes],
        "shops": None if shown.shops is None else list(shown.shops),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }


def _shown(shown: ShownKey) -> ApiKeyAnswer:
    return ApiKeyAnswer.model_validate(_fields(shown))


def _made(shown: ShownKey) -> Response:
    made = NewApiKeyAnswer.model_validate({**_fields(shown), "key": shown.secret})
    return answer(made, status=201, location=f"/v1/api-keys/{shown.key.id}", tagged=True)


@router.get("/api-keys", response_model=ApiKeyList, summary="List API keys")
async def list_api_keys(access: KeysRead, paging: PagingOf, keys: Keys) -> Response:
    """All keys, ended ones too; a key that is limited to shops sees those within its own limits."""
    return paging.answer(ApiKeyList, await keys.page(paging.request, access=access), _shown)


@router.post("/api-keys", response_model=NewApiKeyAnswer, status_code=201, summary="Make an API key")
async def create_api_key(body: NewApiKey, access: KeysWrite, repeat: Repeat, keys: Keys) -> Response:
    """The answer shows the key once. No key gives rights that it does not have itself."""
    return await repeat.answer(
        lambda once: keys.create(
            name=body.name,
            scopes=body.scopes,
            shops=body.shops,
            expires_at=body.expires_at,
            access=access,
            once=once,
        ),
        _made,
    )


@router.get("/api-keys/{key_id}", response_model=ApiKeyAnswer, summary="Read an API key")
async def get_api_key(key_id: TheKey, access: KeysRead, keys: Keys) -> Response:
    """The key without its secret."""
    return answer(_shown(await keys.get(key_id, access=access)), tagged=True)


@router.post("/api-keys/{key_id}/rotate", response_model=NewApiKeyAnswer, status_code=201, summary="Replace an API key")
async def rotate_api_key(
    key_id: TheKey, access: KeysWrite, repeat: Repeat, keys: Keys, body: Rotation | None = None
) -> Response:
    """A new key with the same rights; the old one goes on working for `old_key_hours`."""
    hours = (body or Rotation()).old_key_hours
    return await repeat.answer(
        lambda once: keys.rotate(key_id, old_key_for=timedelta(hours=hours), access=access, once=once), _made
    )


@router.delete("/api-keys/{key_id}", status_code=204, summary="Revoke an API key")
async def revoke_api_key(key_id: TheKey, access: KeysWrite, keys: Keys) -> Response:
    """The key stops working with the next request."""
    await keys.revoke(key_id, access=access)
    return no_content()
