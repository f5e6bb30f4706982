"""Access tokens: the one in use, its renewal, and what a refusal of it means.

The vault shares them between processes; here is when one is asked for. A token is kept before it is used, so that a
crash loses none.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
from structlog.typing import FilteringBoundLogger

from app.adapters.shopify.endpoints import Endpoints
from app.adapters.shopify.token_grants import GrantRefused, TokenGrants, installation, renewal
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, StoreUnavailable
from app.ports.store_access import AccessToken, CredentialsKind, StoreCredentials, TokenVault
from app.ports.store_gateway import StoreRef

RENEWED_BEFORE: Final = timedelta(minutes=5)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Nobody told when a token was obtained that a person entered."""
_WHY_REFUSED: Final[Mapping[CredentialsKind, str]] = {
    CredentialsKind.CLIENT_CREDENTIALS: "Shopify refuses the app's client id or secret ({}). Correct the credentials.",
    CredentialsKind.OAUTH: "Shopify renews the store's access no more ({}). Install the app again.",
}


class Tokens:
    def __init__(
        self, vault: TokenVault, http: httpx.AsyncClient, endpoints: Endpoints, clock: Clock, log: FilteringBoundLogger
    ) -> None:
        self._vault = vault
        self._grants = TokenGrants(http, endpoints, clock)
        self._clock = clock
        self._log = log

    async def current(self, store: StoreRef) -> AccessToken:
        """The token to use now, renewed when it is about to end. Raises AccessRevoked, StoreUnavailable."""
        token = await self._vault.current(store.id)
        if token is not None and not self._ends_soon(token):
            return token
        credentials = await self._vault.credentials(store.id)
        if renewal(credentials, token) is None:
            return await self._standing(store, credentials, token)
        async with self._vault.refreshing(store.id) as standing:
            if standing is not None and not self._ends_soon(standing):
                return standing
            given = _given(credentials) if standing is None else None
            if given is not None and not self._ends_soon(given) and given.refresh_token:
                # Tokens of an installation that moved here.
                await self._vault.keep(store.id, given)
                return given
            try:
                return await self._renewed(store, credentials, standing)
            except StoreUnavailable:
                usable = standing or given
                if usable is None or self._ended(usable):
                    raise
                self._log.warning("shopify_token_not_renewed", store_id=store.id)
                return usable

    async def after_refusal(self, store: StoreRef, refused: AccessToken) -> AccessToken:
        """Another token after a 401: one that somebody else fetched meanwhile, or one forced renewal a minute (AU-02).

        Raises AccessRevoked when there is none to be had.
        """
        credentials = await self._vault.credentials(store.id)
        async with self._vault.refreshing(store.id) as standing:
            if standing is not None and standing.value != refused.value:
                return standing
            if renewal(credentials, standing) is not None and await self._vault.may_force_refresh(store.id):
                return await self._renewed(store, credentials, standing)
        raise await self.revoked(
            store, "Shopify refuses the access token (401). Enter the store's credentials anew.", cause="token_refused"
        )

    async def renewed(self, store: StoreRef) -> None:
        """Fetch another token where that is ours to do, once a minute: one may know less than was granted since."""
        credentials = await self._vault.credentials(store.id)
        if credentials.kind is CredentialsKind.ACCESS_TOKEN or not await self._vault.may_force_refresh(store.id):
            return
        async with self._vault.refreshing(store.id) as standing:
            if renewal(credentials, standing) is not None:
                await self._renewed(store, credentials, standing)

    async def installed(self, store: StoreRef, code: str) -> AccessToken:
        """The first token of an installation, by the code that Shopify gave the browser. Raises AccessRevoked, without
        noting it, when the code is good for nothing; StoreUnavailable.
        """
        credentials = await self._vault.credentials(store.id)
        async with self._vault.refreshing(store.id):
            try:
                token = await self._grants.ask(store, credentials, installation(code))
            except GrantRefused as refusal:
                detail = f"Shopify does not take the installation's code ({refusal.status}). Begin it again."
                raise AccessRevoked(detail, facts={"cause": "code_refused"}) from refusal
            await self._vault.keep(store.id, token)
        return token

    async def revoked(self, store: StoreRef, reason: str, *, cause: str) -> AccessRevoked:
        """Note that the store's work must stop until a person acts, and give the error to raise.

        Its code is the cue's, whatever the cause: who asks again, when it is known already, is told the same.
        """
        await self._vault.access_revoked(store.id, reason)
        return AccessRevoked(reason, facts={"cause": cause})

    async def _standing(self, store: StoreRef, credentials: StoreCredentials, kept: AccessToken | None) -> AccessToken:
        """The token of a store whose tokens are not ours to fetch."""
        token = kept or _given(credentials)
        if token is None:
            reason = (
                "The app is not installed in the store yet. Open /oauth/shopify/install?shop=… in a browser."
                if credentials.kind is CredentialsKind.OAUTH
                else "The store has no access token. Enter its credentials."
            )
            raise await self.revoked(store, reason, cause="no_token")
        if self._ended(token):
            reason = "The store's access token has ended. Connect the store again."
            raise await self.revoked(store, reason, cause="token_ended")
        return token

    async def _renewed(
        self, store: StoreRef, credentials: StoreCredentials, standing: AccessToken | None
    ) -> AccessToken:
        """A new token, kept before it is used; to be called under the store's lock."""
        given = renewal(credentials, standing)
        assert given is not None
        try:
            token = await self._grants.ask(store, credentials, given)
        except GrantRefused as refusal:
            permanent = _given(credentials) if standing is None else None
            if permanent is not None and permanent.refresh_token is None:
                # An app that is not asked to change its permanent token goes on with it.
                await self._vault.keep(store.id, permanent)
                return permanent
            reason = _WHY_REFUSED[credentials.kind].format(refusal.status)
            raise await self.revoked(store, reason, cause="credentials_refused") from refusal
        await self._vault.keep(store.id, token)
        self._log.info("shopify_token_renewed", store_id=store.id, scopes=len(token.scopes))
        return token

    def _ends_soon(self, token: AccessToken) -> bool:
        return token.expires_at is not None and token.expires_at - self._clock.now() <= RENEWED_BEFORE

    def _ended(self, token: AccessToken) -> bool:
        return token.expires_at is not None and token.expires_at <= self._clock.now()


def _given(credentials: StoreCredentials) -> AccessToken | None:
    """The token that stands in the credentials themselves."""
    if not credentials.access_token:
        return None
    return AccessToken(
        value=credentials.access_token,
        obtained_at=_LONG_AGO,
        expires_at=credentials.access_token_expires_at,
        refresh_token=credentials.refresh_token,
        refresh_expires_at=credentials.refresh_token_expires_at,
    )
