"""Installing the app in a store by OAuth: a browser is sent to Shopify and comes back with a code (P02, S23).

The store must be known and its credentials be of kind ``oauth``: they hold the app's id and secret, which prove what
Shopify sends. The tokens go to the vault, never through here.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.oauth_callback import STORE_DOMAIN, Callback
from app.ports.clock import Clock
from app.ports.errors import Conflict, Forbidden, NotFound
from app.ports.keyring import Keyring
from app.ports.repositories.stores import Store
from app.ports.store_access import AppInstaller, CredentialsKind, StoreCredentials
from app.ports.store_credentials import open_credentials
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.waking import check_subscriptions, write_held

MAY_TAKE = timedelta(minutes=10)
CALLBACK = "/oauth/shopify/callback"
NOT_GENUINE = "This does not come from an installation that was begun here, just now, in this browser. Begin it again."


class NotGenuine(Forbidden):
    """The browser came back with something that Shopify did not sign, or not for this installation."""

    code = "not_genuine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where to send the browser, and what it must bring back with it."""

    url: str
    state: str = field(repr=False)


class InstallApp:
    def __init__(
        self,
        *,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        keyring: Keyring,
        installer: AppInstaller,
        public_url: str | None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._keyring = keyring
        self._installer = installer
        self._public_url = public_url

    @property
    def callback(self) -> str | None:
        """Where Shopify sends the browser back to; the app's configuration must allow it. None without an address."""
        return None if self._public_url is None else f"{self._public_url}{CALLBACK}"

    async def begin(self, query: Sequence[tuple[str, str]]) -> Begun:
        """Raises NotFound, Conflict without a public address, NotGenuine for a signature that is wrong."""
        asked = Callback.of(query)
        callback = self.callback
        if callback is None:
            detail = (
                "Shopify could not send the browser back: ORDERBRIDGE_PUBLIC_URL is not set. Set it and start anew."
            )
            raise Conflict(detail, code="public_url_missing")
        state, now = secrets.token_hex(32), self._clock.now()
        async with self._unit_of_work() as uow:
            store, credentials = await self._of(uow, asked.store_domain)
            signed = "hmac" in asked.values
            if signed and not asked.signed_by(credentials.client_secret or ""):
                raise NotGenuine(NOT_GENUINE)
            await uow.stores.begin_installation(store.id, _hash(state), now=now)
            await uow.commit()
        url = self._installer.authorization_url(
            store.store_domain,
            client_id=credentials.client_id or "",
            redirect_uri=callback,
            state=state,
        )
        return Begun(url=url, state=state)

    async def finish(self, query: Sequence[tuple[str, str]], *, state: str) -> str:
        """The domain of the store that is connected now; ``state`` is what the browser kept. The code is used once.

        Raises NotFound, NotGenuine, AccessRevoked when Shopify does not take the code, StoreUnavailable.
        """
        back = Callback.of(query)
        now = self._clock.now()
        async with self._unit_of_work() as uow:
            store, credentials = await self._of(uow, back.store_domain)
            if not await self._genuine(uow, back, store, credentials, state=state, now=now):
                raise NotGenuine(NOT_GENUINE)
            await uow.commit()
        await self._installer.installed(StoreRef(id=store.id, domain=store.store_domain), back.values["code"])
        async with self._unit_of_work() as uow:
            await uow.stores.connected(store.id, now=self._clock.now())
            await check_subscriptions(uow, store.id)
            for shop in await uow.shops.of_store(store.id):
                await write_held(uow, shop.id, now=self._clock.now())
            await uow.commit()
        return store.store_domain

    async def _genuine(
        self,
        uow: UnitOfWork,
        back: Callback,
        store: Store,
        credentials: StoreCredentials,
        *,
        state: str,
        now: datetime,
    ) -> bool:
        """Signed by the app's secret, fresh, for what this browser began here for this store, for the first time."""
        told = back.values.get("state", "")
        if not back.signed_by(credentials.client_secret or "") or not back.is_fresh(now) or "code" not in back.values:
            return False
        if not state or not hmac.compare_digest(told.encode("utf-8", "replace"), state.encode("utf-8", "replace")):
            return False
        return await uow.stores.end_installation(_hash(state), since=now - MAY_TAKE) == store.id

    async def _of(self, uow: UnitOfWork, domain: str) -> tuple[Store, StoreCredentials]:
        store = await uow.stores.by_domain(domain) if STORE_DOMAIN.fullmatch(domain) else None
        if store is not None and store.credentials is not None:
            credentials = open_credentials(self._keyring, store.id, store.credentials)
            if credentials.kind is CredentialsKind.OAUTH:
                return store, credentials
        raise NotFound(
            "No shop here waits for an installation in this store. Make one with credentials of kind oauth: the app's"
            " client_id and client_secret."
        )


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode("utf-8", "replace")).digest()
