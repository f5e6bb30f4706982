"""A store filled by the generator serves every order whole and fast, and lets it live on."""

from decimal import Decimal
from time import perf_counter

from tests.contract.simulator.client import ShopClient

PAGE = """query Page($after: String) { orders(first: 50, after: $after, sortKey: UPDATED_AT, query: "status:any") {
  pageInfo { hasNextPage endCursor }
  nodes { name test updatedAt displayFinancialStatus customer { id displayName } billingAddress { city }
    totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
    lineItems(first: 5) { nodes { id sku quantity product { title } variant { id sku }
      originalUnitPriceSet { shopMoney { amount } } taxLines { title priceSet { shopMoney { amount } } } } }
    transactions(first: 5) { kind status amountSet { shopMoney { amount } } } } } }"""


async def test_generated_orders_are_served_page_by_page(shop: ShopClient) -> None:
    made = await shop.control("POST", "orders/generate", {"seed": 7, "count": 120, "preset": "day"})
    assert (made["orders"], len(made["ids"])) == (120, 120)
    assert made["unlinkedVariants"]
    await shop.put(throttle={"maximumAvailable": 100_000, "restoreRate": 100_000})
    seen: list[str] = []
    after = None
    while True:
        page = (await shop.data(PAGE, {"after": after}))["orders"]
        seen.extend(order["name"] for order in page["nodes"])
        assert all(Decimal(order["totalPriceSet"]["shopMoney"]["amount"]) >= 0 for order in page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == len(set(seen)) == 120


async def test_the_same_seed_gives_the_same_store(shop: ShopClient) -> None:
    wish = {"seed": 3, "count": 5, "start": "2026-02-01T08:00:00+00:00", "firstNumber": 2001}
    await shop.control("POST", "orders/generate", wish)
    first = await shop.control("GET", "state?kinds=orders,products")
    await shop.control("POST", "reset")
    await shop.control("POST", "orders/generate", wish)
    second = await shop.control("GET", "state?kinds=orders,products")
    assert (first["orders"], first["products"]) == (second["orders"], second["products"])


async def test_a_generated_order_lives_on(shop: ShopClient) -> None:
    await shop.control("POST", "orders/generate", {"seed": 3, "count": 1, "preset": "typical"})
    shipped = await shop.control("POST", "orders/%231001/fulfil", {"tracking": {"number": "T1", "company": "UPS"}})
    assert "ORDERS_FULFILLED" in shipped["topics"]
    query = """{ orders(first: 1) { nodes { displayFulfillmentStatus
      fulfillments(first: 5) { trackingInfo { number } fulfillmentLineItems(first: 5) { nodes { lineItem { id } } } }
      fulfillmentOrders(first: 5) { nodes { status lineItems(first: 5) { nodes { remainingQuantity } } } } } } }"""
    order = (await shop.data(query))["orders"]["nodes"][0]
    assert order["displayFulfillmentStatus"] == "FULFILLED"
    assert order["fulfillments"][0]["trackingInfo"] == [{"number": "T1"}]
    refused = await shop.control("POST", "orders/%231001/cancel", {}, status=409)
    assert refused["error"] == "Cannot cancel an order that has outstanding fulfillments"


async def test_unknown_actions_and_orders_are_refused(shop: ShopClient) -> None:
    await shop.control("POST", "orders/generate", {"count": 1})
    assert "error" in await shop.control("POST", "orders/%231001/frame", {}, status=400)
    assert "error" in await shop.control("POST", "orders/9/close", {}, status=404)
    assert "error" in await shop.control("POST", "orders/generate", {"count": 0}, status=400)
    assert "error" in await shop.control("POST", "orders/generate", {"count": 1, "options": {"luck": 1}}, status=400)


async def test_a_page_of_fifty_orders_is_answered_from_memory(shop: ShopClient) -> None:
    await shop.control("POST", "orders/generate", {"seed": 1, "count": 500, "preset": "typical"})
    await shop.put(throttle={"maximumAvailable": 100_000, "restoreRate": 100_000})
    await shop.data(PAGE)
    started = perf_counter()
    for _page in range(5):
        await shop.data(PAGE)
    # Far above what it takes, far below what a scan of the store or a plan made anew would take.
    assert (perf_counter() - started) / 5 < 0.25


EXCHANGED = """{ orders(first: 1) { nodes {
  lineItems(first: 9) { nodes { id sku } }
  returns(first: 2) { nodes { status exchangeLineItems(first: 2) { nodes { variantSku lineItems { id sku } } } } }
  refunds { return { id } } } } }"""


async def test_goods_are_exchanged_by_name_and_served_as_lines_of_the_same_order(shop: ShopClient) -> None:
    await shop.control("POST", "orders/generate", {"seed": 3, "count": 1, "preset": "typical"})
    await shop.control("POST", "orders/%231001/fulfil", {})
    state = await shop.control("GET", "state?kinds=orders,products")
    sold, product = state["orders"][0]["lineItems"][0], state["products"][0]
    goods = {"variant": product["variants"][0], "product": product, "quantity": 1}

    done = await shop.control(
        "POST", "orders/%231001/exchange", {"returned": [{"id": sold["id"], "quantity": 1}], "goods": [goods]}
    )

    [order] = (await shop.data(EXCHANGED))["orders"]["nodes"]
    [back], [_, _, new] = order["returns"]["nodes"], order["lineItems"]["nodes"]
    [exchanged] = back["exchangeLineItems"]["nodes"]
    assert done["topics"] == ["REFUNDS_CREATE", "ORDERS_UPDATED"]
    assert exchanged["lineItems"] == [new]
    assert exchanged["variantSku"] == new["sku"] == product["variants"][0]["sku"]
    assert order["refunds"][0]["return"]


async def test_orders_with_everything_are_served(shop: ShopClient) -> None:
    made = await shop.control("POST", "orders/generate", {"seed": 5, "count": 60, "preset": "everything"})
    query = """{ orders(first: 60) { nodes { poNumber dutiesIncluded paymentTerms { paymentTermsType
      paymentSchedules(first: 1) { nodes { dueAt } } }
      purchasingEntity { ... on PurchasingCompany { company { name } } }
      additionalFees { name price { shopMoney { amount } } }
      lineItems(first: 12) { nodes { duties { price { shopMoney { amount } } taxLines { rate } } } } } } }"""
    await shop.put(throttle={"maximumAvailable": 100_000, "restoreRate": 100_000})

    orders = (await shop.data(query))["orders"]["nodes"]

    assert len(orders) == made["orders"] == 60
    assert any(order["paymentTerms"] and order["purchasingEntity"]["company"]["name"] for order in orders)
    assert any(order["additionalFees"] for order in orders)
    assert any(line["duties"] for order in orders for line in order["lineItems"]["nodes"])
