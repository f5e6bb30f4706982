"""What a shipment's lines and parcels mean in its shop: order lines, store locations, what the buyer is told."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.domain.identifiers import ShopifyId
from app.domain.shipment_fitting import ErpLocations
from app.domain.shipments import Shipment, ShipmentLine
from app.domain.shipping_agents import ShippingAgent
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.shipments import LineOfOrder, StoredShipment
from app.ports.shipment_gateway import FulfilmentTracking


class OrderLines:
    """The lines of an order, by what a line of a shipment names them by: their ids, or their item and its variant. Item
    numbers compare as they are written; only where none is the same, without regard to case.
    """

    def __init__(self, lines: Sequence[LineOfOrder]) -> None:
        self.by_id = {line.line_id: line for line in lines}
        self._exact: dict[tuple[str, str], list[ShopifyId]] = defaultdict(list)
        self._folded: dict[tuple[str, str], list[ShopifyId]] = defaultdict(list)
        for line in lines:
            if line.item_no is not None:
                self._exact[_item(line)].append(line.line_id)
                self._folded[_folded(line)].append(line.line_id)

    def of(self, line: ShipmentLine, *, known: Collection[ShopifyId] = ()) -> tuple[ShopifyId, ...]:
        """Those that it may be on; ``known`` are ids that are of the order as well."""
        if line.item_no is not None:
            return tuple(self._exact.get(_item(line)) or self._folded.get(_folded(line)) or ())
        named = line.line_id
        return () if named is None or not (named in known or named in self.by_id) else (named,)


def _item(line: LineOfOrder | ShipmentLine) -> tuple[str, str]:
    return line.item_no or "", line.variant_code or ""


def _folded(line: LineOfOrder | ShipmentLine) -> tuple[str, str]:
    item, variant = _item(line)
    return item.casefold(), variant.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedArticle:
    """What a line of a shipment is of, by the names that people and the ERP know it by. It is ``on_order`` while the
    order has a line that it may be on; what several of them do not agree on is None.
    """

    on_order: bool
    shopify_line_id: ShopifyId | None
    item_no: str | None
    variant_code: str | None
    sku: str | None
    description: str | None
    title: str | None
    variant_title: str | None


def articles_of(shipment: StoredShipment) -> Sequence[ShippedArticle]:
    """Of each line of the shipment, in their order."""
    lines = OrderLines(shipment.order_lines)
    return [_article(line, [lines.by_id[each] for each in lines.of(line)]) for line in shipment.shipment.lines]


def _article(line: ShipmentLine, meant: Sequence[LineOfOrder]) -> ShippedArticle:
    def told(name: str) -> str | None:
        said = {getattr(each, name) for each in meant}
        return said.pop() if len(said) == 1 else None

    return ShippedArticle(
        on_order=bool(meant),
        shopify_line_id=line.line_id or (meant[0].line_id if len(meant) == 1 else None),
        item_no=line.item_no or told("item_no"),
        variant_code=line.variant_code or told("variant_code"),
        sku=told("sku"),
        description=told("description"),
        title=told("title"),
        variant_title=told("variant_title"),
    )


def locations_of(shop: ShopConfiguration) -> ErpLocations:
    """What the shop's location mappings say. The blank location is that of store locations without a code; where no
    location has one, the ERP keeps none and the blank location is everywhere.
    """
    by_code: dict[str, set[ShopifyId]] = {}
    blank: set[ShopifyId] = set()
    for mapping in shop.mappings.locations.values():
        if mapping.location_code:
            by_code.setdefault(mapping.location_code.casefold(), set()).add(mapping.location_id)
        else:
            blank.add(mapping.location_id)
    return ErpLocations(
        by_code={code: frozenset(ids) for code, ids in by_code.items()},
        blank=frozenset(blank) if blank or not by_code else None,
    )


def tracking_of(shipment: Shipment, agent: ShippingAgent | None) -> FulfilmentTracking | None:
    """What the buyer is told of the parcels; nothing without a number (FUL-14). The store takes one company: the first
    that a parcel names, else the agent's. Parcels with an address come first, as the store pairs them in order.
    """
    if not shipment.tracking:
        return None
    parcels = [
        (each.number, each.url or (agent.address_of(each.number) if agent else None)) for each in shipment.tracking
    ]
    parcels.sort(key=lambda parcel: parcel[1] is None)
    named = next((each.company for each in shipment.tracking if each.company), None)
    return FulfilmentTracking(
        company=named or (agent.company if agent else None),
        numbers=tuple(number for number, _ in parcels),
        urls=tuple(url for _, url in parcels if url is not None),
    )
