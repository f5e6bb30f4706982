"""The console in a real browser: refunds, shipments, the queue of the import, runs, and every page of a shop (P82)."""

import pytest
from playwright.sync_api import expect

from tests.acceptance.clients import Erp, StoreDesk
from tests.acceptance.console_operator import IN_A_BROWSER, Operator, Share
from tests.acceptance.queue_orders import UNFORESEEN, an_order, run_import
from tests.acceptance.refunded_orders import a_refund, amount, given_back

SHOP = "console-queues"

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def desk(console_desk: StoreDesk) -> StoreDesk:
    return console_desk


def test_a_blocked_refund_is_documented_once_its_account_is_set(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    desk.put(orders=[an_order(76)])
    run_import(erp, SHOP, order_shopify_ids=["76"])
    back = given_back(760, amount("10.00"), restock="NO_RESTOCK")
    desk.act("76", "refund", refund=a_refund(7601, back, refunded=amount("10.00")))
    run_import(erp, SHOP, order_shopify_ids=["76"])

    [refund] = erp.every("/v1/refunds", shop=SHOP, cue="refunds_blocked")
    operator.open(f"/console/refunds/{refund['id']}")
    operator.press("Make the document")
    operator.is_told("The refund cannot be documented until its problems are solved.")
    operator.open(f"/console/shops/{SHOP}/settings")
    operator.page.locator("#f-accounts-refunds_not_restocked").fill("4910")
    operator.press("Save accounts")
    operator.is_told("The settings of accounts are saved.")
    erp.finished_run(SHOP, "create_documents")
    operator.open(f"/console/refunds/{refund['id']}")

    expect(operator.page.locator(".state.done")).to_be_visible()


def test_an_order_that_cannot_be_imported_is_tried_again_and_left_out(
    erp: Erp, desk: StoreDesk, operator: Operator
) -> None:
    desk.put(orders=[an_order(77, **UNFORESEEN)])
    run_import(erp, SHOP, order_shopify_ids=["77"])

    operator.open(f"/console/shops/{SHOP}/orders-to-import")
    operator.press("Try again")
    operator.is_told("The order is imported as soon as possible.")
    operator.press("Leave out")
    operator.is_told("The order is left out until it changes at Shopify.")
    expect(operator.page.get_by_text("Nothing is to be imported.")).to_be_visible()


def test_a_shipment_that_was_not_sent_is_sent_again(erp: Erp, desk: StoreDesk, operator: Operator) -> None:
    desk.put(orders=[an_order(78)])
    run_import(erp, SHOP, order_shopify_ids=["78"])
    shipment = {
        "erp_shipment_no": "CON-1",
        "shop": SHOP,
        "order_name": "#78",
        "posting_date": "2026-01-16",
        "lines": [{"shopify_line_id": "780", "quantity": "1"}],
    }
    erp.post("/v1/shipments", shipment)
    erp.finished_run(SHOP, "push_shipments")

    operator.open(f"/console/shipments?shop={SHOP}")
    operator.press("Send again")
    operator.is_told("The rest of the shipment is sent again.")


def test_the_tracking_of_a_shipment_is_set(erp: Erp, operator: Operator) -> None:
    [shipment] = erp.every("/v1/shipments", shop=SHOP)

    operator.open(f"/console/shipments/{shipment['id']}")
    operator.fill("Tracking numbers", "3SABC, 3SDEF")
    operator.fill("Carrier", "PostNL")
    operator.presses("Set the tracking", "The tracking is kept, and Shopify is told of it with what is sent.")

    tracked = erp.get(f"/v1/shipments/{shipment['id']}")["tracking"]
    assert [(each["number"], each["company"]) for each in tracked] == [("3SABC", "PostNL"), ("3SDEF", "PostNL")]


def test_orders_are_imported_by_their_ids(desk: StoreDesk, operator: Operator) -> None:
    desk.put(orders=[an_order(88)])

    operator.open(f"/console/shops/{SHOP}/orders-to-import")
    operator.fill("Shopify ids of orders", "88")
    operator.presses("Import", "The import runs.")

    expect(operator.page.locator(".state.succeeded")).to_be_visible()


def test_a_task_is_run_and_watched_until_its_end(operator: Operator) -> None:
    operator.open(f"/console/shops/{SHOP}")
    operator.page.locator("form[action$='/tasks/import_orders/runs']").get_by_role("button").click()
    expect(operator.page.locator(".said")).to_contain_text("The run is queued.")

    expect(operator.page.locator(".state.succeeded")).to_be_visible()
    operator.look()


@pytest.mark.parametrize(
    "button", ["Test the connection", "Repair the webhook subscriptions", "Pull mappings from the store"]
)
def test_the_store_is_asked_and_the_run_is_watched(operator: Operator, button: str) -> None:
    operator.open(f"/console/shops/{SHOP}")
    operator.press(button)

    expect(operator.page.locator(".state.succeeded")).to_be_visible()
    operator.look()


def test_a_run_is_cancelled(desk: StoreDesk, operator: Operator) -> None:
    desk.fault(kind="latency", seconds=5, times=1)
    operator.open(f"/console/shops/{SHOP}")
    operator.page.locator("form[action$='/tasks/import_orders/runs']").get_by_role("button").click()
    operator.presses("Cancel", "The run ends at its next convenient point.")

    expect(operator.page.locator(".state.cancelled, .state.succeeded")).to_be_visible(timeout=20_000)


def test_every_page_of_a_shop_can_be_looked_at(operator: Operator) -> None:
    for path in (
        "completeness",
        "settings",
        "schedules",
        "unmapped-products",
        "location-mappings",
        "customer-templates",
    ):
        operator.open(f"/console/shops/{SHOP}/{path}")
        expect(operator.page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("path", ["log-entries", "audit-entries", "skipped-records", "runs", "refunds", "shops"])
def test_every_list_can_be_looked_at(operator: Operator, path: str) -> None:
    operator.open(f"/console/{path}")

    expect(operator.page.get_by_role("table")).to_be_visible()


def test_everything_is_reached_by_keyboard_and_the_first_key_skips_to_the_page(operator: Operator) -> None:
    operator.open("/console/orders")
    operator.page.keyboard.press("Tab")
    assert operator.page.evaluate("document.activeElement.textContent") == "Skip to the page"
    operator.page.keyboard.press("Enter")

    assert operator.page.evaluate("document.activeElement.id") == "main"


def test_every_button_of_this_share_was_pressed_by_the_tests_before_it(operator: Operator) -> None:
    """Of no use alone: it looks at what the tests before it did."""
    operator.pressed_all(Share.QUEUES)
