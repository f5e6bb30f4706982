"""What an app can do to an order now, and what Shopify has against it."""

from tests.contract.simulator.client import ShopClient, Values, an_order

ORDER = "gid://shopify/Order/1"


async def mutate(
    shop: ShopClient, name: str, arguments: str, selection: str, variables: Values | None = None
) -> Values:
    declared = "($input: OrderInput!)" if variables else ""
    data = await shop.data(f"mutation M{declared} {{ {name}({arguments}) {{ {selection} }} }}", variables)
    payload: Values = data[name]
    return payload


async def test_notes_tags_and_attributes_are_written_and_the_order_moves(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, updatedAt="2026-01-15T09:00:00Z")])
    given = {"id": ORDER, "note": "n", "tags": ["b", "a", "a"], "customAttributes": [{"key": "ERP", "value": "SO-1"}]}
    selection = "order { note tags customAttributes { key value } updatedAt } userErrors { message }"
    payload = await mutate(shop, "orderUpdate", "input: $input", selection, {"input": given})
    assert payload["userErrors"] == []
    assert payload["order"]["tags"] == ["a", "b"]
    assert payload["order"]["customAttributes"] == [{"key": "ERP", "value": "SO-1"}]
    assert payload["order"]["updatedAt"] > "2026-01-15T09:00:00Z"


async def test_metafields_are_written_and_replaced_by_their_name(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    selection = 'order { metafield(namespace: "erp", key: "number") { value type } } userErrors { message }'
    for value in ("SO-1", "SO-2"):
        metafield = {"namespace": "erp", "key": "number", "value": value}
        given = {"id": ORDER, "metafields": [metafield]}
        payload = await mutate(shop, "orderUpdate", "input: $input", selection, {"input": given})
        assert payload["order"]["metafield"] == {"value": value, "type": "single_line_text_field"}
    listed = await shop.data(f'{{ order(id: "{ORDER}") {{ metafields(first: 5) {{ nodes {{ key }} }} }} }}')
    assert listed["order"]["metafields"]["nodes"] == [{"key": "number"}]


async def test_an_order_that_is_not_there_cannot_be_updated(shop: ShopClient) -> None:
    given = {"id": "gid://shopify/Order/2", "note": "n"}
    payload = await mutate(
        shop, "orderUpdate", "input: $input", "order { id } userErrors { field message }", {"input": given}
    )
    assert payload == {"order": None, "userErrors": [{"field": ["id"], "message": "Order does not exist"}]}


async def test_closing_twice_succeeds_and_opening_undoes_it(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    selection = "order { closed closedAt updatedAt } userErrors { message }"
    first = await mutate(shop, "orderClose", f'input: {{id: "{ORDER}"}}', selection)
    second = await mutate(shop, "orderClose", f'input: {{id: "{ORDER}"}}', selection)
    assert first["order"]["closed"]
    assert second == first
    opened = await mutate(shop, "orderOpen", f'input: {{id: "{ORDER}"}}', selection)
    assert (opened["order"]["closed"], opened["order"]["closedAt"]) == (False, None)


async def test_what_is_outstanding_can_be_marked_as_paid_once(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, displayFinancialStatus="PENDING")])
    selection = """order { displayFinancialStatus totalOutstandingSet { shopMoney { amount } } canMarkAsPaid
      transactions(first: 5) { kind gateway status } } userErrors { field message }"""
    paid = await mutate(shop, "orderMarkAsPaid", f'input: {{id: "{ORDER}"}}', selection)
    assert paid["order"]["displayFinancialStatus"] == "PAID"
    assert paid["order"]["totalOutstandingSet"] == {"shopMoney": {"amount": "0.0"}}
    assert paid["order"]["transactions"] == [{"kind": "SALE", "gateway": "manual", "status": "SUCCESS"}]
    again = await mutate(shop, "orderMarkAsPaid", f'input: {{id: "{ORDER}"}}', "userErrors { field message }")
    assert again["userErrors"] == [{"field": ["id"], "message": "Order cannot be marked as paid."}]


async def test_a_cancellation_is_a_job_and_cannot_be_repeated(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, displayFinancialStatus="PENDING")])
    arguments = f'orderId: "{ORDER}", reason: CUSTOMER, restock: true'
    selection = "job { id done } orderCancelUserErrors { code field message }"
    payload = await mutate(shop, "orderCancel", arguments, selection)
    assert payload["orderCancelUserErrors"] == []
    job = (await shop.data("query J($id: ID!) { job(id: $id) { done } }", {"id": payload["job"]["id"]}))["job"]
    assert (payload["job"]["done"], job["done"]) == (False, True)
    order = (await shop.data(f'{{ order(id: "{ORDER}") {{ cancelledAt cancelReason closed }} }}'))["order"]
    assert order["cancelledAt"]
    assert (order["cancelReason"], order["closed"]) == ("CUSTOMER", True)
    again = await mutate(shop, "orderCancel", arguments, selection)
    assert again["orderCancelUserErrors"] == [
        {"code": "INVALID", "field": ["orderId"], "message": "Cannot cancel an order that has already been canceled"}
    ]


async def test_tags_can_be_added_and_removed(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, tags=["a"])])
    selection = "node { ... on Order { tags } } userErrors { message }"
    added = await mutate(shop, "tagsAdd", f'id: "{ORDER}", tags: ["b"]', selection)
    assert added["node"]["tags"] == ["a", "b"]
    removed = await mutate(shop, "tagsRemove", f'id: "{ORDER}", tags: ["a"]', selection)
    assert removed["node"]["tags"] == ["b"]


async def test_a_mutation_that_is_not_simulated_says_so(shop: ShopClient) -> None:
    query = 'mutation { giftCardDeactivate(id: "gid://shopify/GiftCard/1") { userErrors { message } } }'
    answer = await shop.data(query)
    assert "does not carry out giftCardDeactivate" in answer["giftCardDeactivate"]["userErrors"][0]["message"]
