"""Setting stock in a store: all of a call or none, only where what was seen still stands, with Shopify's refusals."""

from typing import Any

import pytest

from tests.contract.simulator.client import ShopClient, Values

SET = """mutation S($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) @idempotent(key: "k") { userErrors { code field message } } }"""
UNKEYED = """mutation S($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) { userErrors { code } } }"""
ACTIVATE = """mutation A($item: ID!, $location: ID!, $available: Int) {
  inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available) @idempotent(key: "k") {
    inventoryLevel { quantities(names: ["available", "on_hand"]) { name quantity } } userErrors { message } } }"""
READ = """query L($id: ID!) { inventoryItem(id: $id) { inventoryLevels(first: 5) { nodes {
  quantities(names: ["available", "on_hand"]) { name quantity } } } } }"""
ITEM, HERE, THERE = "gid://shopify/InventoryItem/1", "gid://shopify/Location/61", "gid://shopify/Location/62"
UNKNOWN = "gid://shopify/InventoryItem/9"


@pytest.fixture
async def stocked(shop: ShopClient) -> ShopClient:
    """Five available of eight that lie there."""
    level = {
        "id": "gid://shopify/InventoryLevel/1?inventory_item_id=1",
        "location": {"id": HERE},
        "isActive": True,
        "quantities": [{"name": "available", "quantity": 5}, {"name": "on_hand", "quantity": 8}],
    }
    variant = {"id": "gid://shopify/ProductVariant/1", "inventoryItem": {"id": ITEM, "inventoryLevels": [level]}}
    products = [{"id": "gid://shopify/Product/1", "variants": [variant]}]
    await shop.put(locations=[{"legacyResourceId": "61"}, {"legacyResourceId": "62"}], products=products)
    return shop


def a_quantity(quantity: int, before: int | None, *, item: str = ITEM, location: str = HERE) -> Values:
    return {"inventoryItemId": item, "locationId": location, "quantity": quantity, "changeFromQuantity": before}


async def told(shop: ShopClient, *quantities: Values, **given: Any) -> list[tuple[str, str]]:
    wish = {"name": "available", "reason": "correction", "quantities": list(quantities)} | given
    data = await shop.data(SET, {"input": wish})
    return [(each["code"], ".".join(each["field"])) for each in data["inventorySetQuantities"]["userErrors"]]


async def lies(shop: ShopClient) -> list[dict[str, int]]:
    data = await shop.data(READ, {"id": ITEM})
    levels = data["inventoryItem"]["inventoryLevels"]["nodes"]
    return [{each["name"]: each["quantity"] for each in level["quantities"]} for level in levels]


async def test_what_may_be_sold_and_what_lies_there_move_together(stocked: ShopClient) -> None:
    assert await told(stocked, a_quantity(9, 5)) == []
    assert await told(stocked, a_quantity(10, 12), name="on_hand") == []

    assert await lies(stocked) == [{"available": 7, "on_hand": 10}]


@pytest.mark.parametrize(
    ("quantity", "given", "refused"),
    [
        (a_quantity(9, 4), {}, ("CHANGE_FROM_QUANTITY_STALE", "input.quantities.0.changeFromQuantity")),
        (a_quantity(1_000_000_001, 5), {}, ("INVALID_QUANTITY_TOO_HIGH", "input.quantities.0.quantity")),
        (a_quantity(-1, 8), {"name": "on_hand"}, ("INVALID_QUANTITY_NEGATIVE", "input.quantities.0.quantity")),
        (a_quantity(1, None, item=UNKNOWN), {}, ("INVALID_INVENTORY_ITEM", "input.quantities.0.inventoryItemId")),
        (a_quantity(1, None, location=THERE), {}, ("INVALID_LOCATION", "input.quantities.0.locationId")),
        (a_quantity(9, 5), {"name": "committed"}, ("INVALID_NAME", "input.name")),
        (a_quantity(9, 5), {"reason": "because"}, ("INVALID_REASON", "input.reason")),
    ],
    ids=["stale", "high", "negative", "item", "location", "name", "reason"],
)
async def test_what_shopify_refuses_changes_nothing(
    stocked: ShopClient, quantity: Values, given: Values, refused: tuple[str, str]
) -> None:
    assert refused in await told(stocked, quantity, **given)
    assert await lies(stocked) == [{"available": 5, "on_hand": 8}]


async def test_one_refused_quantity_keeps_all_of_the_call_back(stocked: ShopClient) -> None:
    refused = await told(stocked, a_quantity(9, 5), a_quantity(1, None, location=THERE))

    assert refused == [("INVALID_LOCATION", "input.quantities.1.locationId")]
    assert await lies(stocked) == [{"available": 5, "on_hand": 8}]


async def test_it_takes_a_key_and_a_word_about_what_stood_there(stocked: ShopClient) -> None:
    wish: Values = {"name": "available", "reason": "correction", "quantities": [a_quantity(9, 5)]}
    unkeyed = await stocked.ask(UNKEYED, {"input": wish})
    del wish["quantities"][0]["changeFromQuantity"]
    unsaid = await stocked.ask(SET, {"input": wish})

    assert [body["errors"][0]["extensions"]["code"] for body in (unkeyed, unsaid)] == [
        "BAD_REQUEST",
        "INVALID_FIELD_ARGUMENTS",
    ]


async def test_a_thing_is_stocked_where_it_was_not_once(stocked: ShopClient) -> None:
    wish = {"item": ITEM, "location": THERE, "available": 4}
    made = (await stocked.data(ACTIVATE, wish))["inventoryActivate"]
    again = (await stocked.data(ACTIVATE, wish))["inventoryActivate"]

    assert [each["quantity"] for each in made["inventoryLevel"]["quantities"]] == [4, 4]
    assert "already active" in again["userErrors"][0]["message"]
    assert len(await lies(stocked)) == 2
