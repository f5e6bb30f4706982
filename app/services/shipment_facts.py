"""What a shipment's lines and parcels mean in its shop: order lines, store locations, what the buyer is told."""

from collections.abc import Collection, Sequence

from app.domain.identifiers import ShopifyId
from app.domain.shipment_fitting import ErpLocations
from app.domain.shipments import Shipment, ShipmentLine
from app.domain.shipping_agents import ShippingAgent
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.shipments import LineOfOrder
from app.ports.shipment_gateway import FulfilmentTracking


def order_lines_of(
    line: ShipmentLine, lines: Sequence[LineOfOrder], known: Collection[ShopifyId]
) -> tuple[ShopifyId, ...]:
    """The order lines that a line of a shipment may be on. Item numbers compare as they are written; only where none is
    the same, without regard to case.
    """
    if line.item_no is None:
        return (line.line_id,) if line.line_id in known and line.line_id is not None else ()
    asked = line.item_no, line.variant_code or ""
    exact = [each.line_id for each in lines if (each.item_no, each.variant_code or "") == asked]
    if exact:
        return tuple(exact)
    folded = tuple(part.casefold() for part in asked)
    alike = [
        each.line_id
        for each in lines
        if ((each.item_no or "").casefold(), (each.variant_code or "").casefold()) == folded
    ]
    return tuple(alike)


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
