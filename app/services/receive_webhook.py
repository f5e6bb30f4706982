"""A webhook at the door: is it signed by a store of ours, and is it kept? Nothing of its content is looked at."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from app.ports.errors import NotFound
from app.ports.webhook_inbox import ReceivedWebhook, SignatureWatch, SignedStore, WebhookInbox, WebhookSecrets

STORE_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com")
NOBODYS_SECRET = b"a webhook of a store that we do not know takes as long as one that we do"
LONGEST_HEADER = 255

log = structlog.get_logger(__name__)


class Receipt(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    """Known already: nothing was stored."""
    REFUSED = "refused"
    """No store of ours, or not signed with a secret of it; deliberately one answer for all of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The headers we know, as bytes, and the body as it came. A header given twice counts as not given."""

    domain: bytes | None
    signature: bytes | None = field(repr=False)
    topic: bytes | None
    webhook_id: bytes | None
    event_id: bytes | None
    api_version: bytes | None
    triggered_at: bytes | None
    body: bytes = field(repr=False)


class ReceiveWebhook:
    """Verify, then keep durably. Raises ``Unavailable`` when it could not be kept, so that Shopify sends it again."""

    def __init__(self, secrets: WebhookSecrets, inbox: WebhookInbox, watch: SignatureWatch) -> None:
        self._secrets = secrets
        self._inbox = inbox
        self._watch = watch

    async def __call__(self, delivery: Delivery) -> Receipt:
        store = await self._sender(delivery)
        if store is None:
            return Receipt.REFUSED
        topic = _text(delivery.topic) or ""
        webhook = ReceivedWebhook(
            store_id=store.id,
            webhook_id=_text(delivery.webhook_id) or _derived_id(topic, delivery.body),
            topic=topic,
            event_id=_text(delivery.event_id),
            api_version=_text(delivery.api_version),
            triggered_at=_text(delivery.triggered_at),
            body=delivery.body,
        )
        try:
            new = await self._inbox.store(webhook)
        except NotFound:
            return Receipt.REFUSED
        return Receipt.STORED if new else Receipt.DUPLICATE

    async def _sender(self, delivery: Delivery) -> SignedStore | None:
        domain = (delivery.domain or b"").decode("latin-1").lower()
        if not STORE_DOMAIN.fullmatch(domain):
            _signer(None, delivery)
            return None
        store = await self._secrets.of(domain)
        signer = _signer(store, delivery)
        if signer is None:
            # The store or its secret may be newer than what we remember.
            newer = await self._secrets.reread(domain)
            signer = None if newer == store else _signer(newer, delivery)
            if signer is None:
                if newer is not None:
                    self._watch.refused(newer.id)
                return None
            store = newer
        if store is not None:
            self._watch.signed(store.id)
            if signer:
                log.info("webhook_signed_with_former_secret", store_id=store.id)
        return store


def _signer(store: SignedStore | None, delivery: Delivery) -> int | None:
    """Which of the store's secrets signed, the present one being the first; None = none of them.

    Compares bytes in constant time with every secret, found or not; an empty secret never signs.
    """
    found = None
    secrets = tuple(secret for secret in store.secrets if secret) if store is not None else ()
    for place, secret in enumerate(secrets or (NOBODYS_SECRET,)):
        expected = base64.b64encode(hmac.digest(secret, delivery.body, hashlib.sha256))
        if hmac.compare_digest(expected, delivery.signature or b""):
            found = place
    return found if secrets else None


def _text(value: bytes | None) -> str | None:
    if not value:
        return None
    text = value.decode("latin-1").replace("\x00", "")
    if len(text) <= LONGEST_HEADER:
        return text
    return "sha256:" + hashlib.sha256(value).hexdigest()


def _derived_id(topic: str, body: bytes) -> str:
    """For a delivery without an id: a repeat of the same body under the same topic is the same delivery."""
    return "sha256:" + hashlib.sha256(topic.encode() + b"\n" + body).hexdigest()
