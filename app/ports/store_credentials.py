"""How a store's credentials stand in the database: as JSON under the keyring, bound to their place."""

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
    instants: dict[str, Any] = {
        name: datetime.fromisoformat(values[name]) if values[name] else None for name in INSTANTS
    }
    return StoreCredentials(kind=CredentialsKind(values["kind"]), **{name: values[name] for name in TEXTS}, **instants)


def seal_previous_secret(keyring: Keyring, store: StoreId, secret: str) -> bytes:
    """The ciphertext for ``stores.previous_webhook_secret``."""
    return keyring.encrypt(secret.encode(), context=_previous(store))


def _credentials(store: StoreId) -> str:
    return f"stores.credentials:{store}"


def _previous(store: StoreId) -> str:
    return f"stores.previous_webhook_secret:{store}"
