"""How far the work with a store has come, and what the store said of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import RunId, StoreId
from app.ports.store_gateway import StoreDescription


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFailure:
    """A record that failed in a run. ``detail`` holds neither secrets nor personal data."""

    resource_type: str
    id: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStanding:
    """What became so far of the orders that a run waits for."""

    left: int
    """How many are still to be imported."""
    tallied: Mapping[str, int]
    failures: Sequence[RecordFailure]

    @property
    def done(self) -> int:
        """How many are dealt with, well or not."""
        return sum(self.tallied.get(name, 0) for name in ("imported", "unchanged", "failed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeps:
    """How far a store's orders have been listed, and when they were last swept."""

    connected_at: datetime
    """When the store was set up here."""
    listed_at: datetime | None
    """The latest change that complete listings have seen, by the store's clock; None = never listed."""
    swept_at: datetime | None
    swept_widely_at: datetime | None


class StoreState(Protocol):
    async def set_orders_listed_at(self, store: StoreId, at: datetime) -> None:
        """Move the listing's cursor forward; it never goes back."""
        ...

    async def sweeps(self, store: StoreId) -> Sweeps: ...

    async def swept(self, store: StoreId, *, at: datetime, wide: bool) -> None:
        """A sweep that began then has listed to its end."""
        ...

    async def describe(self, store: StoreId, description: StoreDescription, *, now: datetime) -> bool:
        """Keep what the store said of itself; access counts as given again. Whether its currency, time zone or country
        is another than we knew.
        """
        ...

    async def tally(self, counts: Mapping[RunId, Mapping[str, int]]) -> None:
        """Add what became of orders that runs wait for."""
        ...

    async def note_failures(self, failures: Sequence[tuple[RunId, RecordFailure]]) -> None:
        """Keep what failed for the runs that wait for it; of one record the last failure."""
        ...

    async def standing(self, run: RunId) -> RunStanding:
        """How far the orders of a run have come, whoever imports them."""
        ...
