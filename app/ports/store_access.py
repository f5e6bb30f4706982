"""What a store adapter keeps between calls and processes: credentials, tokens, the points bucket, learned costs."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.identifiers import StoreId
from app.ports.store_gateway import StoreRef


class CredentialsKind(StrEnum):
    ACCESS_TOKEN = "access_token"
    CLIENT_CREDENTIALS = "client_credentials"
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCredentials:
    """How a store is reached; every secret is left out of ``repr``. One live token per app and store (P02)."""

    kind: CredentialsKind
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    api_secret: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    access_token_expires_at: datetime | None = None
    refresh_token: str | None = field(default=None, repr=False)
    refresh_token_expires_at: datetime | None = None

    @property
    def webhook_secret(self) -> str | None:
        """What Shopify signs this store's webhooks with."""
        return self.api_secret or self.client_secret

    def is_of_installation(self, before: "StoreCredentials") -> bool:
        """Whether these are another secret of the app that was installed with ``before``: its tokens stay good."""
        by_browser = self.kind is before.kind is CredentialsKind.OAUTH and self.access_token is None
        return by_browser and self.client_id == before.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    value: str = field(repr=False)
    obtained_at: datetime
    expires_at: datetime | None
    """None = unknown, which is not the same as expired."""
    scopes: tuple[str, ...] = ()
    refresh_token: str | None = field(default=None, repr=False)
    """By which the next one is had, where tokens come by OAuth; each renewal brings another."""
    refresh_expires_at: datetime | None = None


class TokenVault(Protocol):
    """The store's live token, shared by all processes."""

    async def credentials(self, store: StoreId) -> StoreCredentials: ...

    async def current(self, store: StoreId) -> AccessToken | None: ...

    def refreshing(self, store: StoreId) -> AbstractAsyncContextManager[AccessToken | None]:
        """Hold the store's refresh lock over all processes; yields the token as it stands under the lock.

        At most one holder at a time. Holding it keeps no transaction open.
        """
        ...

    async def keep(self, store: StoreId, token: AccessToken) -> None:
        """Store a token durably before it is used."""
        ...

    async def may_force_refresh(self, store: StoreId) -> bool:
        """Take the store's one forced refresh a minute; False when it has been taken (AU-02)."""
        ...

    async def access_revoked(self, store: StoreId, reason: str) -> None:
        """Note that the store refuses us; its work stops (P02)."""
        ...


class AppInstaller(Protocol):
    """Installing the app in a store, as its platform has it done in a browser."""

    def authorization_url(self, domain: str, *, client_id: str, redirect_uri: str, state: str) -> str:
        """Where the browser asks the merchant; it comes back to ``redirect_uri`` with a code and this state."""
        ...

    async def installed(self, store: StoreRef, code: str) -> None:
        """Get the store's first tokens by the code, and keep them. Raises AccessRevoked when it is refused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsState:
    """A store's bucket as Shopify last told it."""

    maximum: int
    available: int
    restore_rate: int
    measured_at: datetime


class PointsBucket(Protocol):
    """Points of a store, one bucket for all processes (B1)."""

    async def reserve(self, store: StoreId, points: int, *, keep_free: float = 0) -> float:
        """Take points for a call about to be made: 0.0 when taken, else the seconds to wait before asking again.

        ``keep_free`` is the share of the whole bucket, 0 to 1, that must be left when they are taken.
        """
        ...

    async def correct(self, store: StoreId, state: PointsState) -> None:
        """Set the bucket to what an answer told."""
        ...

    async def learned_cost(self, document: str) -> int | None:
        """The requested cost that Shopify last stated for this document and page size, if it did before this process
        first asked, or to this process.
        """
        ...

    async def learn_cost(self, document: str, points: int) -> None: ...


_REASONS = {"app_uninstalled": "The app was removed from the store."}
"""What is noted as a word, as a sentence; all else is noted in Shopify's own."""


def why_it_stands_still(reason: str | None) -> str:
    """For a person, while a store's access is revoked: what the store said, and what starts its work again."""
    said = _REASONS.get(reason, reason) if reason else "Shopify refuses our credentials."
    return (
        f"The store's work stands still. {said} When that is mended, set its credentials, the same or new ones: "
        "PUT /v1/shops/{shop}/credentials."
    )
