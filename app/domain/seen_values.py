"""Store values that an order names and no mapping table has a row for yet (P04).

A row is left for each of them, so that a person finds them waiting for their code. Knows neither what an order becomes
nor how rows are kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from app.domain.identifiers import ShopifyId
from app.domain.mappings import Mappings
from app.domain.orders import Order
from app.domain.refunded_lines import refunded_lines

Key = TypeVar("Key")
Text = TypeVar("Text")

LONGEST_TEXT = 255
"""Longer titles and gateways cannot be mapped."""

MOST_ROWS = 1_000
"""Of one table in one shop: orders leave no more. Some stores write a day and an hour into each shipping title."""

Gateway = tuple[str, str]
"""A gateway and the card company, which may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenValues:
    """Values by what they compare as, each with its text as it was first seen."""

    locations: Mapping[ShopifyId, str] = field(default_factory=dict)
    """Names by id; empty where only the id is known."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Shipping titles by their case-folded form."""
    gateways: Mapping[Gateway, Gateway] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.locations or self.titles or self.gateways)

    def __or__(self, other: "SeenValues") -> "SeenValues":
        """Both; what was seen first keeps its text, and a name is better than none."""
        names = {key: name for key, name in self.locations.items() if name}
        return SeenValues(
            locations={**self.locations, **other.locations, **names},
            titles={**other.titles, **self.titles},
            gateways={**other.gateways, **self.gateways},
        )


def seen(*, titles: Iterable[str] = (), gateways: Iterable[Gateway] = ()) -> SeenValues:
    """The texts that can be mapped, each once."""
    told_titles = {title.casefold(): title for title in titles if _mappable(title)}
    told_gateways = {
        (gateway.casefold(), card.casefold()): (gateway, card)
        for gateway, card in gateways
        if _mappable(gateway) and len(card) <= LONGEST_TEXT
    }
    return SeenValues(titles=told_titles, gateways=told_gateways)


def unknown_values(order: Order, mappings: Mappings) -> SeenValues:
    """What this order names and these mapping tables do not have."""
    named = seen(
        titles=(line.title for line in order.shipping_lines),
        gateways=((each.gateway, each.card_company) for each in order.transactions),
    )
    return SeenValues(
        locations=_without_row(dict(_locations(order)), mappings.locations),
        titles=_without_row(named.titles, mappings.shipment_methods),
        gateways=_without_row(named.gateways, mappings.payment_methods),
    )


def _without_row(named: Mapping[Key, Text], rows: Mapping[Key, object]) -> Mapping[Key, Text]:
    if len(rows) >= MOST_ROWS:
        return {}
    return {key: text for key, text in named.items() if key not in rows}


def _locations(order: Order) -> Iterator[tuple[ShopifyId, str]]:
    """Where it ships from, and where refunded pieces went back to; the name where it is told."""
    for refund in order.refunds:
        for line in refunded_lines(order, refund):
            if line.location_id is not None:
                yield line.location_id, ""
    for each in order.fulfilment_orders:
        if each.location_id is not None:
            yield each.location_id, each.location_name


def _mappable(text: str) -> bool:
    return bool(text) and len(text) <= LONGEST_TEXT
