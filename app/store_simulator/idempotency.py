"""Which mutations Shopify only takes together with a key by which they may be repeated.

Knows names; remembering keys is the matter of the mutations themselves.
"""

from typing import Any

from graphql import FieldNode, OperationDefinitionNode, OperationType

from app.store_simulator.answers import error_entry

IDEMPOTENT_ONLY = frozenset(
    """
    refundCreate inventoryAdjustQuantities inventoryMoveQuantities inventorySetQuantities inventorySetOnHandQuantities
    inventoryActivate inventoryShipmentCreate inventoryShipmentCreateInTransit inventoryShipmentAddItems
    inventoryShipmentReceive inventoryTransferCreate inventoryTransferCreateAsReadyToShip inventoryTransferDuplicate
    inventoryTransferSetItems locationActivate locationDeactivate
    """.split()
)
REFUSAL = "The @idempotent directive is required for this mutation but was not provided."


def missing_keys(operation: OperationDefinitionNode) -> list[dict[str, Any]]:
    """One entry of errors[] for each mutation of the operation that lacks its key."""
    if operation.operation is not OperationType.MUTATION:
        return []
    fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    return [_refusal(node) for node in fields if node.name.value in IDEMPOTENT_ONLY and not _has_key(node)]


def _has_key(node: FieldNode) -> bool:
    return any(directive.name.value == "idempotent" for directive in node.directives)


def _refusal(node: FieldNode) -> dict[str, Any]:
    start = node.loc.start_token if node.loc else None
    line, column = (start.line, start.column) if start else (1, 1)
    path = [node.alias.value if node.alias else node.name.value]
    return error_entry(REFUSAL, {"code": "BAD_REQUEST"}, line=line, column=column, path=path)
