"""Days of a shop as bars: what the store has behind what is here. Knows sizes and places only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 900
HEIGHT = 260
LEFT = 48
BOTTOM = 36
TOP = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day: where it stands and how high both sides are, in the plot's units."""

    date: str
    complete: bool
    at: float
    width: float
    there: float
    here: float
    tells: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    bars: Sequence[Bar]
    most: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM
    top: int = TOP


def plotted(days: Sequence[Mapping[str, Any]]) -> Plot:
    """The days side by side, as high as their orders are many."""
    most = max([1, *(max(day["orders"]["shopify"]["count"], day["orders"]["here"]["count"]) for day in days)])
    pitch = (WIDTH - LEFT) / max(1, len(days))
    scale = (HEIGHT - BOTTOM - TOP) / most
    return Plot(
        most=most,
        bars=[
            Bar(
                date=day["date"],
                complete=day["complete"],
                at=round(LEFT + pitch * place, 1),
                width=round(pitch * 0.8, 1),
                there=round(day["orders"]["shopify"]["count"] * scale, 1),
                here=round(day["orders"]["here"]["count"] * scale, 1),
                tells=_told(day),
            )
            for place, day in enumerate(days)
        ],
    )


def _told(day: Mapping[str, Any]) -> str:
    orders = day["orders"]
    differs = "complete" if day["complete"] else f"{len(day['differences'])} differ"
    return f"{day['date']}: {orders['shopify']['count']} at Shopify, {orders['here']['count']} here, {differs}"
