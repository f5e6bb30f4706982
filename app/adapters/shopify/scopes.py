"""What a store has granted us: from the token, or asked of the store when the token came without a list."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.adapters.shopify.catalogue import GRANTED_SCOPES
from app.adapters.shopify.transport import ShopifyTransport
from app.ports.clock import Clock
from app.ports.store_gateway import StoreRef

_KEPT: Final = timedelta(hours=1)
STAFF_SCOPES: Final = frozenset({"read_users", "write_users"})
_PLANS_WITH_STAFF: Final = ("plus", "advanced", "enterprise", "develop")


@dataclass(frozen=True, slots=True)
class _Known:
    scopes: frozenset[str]
    asked_at: datetime


class GrantedScopes:
    def __init__(self, transport: ShopifyTransport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._denied: dict[tuple[str, str], datetime] = {}

    async def of(self, store: StoreRef) -> frozenset[str]:
        """The scopes granted and honoured, with the reading one that each writing one includes."""
        token = await self._transport.tokens.current(store)
        granted = with_implied(token.scopes) if token.scopes else await self._asked(store)
        withheld = frozenset() if tells_staff(store.plan) else STAFF_SCOPES
        return frozenset(scope for scope in granted - withheld if not self._was_denied(store, scope))

    def deny(self, store: StoreRef, scope: str) -> None:
        """Note that the store denies what a scope of ours should allow, as plans can; it is asked again in an hour."""
        self._denied[store.id, scope] = self._clock.now()

    def _was_denied(self, store: StoreRef, scope: str) -> bool:
        denied_at = self._denied.get((store.id, scope))
        return denied_at is not None and self._clock.now() - denied_at <= _KEPT

    async def _asked(self, store: StoreRef) -> frozenset[str]:
        known, now = self._known.get(store.id), self._clock.now()
        if known is None or now - known.asked_at > _KEPT:
            answer = await self._transport.execute(store, GRANTED_SCOPES, {})
            handles = tuple(scope.handle for scope in answer.data.current_app_installation.access_scopes)
            known = self._known[store.id] = _Known(with_implied(handles), now)
        return known.scopes


def tells_staff(plan: str | None) -> bool:
    """Whether a plan lets apps read staff at all, whatever they were granted; of an unknown plan it is tried (0.04)."""
    return not plan or any(word in plan.casefold() for word in _PLANS_WITH_STAFF)


def with_implied(scopes: tuple[str, ...]) -> frozenset[str]:
    """A scope to write includes the scope to read."""
    implied = (f"read_{scope.removeprefix('write_')}" for scope in scopes if scope.startswith("write_"))
    return frozenset(scopes) | frozenset(implied)
