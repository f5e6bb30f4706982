"""Asking Shopify for access tokens: each way of being granted one, and what the answer tells.

Knows neither when a token is asked for nor where it is kept (``app.adapters.shopify.tokens``).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import httpx
import msgspec

from app.adapters.shopify.endpoints import Endpoints
from app.adapters.shopify.wire import AnswerTooLarge, WireFailure, post_json
from app.ports.clock import Clock
from app.ports.errors import StoreUnavailable
from app.ports.store_access import AccessToken, CredentialsKind, StoreCredentials
from app.ports.store_gateway import StoreRef

_TOKEN_ANSWER_LIMIT: Final = 64 * 1024
_REFUSED: Final = frozenset({400, 401, 402, 403, 404, 422, 423})
_EXPIRING: Final = "1"
_OFFLINE: Final = "urn:shopify:params:oauth:token-type:offline-access-token"
_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"


class GrantRefused(Exception):
    """Shopify grants no token for what was sent; asking again is of no use."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class _Grant(msgspec.Struct):
    access_token: str
    scope: str = ""
    expires_in: int | None = None
    """None: Shopify did not say, which is not the same as expired."""
    refresh_token: str | None = None
    refresh_token_expires_in: int | None = None


def renewal(credentials: StoreCredentials, standing: AccessToken | None) -> Mapping[str, str] | None:
    """What to send for the next token; None = it is not ours to fetch.

    A permanent token of an app that takes expiring ones is exchanged for one, once and for all (Shopify refuses
    permanent ones of public apps from 2027 on).
    """
    match credentials.kind:
        case CredentialsKind.ACCESS_TOKEN:
            return None
        case CredentialsKind.CLIENT_CREDENTIALS:
            return {"grant_type": "client_credentials"}
        case CredentialsKind.OAUTH:
            refresh = standing.refresh_token if standing else credentials.refresh_token
            if refresh:
                return {"grant_type": "refresh_token", "refresh_token": refresh}
            if standing is None and credentials.access_token and credentials.access_token_expires_at is None:
                return _exchange(credentials.access_token)
            return None


def installation(code: str) -> Mapping[str, str]:
    """What to send for the first token of an installation, with the code that the callback brought."""
    return {"code": code, "expiring": _EXPIRING}


def _exchange(permanent: str) -> Mapping[str, str]:
    return {
        "grant_type": _EXCHANGE,
        "subject_token": permanent,
        "subject_token_type": _OFFLINE,
        "requested_token_type": _OFFLINE,
        "expiring": _EXPIRING,
    }


class TokenGrants:
    def __init__(self, http: httpx.AsyncClient, endpoints: Endpoints, clock: Clock) -> None:
        self._http = http
        self._endpoints = endpoints
        self._clock = clock

    async def ask(self, store: StoreRef, credentials: StoreCredentials, given: Mapping[str, str]) -> AccessToken:
        """The token that is granted. Raises GrantRefused, StoreUnavailable."""
        app = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        asked_at = self._clock.now()
        url = self._endpoints.access_token(store.domain)
        try:
            body = msgspec.json.encode({**app, **given})
            answer = await post_json(self._http, url, body, headers={}, limit=_TOKEN_ANSWER_LIMIT)
            if answer.status in _REFUSED:
                raise GrantRefused(answer.status)
            if answer.status != httpx.codes.OK:
                raise StoreUnavailable(f"Shopify gave no access token (HTTP {answer.status}).")
            grant = msgspec.json.decode(answer.body, type=_Grant)
        except (WireFailure, AnswerTooLarge, msgspec.DecodeError) as exc:
            raise StoreUnavailable("Shopify gave no access token: no readable answer.") from exc
        ends, renewable_until = (
            asked_at + timedelta(seconds=seconds) if seconds is not None else None
            for seconds in (grant.expires_in, grant.refresh_token_expires_in)
        )
        return AccessToken(
            value=grant.access_token,
            obtained_at=asked_at,
            expires_at=ends,
            scopes=tuple(scope for scope in grant.scope.replace(" ", ",").split(",") if scope),
            refresh_token=grant.refresh_token,
            refresh_expires_at=renewable_until,
        )
