"""What the encryption keys of an installation can still read: asked before it starts, mended by two commands.

Composition, like ``app.bootstrap``: hands the keys of the settings to what knows the encrypted places.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from app.adapters.clock import SystemClock
from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.database import create_engine
from app.adapters.postgres.sealed_values import Renewed, SealedValues
from app.adapters.postgres.token_vault import PostgresTokenVault
from app.ports.errors import ConnectorError, DatabaseUnavailable
from app.settings import PREFIX, Settings

NAMED_STORES = 5
FORGOTTEN = "The key that encrypted the store's credentials was lost. Enter them anew."

log = structlog.get_logger(__name__)


class EncryptionKeyMissing(ConnectorError):
    """Stored secrets were encrypted with a key that is not given."""

    code = "encryption_key_missing"


async def missing_keys(settings: Settings, url: str) -> Sequence[str]:
    """What the given keys cannot read, in words; nothing when they read all secrets of stores."""
    async with _values(settings, url) as values:
        stores = [store.domain for store in await values.unreadable_stores(now=SystemClock().now())]
    if not stores:
        return []
    named = ", ".join(stores[:NAMED_STORES])
    more = f" and {len(stores) - NAMED_STORES} more" if len(stores) > NAMED_STORES else ""
    kept = f" (without that setting: {settings.kept_key_file})" if settings.embedded else ""
    found = (
        f"the credentials of {named}{more} were encrypted with a key that is not among the {len(settings.keys)} given"
    )
    remedy = f"Add that key at the end of {PREFIX}ENCRYPTION_KEYS{kept}."
    lost = "If it is lost, run `orderbridge secrets forget` and enter the credentials anew."
    return [f"{PREFIX}ENCRYPTION_KEYS: {found}. {remedy} {lost}"]


async def refuse_missing_keys(settings: Settings, url: str) -> None:
    """Raise EncryptionKeyMissing unless the given keys read all secrets of stores."""
    if missing := await missing_keys(settings, url):
        raise EncryptionKeyMissing(missing[0])


async def older_keys_needed(settings: Settings, url: str) -> int:
    """How many stored values another than the first key made."""
    async with _values(settings, url) as values:
        return await values.stale()


async def renew(settings: Settings, url: str) -> Renewed:
    """Encrypt everything with the first key, so that older ones may go."""
    async with _values(settings, url) as values:
        return await values.renew()


async def renew_beside_work(settings: Settings, url: str) -> None:
    """The same for a worker, which goes on working whatever comes of it."""
    try:
        done = await renew(settings, url)
        if done.written or done.unreadable:
            log.info("stored_secrets_renewed", written=done.written, unreadable=done.unreadable)
    except DatabaseUnavailable as error:
        log.warning("stored_secrets_not_renewed", reason=error.detail)
    except Exception:
        log.exception("stored_secrets_not_renewed")


async def forget(settings: Settings, url: str) -> Sequence[str]:
    """Delete the secrets of stores that no given key reads; the domains of these stores, whose work then stops."""
    clock = SystemClock()
    async with _values(settings, url) as values:
        forgotten = await values.forget_unreadable(now=clock.now())
    engine = create_engine(url, pool_size=1)
    vault = PostgresTokenVault(engine, keyring=AesGcmKeyring(settings.keys), clock=clock)
    try:
        for store in forgotten:
            if store.credentials:
                await vault.access_revoked(store.id, FORGOTTEN)
    finally:
        await engine.dispose()
    return [store.domain for store in forgotten]


@asynccontextmanager
async def _values(settings: Settings, url: str) -> AsyncIterator[SealedValues]:
    engine = create_engine(url, pool_size=1)
    try:
        yield SealedValues(engine, AesGcmKeyring(settings.keys))
    finally:
        await engine.dispose()
