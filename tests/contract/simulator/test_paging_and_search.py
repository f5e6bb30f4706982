"""Lists of orders: pages, cursors, sort keys and the search syntax."""

import pytest

from tests.contract.simulator.client import ShopClient, Values, an_order

LIST = """query List($first: Int, $last: Int, $after: String, $before: String, $query: String, $reverse: Boolean,
  $sortKey: OrderSortKeys) {
  orders(first: $first, last: $last, after: $after, before: $before, query: $query, reverse: $reverse,
    sortKey: $sortKey) { nodes { name } edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def at(minute: int) -> str:
    return f"2026-02-01T10:{minute:02d}:00Z"


async def five_orders(shop: ShopClient) -> None:
    """Updated in the order 5, 4, 3, 2, 1; placed in the order of their numbers."""
    orders = [
        an_order(number, name=f"#{number}", createdAt=at(number), updatedAt=at(30 - number)) for number in range(1, 6)
    ]
    await shop.put(orders=orders)


async def names(shop: ShopClient, **variables: object) -> list[str]:
    page = (await shop.data(LIST, {"first": 50, **variables}))["orders"]
    return [node["name"] for node in page["nodes"]]


async def test_pages_by_update_time_reach_every_order_once(shop: ShopClient) -> None:
    await five_orders(shop)
    seen: list[str] = []
    after = None
    while True:
        page = (await shop.data(LIST, {"first": 2, "after": after, "sortKey": "UPDATED_AT"}))["orders"]
        seen.extend(node["name"] for node in page["nodes"])
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == ["#5", "#4", "#3", "#2", "#1"]


async def test_an_order_that_changes_while_pages_are_read_comes_again_and_hides_no_other(shop: ShopClient) -> None:
    await five_orders(shop)
    first = (await shop.data(LIST, {"first": 2, "sortKey": "UPDATED_AT"}))["orders"]
    await shop.control("PATCH", "orders/5", {"note": "changed"})
    rest = await names(shop, after=first["pageInfo"]["endCursor"], sortKey="UPDATED_AT")
    assert rest == ["#3", "#2", "#1", "#5"]


async def test_the_last_page_backwards_keeps_the_order_of_the_list(shop: ShopClient) -> None:
    await five_orders(shop)
    page = (await shop.data(LIST, {"last": 2, "sortKey": "CREATED_AT"}))["orders"]
    assert [node["name"] for node in page["nodes"]] == ["#4", "#5"]
    assert page["pageInfo"]["hasPreviousPage"]
    earlier = await shop.data(LIST, {"last": 2, "before": page["pageInfo"]["startCursor"], "sortKey": "CREATED_AT"})
    assert [node["name"] for node in earlier["orders"]["nodes"]] == ["#2", "#3"]


async def test_reverse_turns_the_list_and_its_cursors(shop: ShopClient) -> None:
    await five_orders(shop)
    page = (await shop.data(LIST, {"first": 2, "sortKey": "ID", "reverse": True}))["orders"]
    assert [node["name"] for node in page["nodes"]] == ["#5", "#4"]
    rest = await names(shop, after=page["pageInfo"]["endCursor"], sortKey="ID", reverse=True)
    assert rest == ["#3", "#2", "#1"]


async def test_a_smaller_page_than_asked_can_be_enforced(shop: ShopClient) -> None:
    await five_orders(shop)
    await shop.put(order_list_page_size=2)
    page = (await shop.data(LIST, {"first": 50}))["orders"]
    assert len(page["nodes"]) == 2
    assert page["pageInfo"]["hasNextPage"]


async def test_nested_pages_continue_behind_their_cursor(shop: ShopClient) -> None:
    lines = [{"name": f"Item {number}"} for number in range(5)]
    await shop.put(orders=[an_order(1, lineItems=lines)], page_sizes={"Order.lineItems": 2})
    query = """query Lines($after: String) { order(id: "gid://shopify/Order/1") { lineItems(first: 10, after: $after) {
      nodes { name } pageInfo { hasNextPage endCursor } } } }"""
    seen: list[str] = []
    after = None
    for _page in range(3):
        page = (await shop.data(query, {"after": after}))["order"]["lineItems"]
        seen.extend(node["name"] for node in page["nodes"])
        after = page["pageInfo"]["endCursor"]
    assert seen == [line["name"] for line in lines]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "you must provide one of first or last"),
        ({"first": 2, "last": 2}, "providing both first and last is not supported"),
        ({"first": 251}, "first cannot exceed 250"),
    ],
)
async def test_a_page_must_have_one_size_of_at_most_250(shop: ShopClient, arguments: Values, message: str) -> None:
    body = await shop.ask(LIST, arguments)
    assert body["errors"][0]["message"] == message
    assert body["errors"][0]["path"] == ["orders"]
    assert body["data"] is None


async def searched_orders(shop: ShopClient) -> None:
    await shop.put(
        orders=[
            an_order(1, name="#1", updatedAt=at(1), tags=["vip", "new customer"], email="Anna@Example.com"),
            an_order(2, name="#2", updatedAt=at(2), displayFinancialStatus="PENDING", sourceName="pos"),
            an_order(3, name="#3", updatedAt=at(3), closed=True, displayFulfillmentStatus="FULFILLED"),
            an_order(4, name="#4", updatedAt=at(4), cancelledAt=at(4), closed=True, test=True),
        ]
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status:open", "12"),
        ("status:closed", "34"),
        ("status:cancelled", "4"),
        ("status:not_closed", "12"),
        ("status:any", "1234"),
        ("financial_status:pending", "2"),
        ("financial_status:unpaid", "2"),
        ("fulfillment_status:shipped", "3"),
        ("fulfillment_status:unfulfilled status:open", "12"),
        ("tag:vip", "1"),
        ('tag:"New Customer"', "1"),
        ("tag_not:vip", "234"),
        ("-tag:vip", "234"),
        ("NOT tag:vip AND status:open", "2"),
        ("tag:vip OR source_name:pos", "12"),
        ("(tag:vip OR source_name:pos) financial_status:paid", "1"),
        ("test:true", "4"),
        ("name:2", "2"),
        ("name:#2", "2"),
        ("id:3", "3"),
        ("id:>=3", "34"),
        ("email:anna@example.com", "1"),
        ("email:anna*", "1"),
        (f"updated_at:>='{at(3)}'", "34"),
        (f'updated_at:>"{at(3)}"', "4"),
        (f"updated_at:<{at(2)[:10]}", ""),
        ("updated_at:2026-02-01", "1234"),
        ("updated_at:>='2026-02-01T12:03:00+02:00'", "34"),
        ("created_at:>=2026-01-01 status:open", "12"),
        ("", "1234"),
    ],
)
async def test_the_search_syntax_selects(shop: ShopClient, query: str, found: str) -> None:
    await searched_orders(shop)
    assert await names(shop, query=query, sortKey="UPDATED_AT") == [f"#{digit}" for digit in found]


async def test_an_unknown_search_field_returns_everything_with_a_warning(shop: ShopClient) -> None:
    await searched_orders(shop)
    body = await shop.ask(LIST, {"first": 10, "query": "updated:>='2030-01-01'"})
    assert len(body["data"]["orders"]["nodes"]) == 4
    assert body["extensions"]["search"][0]["warnings"][0]["field"] == "updated"


async def test_without_read_all_orders_only_sixty_days_are_seen(shop: ShopClient) -> None:
    await shop.put(clock="2026-03-15T00:00:00Z", app={"scopes": ["read_orders"]})
    await shop.put(
        orders=[an_order(1, createdAt="2026-01-01T00:00:00Z"), an_order(2, createdAt="2026-03-01T00:00:00Z")]
    )
    assert await names(shop) == ["WEB2"]


async def test_customers_are_found_by_email_and_phone(shop: ShopClient) -> None:
    await shop.put(
        customers=[
            {"legacyResourceId": "1", "defaultEmailAddress": {"emailAddress": "a@example.com"}},
            {"legacyResourceId": "2", "defaultPhoneNumber": {"phoneNumber": "+4545455555"}},
        ]
    )
    query = "query Find($query: String!) { customers(first: 5, query: $query) { nodes { legacyResourceId } } }"
    for text, number in (("email:A@example.com", "1"), ("phone:+4545455555", "2"), ("phone:'+4545455555'", "2")):
        found = (await shop.data(query, {"query": text}))["customers"]["nodes"]
        assert [customer["legacyResourceId"] for customer in found] == [number]
