"""Credentials and live tokens of stores, encrypted at rest, and the lock under which a token is renewed (P02)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import single_statements
from app.domain.identifiers import StoreId
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, StoreUnavailable
from app.ports.keyring import Keyring
from app.ports.store_access import AccessToken, StoreCredentials

FORCED_REFRESH_EVERY = timedelta(minutes=1)
LOCK_PATIENCE_SECONDS = 60.0
LOCK_POLL_SECONDS = 0.1

_LOCK_KEY = "hashtextextended('orderbridge.token:' || $1, 0)"
_KEEP = """
INSERT INTO store_tokens (
    store_id, token, obtained_at, expires_at, scopes, refresh_token, refresh_expires_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (store_id) DO UPDATE SET token = excluded.token, obtained_at = excluded.obtained_at,
    expires_at = excluded.expires_at, scopes = excluded.scopes, refresh_token = excluded.refresh_token,
    refresh_expires_at = excluded.refresh_expires_at
"""
_FORCE = """
INSERT INTO store_tokens AS kept (store_id, forced_refresh_at) VALUES ($1, $2)
ON CONFLICT (store_id) DO UPDATE SET forced_refresh_at = excluded.forced_refresh_at
WHERE kept.forced_refresh_at IS NULL OR kept.forced_refresh_at <= $3::timestamptz
RETURNING true
"""
_REVOKED = """
WITH revoked AS (
    UPDATE stores SET access_revoked_at = $3, updated_at = $3, access_revoked_reason = CASE WHEN EXISTS (
        SELECT FROM webhook_inbox AS told WHERE told.store_id = $1 AND told.topic = 'app/uninstalled'
            AND told.received_at > coalesce(stores.credentials_set_at, stores.created_at)
    ) THEN 'app_uninstalled' ELSE $2 END
    WHERE id = $1 AND access_revoked_at IS NULL RETURNING id
)
INSERT INTO events (id, type, occurred_at, shop_id, resource_type, resource_id, resource_version)
SELECT 'evt_' || replace(gen_random_uuid()::text, '-', ''), 'store.access_revoked', $3, shops.id, 'shop', shops.id,
    shops.version
FROM revoked JOIN shops ON shops.store_id = revoked.id
"""
_CREDENTIALS = "SELECT credentials FROM stores WHERE id = $1 AND deleted_at IS NULL"
_CURRENT = """
SELECT token, obtained_at, expires_at, scopes, refresh_token, refresh_expires_at FROM store_tokens WHERE store_id = $1
"""

_credentials = msgspec.json.Decoder(StoreCredentials)


def credentials_context(store: StoreId) -> str:
    """What a store's credentials are bound to, so that a ciphertext fits no other row."""
    return f"stores.credentials:{store}"


def previous_secret_context(store: StoreId) -> str:
    return f"stores.previous_webhook_secret:{store}"


def _token_context(store: StoreId) -> str:
    return f"store_tokens.token:{store}"


def _refresh_context(store: StoreId) -> str:
    return f"store_tokens.refresh_token:{store}"


class PostgresTokenVault:
    """Each call is its own statement; nothing here belongs to a unit of work."""

    def __init__(self, engine: AsyncEngine, *, keyring: Keyring, clock: Clock) -> None:
        self._engine = engine
        self._keyring = keyring
        self._clock = clock

    async def credentials(self, store: StoreId) -> StoreCredentials:
        async with single_statements(self._engine) as driver:
            sealed = await driver.fetchval(_CREDENTIALS, store)
        if sealed is None:
            raise AccessRevoked("The store has no credentials. Set them with PUT /v1/shops/{shop}/credentials.")
        return self._open_credentials(sealed, store)

    async def current(self, store: StoreId) -> AccessToken | None:
        async with single_statements(self._engine) as driver:
            row = await driver.fetchrow(_CURRENT, store)
        if row is None or row["token"] is None:
            return None
        value = self._keyring.decrypt(row["token"], context=_token_context(store)).decode()
        sealed = row["refresh_token"]
        return AccessToken(
            value=value,
            obtained_at=row["obtained_at"],
            expires_at=row["expires_at"],
            scopes=tuple(row["scopes"] or ()),
            refresh_token=self._keyring.decrypt(sealed, context=_refresh_context(store)).decode() if sealed else None,
            refresh_expires_at=row["refresh_expires_at"],
        )

    @asynccontextmanager
    async def refreshing(self, store: StoreId) -> AsyncIterator[AccessToken | None]:
        deadline = asyncio.get_running_loop().time() + LOCK_PATIENCE_SECONDS
        while True:
            async with single_statements(self._engine) as driver:
                if await driver.fetchval(f"SELECT pg_try_advisory_lock({_LOCK_KEY})", store):
                    try:
                        yield await self.current(store)
                    finally:
                        await driver.execute(f"SELECT pg_advisory_unlock({_LOCK_KEY})", store)
                    return
            # Who waits keeps no connection meanwhile: many would leave none to whoever renews the token.
            if asyncio.get_running_loop().time() > deadline:
                raise StoreUnavailable("Another process has been renewing the store's token for a minute.")
            await asyncio.sleep(LOCK_POLL_SECONDS)

    async def keep(self, store: StoreId, token: AccessToken) -> None:
        sealed = self._keyring.encrypt(token.value.encode(), context=_token_context(store))
        refreshing = token.refresh_token
        async with single_statements(self._engine) as driver:
            await driver.execute(
                _KEEP,
                store,
                sealed,
                token.obtained_at,
                token.expires_at,
                list(token.scopes),
                self._keyring.encrypt(refreshing.encode(), context=_refresh_context(store)) if refreshing else None,
                token.refresh_expires_at,
            )

    async def may_force_refresh(self, store: StoreId) -> bool:
        now = self._clock.now()
        async with single_statements(self._engine) as driver:
            return await driver.fetchrow(_FORCE, store, now, now - FORCED_REFRESH_EVERY) is not None

    async def access_revoked(self, store: StoreId, reason: str) -> None:
        async with single_statements(self._engine) as driver:
            await driver.execute(_REVOKED, store, reason, self._clock.now())

    def webhook_secrets(self, credentials: bytes | None, previous: bytes | None, store: StoreId) -> tuple[bytes, ...]:
        """What may have signed a store's webhooks: the present secret, then the one before it."""
        found = [self._open_credentials(credentials, store).webhook_secret] if credentials else []
        if previous:
            found.append(self._keyring.decrypt(previous, context=previous_secret_context(store)).decode())
        return tuple(secret.encode() for secret in found if secret)

    def _open_credentials(self, cipher: bytes, store: StoreId) -> StoreCredentials:
        return _credentials.decode(self._keyring.decrypt(cipher, context=credentials_context(store)))
