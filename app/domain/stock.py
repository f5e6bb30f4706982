"""What a store is told of the ERP's stock: at which places, how many pieces, and what is to be changed there (P71).

Pure: knows neither how stock is read at the store nor how a change is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from app.domain.identifiers import ShopId, ShopifyId
from app.domain.item_choice import ItemFacts, find_item
from app.domain.items import ItemChoice
from app.domain.mappings import LocationMapping, LocationStatus
from app.domain.shop_settings import ItemSettings

MOST_PIECES = 1_000_000_000
"""More of one thing at one place Shopify does not take."""


class StockCalculation(StrEnum):
    """What the ERP's quantity is, and thus which quantity of the store it becomes (PRD-20, PRD-23)."""

    AVAILABLE = "available"
    """What may still be sold, open orders taken off: the store must not take them off again."""
    ON_HAND = "on_hand"
    """What lies there, nothing taken off: the store takes off its own open orders."""


@dataclass(frozen=True, slots=True, order=True)
class ItemKey:
    """An item, or one of its variants (empty = none)."""

    item_no: str
    variant_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPlace:
    """A location of the store, and the ERP's locations whose stock is summed there."""

    location_id: ShopifyId
    calculation: StockCalculation
    codes: tuple[str, ...]

    def pieces(self, levels: Mapping[str, Decimal]) -> int | None:
        """The whole pieces there, never below none (PRD-21); None = the ERP told of none of its locations."""
        told = [levels[code] for code in self.codes if code in levels]
        if not told:
            return None
        whole = int(sum(told, Decimal(0)).to_integral_value(ROUND_FLOOR))
        return min(max(whole, 0), MOST_PIECES)


def stock_places(shop: ShopId, shops: Sequence[tuple[ShopId, Iterable[LocationMapping]]]) -> tuple[StockPlace, ...]:
    """Where a shop tells stock. A location that several shops of the store calculate is the first one's: otherwise
    they would overwrite each other at every run.
    """
    taken: set[ShopifyId] = set()
    for each, mappings in shops:
        own = [place for mapping in mappings if (place := _place(mapping)) and place.location_id not in taken]
        if each == shop:
            return tuple(sorted(own, key=lambda place: place.location_id))
        taken |= {place.location_id for place in own}
    return ()


def _place(mapping: LocationMapping) -> StockPlace | None:
    if mapping.stock_calculation is None or mapping.status not in (None, LocationStatus.ACTIVE):
        return None
    try:
        calculation = StockCalculation(mapping.stock_calculation)
    except ValueError:
        return None
    codes = mapping.location_filter or (mapping.location_code or "",)
    return StockPlace(location_id=mapping.location_id, calculation=calculation, codes=tuple(dict.fromkeys(codes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StockedVariant:
    """A variant as the store lists it, with the inventory item that carries its stock."""

    store_variant_id: ShopifyId
    inventory_item_id: ShopifyId
    sku: str
    barcode: str


class NotTold(StrEnum):
    """Why stock of an item is not told to the store."""

    VARIANT_AMBIGUOUS = "variant_ambiguous"
    UNIT_DIFFERS = "unit_differs"
    NOT_TRACKED = "not_tracked"
    NOT_AT_STORE = "not_at_store"
    REFUSED = "refused_by_shopify"
    KEEPS_CHANGING = "keeps_changing"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why, and what to do about it, for a person."""

    reason: NotTold
    detail: str


def variants_of(
    wanted: Iterable[ItemKey],
    candidates: Iterable[StockedVariant],
    *,
    settings: ItemSettings,
    found: ItemFacts,
) -> Mapping[ItemKey, Sequence[StockedVariant] | Refusal]:
    """The store's variants of each item, by the rules by which order lines find theirs; empty = the store has none.

    Several variants that carry the item's code would each offer the whole stock, so they are refused; those that
    somebody linked are meant to.
    """
    choices: dict[ItemKey, list[tuple[StockedVariant, ItemChoice]]] = {key: [] for key in wanted}
    for each in candidates:
        choice = find_item(each, settings=settings, found=found)
        if isinstance(choice, ItemChoice):
            key = ItemKey(choice.item_no, choice.variant_code or "")
            if key in choices:
                choices[key].append((each, choice))
    return {key: _told(key, chosen, found) for key, chosen in choices.items()}


def _told(
    key: ItemKey, chosen: Sequence[tuple[StockedVariant, ItemChoice]], found: ItemFacts
) -> Sequence[StockedVariant] | Refusal:
    linked = [pair for pair in chosen if pair[1].rule == "link"]
    named = ", ".join(sorted(each.store_variant_id for each, _ in chosen))
    if not linked and len(chosen) > 1:
        detail = f"Several variants of the store fit it: {named}. Link those that are meant to the item."
        return Refusal(NotTold.VARIANT_AMBIGUOUS, detail)
    item = found.item(key.item_no)
    base = item.base_unit if item else None
    for each, choice in linked:
        if choice.unit and base and choice.unit != base:
            detail = (
                f"Store variant {each.store_variant_id} is linked in unit {choice.unit}, but stock is told in {base}:"
                " how many of the one are in the other is not known here."
            )
            return Refusal(NotTold.UNIT_DIFFERS, detail)
    return [each for each, _ in linked or chosen]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSeen:
    """The quantities of one thing at one place, as the store has them."""

    available: int
    on_hand: int

    def of(self, calculation: StockCalculation) -> int:
        return self.available if calculation is StockCalculation.AVAILABLE else self.on_hand


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """A quantity that is to be set. ``change_from`` is what stood there: if it is another one by then, the store sold
    meanwhile and does not take the change. None = the thing is not stocked there yet.
    """

    inventory_item_id: ShopifyId
    location_id: ShopifyId
    calculation: StockCalculation
    quantity: int
    change_from: int | None


def changes_of(
    item: ShopifyId,
    seen: Mapping[ShopifyId, LevelSeen],
    places: Iterable[StockPlace],
    levels: Mapping[str, Decimal],
) -> Sequence[LevelChange]:
    """What differs. Where nothing lies and the thing is not stocked, nothing has to be said."""
    changes: list[LevelChange] = []
    for place in places:
        pieces, level = place.pieces(levels), seen.get(place.location_id)
        if pieces is None or (level is None and pieces == 0):
            continue
        before = level.of(place.calculation) if level else None
        if before != pieces:
            changes.append(
                LevelChange(
                    inventory_item_id=item,
                    location_id=place.location_id,
                    calculation=place.calculation,
                    quantity=pieces,
                    change_from=before,
                )
            )
    return changes
