"""What an app can do to an order now, and what Shopify has against it."""

from typing import Any

import pytest

from tests.contract.simulator.client import ShopClient, Values, an_order, eur

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


CAPTURE = """mutation C($input: OrderCaptureInput!) { orderCapture(input: $input) {
  transaction { kind status amountSet { shopMoney { amount } presentmentMoney { amount } } }
  userErrors { field message } } }"""
HOLD = "gid://shopify/OrderTransaction/7"


async def an_authorised_order(shop: ShopClient, **fields: Any) -> None:
    hold = {"id": HOLD, "kind": "AUTHORIZATION", "gateway": "shopify_payments", "amountSet": eur("10.00"), **fields}
    await shop.put(orders=[an_order(1, displayFinancialStatus="AUTHORIZED", transactions=[hold])])


async def captured(shop: ShopClient, **fields: Any) -> Values:
    given = {"id": ORDER, "parentTransactionId": HOLD, "amount": "10.00", **fields}
    payload: Values = (await shop.data(CAPTURE, {"input": given}))["orderCapture"]
    return payload


async def test_an_authorisation_is_captured_in_parts_until_nothing_is_left(shop: ShopClient) -> None:
    await an_authorised_order(shop)
    first = await captured(shop, amount="4.00")
    status = '{ order(id: "gid://shopify/Order/1") { displayFinancialStatus capturable } }'
    between = (await shop.data(status))["order"]
    second = await captured(shop, amount="6.00", currency="EUR")
    after = (await shop.data(status))["order"]
    third = await captured(shop, amount="1.00")
    assert [one["transaction"]["amountSet"]["shopMoney"]["amount"] for one in (first, second)] == ["4.0", "6.0"]
    assert between == {"displayFinancialStatus": "PARTIALLY_PAID", "capturable": True}
    assert after == {"displayFinancialStatus": "PAID", "capturable": False}
    assert third["userErrors"][0]["message"] == "Cannot capture more than the authorized 10.00 for this payment."


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"amount": "10.01"}, None, "Cannot capture more than the authorized 10.00 for this payment."),
        ({"amount": "0.00"}, None, "Amount must be greater than zero for capture transactions"),
        ({"parentTransactionId": "gid://shopify/OrderTransaction/8"}, None, "Unable to find parent transaction"),
        ({"currency": "USD"}, ["currency"], "Currency Currency must match parent transaction EUR"),
        ({"id": "gid://shopify/Order/2"}, ["id"], "Order does not exist"),
    ],
    ids=["too much", "nothing", "another transaction", "another currency", "another order"],
)
async def test_what_cannot_be_captured_is_refused_in_shopifys_words(
    shop: ShopClient, given: Values, field: list[str] | None, message: str
) -> None:
    await an_authorised_order(shop)
    payload = await captured(shop, **given)
    assert payload == {"transaction": None, "userErrors": [{"field": field, "message": message}]}


@pytest.mark.parametrize(
    ("hold", "message"),
    [
        ({"kind": "SALE"}, "Parent transaction should be a successful authorization"),
        ({"status": "FAILURE"}, "Can only capture successful authorizations"),
    ],
    ids=["a sale", "a failed one"],
)
async def test_only_a_successful_authorisation_is_captured(shop: ShopClient, hold: Values, message: str) -> None:
    await an_authorised_order(shop, **hold)
    assert (await captured(shop))["userErrors"][0]["message"] == message


async def test_a_final_capture_is_known_to_one_gateway_only(shop: ShopClient) -> None:
    await an_authorised_order(shop, gateway="manual")
    assert (
        "Setting final capture is not supported"
        in (await captured(shop, finalCapture=True))["userErrors"][0]["message"]
    )


async def test_a_capture_names_the_customers_currency_where_it_is_another(shop: ShopClient) -> None:
    both = {"shopMoney": {"amount": "10.00"}, "presentmentMoney": {"amount": "11.00", "currencyCode": "USD"}}
    hold = {"id": HOLD, "kind": "AUTHORIZATION", "gateway": "shopify_payments", "amountSet": both}
    order = an_order(1, displayFinancialStatus="AUTHORIZED", transactions=[hold], presentmentCurrencyCode="USD")
    await shop.put(orders=[order])
    refused = await captured(shop, amount="5.50")
    assert refused["userErrors"][0]["message"] == "Currency Currency must match parent transaction USD"
    made = await captured(shop, amount="5.50", currency="USD")
    assert made["transaction"]["amountSet"] == {"shopMoney": {"amount": "5.0"}, "presentmentMoney": {"amount": "5.5"}}


CANCEL = """mutation X($method: OrderCancelRefundMethodInput) {
  orderCancel(orderId: "gid://shopify/Order/1", reason: CUSTOMER, restock: true, refundMethod: $method) {
    job { id done } orderCancelUserErrors { code field message } } }"""
CANCELLED = """{ order(id: "gid://shopify/Order/1") { cancelledAt displayFinancialStatus
  transactions { kind gateway amountSet { shopMoney { amount } } } } }"""


async def cancelled(shop: ShopClient, method: Values | None = None) -> Values:
    payload: Values = (await shop.data(CANCEL, {"method": method}))["orderCancel"]
    return payload


async def test_a_slow_cancellation_is_done_when_its_job_is(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, displayFinancialStatus="PENDING")], job_requests=2)
    ask = "query J($id: ID!) { job(id: $id) { done } }"

    job = (await cancelled(shop))["job"]
    again = await cancelled(shop)
    waiting = await shop.data(ask, {"id": job["id"]})
    done = await shop.data(ask, {"id": job["id"]})

    assert again["orderCancelUserErrors"][0]["message"] == "Cancellation is already in progress"
    assert waiting == {"job": {"done": False}}
    assert done == {"job": {"done": True}}
    assert (await shop.data(CANCELLED))["order"]["cancelledAt"]
    assert "already been canceled" in (await cancelled(shop))["orderCancelUserErrors"][0]["message"]


async def test_what_was_shipped_meanwhile_is_not_cancelled_though_the_job_ends(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, displayFinancialStatus="PENDING")], job_requests=1)
    job = (await cancelled(shop))["job"]
    await shop.control("POST", "orders/1/fulfil")
    ask = "query J($id: ID!) { job(id: $id) { done } }"
    answers = [await shop.data(ask, {"id": job["id"]}) for _ in range(2)]
    assert [answer["job"]["done"] for answer in answers] == [False, True]
    assert (await shop.data(CANCELLED))["order"]["cancelledAt"] is None


@pytest.mark.parametrize(
    ("method", "gateways"),
    [
        ({"originalPaymentMethodsRefund": True}, ["bogus", "bogus"]),
        ({"storeCreditRefund": {}}, ["bogus", "shopify_store_credit"]),
        ({"originalPaymentMethodsRefund": False}, ["bogus"]),
        (None, ["bogus"]),
    ],
    ids=["original", "store credit", "declined", "none"],
)
async def test_money_goes_back_the_way_it_is_asked_for(
    shop: ShopClient, method: Values | None, gateways: list[str]
) -> None:
    sale = {"kind": "SALE", "gateway": "bogus", "amountSet": eur("10.00")}
    customer = {"id": "gid://shopify/Customer/1"}
    await shop.put(orders=[an_order(1, displayFinancialStatus="PAID", transactions=[sale], customer=customer)])

    assert (await cancelled(shop, method))["orderCancelUserErrors"] == []

    order = (await shop.data(CANCELLED))["order"]
    assert [one["gateway"] for one in order["transactions"]] == gateways
    assert order["displayFinancialStatus"] == ("REFUNDED" if len(gateways) > 1 else "PAID")


async def test_store_credit_needs_a_customer(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, displayFinancialStatus="PAID")])
    [error] = (await cancelled(shop, {"storeCreditRefund": {}}))["orderCancelUserErrors"]
    assert error["code"] == "STORE_CREDIT_REFUND_MISSING_CUSTOMER"


async def test_what_was_shipped_cannot_be_cancelled(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, displayFinancialStatus="PAID")])
    await shop.control("POST", "orders/1/fulfil")
    assert (await cancelled(shop))["orderCancelUserErrors"] == [
        {"code": "INVALID", "field": ["orderId"], "message": "Cannot cancel an order that has outstanding fulfillments"}
    ]
