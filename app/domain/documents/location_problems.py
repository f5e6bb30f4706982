"""What is said of a line whose location is mandatory and missing (P31, P33). Does not know when that is so."""

from collections.abc import Sequence

from app.domain import awaited
from app.domain.documents.locations import LocationShare
from app.domain.identifiers import ShopId
from app.domain.problems import Problem, ProblemCode


def location_missing(pointer: str, shares: Sequence[LocationShare], shop_id: ShopId) -> Problem:
    """Every store location that is behind it, in one problem of the line."""
    told = [_told(share) for share in shares]
    remedies = [remedy for _, remedy in told]
    waits = [awaited.location_mapping(shop_id, share.location_id) for share in shares if share.location_id]
    remedy = ", or ".join(dict.fromkeys([*remedies, "switch orders.location_mandatory off"]))
    return Problem(
        code=ProblemCode.LOCATION_MISSING,
        pointer=pointer,
        detail=" ".join(detail for detail, _ in told),
        remedy=f"{remedy[0].upper()}{remedy[1:]}.",
        waits_for=(*waits, awaited.setting(shop_id, "orders.location_mandatory")),
    )


def _told(share: LocationShare) -> tuple[str, str]:
    """What was found and what helps."""
    if share.location_id:
        named = f"“{share.location_name}” ({share.location_id})" if share.location_name else share.location_id
        return (
            f"The store location {named}, from which this line ships, has no ERP location.",
            "map the store location to an ERP location",
        )
    if share.location_name:
        return (
            f"The store location “{share.location_name}”, from which this line ships, is no longer there.",
            "move the fulfilment order to another location in Shopify",
        )
    return (
        "No fulfilment order says from which location this line ships.",
        "let the app read fulfilment orders and read the order again",
    )
