"""What a store shows of shipping, naming only the telling fields. Order lines are ``"1"``, ``"2"`` and so on."""

from collections.abc import Mapping
from typing import Any

from app.domain.identifiers import ShopifyId
from app.domain.shipment_fitting import ErpLocations, Wanted
from app.domain.shipment_sights import CREATE_FULFILMENT, SeenFulfilmentOrder, SeenLine

HERE, THERE = ShopifyId("61"), ShopifyId("62")
MAPPED = ErpLocations(by_code={"blue": frozenset({HERE}), "red": frozenset({THERE})})


def seen_order(number: int, left: Mapping[str, int], **fields: Any) -> SeenFulfilmentOrder:
    """A fulfilment order that takes shipments; ``left``: open pieces by order line."""
    usual: dict[str, Any] = {
        "shopify_id": ShopifyId(str(number)),
        "status": "open",
        "actions": frozenset({CREATE_FULFILMENT}),
        "location_id": HERE,
        "lines": tuple(
            SeenLine(
                shopify_id=ShopifyId(f"{number}00{line}"),
                line_id=ShopifyId(line),
                total_quantity=9,
                remaining_quantity=pieces,
            )
            for line, pieces in left.items()
        ),
    }
    return SeenFulfilmentOrder(**(usual | fields))


def held(number: int, left: Mapping[str, int], status: str = "on_hold") -> SeenFulfilmentOrder:
    """One that takes no shipment now."""
    return seen_order(number, left, status=status, actions=frozenset({"release_hold"}))


def wanted(index: int, quantity: int, *lines: str, location: str | None = None) -> Wanted:
    return Wanted(
        index=index,
        line_ids=tuple(ShopifyId(line) for line in lines or ("1",)),
        quantity=quantity,
        location_code=location,
    )
