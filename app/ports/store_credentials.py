"""How a store's secrets stand in the database: as JSON under the keyring, each bound to its place. The one codec of them."""

import json
from datetime import datetime
from typing import Any

from app.domain.identifiers import StoreId
from app.ports.keyring import Keyring
from app.ports.store_access import CredentialsKind, StoreCredentials

TEXTS = ("client_id", "client_secret", "api_secret", "access_token", "refresh_token")
INSTANTS = ("access_token_expires_at", "refresh_token_expires_at")


def seal_credentials(keyring: Keyring, store: StoreId, credentials: StoreCredentials) -> bytes:
    """The ciphertext for ``stores.credentials``."""
    values: dict[str, Any] = {"kind": credentials.kind.value}
    values |= {name: getattr(credentials, name) for name in TEXTS}
    for name in INSTANTS:
        instant: datetime | None = getattr(credentials, name)
        values[name] = instant.isoformat() if instant else None
    return keyring.encrypt(json.dumps(values).encode(), context=_credentials(store))


def open_credentials(keyring: Keyring, store: StoreId, sealed: bytes) -> StoreCredentials:
    """The credentials in ``stores.credentials``."""
    values = json.loads(keyring.decrypt(sealed, context=_credentials(store)))
    instants = {name: datetime.fromisoformat(values[name]) if values[name] else None for name in INSTANTS}
    return StoreCredentials(kind=CredentialsKind(values["kind"]), **{name: values[name] for name in TEXTS}, **instants)


def seal_previous_secret(keyring: Keyring, store: StoreId, secret: str) -> bytes:
    """The ciphertext for ``stores.previous_webhook_secret``."""
    return keyring.encrypt(secret.encode(), context=_previous(store))


def seal_token(keyring: Keyring, store: StoreId, token: str) -> bytes:
    """The ciphertext for ``store_tokens.token``."""
    return keyring.encrypt(token.encode(), context=f"store_tokens.token:{store}")


def open_token(keyring: Keyring, store: StoreId, sealed: bytes) -> str:
    """The token in ``store_tokens.token``."""
    return keyring.decrypt(sealed, context=f"store_tokens.token:{store}").decode()


def webhook_secrets(
    keyring: Keyring, credentials: bytes | None, previous: bytes | None, store: StoreId
) -> tuple[bytes, ...]:
    """Everything that may sign this store's webhooks now, the present secret first."""
    found: list[bytes] = []
    if credentials is not None and (secret := open_credentials(keyring, store, credentials).webhook_secret):
        found.append(secret.encode())
    if previous is not None:
        found.append(keyring.decrypt(previous, context=_previous(store)))
    return tuple(found)


def _credentials(store: StoreId) -> str:
    return f"stores.credentials:{store}"


def _previous(store: StoreId) -> str:
    return f"stores.previous_webhook_secret:{store}"
