"""Whatever becomes of fulfilment orders, no piece is lost, doubled, or shipped twice."""

import random
from collections import Counter

import pytest

from tests.contract.simulator.client import ShopClient, Values
from tests.contract.simulator.shipping_store import SHOP, WAREHOUSE, an_order_to_ship, group, lines_of, pieces


def random_step(rng: random.Random, nodes: list[Values]) -> tuple[str, str, Values]:
    node = rng.choice(nodes)
    number = node["id"].rpartition("/")[2]
    lines = [line for line in lines_of(node) if line["remainingQuantity"]]
    some = pieces(*((line["id"], rng.randint(1, line["remainingQuantity"])) for line in rng.sample(lines, 1)))
    others = [one["id"] for one in nodes if one is not node]
    steps: list[tuple[str, Values]] = [
        ("split", {"fulfillmentOrderLineItems": some}),
        ("move", {"newLocationId": rng.choice([WAREHOUSE, SHOP]), "fulfillmentOrderLineItems": some}),
        ("move", {"newLocationId": rng.choice([WAREHOUSE, SHOP])}),
        ("hold", {"fulfillmentHold": {"reason": "OTHER", "fulfillmentOrderLineItems": some}}),
        ("release-hold", {}),
        ("merge", {"with": rng.sample(others, min(1, len(others)))}),
        ("cancel", {}),
        ("ship", {"some": some}),
    ]
    return (number, *rng.choice(steps))


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_every_piece_is_either_open_once_or_shipped_once(shop: ShopClient, seed: int) -> None:
    rng = random.Random(seed)
    shipping = await an_order_to_ship(shop, 9, 4)
    await shop.put(throttle={"maximumAvailable": 1_000_000})
    refused, steps = 0, 0
    for _ in range(40):
        nodes = await shipping.nodes()
        if not nodes:
            break
        number, action, given = random_step(rng, nodes)
        steps += 1
        if action == "ship":
            wanted = [(one["id"], one["quantity"]) for one in given["some"]]
            payload = await shipping.ship(group(f"gid://shopify/FulfillmentOrder/{number}", *wanted))
            refused += bool(payload["userErrors"])
        else:
            answer = await shop.http.post(f"/control/{shop.domain}/fulfillment-orders/{number}/{action}", json=given)
            assert answer.status_code in (200, 409), answer.text
            refused += answer.status_code == 409
        order = await shipping.read()
        counted: Counter[str] = Counter()
        for node in order["fulfillmentOrders"]["nodes"]:
            for line in lines_of(node) if node["status"] != "CLOSED" else []:
                counted[line["lineItem"]["id"]] += line["remainingQuantity"]
        for fulfilment in order["fulfillments"]:
            for line in fulfilment["fulfillmentLineItems"]["nodes"]:
                counted[line["lineItem"]["id"]] += line["quantity"]
        assert counted == {"gid://shopify/LineItem/11": 9, "gid://shopify/LineItem/12": 4}
    assert steps - refused > 10
