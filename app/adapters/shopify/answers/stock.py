"""Variants as they are listed for their stock, what lies of them where, and the answers to setting it."""

from datetime import datetime

from app.adapters.shopify.answers.money import Page, Reference, Wire
from app.adapters.shopify.answers.stores import UserErrorAnswer


class ListedVariantAnswer(Wire):
    id: str
    inventory_item: Reference
    sku: str | None = None
    barcode: str | None = None


class StockVariantsAnswer(Wire):
    product_variants: Page[ListedVariantAnswer]


class QuantityAnswer(Wire):
    name: str
    quantity: int


class LevelAnswer(Wire):
    location: Reference
    quantities: list[QuantityAnswer]


class StockedItemAnswer(Wire):
    id: str
    tracked: bool
    updated_at: datetime
    inventory_levels: Page[LevelAnswer]


class CodedErrorAnswer(UserErrorAnswer):
    """A user error that says by a code what is wrong."""

    code: str | None = None


class InventorySetPayload(Wire):
    user_errors: list[CodedErrorAnswer]


class InventorySetAnswer(Wire):
    inventory_set_quantities: InventorySetPayload | None = None


class InventoryActivatePayload(Wire):
    user_errors: list[UserErrorAnswer]


class InventoryActivateAnswer(Wire):
    inventory_activate: InventoryActivatePayload | None = None
