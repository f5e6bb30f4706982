"""Which mutations Shopify only takes together with a key by which they may be repeated.

Knows names; remembering keys is the matter of the mutations themselves.
"""

IDEMPOTENT_ONLY = frozenset(
    """
    refundCreate inventoryAdjustQuantities inventoryMoveQuantities inventorySetQuantities inventorySetOnHandQuantities
    inventoryActivate inventoryShipmentCreate inventoryShipmentCreateInTransit inventoryShipmentAddItems
    inventoryShipmentReceive inventoryTransferCreate inventoryTransferCreateAsReadyToShip inventoryTransferDuplicate
    inventoryTransferSetItems locationActivate locationDeactivate
    """.split()
)
KEY_MISSING = "The @idempotent directive is required for this mutation but was not provided."
