"""Mutations of stock: setting quantities, all of a call or none, and stocking a thing at a location.

Refusals are those recorded from real stores. What Shopify says of a thing that is not stocked at the location, or not
tracked, was never recorded: the codes are the schema's, the sentences ours.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.store_simulator.answers import FieldFailure
from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid, number_of
from app.store_simulator.mutations.registry import mutation, user_error

Values = dict[str, Any]

NAMES = ("available", "on_hand")
REASONS = """
    correction cycle_count_available damaged movement_canceled movement_created movement_received movement_updated other
    promotion quality_control received reservation_created reservation_deleted reservation_updated restock safety_stock
    shrinkage
""".split()
HIGHEST = 1_000_000_000
MOST_QUANTITIES = 250


@mutation("inventorySetQuantities")
def inventory_set_quantities(arguments: Values, context: RequestContext) -> Values:
    given = arguments["input"]
    quantities: list[Values] = given["quantities"]
    if len(quantities) > MOST_QUANTITIES:
        message = f"The input array size of {len(quantities)} is greater than the maximum allowed of {MOST_QUANTITIES}."
        raise FieldFailure(message, "MAX_INPUT_SIZE_EXCEEDED")
    if any("changeFromQuantity" not in each for each in quantities):
        message = "InventoryQuantityInput must include the following argument: changeFromQuantity."
        raise FieldFailure(message, "INVALID_FIELD_ARGUMENTS")
    errors = [*_wrong_header(given), *_wrong_quantities(given, quantities, context)]
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    changed = []
    for each in quantities:
        level = _level(context, each["inventoryItemId"], each["locationId"])
        assert level is not None
        delta = each["quantity"] - _quantity(level, given["name"])
        if delta:
            _move(level, delta, context)
            changed.append(level)
    context.events.extend(("INVENTORY_LEVELS_UPDATE", level) for level in changed)
    made = {"id": gid("InventoryAdjustmentGroup", context.store.new_number()), "reason": given["reason"]}
    return {"inventoryAdjustmentGroup": made if changed else None, "userErrors": []}


def _wrong_header(given: Values) -> list[Values]:
    if given["name"] not in NAMES:
        return [
            user_error(
                "The quantity name must be either 'available' or 'on_hand'.", "input", "name", code="INVALID_NAME"
            )
        ]
    if given["reason"] not in REASONS:
        message = f"The specified reason is invalid. Valid values are: {', '.join(REASONS)}."
        return [user_error(message, "input", "reason", code="INVALID_REASON")]
    return []


def _wrong_quantities(given: Values, quantities: Sequence[Values], context: RequestContext) -> list[Values]:
    errors: list[Values] = []
    pairs = Counter((each["inventoryItemId"], each["locationId"]) for each in quantities)
    for place, each in enumerate(quantities):
        found = _wrong(given["name"], each, context)
        if pairs[each["inventoryItemId"], each["locationId"]] > 1:
            message = "The combination of inventoryItemId and locationId must be unique."
            found = ("locationId", message, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR")
        if found:
            field, message, code = found
            errors.append(user_error(message, "input", "quantities", str(place), field, code=code))
    return errors


def _wrong(name: str, each: Values, context: RequestContext) -> tuple[str, str, str] | None:
    quantity, before = each["quantity"], each["changeFromQuantity"]
    if quantity > HIGHEST:
        return "quantity", "The quantity can't be higher than 1,000,000,000.", "INVALID_QUANTITY_TOO_HIGH"
    if quantity < 0 and name == "on_hand":
        return "quantity", "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE"
    if quantity < -HIGHEST:
        return "quantity", "The quantity can't be lower than -1,000,000,000.", "INVALID_QUANTITY_TOO_LOW"
    item = context.wanted(each["inventoryItemId"], "InventoryItem")
    if item is None:
        return "inventoryItemId", "The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM"
    if context.wanted(each["locationId"], "Location") is None:
        return "locationId", "The specified location could not be found.", "INVALID_LOCATION"
    if not item.get("tracked"):
        return "inventoryItemId", "The specified inventory item is not tracked.", "NON_MUTABLE_INVENTORY_ITEM"
    level = _level(context, each["inventoryItemId"], each["locationId"])
    if level is None:
        message = "The specified inventory item is not stocked at the location."
        return "locationId", message, "INVALID_LOCATION"
    if before is not None and before != _quantity(level, name):
        message = "The changeFromQuantity argument no longer matches the persisted quantity."
        return "changeFromQuantity", message, "CHANGE_FROM_QUANTITY_STALE"
    return None


@mutation("inventoryActivate")
def inventory_activate(arguments: Values, context: RequestContext) -> Values:
    item = context.wanted(arguments["inventoryItemId"], "InventoryItem")
    location = context.wanted(arguments["locationId"], "Location")
    if item is None:
        return _not_active("The product couldn't be stocked because it wasn't found.", "inventoryItemId")
    if location is None or not location.get("isActive", True):
        return _not_active("The product couldn't be stocked because the location wasn't found.", "locationId")
    available, on_hand = arguments.get("available"), arguments.get("onHand")
    if available is not None and on_hand is not None:
        return _not_active("Cannot set both available and on_hand quantities.", "available")
    level = _level(context, item["id"], location["id"])
    if level is not None and (available is not None or on_hand is not None):
        message = "Not allowed to set available quantity when the item is already active at the location."
        return _not_active(message, "available")
    if level is None:
        level = _stocked(item, location["id"], available if available is not None else on_hand or 0, context)
        context.events.append(("INVENTORY_LEVELS_CONNECT", level))
    return {"inventoryLevel": level, "userErrors": []}


def _not_active(message: str, field: str) -> Values:
    return {"inventoryLevel": None, "userErrors": [user_error(message, field)]}


def _stocked(item: Values, location: str, pieces: int, context: RequestContext) -> Values:
    number = context.store.new_number()
    level = {
        "id": gid("InventoryLevel", f"{number}?inventory_item_id={number_of(item['id'])}"),
        "isActive": True,
        "location": {"id": location},
        "item": {"id": item["id"]},
        "quantities": [{"name": name, "quantity": pieces} for name in NAMES],
        "createdAt": context.store.now_text(),
        "updatedAt": context.store.now_text(),
        "canDeactivate": True,
    }
    item["inventoryLevels"] = [*(item.get("inventoryLevels") or []), level]
    context.store.reindex("InventoryItem", item)
    context.store.touch(item)
    return level


def _level(context: RequestContext, item: str, location: str) -> Values | None:
    stocked = context.store.find(item) or {}
    for level in stocked.get("inventoryLevels") or []:
        if (level.get("location") or {}).get("id") == location and level.get("isActive", True):
            found: Values = level
            return found
    return None


def _quantity(level: Values, name: str) -> int:
    return next((int(each["quantity"]) for each in level.get("quantities") or [] if each["name"] == name), 0)


def _move(level: Values, delta: int, context: RequestContext) -> None:
    """What may be sold and what lies there move together; what is promised stays."""
    kept = {each["name"]: each for each in level.get("quantities") or []}
    for name in NAMES:
        known = kept.setdefault(name, {"name": name, "quantity": 0})
        known["quantity"] = int(known["quantity"]) + delta
    level["quantities"] = list(kept.values())
    level["updatedAt"] = context.store.now_text()
