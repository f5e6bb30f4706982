"""The console in a real browser: what an operator finds wrong with orders is mended by pressing what is offered (P82).

Needs Debian's chromium; how pages are looked at is in ``console_operator``.
"""

import pytest
from playwright.sync_api import expect

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.console_operator import IN_A_BROWSER, Operator, Share
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import CUSTOMER, ITEM, a_line, an_order, in_country, money, run_import
from tests.acceptance.test_peers_companies import a_company, a_location
from tests.acceptance.test_peers_companies import an_order as company_order

SHOP = "console"

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def desk(console_desk: StoreDesk) -> StoreDesk:
    return console_desk


def order_page(erp: Erp, operator: Operator, name: str) -> Json:
    """Open the page of an order; the order as the surface tells it."""
    [found] = erp.every("/v1/orders", shop=SHOP, name=name)
    operator.open(f"/console/orders/{found['id']}")
    return found


def again(erp: Erp, order: Json) -> Json:
    return erp.get(f"/v1/orders/{order['id']}")


def test_an_item_that_is_not_known_is_set_by_hand(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    desk.put(orders=[an_order(71, lineItems=[a_line(711, sku="UNKNOWN")])])
    run_import(erp, SHOP, order_shopify_ids=["71"])

    operator.open("/console/")
    operator.page.get_by_role("link", name="Orders with a line without an item").first.click()
    operator.page.get_by_role("link", name="#71").click()
    operator.page.get_by_label("Item").fill("queue-it")
    expect(operator.page.locator("datalist option").first).to_have_attribute("value", ITEM)
    operator.page.get_by_label("Item").fill(ITEM)
    operator.page.locator("td").get_by_role("button", name="Assign").click()
    operator.is_told("The item is set by hand and stays.")

    [order] = erp.every("/v1/orders", shop=SHOP, name="#71")
    assert order["state"] == "processed"


def test_an_unknown_customer_is_assigned(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"customers": {"mapping": "by_email_phone"}}})
    desk.put(orders=[an_order(72)])
    run_import(erp, SHOP, order_shopify_ids=["72"])

    order = order_page(erp, operator, "#72")
    operator.page.get_by_label("Sell-to customer").fill(CUSTOMER)
    operator.page.locator("section[aria-labelledby=customer]").get_by_role("button", name="Assign").click()
    operator.is_told("The customer is set by hand and stays.")
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"customers": {"mapping": "always_default"}}})

    assert again(erp, order)["customer"]["sell_to_customer_no"] == CUSTOMER


@pytest.mark.parametrize(
    ("number", "button", "told"),
    [
        (73, "Mark as resolved", "The conflict is resolved"),
        (74, "Amend the document", "The document is brought up to date."),
        (75, "Unlink and make it again", "The old document is let go of"),
    ],
)
def test_a_conflict_is_ended_by_each_of_its_remedies(
    erp: Erp, desk: StoreDesk, operator: Operator, number: int, button: str, told: str
) -> None:
    desk.put(orders=[an_order(number)])
    run_import(erp, SHOP, order_shopify_ids=[str(number)])
    variant = {"legacyResourceId": "90099", "sku": ITEM, "price": "7.50"}
    product = {"legacyResourceId": "801", "title": "Teapot"}
    desk.act(str(number), "edit", changes=[{"addVariant": {"variant": variant, "product": product, "quantity": 1}}])
    run_import(erp, SHOP, order_shopify_ids=[str(number)])

    order = order_page(erp, operator, f"#{number}")
    assert order["conflict"] is not None
    expect(operator.page.get_by_role("heading", name="Conflict")).to_be_visible()
    expect(operator.page.get_by_role("cell", name="line added")).to_be_visible()
    operator.press(button)
    operator.is_told(told)

    assert again(erp, order)["conflict"] is None


def test_a_document_whose_customer_is_not_found_any_more_is_amended_for_one_that_is_named(
    erp: Erp, desk: StoreDesk, operator: Operator
) -> None:
    desk.put(orders=[an_order(76)])
    run_import(erp, SHOP, order_shopify_ids=["76"])
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"customers": {"mapping": "by_email_phone"}}})
    variant = {"legacyResourceId": "90099", "sku": ITEM, "price": "7.50"}
    product = {"legacyResourceId": "801", "title": "Teapot"}
    desk.act("76", "edit", changes=[{"addVariant": {"variant": variant, "product": product, "quantity": 1}}])
    run_import(erp, SHOP, order_shopify_ids=["76"])

    order = order_page(erp, operator, "#76")
    operator.press("Amend the document")
    operator.is_told("Amend it for a customer that you name")
    operator.page.get_by_label("Sell-to customer").fill(CUSTOMER)
    operator.presses("Amend it for this customer", "The document is brought up to date, with this customer.")
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"customers": {"mapping": "always_default"}}})

    assert again(erp, order)["conflict"] is None
    [document] = erp.every("/v1/sales-documents", order_id=order["id"], include="lines")
    assert (document["version"], document["sell_to"]["customer_no"]) == (2, CUSTOMER)
    assert len([each for each in document["lines"] if each["type"] == "item"]) == 2


def test_an_order_lets_go_of_its_document_and_gets_another(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    desk.put(orders=[an_order(80)])
    run_import(erp, SHOP, order_shopify_ids=["80"])

    order = order_page(erp, operator, "#80")
    operator.presses("Unlink the document", "The order has let go of its document.")
    operator.presses("Look for customer and items again", "Customers and items were looked for again.")
    operator.presses("Make the document", "is made.")
    operator.presses("Read it from Shopify again", "The order was read from Shopify.")

    assert [each["unlinked_at"] is None for each in again(erp, order)["documents"]] == [False, True]


def test_a_customer_is_made_of_the_order_and_accepted_with_its_number(
    erp: Erp, desk: StoreDesk, operator: Operator
) -> None:
    by_rules = {"mapping": "by_email_phone", "template_code": "WEB"}
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"customers": by_rules}})
    buyer: Json = {"id": "gid://shopify/Customer/8100", "firstName": "Anna", "lastName": "Buyer"}
    address = in_country("NL") | {"id": "gid://shopify/MailingAddress/8101", "zip": "1000 AA"}
    buyer |= {"defaultAddress": address, "addressesV2": [address]}
    desk.put(orders=[an_order(81, email="anna@buyer.example", customer=buyer, shippingAddress=address)])
    run_import(erp, SHOP, order_shopify_ids=["81"])

    order = order_page(erp, operator, "#81")
    operator.page.get_by_role("link", name="Assign or create the customer").click()
    operator.presses("Leave it to the rules", "The rules choose the customer again.")
    operator.presses("Create the customer", "The order has its customer.")
    operator.open("/console/new-customers")
    row = operator.page.get_by_role("row").filter(has_text="anna@buyer.example")
    row.get_by_label("Customer no.").fill("CON-81")
    row.get_by_role("button", name="Accept").click()
    operator.is_told("The customer is number CON-81 everywhere.")
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"customers": {"mapping": "always_default"}}})

    assert again(erp, order)["customer"]["sell_to_customer_no"] == "CON-81"


def test_an_order_is_paid_closed_reopened_and_cancelled_at_the_store(
    erp: Erp, desk: StoreDesk, operator: Operator
) -> None:
    desk.put(orders=[an_order(82, displayFinancialStatus="PENDING", totalOutstandingSet=money("10.00"))])
    run_import(erp, SHOP, order_shopify_ids=["82"])

    order = order_page(erp, operator, "#82")
    operator.presses("Mark as paid", "The order is paid at Shopify.")
    operator.presses("Close", "The order is closed at Shopify.")
    operator.presses("Reopen", "The order is open again at Shopify.")
    operator.page.get_by_text("Cancel the order", exact=True).click()
    operator.page.get_by_label("Why").select_option("customer")
    operator.page.get_by_label("What was paid goes to").select_option("none")
    operator.press("Cancel the order at Shopify")
    operator.is_told("The order is cancelled at Shopify.")

    found = again(erp, order)
    assert (found["financial_status"], found["cancelled_at"] is None) == ("paid", False)


def test_an_authorised_payment_is_captured(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    authorised = {
        "id": "gid://shopify/OrderTransaction/8300",
        "kind": "AUTHORIZATION",
        "status": "SUCCESS",
        "gateway": "bogus",
        "amountSet": money("10.00"),
        "totalUnsettledSet": money("10.00"),
    }
    desk.put(orders=[an_order(83, displayFinancialStatus="AUTHORIZED", transactions=[authorised])])
    run_import(erp, SHOP, order_shopify_ids=["83"])

    order = order_page(erp, operator, "#83")
    operator.fill("Amount", "4.00")
    operator.presses("Capture the payment", "The payment is captured.")

    captured = [
        each["amount"]["shop"]
        for each in erp.get(f"/v1/orders/{order['id']}/transactions")["data"]
        if each["kind"] == "capture"
    ]
    assert captured == ["4.00"]


def test_a_document_is_released_and_taken_back(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"orders": {"release_documents": False}}})
    desk.put(orders=[an_order(85)])
    run_import(erp, SHOP, order_shopify_ids=["85"])
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"orders": {"release_documents": True}}})

    order_page(erp, operator, "#85")
    operator.page.locator("section[aria-labelledby=documents] a").click()
    operator.presses("Release", "is released.")
    operator.fill("Reason", "A mistake")
    operator.presses("Cancel the document", "is cancelled.")

    [document] = erp.every("/v1/sales-documents", shop=SHOP, order_name="#85")
    assert document["state"] == "cancelled"


def test_a_product_is_linked_once_for_every_order(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    desk.put(orders=[an_order(86, lineItems=[a_line(861, sku="NOBODY-KNOWS")])])
    run_import(erp, SHOP, order_shopify_ids=["86"])

    operator.open(f"/console/shops/{SHOP}/unmapped-products")
    row = operator.page.get_by_role("row").filter(has_text="NOBODY-KNOWS")
    row.get_by_label("Item").fill(ITEM)
    row.get_by_role("button", name="Link").click()
    operator.is_told("The variant is linked; orders that waited for it are tried again.")

    def processed() -> bool:
        [order] = erp.every("/v1/orders", shop=SHOP, name="#86")
        return bool(order["state"] == "processed")

    until(processed, what="the order that waited has its document")


def test_a_company_is_linked_from_its_order(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    company = a_company(8700, a_location(8701), email="mia@mill-87.example")
    line = a_line(870)
    desk.put(companies=[company], orders=[company_order(87, company) | {"lineItems": [line]}])
    run_import(erp, SHOP, order_shopify_ids=["87"])

    order = order_page(erp, operator, "#87")
    operator.fill("Customer of Windmill 8700", CUSTOMER)
    operator.presses("Link the company", "The company is linked; orders that waited for it are tried again.")

    until(lambda: again(erp, order)["state"] == "processed", what="the company's order has its document")


def test_an_order_is_mended_by_keyboard_alone(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    desk.put(orders=[an_order(89, lineItems=[a_line(891, sku="NEVER-SEEN")])])
    run_import(erp, SHOP, order_shopify_ids=["89"])

    order = order_page(erp, operator, "#89")
    operator.tab_to("Set the item of the line")
    operator.page.keyboard.press("Enter")
    operator.tab_to("item_no")
    operator.page.keyboard.type(ITEM)
    operator.tab_to("Assign")
    operator.page.keyboard.press("Enter")
    operator.is_told("The item is set by hand and stays.")

    assert again(erp, order)["state"] == "processed"


def test_every_button_of_this_share_was_pressed_by_the_tests_before_it(operator: Operator) -> None:
    """Of no use alone: it looks at what the tests before it did."""
    operator.pressed_all(Share.ORDERS)
