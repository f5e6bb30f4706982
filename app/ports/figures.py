"""What is counted in the database for whoever watches an installation: any process answers the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number under a name; labels are of few values, and never a person's."""

    name: str
    value: float
    labels: Mapping[str, str]


class Figures(Protocol):
    async def read(self) -> Sequence[Figure]:
        """All figures as they are now."""
        ...
