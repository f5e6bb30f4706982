"""What a store has granted us: as it last said, else from the token, else asked of the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.adapters.shopify.catalogue import GRANTED_SCOPES
from app.adapters.shopify.transport import ShopifyTransport
from app.ports.clock import Clock
from app.ports.errors import ScopeMissing
from app.ports.store_gateway import StoreRef

_KEPT: Final = timedelta(hours=1)
STAFF_SCOPES: Final = frozenset({"read_users", "write_users"})
NEEDED_BY_ORDERS: Final = (
    ("read_orders",),
    ("read_customers",),
    ("read_products",),
    ("read_locations", "read_inventory"),
    (
        "read_merchant_managed_fulfillment_orders",
        "read_assigned_fulfillment_orders",
        "read_third_party_fulfillment_orders",
    ),
)
"""What the documents of an order cannot do without, each with what serves as well. Parts with scopes of their own are
asked for only where these are granted.
"""
ASKED_FOR: Final = (
    "read_all_orders",
    "write_orders",
    "write_order_edits",
    "write_returns",
    "write_merchant_managed_fulfillment_orders",
    "write_assigned_fulfillment_orders",
    "write_third_party_fulfillment_orders",
    "write_fulfillments",
    "write_customers",
    "write_companies",
    "write_products",
    "write_inventory",
    "write_files",
    "write_publications",
    "read_locations",
    "read_shipping",
    "read_markets",
    "read_payment_terms",
    "read_gift_cards",
    "read_shopify_payments_payouts",
    "read_shopify_payments_disputes",
)
"""What an installation asks for; each feature works with what of it was granted."""
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
        granted = await self._granted(store)
        withheld = frozenset() if tells_staff(store.plan) else STAFF_SCOPES
        return frozenset(scope for scope in granted - withheld if not self._was_denied(store, scope))

    async def _granted(self, store: StoreRef) -> frozenset[str]:
        """What the store said lately of itself is known to all processes; a token's list is as old as the token."""
        told_at = store.described_at
        if store.granted_scopes is not None and told_at is not None and self._clock.now() - told_at <= _KEPT:
            return with_implied(store.granted_scopes)
        token = await self._transport.tokens.current(store)
        return with_implied(token.scopes) if token.scopes else await self._asked(store)

    def deny(self, store: StoreRef, scope: str) -> None:
        """Note that the store denies what a scope of ours should allow, as plans can; it is asked again in an hour."""
        self._denied[store.id, scope] = self._clock.now()

    async def lacking(self, store: StoreRef) -> tuple[tuple[str, ...], ...]:
        """Which needs of orders no granted scope serves, after the store denied something: asked with a new token."""
        await self._transport.tokens.renewed(store)
        self._known.pop(store.id, None)
        granted = await self._asked(store)
        return tuple(need for need in NEEDED_BY_ORDERS if granted.isdisjoint(need))

    async def explained(self, store: StoreRef, denied: ScopeMissing) -> ScopeMissing:
        """The same refusal, with every scope that has to be granted before orders can be read."""
        lacking = await self.lacking(store)
        return ScopeMissing(missing_words(lacking), facts={"scopes": lacking}) if lacking else denied

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


def missing_words(lacking: tuple[tuple[str, ...], ...]) -> str:
    """For a person: what to grant, none left out."""
    named = "; ".join(" or ".join(need) for need in lacking)
    return (
        f"The app lacks access scopes that reading orders takes: {named}. Grant them to the app at Shopify; the orders "
        "wait meanwhile and are then read by themselves, at once by a run of import_orders."
    )


def with_implied(scopes: tuple[str, ...]) -> frozenset[str]:
    """A scope to write includes the scope to read."""
    implied = (f"read_{scope.removeprefix('write_')}" for scope in scopes if scope.startswith("write_"))
    return frozenset(scopes) | frozenset(implied)
