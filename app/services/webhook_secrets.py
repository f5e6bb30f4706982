"""Signing secrets of webhook endpoints: made, shown once, sealed, opened to sign."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.identifiers import WebhookEndpointId
from app.ports.clock import IdFactory
from app.ports.keyring import Keyring
from app.ports.repositories.webhook_endpoints import SealedSecret

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """``shown`` is what the receiver is given: ``whsec_`` and base64, as Standard Webhooks say."""

    sealed: SealedSecret
    shown: str = field(repr=False)


def new_secret(keyring: Keyring, ids: IdFactory, endpoint: WebhookEndpointId, *, now: datetime) -> NewSecret:
    """A secret of its own for an endpoint."""
    plain, identifier = secrets.token_bytes(SECRET_BYTES), ids.new("whs")
    cipher = keyring.encrypt(plain, context=_context(endpoint, identifier))
    return NewSecret(
        sealed=SealedSecret(id=identifier, secret=cipher, created_at=now),
        shown=f"whsec_{base64.b64encode(plain).decode()}",
    )


def open_secret(keyring: Keyring, endpoint: WebhookEndpointId, sealed: SealedSecret) -> bytes:
    """The secret itself. Raises SecretUnreadable."""
    return keyring.decrypt(sealed.secret, context=_context(endpoint, sealed.id))


def _context(endpoint: WebhookEndpointId, identifier: str) -> str:
    return f"webhook_endpoint_secrets.secret:{endpoint}:{identifier}"
