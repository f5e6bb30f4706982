"""Access tokens: the one in use, its renewal, and what a refusal of it means.

The vault shares them between processes; here is when one is asked for. A token is kept before it is used, so
that a crash
loses none.
"""

from datetime import timedelta
from typing import Final

import httpx
import msgspec
from structlog.typing import FilteringBoundLogger

from app.adapters.shopify.endpoints import Endpoints
from app.adapters.shopify.wire import AnswerTooLarge, WireFailure, post_json
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, StoreUnavailable
from app.ports.store_access import AccessToken, CredentialsKind, StoreCredentials, TokenVault
from app.ports.store_gateway import StoreRef

RENEWED_BEFORE: Final = timedelta(minutes=5)
_TOKEN_ANSWER_LIMIT: Final = 64 * 1024
_REFUSED: Final = frozenset({400, 401, 402, 403, 404, 422, 423})


class _Grant(msgspec.Struct):
    access_token: str
    scope: str = ""
    expires_in: int | None = None
    """None: Shopify did not say, which is not the same as expired."""


class Tokens:
    def __init__(
        self, vault: TokenVault, http: httpx.AsyncClient, endpoints: Endpoints, clock: Clock, log: FilteringBoundLogger
    ) -> None:
        self._vault = vault
        self._http = http
        self._endpoints = endpoints
        self._clock = clock
        self._log = log

    async def current(self, store: StoreRef) -> AccessToken:
        """The token to use now, renewed when it is about to end. Raises AccessRevoked, StoreUnavailable."""
        credentials = await self._vault.credentials(store.id)
        if credentials.kind is not CredentialsKind.CLIENT_CREDENTIALS:
            return await self._standing(store, credentials)
        token = await self._vault.current(store.id)
        if token is not None and not self._ends_soon(token):
            return token
        async with self._vault.refreshing(store.id) as standing:
            if standing is not None and not self._ends_soon(standing):
                return standing
            try:
                return await self._granted(store, credentials)
            except StoreUnavailable:
                if standing is None or self._ended(standing):
                    raise
                self._log.warning("shopify_token_not_renewed", store_id=store.id)
                return standing

    async def after_refusal(self, store: StoreRef, refused: AccessToken) -> AccessToken:
        """Another token after a 401: one that somebody else fetched meanwhile, or one forced renewal a minute (AU-02).

        Raises AccessRevoked when there is none to be had.
        """
        credentials = await self._vault.credentials(store.id)
        async with self._vault.refreshing(store.id) as standing:
            if standing is not None and standing.value != refused.value:
                return standing
            renewable = credentials.kind is CredentialsKind.CLIENT_CREDENTIALS
            if renewable and await self._vault.may_force_refresh(store.id):
                return await self._granted(store, credentials)
        raise await self.revoked(
            store, "Shopify refuses the access token (401). Enter the store's credentials anew.", cause="token_refused"
        )

    async def renewed(self, store: StoreRef) -> None:
        """Fetch another token where that is ours to do, once a minute: one may know less than was granted since."""
        credentials = await self._vault.credentials(store.id)
        renewable = credentials.kind is CredentialsKind.CLIENT_CREDENTIALS
        if renewable and await self._vault.may_force_refresh(store.id):
            async with self._vault.refreshing(store.id):
                await self._granted(store, credentials)

    async def revoked(self, store: StoreRef, reason: str, *, cause: str) -> AccessRevoked:
        """Note that the store's work must stop until a person acts, and give the error to raise.

        Its code is the cue's, whatever the cause: who asks again, when it is known already, is told the same.
        """
        await self._vault.access_revoked(store.id, reason)
        return AccessRevoked(reason, facts={"cause": cause})

    async def _standing(self, store: StoreRef, credentials: StoreCredentials) -> AccessToken:
        """The token of a store whose tokens are not ours to fetch."""
        token = await self._vault.current(store.id)
        if token is None and credentials.access_token:
            token = AccessToken(
                value=credentials.access_token,
                obtained_at=self._clock.now(),
                expires_at=credentials.access_token_expires_at,
            )
        if token is None:
            raise await self.revoked(store, "The store has no access token. Enter its credentials.", cause="no_token")
        if self._ended(token):
            reason = "The store's access token has ended. Connect the store again."
            raise await self.revoked(store, reason, cause="token_ended")
        return token

    async def _granted(self, store: StoreRef, credentials: StoreCredentials) -> AccessToken:
        """A new token by client credentials, kept before it is used."""
        body = msgspec.json.encode(
            {
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
                "grant_type": "client_credentials",
            }
        )
        asked_at = self._clock.now()
        url = self._endpoints.access_token(store.domain)
        try:
            answer = await post_json(self._http, url, body, headers={}, limit=_TOKEN_ANSWER_LIMIT)
            if answer.status in _REFUSED:
                reason = f"Shopify refuses the app's client id or secret ({answer.status}). Correct the credentials."
                raise await self.revoked(store, reason, cause="credentials_refused")
            if answer.status != httpx.codes.OK:
                raise StoreUnavailable(f"Shopify gave no access token (HTTP {answer.status}).")
            grant = msgspec.json.decode(answer.body, type=_Grant)
        except (WireFailure, AnswerTooLarge, msgspec.DecodeError) as exc:
            raise StoreUnavailable("Shopify gave no access token: no readable answer.") from exc
        ends = asked_at + timedelta(seconds=grant.expires_in) if grant.expires_in is not None else None
        scopes = tuple(scope for scope in grant.scope.replace(" ", ",").split(",") if scope)
        token = AccessToken(value=grant.access_token, obtained_at=asked_at, expires_at=ends, scopes=scopes)
        await self._vault.keep(store.id, token)
        self._log.info("shopify_token_renewed", store_id=store.id, scopes=len(scopes))
        return token

    def _ends_soon(self, token: AccessToken) -> bool:
        return token.expires_at is not None and token.expires_at - self._clock.now() <= RENEWED_BEFORE

    def _ended(self, token: AccessToken) -> bool:
        return token.expires_at is not None and token.expires_at <= self._clock.now()
