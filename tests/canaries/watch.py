"""Searches what tests made, from the moment a watch begins to its end, and says whose it was when something is found.

Keeps count of what was searched. Knows neither fixtures nor processes; `tests.canaries.plugin` tells it which test
runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from tests.canaries import drawn
from tests.canaries.databases import search
from tests.canaries.marks import Canary, Kind, canaries_in

MOST_TESTS, MOST_CANARIES = 20, 5


class CanaryFoundError(AssertionError):
    """A secret or a person stands where none may."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """How much this process searched."""

    databases: int = 0
    columns: int = 0
    bytes_stored: int = 0
    outputs: int = 0
    bytes_said: int = 0

    def add(self, counts: Mapping[str, int]) -> None:
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)

    def counts(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A test that was begun, and the fixtures it uses."""

    test: str
    fixtures: frozenset[str]


TALLY = Tally()
_begun: list[Begun] = []
_told: list[bytes] = []
"""Secrets that other processes gave out, as whoever received them tells."""


def begins(test: str, fixtures: Iterable[str]) -> None:
    _begun.append(Begun(test=test, fixtures=frozenset(fixtures)))


def tell(*secrets: str) -> None:
    """From now on these are secrets, too: a key a command printed, a password a page showed once."""
    _told.extend(secret.encode() for secret in secrets if len(secret) >= drawn.SHORTEST)


@dataclass(slots=True, kw_only=True)
class Watch:
    """Over what begins now; ``fixture`` names by what its tests are known, if not all tests from now on are."""

    fixture: str | None = None
    _first_test: int = field(default_factory=lambda: max(len(_begun) - 1, 0))
    _first_draw: int = field(default_factory=drawn.how_many)
    _first_told: int = field(default_factory=lambda: len(_told))

    async def database(self, url: str) -> None:
        """Search all of it; raises `CanaryFoundError` with table, column, kind and tests."""
        searched = await search(url, secrets=self._secrets())
        TALLY.add({"databases": 1, "columns": searched.columns, "bytes_stored": searched.bytes})
        self._refuse(searched.found)

    def said(self, said: Mapping[str, bytes], *, persons: bool = True) -> None:
        """Search what was printed, answered or sent, by where."""
        TALLY.add({"outputs": len(said), "bytes_said": sum(map(len, said.values()))})
        secrets = self._secrets()
        self._refuse({where: canaries_in(text, secrets=secrets, persons=persons) for where, text in said.items()})

    def _secrets(self) -> Sequence[bytes]:
        return [*drawn.forms_since(self._first_draw), *_told[self._first_told :]]

    def _refuse(self, found: Mapping[str, Sequence[Canary]]) -> None:
        lines = [
            f"{where} holds a {kind}: " + "; ".join(repr(each.around) for each in of_kind[:MOST_CANARIES])
            for where, canaries in found.items()
            for kind in Kind
            if (of_kind := [each for each in canaries if each.kind is kind])
        ]
        if lines:
            tests = [
                each.test
                for each in _begun[self._first_test :]
                if self.fixture is None or self.fixture in each.fixtures
            ]
            more = f" and {len(tests) - MOST_TESTS} more" if len(tests) > MOST_TESTS else ""
            raise CanaryFoundError("\n".join([*lines, f"made by {', '.join(tests[:MOST_TESTS])}{more}"]))
