"""Stock as the ERP tells it, on the wire."""

from pydantic import Field

from app.api.schemas.types import Code, DecimalString, No, RequestBody
from app.ports.repositories.stock import ToldLevel


class InventoryLevelInBatch(RequestBody):
    """What lies of an item at one of the ERP's locations."""

    item_no: No = Field(description="The ERP's item; it may be sent later.", examples=["ITEM-A"])
    variant_code: Code | None = Field(default=None, description="Its variant; null = the item itself.")
    location_code: Code | None = Field(
        default=None, description="The ERP's location; null = the blank one.", examples=["BLUE"]
    )
    quantity: DecimalString = Field(
        description="In the item's base unit. What it is, the location mapping's `stock_calculation` says: what may"
        " still be sold, or what lies there.",
        examples=["12"],
    )


def told_level(given: InventoryLevelInBatch) -> ToldLevel:
    return ToldLevel(
        item_no=given.item_no,
        variant_code=given.variant_code or "",
        location_code=given.location_code or "",
        quantity=given.quantity,
    )
