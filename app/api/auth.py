"""Who is calling: the Bearer key, its scopes and its shops. What a key may not see does not exist for it (404)."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from app.api.container import Container
from app.api.limits import TooOften
from app.api.middleware import TOLD
from app.api.problems import ApiProblem
from app.domain.access import Access, Scope
from app.ports.repositories.api_keys import ApiKey

KEY = re.compile(rb"ob_([A-Za-z0-9]{8})_([A-Za-z0-9_-]{43})")
BEARER = HTTPBearer(scheme_name="ApiKey", bearerFormat="ob_<id>_<secret>", description="An API key.", auto_error=False)
USE_NOTED_EVERY = timedelta(minutes=5)
NO_SECRET = bytes(32)


def container_of(request: Request) -> Container:
    """What the composition root gave this application."""
    container: Container = request.app.state.container
    return container


async def authenticate(request: Request) -> Access:
    """The caller; once a request. Every failure is the same 401: nothing tells an unknown key from a revoked one."""
    known: Access | None = getattr(request.state, "access", None)
    if known is not None:
        return known
    presented = request.headers.getlist("authorization")
    match = _key(presented[0]) if len(presented) == 1 else None
    if match is None:
        raise _stranger()
    key_id, digest = match[1].decode(), hashlib.sha256(match[2]).digest()
    try:
        key = await _proved(request, key_id, digest)
    except TooOften as error:
        headers = {"Retry-After": str(error.seconds), **error.told}
        raise ApiProblem(429, "rate_limited", error.detail, retryable=True, headers=headers) from error
    access = Access(
        key_id=key.id,
        name=key.name,
        scopes=frozenset(key.scopes),
        shops=None if key.shop_ids is None else frozenset(key.shop_ids),
    )
    request.scope.setdefault(TOLD, {}).update(container_of(request).limits.told(key.id))
    request.state.access = access
    request.state.api_key = key
    return access


async def _proved(request: Request, key_id: str, digest: bytes) -> ApiKey:
    """The living key of this id and secret. Raises TooOften before it looks for it."""
    container = container_of(request)
    now, limits = container.clock.now(), container.limits
    address = request.client.host if request.client else ""
    limits.before(key_id, digest, address=address)
    async with container.unit_of_work() as uow:
        key = await uow.api_keys.find(key_id)
        proved = hmac.compare_digest(digest, key.secret_hash if key else NO_SECRET)
        if key is None or not proved or not key.alive(now):
            limits.failed(key_id, digest, address=address)
            raise _stranger()
        limits.succeeded(key_id, digest)
        if _use_is_to_be_noted(key, now):
            await uow.api_keys.used(key.id, now)
            await uow.commit()
    return key


def _key(header: str) -> re.Match[bytes] | None:
    scheme, _, credentials = header.encode("latin-1").partition(b" ")
    return KEY.fullmatch(credentials.strip()) if scheme.lower() == b"bearer" else None


def _use_is_to_be_noted(key: ApiKey, now: datetime) -> bool:
    return key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY


def _stranger() -> ApiProblem:
    return ApiProblem(
        401,
        "unauthorized",
        "Send a valid API key: Authorization: Bearer ob_<id>_<secret>.",
        headers={"WWW-Authenticate": 'Bearer realm="orderbridge"'},
    )


async def authorised(request: Request, needed: SecurityScopes, _: Annotated[object, Depends(BEARER)]) -> Access:
    """The caller, if its key has the scopes that the operation needs."""
    access = await authenticate(request)
    missing = [scope for scope in needed.scopes if Scope(scope) not in access.scopes]
    if missing:
        raise ApiProblem(
            403,
            "scope_missing",
            f"This key lacks the scope {', '.join(missing)}.",
            facts={"missing_scopes": missing},
        )
    return access


AnyCaller = Annotated[Access, Security(authorised)]
ShopsRead = Annotated[Access, Security(authorised, scopes=[Scope.SHOPS_READ])]
ShopsWrite = Annotated[Access, Security(authorised, scopes=[Scope.SHOPS_WRITE])]
MappingsRead = Annotated[Access, Security(authorised, scopes=[Scope.MAPPINGS_READ])]
MappingsWrite = Annotated[Access, Security(authorised, scopes=[Scope.MAPPINGS_WRITE])]
MasterDataRead = Annotated[Access, Security(authorised, scopes=[Scope.MASTER_DATA_READ])]
MasterDataWrite = Annotated[Access, Security(authorised, scopes=[Scope.MASTER_DATA_WRITE])]
OrdersRead = Annotated[Access, Security(authorised, scopes=[Scope.ORDERS_READ])]
OrdersWrite = Annotated[Access, Security(authorised, scopes=[Scope.ORDERS_WRITE])]
DocumentsRead = Annotated[Access, Security(authorised, scopes=[Scope.DOCUMENTS_READ])]
DocumentsWrite = Annotated[Access, Security(authorised, scopes=[Scope.DOCUMENTS_WRITE])]
ShipmentsRead = Annotated[Access, Security(authorised, scopes=[Scope.SHIPMENTS_READ])]
ShipmentsWrite = Annotated[Access, Security(authorised, scopes=[Scope.SHIPMENTS_WRITE])]
RunsRead = Annotated[Access, Security(authorised, scopes=[Scope.RUNS_READ])]
RunsWrite = Annotated[Access, Security(authorised, scopes=[Scope.RUNS_WRITE])]
EventsRead = Annotated[Access, Security(authorised, scopes=[Scope.EVENTS_READ])]
LogsRead = Annotated[Access, Security(authorised, scopes=[Scope.LOGS_READ])]
PrivacyRead = Annotated[Access, Security(authorised, scopes=[Scope.PRIVACY_READ])]
PrivacyWrite = Annotated[Access, Security(authorised, scopes=[Scope.PRIVACY_WRITE])]
WebhooksRead = Annotated[Access, Security(authorised, scopes=[Scope.WEBHOOKS_READ])]
WebhooksWrite = Annotated[Access, Security(authorised, scopes=[Scope.WEBHOOKS_WRITE])]
KeysRead = Annotated[Access, Security(authorised, scopes=[Scope.KEYS_READ])]
KeysWrite = Annotated[Access, Security(authorised, scopes=[Scope.KEYS_WRITE])]
UsersRead = Annotated[Access, Security(authorised, scopes=[Scope.USERS_READ])]
UsersWrite = Annotated[Access, Security(authorised, scopes=[Scope.USERS_WRITE])]
