"""Prices from the ERP, and items asked to be sent, over HTTP."""

from tests.erp_surface import Surface


async def test_prices_are_kept_for_a_shop_or_for_all(house: Surface) -> None:
    items = [
        {"item_no": "POT", "price": "12.50", "compare_at_price": "15", "unit_cost": "7.25"},
        {"item_no": "POT", "variant_code": "RED", "price": "-1"},
        {"item_no": "POT", "shop": "nowhere", "price": "1"},
    ]

    answer = await house.client.post("/v1/prices/batch", json={"items": items})
    again = await house.client.post("/v1/prices/batch", json={"items": items[:1]})

    results = answer.json()["results"]
    assert (answer.status_code, [each["status"] for each in results]) == (207, [201, 422, 422])
    assert results[2]["problem"]["code"] == "unknown_shop"
    assert again.json()["results"][0]["status"] == 200
    rows = await house.fetch("SELECT item_no, variant_code, shop_id, price FROM item_prices")
    assert [(row["item_no"], row["variant_code"], row["shop_id"], str(row["price"])) for row in rows] == [
        ("POT", "", "", "12.500000")
    ]


async def test_prices_of_a_price_group_are_kept_apart_with_their_currency(house: Surface) -> None:
    group = {"price_group": "WHOLESALE", "item_no": "POT"}
    items = [
        group | {"currency": "EUR", "price": "9.50", "compare_at_price": "12.50"},
        group | {"currency": "CHF", "variant_code": "RED", "price": "10"},
        group | {"price": "9.50"},
        group | {"currency": "EUR", "price": "9.50", "shop": "web", "unit_cost": "1"},
        group | {"currency": "EUR", "compare_at_price": "9.50"},
        {"item_no": "POT", "currency": "EUR", "price": "1"},
    ]

    answer = await house.client.post("/v1/prices/batch", json={"items": items})
    taken_back = await house.client.post("/v1/prices/batch", json={"items": [group | {"currency": "CHF"}, items[0]]})

    results = answer.json()["results"]
    assert [each["status"] for each in results] == [201, 201, 422, 422, 422, 422]
    wrong = [[each["pointer"] for each in result["problem"]["errors"]] for result in results[2:]]
    assert wrong == [["/currency"], ["/shop", "/unit_cost"], ["/price"], ["/currency"]]
    assert [each["status"] for each in taken_back.json()["results"]] == [200, 200]
    rows = await house.fetch("SELECT currency, variant_code, price FROM catalog_prices ORDER BY currency")
    assert [(row["currency"], row["variant_code"], str(row["price"])) for row in rows] == [
        ("CHF", "RED", "10.000000"),
        ("EUR", "", "9.500000"),
    ]


async def test_a_price_without_any_amount_is_taken_back(house: Surface) -> None:
    for item in ({"item_no": "LID", "price": "1"}, {"item_no": "LID"}):
        await house.client.post("/v1/prices/batch", json={"items": [item]})

    assert await house.fetch("SELECT 1 FROM item_prices WHERE item_no = 'LID'") == []
