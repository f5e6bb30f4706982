"""What the adapter shares between processes, here in one: a vault of tokens and a bucket of points, by their ports."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.domain.identifiers import StoreId
from app.ports.store_access import AccessToken, PointsState, StoreCredentials


@dataclass
class MovableClock:
    """The present, moved on by whoever waits instead of waiting."""

    moved: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def advance(self, seconds: float) -> None:
        self.moved += timedelta(seconds=seconds)


@dataclass
class Pauses:
    """Notes how long the adapter would have slept, and lets that time pass at once."""

    clock: MovableClock
    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.clock.advance(seconds)
        await asyncio.sleep(0)


@dataclass
class VaultInMemory:
    """One app's credentials for all stores; tokens, locks and refusals store by store."""

    held: StoreCredentials
    clock: MovableClock
    replaced: dict[StoreId, StoreCredentials] = field(default_factory=dict)
    tokens: dict[StoreId, AccessToken] = field(default_factory=dict)
    kept: list[tuple[StoreId, AccessToken]] = field(default_factory=list)
    revoked: list[tuple[StoreId, str]] = field(default_factory=list)
    forced: dict[StoreId, datetime] = field(default_factory=dict)
    locks: defaultdict[StoreId, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def credentials(self, store: StoreId) -> StoreCredentials:
        return self.replaced.get(store, self.held)

    async def current(self, store: StoreId) -> AccessToken | None:
        return self.tokens.get(store)

    def refreshing(self, store: StoreId) -> AbstractAsyncContextManager[AccessToken | None]:
        return self._refreshing(store)

    @asynccontextmanager
    async def _refreshing(self, store: StoreId) -> AsyncIterator[AccessToken | None]:
        async with self.locks[store]:
            yield self.tokens.get(store)

    async def keep(self, store: StoreId, token: AccessToken) -> None:
        self.kept.append((store, token))
        self.tokens[store] = token

    async def may_force_refresh(self, store: StoreId) -> bool:
        now, last = self.clock.now(), self.forced.get(store)
        if last is not None and now - last < timedelta(minutes=1):
            return False
        self.forced[store] = now
        return True

    async def access_revoked(self, store: StoreId, reason: str) -> None:
        self.revoked.append((store, reason))


@dataclass
class BucketInMemory:
    clock: MovableClock
    states: dict[StoreId, PointsState] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)
    corrections: list[PointsState] = field(default_factory=list)

    async def reserve(self, store: StoreId, points: int, *, keep_free: float = 0) -> float:
        state = self.states.get(store)
        if state is None:
            return 0.0
        available = self._available(state)
        needed = min(points + keep_free * state.maximum, state.maximum)
        if available < needed:
            return (needed - available) / state.restore_rate
        self.states[store] = PointsState(
            maximum=state.maximum,
            available=int(available) - points,
            restore_rate=state.restore_rate,
            measured_at=self.clock.now(),
        )
        return 0.0

    async def correct(self, store: StoreId, state: PointsState) -> None:
        self.corrections.append(state)
        self.states[store] = state

    async def learned_cost(self, document: str) -> int | None:
        return self.costs.get(document)

    async def learn_cost(self, document: str, points: int) -> None:
        self.costs[document] = points

    def _available(self, state: PointsState) -> float:
        passed = (self.clock.now() - state.measured_at).total_seconds()
        return min(state.maximum, state.available + passed * state.restore_rate)
