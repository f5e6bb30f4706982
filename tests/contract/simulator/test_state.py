"""Orders of which only the telling fields are given become whole ones, by the conventions of the acceptance cases."""

from tests.contract.simulator.client import ShopClient, Values, an_order, eur

MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"


async def money(shop: ShopClient, *names: str, number: int = 1) -> dict[str, tuple[str, str]]:
    fields = " ".join(f"{name} {MONEY}" for name in names)
    order = (await shop.data(f'{{ order(id: "gid://shopify/Order/{number}") {{ {fields} }} }}'))["order"]
    return {name: (order[name]["shopMoney"]["amount"], order[name]["presentmentMoney"]["amount"]) for name in names}


def line(number: int, **fields: object) -> Values:
    return {"id": f"gid://shopify/LineItem/{number}", "name": "Item", **fields}


async def test_a_money_set_without_presentment_counts_the_same_in_both_currencies(shop: ShopClient) -> None:
    lines = [line(1, originalUnitPriceSet=eur("10.00"), quantity=2)]
    await shop.put(orders=[an_order(1, presentmentCurrencyCode="USD", lineItems=lines)])
    query = (
        f'{{ order(id: "gid://shopify/Order/1") {{ lineItems(first: 1) {{ nodes {{ originalTotalSet {MONEY} }} }} }} }}'
    )
    total = (await shop.data(query))["order"]["lineItems"]["nodes"][0]["originalTotalSet"]
    assert total == {
        "shopMoney": {"amount": "20.0", "currencyCode": "EUR"},
        "presentmentMoney": {"amount": "20.0", "currencyCode": "USD"},
    }


async def test_header_totals_are_the_sum_of_their_parts_in_presentment_money(shop: ShopClient) -> None:
    unit = {"shopMoney": {"amount": "100.00"}, "presentmentMoney": {"amount": "108.55"}}
    charge = {"shopMoney": {"amount": "10.00"}, "presentmentMoney": {"amount": "10.86"}}
    await shop.put(
        orders=[
            an_order(
                1,
                presentmentCurrencyCode="USD",
                totalPriceSet=eur("110.00"),
                subtotalPriceSet=eur("100.00"),
                totalTaxSet=eur("0.00"),
                lineItems=[line(1, originalUnitPriceSet=unit)],
                shippingLines=[{"title": "Standard", "originalPriceSet": charge}],
            )
        ]
    )
    assert await money(shop, "totalPriceSet", "currentTotalPriceSet", "totalShippingPriceSet", "totalTaxSet") == {
        "totalPriceSet": ("110.0", "119.41"),
        "currentTotalPriceSet": ("110.0", "119.41"),
        "totalShippingPriceSet": ("10.0", "10.86"),
        "totalTaxSet": ("0.0", "0.0"),
    }


async def test_current_totals_are_the_totals_less_all_refund_lines(shop: ShopClient) -> None:
    refund_line = {"lineItem": {"id": "gid://shopify/LineItem/1"}, "quantity": 1, "subtotalSet": eur("1000.00")}
    refund = {"legacyResourceId": "14211", "refundLineItems": [{**refund_line, "totalTaxSet": eur("250.00")}]}
    await shop.put(
        orders=[
            an_order(
                1,
                taxesIncluded=False,
                displayFinancialStatus="PENDING",
                subtotalPriceSet=eur("1200.00"),
                totalTaxSet=eur("300.00"),
                totalPriceSet=eur("1500.00"),
                lineItems=[line(1, originalUnitPriceSet=eur("1000.00")), line(2, originalUnitPriceSet=eur("200.00"))],
                refunds=[refund],
            )
        ]
    )
    names = ("currentTotalPriceSet", "currentSubtotalPriceSet", "currentTotalTaxSet", "totalOutstandingSet")
    assert [shop_side for shop_side, _ in (await money(shop, *names)).values()] == ["250.0", "200.0", "50.0", "250.0"]


async def test_the_tip_is_the_line_named_tip_without_a_product(shop: ShopClient) -> None:
    tip = line(1, name="Tip", product=None, variant=None, originalUnitPriceSet=eur("5.00"))
    goods = line(2, name="Tip jar", product={"legacyResourceId": "8"}, originalUnitPriceSet=eur("20.00"))
    await shop.put(orders=[an_order(1, lineItems=[tip, goods])])
    assert await money(shop, "totalTipReceivedSet", "totalPriceSet") == {
        "totalTipReceivedSet": ("5.0", "5.0"),
        "totalPriceSet": ("25.0", "25.0"),
    }


async def test_the_display_address_is_where_it_ships_to_else_who_pays(shop: ShopClient) -> None:
    shipping, billing = {"city": "Riga"}, {"city": "Oslo"}
    await shop.put(
        orders=[
            an_order(1, shippingAddress=shipping, billingAddress=billing),
            an_order(2, shippingAddress=None, billingAddress=billing),
        ]
    )
    orders = (await shop.data("{ orders(first: 2, sortKey: ID) { nodes { displayAddress { city } } } }"))["orders"]
    assert [order["displayAddress"]["city"] for order in orders["nodes"]] == ["Riga", "Oslo"]


async def test_references_lead_to_the_objects_of_the_shop(shop: ShopClient) -> None:
    await shop.put(
        orders=[
            an_order(
                1,
                customer={"legacyResourceId": "7"},
                retailLocation={"legacyResourceId": "5"},
                lineItems=[line(1, variant={"legacyResourceId": "9"})],
                fulfillmentOrders=[
                    {
                        "assignedLocation": {"location": {"legacyResourceId": "5"}},
                        "lineItems": [{"lineItem": {"id": "gid://shopify/LineItem/1"}}],
                    }
                ],
            )
        ],
        customers=[{"legacyResourceId": "7", "firstName": "Anna", "lastName": "Berg"}],
        products=[{"legacyResourceId": "8", "title": "Lamp", "variants": [{"legacyResourceId": "9", "sku": "L-1"}]}],
        locations=[{"legacyResourceId": "5", "name": "Harbour"}],
    )
    query = """{ order(id: "gid://shopify/Order/1") { customer { displayName numberOfOrders }
      retailLocation { name } lineItems(first: 1) { nodes { sku variant { sku product { title } } } }
      fulfillmentOrders(first: 1) { nodes { orderName assignedLocation { location { name } }
        lineItems(first: 1) { nodes { sku lineItem { name } } } order { name } } } } }"""
    order = (await shop.data(query))["order"]
    assert order["customer"] == {"displayName": "Anna Berg", "numberOfOrders": "1"}
    assert order["retailLocation"] == {"name": "Harbour"}
    assert order["lineItems"]["nodes"] == [{"sku": "L-1", "variant": {"sku": "L-1", "product": {"title": "Lamp"}}}]
    assert order["fulfillmentOrders"]["nodes"] == [
        {
            "orderName": "WEB1",
            "assignedLocation": {"location": {"name": "Harbour"}},
            "lineItems": {"nodes": [{"sku": "L-1", "lineItem": {"name": "Item"}}]},
            "order": {"name": "WEB1"},
        }
    ]


async def test_a_customer_an_order_mentions_exists_in_the_shop(shop: ShopClient) -> None:
    customer = {"legacyResourceId": "7", "firstName": "Anna", "defaultEmailAddress": {"emailAddress": "a@example.com"}}
    await shop.put(orders=[an_order(1, customer=customer)])
    query = '{ customer(id: "gid://shopify/Customer/7") { firstName defaultEmailAddress { emailAddress } } }'
    assert (await shop.data(query))["customer"] == {
        "firstName": "Anna",
        "defaultEmailAddress": {"emailAddress": "a@example.com"},
    }


async def test_a_company_purchase_is_told_from_a_customers(shop: ShopClient) -> None:
    company = {"company": {"id": "gid://shopify/Company/6"}, "location": {"id": "gid://shopify/CompanyLocation/61"}}
    await shop.put(
        orders=[an_order(1, purchasingEntity=company), an_order(2, purchasingEntity={"id": "gid://shopify/Customer/7"})]
    )
    query = """{ orders(first: 2, sortKey: ID) { nodes { purchasingEntity { __typename
      ... on PurchasingCompany { company { id } } ... on Customer { id } } } } }"""
    assert [order["purchasingEntity"] for order in (await shop.data(query))["orders"]["nodes"]] == [
        {"__typename": "PurchasingCompany", "company": {"id": "gid://shopify/Company/6"}},
        {"__typename": "Customer", "id": "gid://shopify/Customer/7"},
    ]


async def test_a_name_the_schema_does_not_have_is_reported(shop: ShopClient) -> None:
    answer = await shop.put(orders=[an_order(1, totalPrise=eur("1.00"))])
    assert answer["unknown"] == ["orders.totalPrise"]


async def test_state_that_makes_no_sense_is_refused_with_its_place(shop: ShopClient) -> None:
    answer = await shop.control(
        "PUT", "state", {"orders": [an_order(1), an_order(2, totalPriceSet=eur("much"))]}, status=400
    )
    assert answer["error"].startswith("orders[1]")


async def test_a_changed_order_derives_its_totals_afresh_and_moves_its_update_time(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1, updatedAt="2026-01-15T09:00:00Z")])
    lines = [line(1, originalUnitPriceSet=eur("10.00")), line(2, originalUnitPriceSet=eur("5.00"))]
    changed = await shop.control("PATCH", "orders/WEB1", {"updatedAt": "+2", "lineItems": lines})
    assert changed["order"]["updatedAt"] == "2026-01-15T09:02:00Z"
    assert await money(shop, "totalPriceSet") == {"totalPriceSet": ("15.0", "15.0")}
    later = await shop.control("PATCH", "orders/1", {"note": "x"})
    assert later["order"]["updatedAt"] > "2026-01-15T09:02:00Z"


async def test_totals_are_still_derived_after_an_app_wrote_a_note(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    await shop.data('mutation { orderUpdate(input: {id: "gid://shopify/Order/1", note: "n"}) { order { id } } }')
    changed = await shop.control("PATCH", "orders/1", {"lineItems": [line(1, originalUnitPriceSet=eur("7.00"))]})
    assert changed["order"]["note"] == "n"
    assert await money(shop, "totalPriceSet") == {"totalPriceSet": ("7.0", "7.0")}


async def test_one_transaction_of_an_order_can_be_changed(shop: ShopClient) -> None:
    pending = {
        "id": "gid://shopify/OrderTransaction/13",
        "kind": "REFUND",
        "status": "PENDING",
        "amountSet": eur("1.00"),
    }
    await shop.put(orders=[an_order(1, refunds=[{"legacyResourceId": "3", "transactions": [pending]}])])
    await shop.control("PATCH", "orders/1", {"transaction": {"id": 13, "status": "SUCCESS"}})
    query = '{ refund(id: "gid://shopify/Refund/3") { transactions(first: 1) { nodes { status } } order { name } } }'
    refund = (await shop.data(query))["refund"]
    assert refund == {"transactions": {"nodes": [{"status": "SUCCESS"}]}, "order": {"name": "WEB1"}}


async def test_state_can_be_read_back(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)], shop={"currencyCode": "CHF"})
    state = await shop.control("GET", "state?kinds=orders")
    assert state["shop"]["currencyCode"] == "CHF"
    assert [order["name"] for order in state["orders"]] == ["WEB1"]
    assert state["orders"][0]["totalPriceSet"]["shopMoney"] == {"amount": "10.00", "currencyCode": "CHF"}


async def test_reset_forgets_everything(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    await shop.http.post("/control/reset")
    assert (await shop.control("GET", "state"))["orders"] == []
