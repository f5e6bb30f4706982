"""The console in a real browser: what an operator finds wrong is mended by pressing what the page offers (P82).

Needs Debian's chromium. With ORDERBRIDGE_SCREENSHOTS naming a folder, every page that was looked at is kept there.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import Installation, Simulator, set_up_shop
from tests.acceptance.processes import command
from tests.acceptance.queue_orders import CUSTOMER, ITEM, UNFORESEEN, a_line, an_order, run_import, shop_settings
from tests.acceptance.refunded_orders import a_refund, amount, given_back

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
SCREENSHOTS = os.environ.get("ORDERBRIDGE_SCREENSHOTS")
SHOP = "console"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
]


@dataclass(slots=True, kw_only=True)
class Operator:
    """Somebody at a browser."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    """What the browser had against a page: refused files, errors of scripts."""

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")
        self.look()

    def look(self) -> None:
        """Nothing is wrong with the page itself, on a screen and on a phone."""
        assert self.complaints == []
        for width in (390, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
            if SCREENSHOTS:
                name = self.page.url.removeprefix(self.url).strip("/").replace("/", "_").replace("?", "_")[:80]
                self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}_{width}.png", full_page=True)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def is_told(self, sentence: str) -> None:
        expect(self.page.locator(".said")).to_contain_text(sentence)
        self.look()


@pytest.fixture(scope="module")
def desk(erp: Erp, simulator: Simulator) -> StoreDesk:
    """A store with everything that can be wrong."""
    found = simulator.desk(f"{SHOP}.myshopify.com")
    erp.put(f"/v1/customers/{CUSTOMER}", {"name": "Web sales"})
    erp.put(f"/v1/items/{ITEM}", {"description": "Teapot", "base_unit": "PCS"})
    found.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"})
    set_up_shop(erp, found, SHOP, settings=shop_settings(refunds={"process": "auto_create"}))
    return found


@pytest.fixture(scope="module")
def operator(running_service: Installation, desk: StoreDesk) -> Iterator[Operator]:
    """Signed in as admin, by the form."""
    made = command("users", "create", "olga", "--role", "admin", environment=running_service.environment)
    assert made.returncode == 0, made.stderr
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(10_000)
        found = Operator(page=page, url=running_service.url)
        page.on(
            "console",
            lambda said: found.complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.open("/console")
        page.get_by_label("Name").fill("olga")
        page.get_by_label("Password").fill(made.stdout.strip())
        found.press("Sign in")
        expect(page.get_by_role("heading", level=1)).to_have_text("What waits")
        yield found
        browser.close()


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
    operator.page.get_by_role("link", name="unmapped products").click()
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


def test_a_task_is_run_and_watched_until_its_end(operator: Operator) -> None:
    operator.open(f"/console/shops/{SHOP}")
    operator.page.locator("form[action$='/tasks/import_orders/runs']").get_by_role("button").click()
    expect(operator.page.locator(".said")).to_contain_text("The run is queued.")

    expect(operator.page.locator(".state.succeeded")).to_be_visible()
    operator.look()


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


def test_everything_is_reached_by_keyboard_and_the_first_key_skips_to_the_page(operator: Operator) -> None:
    operator.open("/console/orders")
    operator.page.keyboard.press("Tab")
    assert operator.page.evaluate("document.activeElement.textContent") == "Skip to the page"
    operator.page.keyboard.press("Enter")

    assert operator.page.evaluate("document.activeElement.id") == "main"
